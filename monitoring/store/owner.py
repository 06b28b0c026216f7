"""The way in for other processes while one owns the store: commands over the loopback address only.

The owner writes ``<store>.owner`` (its process, port and a secret) so that only its own user can read it.
Whoever can read that file may have a command answered; a web page cannot, wherever it claims to come from.
"""

from __future__ import annotations

import contextlib
import functools
import hmac
import http.client
import json
import os
import secrets
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypedDict

LOOPBACK = "127.0.0.1"
LARGEST_REQUEST = 1 << 20
IDLE_SECONDS = 10.0
CLOSING_SECONDS = 0.1


class Answer(TypedDict):
    """What a command prints and how it ends."""

    stdout: str
    stderr: str
    code: int


class NoOwner(Exception):
    """No living process answers for the store."""


class OwnerFailed(Exception):
    """The owner took the command and could not answer it; the message is its own."""


@dataclass(frozen=True)
class _Owner:
    """The content of the owner's file."""

    pid: int
    port: int
    token: str


class Route:
    """Answers commands for as long as it is open.

    Parameters
    ----------
    store : Path
        The store this process owns; the owner's file goes beside it.
    answer : callable
        ``answer(name, arguments)`` gives the `Answer`. It is called in a thread of its own for every command.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = Path(folder) / "lookout.duckdb"
    ...     with Route(store, lambda name, arguments: {"stdout": name, "stderr": "", "code": 0}):
    ...         ask(store, "check", {})
    {'stdout': 'check', 'stderr': '', 'code': 0}
    """

    def __init__(self, store: Path | str, answer: Callable[[str, dict[str, object]], Answer]) -> None:
        self.path = owner_file(store)
        self._token = secrets.token_urlsafe(32)
        self._server = ThreadingHTTPServer(
            (LOOPBACK, 0), functools.partial(_Handler, token=self._token, answer=answer)
        )
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(CLOSING_SECONDS,), name="commands", daemon=True
        )
        self._thread.start()
        self._announce()

    def close(self) -> None:
        """Answer no more and take the owner's file away, unless it is another's by now."""
        owner = _read(self.path)
        if owner is not None and owner.token == self._token:
            self.path.unlink(missing_ok=True)
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Route:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _announce(self) -> None:
        content = json.dumps({"pid": os.getpid(), "port": self.port, "token": self._token})
        passing = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}.tmp")
        descriptor = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
        passing.replace(self.path)


def owner_file(store: Path | str) -> Path:
    """Where the owner of a store says how it is reached.

    Examples
    --------
    >>> owner_file("data/lookout.duckdb").name
    'lookout.duckdb.owner'
    """
    return Path(f"{store}.owner")


def owner_pid(store: Path | str) -> int | None:
    """The living process that answers for a store, as far as this user may know."""
    owner = _read(owner_file(store))
    return owner.pid if owner is not None and _lives(owner.pid) else None


def ask(store: Path | str, name: str, arguments: Mapping[str, object], timeout: float = 3600.0) -> Answer:
    """Have the owner of a store answer a command.

    Parameters
    ----------
    store : Path
    name : str
        The command.
    arguments : mapping
        What JSON can hold. Paths must be absolute: the owner works in a folder of its own.
    timeout : float
        Seconds to wait for the answer.

    Returns
    -------
    Answer

    Raises
    ------
    NoOwner
        If there is no owner, it is dead, or it does not listen.
    OwnerFailed
        If it refused or could not do what it was asked.
    """
    owner = _read(owner_file(store))
    if owner is None or not _lives(owner.pid):
        raise NoOwner(f"nobody answers for {store}")
    connection = http.client.HTTPConnection(LOOPBACK, owner.port, timeout=timeout)
    body = json.dumps({"name": name, "arguments": dict(arguments)}).encode()
    headers = {"Authorization": f"Bearer {owner.token}", "Content-Type": "application/json"}
    try:
        connection.request("POST", "/command", body, headers)
        response = connection.getresponse()
        status, content = response.status, json.loads(response.read())
    except ConnectionRefusedError as error:
        raise NoOwner(f"process {owner.pid} owns {store} but does not listen") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise OwnerFailed(f"process {owner.pid} did not finish its answer ({error})") from error
    finally:
        connection.close()
    if status != 200:
        raise OwnerFailed(f"process {owner.pid}: {content['error']}")
    return content


# The standard library offers its server only to subclasses; this is the one place that has no other way.
class _Handler(BaseHTTPRequestHandler):
    """One request: proven to come from a process of this user, bounded, and answered in JSON."""

    timeout = IDLE_SECONDS

    def __init__(self, *arguments: object, token: str, answer: Callable[..., Answer]) -> None:
        self._token, self._answer = token, answer
        super().__init__(*arguments)  # pyright: ignore[reportArgumentType]

    def do_POST(self) -> None:
        refusal = self._refusal()
        if refusal is not None:
            self._reply(refusal[0], json.dumps({"error": refusal[1]}))
            return
        try:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name, arguments = request["name"], request["arguments"]
            if not isinstance(name, str) or not isinstance(arguments, dict):
                raise TypeError
        except (ValueError, KeyError, TypeError):
            self._reply(400, '{"error": "the request is not a command"}')
            return
        try:
            status, body = 200, json.dumps(self._answer(name, arguments))
        except Exception as error:
            status, body = 500, json.dumps({"error": f"{type(error).__name__}: {error}"})
        self._reply(status, body)

    def _refusal(self) -> tuple[int, str] | None:
        """Why the request is not answered, if so: a page in a browser can forge none of this."""
        headers = self.headers
        given = (headers.get("Authorization") or "").encode("utf-8", "replace")
        if headers.get("Host") != f"{LOOPBACK}:{self.connection.getsockname()[1]}":
            return 403, "wrong host"
        if any(name.lower() in ("origin", "referer") or name.lower().startswith("sec-") for name in headers):
            return 403, "not for browsers"
        if not hmac.compare_digest(given, f"Bearer {self._token}".encode()):
            return 401, "wrong token"
        if self.path != "/command":
            return 404, "no such address"
        if headers.get("Content-Type") != "application/json":
            return 415, "not JSON"
        return _length_refusal(headers.get_all("Content-Length") or [], headers.get("Transfer-Encoding"))

    def _reply(self, status: int, text: str) -> None:
        body = text.encode()
        self.close_connection = True
        with contextlib.suppress(OSError):  # who asked may be gone
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: the app's output is not a web server's log."""

    def version_string(self) -> str:
        """Tell nobody which software this is."""
        return "lookout"


def _length_refusal(lengths: list[str], encoding: str | None) -> tuple[int, str] | None:
    if encoding is not None or len(lengths) != 1 or not (lengths[0].isascii() and lengths[0].isdecimal()):
        return 411, "the request's length is not stated"
    if int(lengths[0]) > LARGEST_REQUEST:
        return 413, "the request is too large"
    return None


def _read(path: Path) -> _Owner | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return _Owner(int(content["pid"]), int(content["port"]), str(content["token"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


if sys.platform == "win32":  # pragma: no cover - no Windows machine tests this
    import ctypes

    def _lives(pid: int) -> bool:
        """Open the process; sending it signal 0, as elsewhere, would end it here."""
        handle = ctypes.windll.kernel32.OpenProcess(0x1000, False, pid)
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)
        return bool(handle)

else:

    def _lives(pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except PermissionError:
            return True
        except (ProcessLookupError, OverflowError):
            return False
        return True
