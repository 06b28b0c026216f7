"""A webhook that is signed, so that a receiver knows who sent it and that nobody changed or repeated it.

The body is JSON in UTF-8. Two headers come with it:

- ``Lookout-Timestamp``: seconds since 1970, as digits;
- ``Lookout-Signature``: ``v1=`` and the HMAC-SHA256, in hexadecimal, of the timestamp, a full stop and the
  body, byte for byte, under the secret in UTF-8.

A receiver computes the same and compares in constant time; it refuses a timestamp that is more than five
minutes old. ``Lookout-Delivery`` is the same for every attempt of one message.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

TIMEOUT = 10.0
"""Seconds that a receiver has to answer."""
TOLERANCE = 300
"""Seconds after which a receiver should refuse a message."""


class WebhookError(RuntimeError):
    """The receiver did not take it; the words do not hold its address."""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What stands in ``Lookout-Signature``.

    Parameters
    ----------
    secret : str
    timestamp : str
        Seconds since 1970, as digits.
    body : bytes

    Returns
    -------
    str

    References
    ----------
    RFC 2104, *HMAC: Keyed-Hashing for Message Authentication*.

    Examples
    --------
    >>> signature("key", "1700000000", b"{}")[:15]
    'v1=9d713ed406bb'
    """
    mac = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"v1={mac.hexdigest()}"


def verified(secret: str, timestamp: str, body: bytes, given: str, now: float | None = None) -> bool:
    """Whether a message that came in is genuine and new, as a receiver checks it.

    Parameters
    ----------
    secret, timestamp, given : str
        The secret, and both headers.
    body : bytes
    now : float, optional
        Seconds since 1970; the present by default.

    Examples
    --------
    >>> sent = signature("key", "1700000000", b"{}")
    >>> verified("key", "1700000000", b"{}", sent, now=1700000010)
    True
    >>> verified("key", "1700000000", b"{}", sent, now=1700001000)
    False
    """
    if not (timestamp.isascii() and timestamp.isdigit()):
        return False
    fresh = abs((time.time() if now is None else now) - int(timestamp)) <= TOLERANCE
    return hmac.compare_digest(signature(secret, timestamp, body).encode(), given.encode()) and fresh


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A signed message goes to the address that was given, and to no other."""

    def redirect_request(self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: Any) -> None:
        """Follow nothing."""


def post(url: str, secret: str, content: Mapping[str, Any]) -> None:
    """Post a message, signed.

    Parameters
    ----------
    url : str
        Of ``http`` or ``https``.
    secret : str
    content : mapping
        As JSON.

    Raises
    ------
    WebhookError
        If the receiver cannot be reached, or answers with anything but 2xx.
    """
    if url.partition("://")[0] not in ("http", "https"):
        raise WebhookError("a signed webhook has an http or https address")
    body = json.dumps(dict(content), ensure_ascii=False, sort_keys=True).encode()
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json; charset=utf-8", "User-Agent": "lookout",
        "Lookout-Timestamp": timestamp, "Lookout-Signature": signature(secret, timestamp, body),
        "Lookout-Delivery": str(content.get("delivery", "")),
    }  # fmt: skip
    try:
        request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310 - checked
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=TIMEOUT):
            return
    except urllib.error.HTTPError as error:
        error.close()
        raise WebhookError(f"the receiver answered {error.code}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise WebhookError(f"the receiver cannot be reached ({type(reason).__name__})") from None
