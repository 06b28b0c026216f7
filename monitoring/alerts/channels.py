"""Channels: where messages go. Addresses are secrets and stand neither in a model's file nor in the store.

A channel is a table ``[channels.NAME]`` of ``.streamlit/secrets.toml``, or a pair of environment variables:

- ``url``, or ``LOOKOUT_CHANNEL_NAME_URL``: an address as Apprise writes them (``mailto://``, ``slack://``,
  ``msteams://`` and a hundred more), or with a secret beside it an ordinary ``https://`` one;
- ``secret``, or ``LOOKOUT_CHANNEL_NAME_SECRET``: makes it a signed webhook.

The environment wins over the file.
"""

from __future__ import annotations

import logging
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from monitoring.alerts import webhook

SECRETS = Path(__file__).resolve().parents[2] / ".streamlit" / "secrets.toml"
_VARIABLE = re.compile(r"LOOKOUT_CHANNEL_([A-Z0-9_]+)_(URL|SECRET)")


class ChannelError(RuntimeError):
    """A message could not be handed over; the words hold neither address nor secret."""


@dataclass(frozen=True)
class Channel:
    """Where messages go.

    Attributes
    ----------
    name : str
        As rules name it.
    kind : str
        ``webhook``, or the scheme of its address (``mailto``, ``slack``, ...).
    url, secret : str
        Never shown, logged or stored.
    source : {'environment', 'secrets.toml'}
    """

    name: str
    kind: str
    url: str = field(repr=False)
    secret: str = field(repr=False, default="")
    source: Literal["environment", "secrets.toml"] = "environment"


def channels(environment: Mapping[str, str] | None = None, secrets: Path | None = None) -> dict[str, Channel]:
    """The channels that are set up, by name.

    Parameters
    ----------
    environment : mapping, optional
        The process's own by default.
    secrets : Path, optional
        A TOML file; ``.streamlit/secrets.toml`` by default.

    Raises
    ------
    ChannelError
        If the file is no TOML or a channel has no address.

    Examples
    --------
    >>> found = channels({"LOOKOUT_CHANNEL_OPS_URL": "mailto://example.org"}, Path("nowhere"))
    >>> found["ops"].kind, "example" in repr(found)
    ('mailto', False)
    """
    told: dict[str, dict[str, str]] = {}
    for name, value in (os.environ if environment is None else environment).items():
        if found := _VARIABLE.fullmatch(name):
            told.setdefault(found[1].lower(), {})[found[2].lower()] = value
    known = {name: _channel(name, keys, "secrets.toml") for name, keys in _file(secrets or SECRETS).items()}
    return known | {name: _channel(name, keys, "environment") for name, keys in told.items()}


def _file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        found = tomllib.loads(path.read_text("utf-8")).get("channels", {})
    except (OSError, ValueError):  # its text may hold secrets
        raise ChannelError(f"{path.name} cannot be read as TOML") from None
    return found if isinstance(found, dict) else {}


def _channel(name: str, keys: Any, source: Literal["environment", "secrets.toml"]) -> Channel:
    url = keys.get("url") if isinstance(keys, dict) else None
    secret = keys.get("secret", "") if isinstance(keys, dict) else ""
    if not isinstance(url, str) or "://" not in url or not isinstance(secret, str):
        raise ChannelError(f"channel {name!r} needs a url with a scheme, and at most a secret beside it")
    return Channel(name, "webhook" if secret else url.partition("://")[0], url, secret, source)


def send(channel: Channel, subject: str, body: str, facts: Mapping[str, Any]) -> None:
    """Hand a message over.

    Parameters
    ----------
    channel : Channel
    subject, body : str
        Plain text.
    facts : mapping
        What a webhook gets beside them, as JSON.

    Raises
    ------
    ChannelError
        If it was not taken.
    """
    if channel.secret:
        try:
            webhook.post(channel.url, channel.secret, {**facts, "subject": subject, "body": body})
        except webhook.WebhookError as error:
            raise ChannelError(str(error)) from None
        return
    _notify(channel, subject, body)


def _notify(channel: Channel, subject: str, body: str) -> None:
    # A hundred services take a while to import, and most processes never send anything.
    import apprise

    sender = apprise.Apprise()
    if not sender.add(channel.url):
        raise ChannelError(f"the address of channel {channel.name!r} is not understood")
    logger = logging.getLogger("apprise")
    quiet, logger.disabled = logger.disabled, True  # it writes addresses into its log
    try:
        taken = sender.notify(body=body, title=subject, body_format=apprise.NotifyFormat.TEXT)
    except Exception as error:
        raise ChannelError(f"{type(error).__name__} while it was handed over") from None
    finally:
        logger.disabled = quiet
    if not taken:
        raise ChannelError(f"{channel.kind} did not take it")
