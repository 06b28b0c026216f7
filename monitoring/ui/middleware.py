"""Between the browser and Streamlit: headers that keep the app to itself, and compressed assets."""

from __future__ import annotations

import gzip
from collections.abc import MutableMapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers as HeaderView
from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The browser itself refuses every request to another host. Streamlit compiles its theme and Plotly its
# drawing code at run time, and components are loaded from blobs, hence the exceptions for scripts and styles.
POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' ws: wss:",
        "worker-src 'self' blob:",
        "frame-ancestors 'self'",
        "base-uri 'self'",
        "form-action 'self'",
        "object-src 'none'",
    ]
)
SECURITY = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# Streamlit's counters name internal functions and ask for no permission.
HIDDEN = ("/_stcore/metrics",)
COMPRESSED = (".js", ".css", ".html", ".json", ".svg")
LARGEST = 16 * 2**20


class Headers:
    """Add the security headers to every answer and hide what is nobody's business."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["path"].rstrip("/") in HIDDEN:
            await PlainTextResponse("Not found", status_code=404)(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY.items():
                    headers[name] = value
            await send(message)

        await self.app(scope, receive, with_headers)


class Compression:
    """Serve scripts and styles gzipped, each compressed once per process.

    Streamlit serves them as they are. Their names carry a hash of their content, so a compressed copy never
    grows stale, and there are only as many as there are files.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.copies: MutableMapping[str, bytes] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if not _compressible(scope):
            await self.app(scope, receive, send)
            return
        start: dict[str, Any] = {}
        body = bytearray()

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            body.extend(message.get("body", b""))
            if not message.get("more_body", False):
                await self._answer(scope["path"], start, bytes(body), send)

        await self.app(scope, receive, collect)

    async def _answer(self, path: str, start: dict[str, Any], body: bytes, send: Send) -> None:
        """Send a collected answer, compressed when it is a whole file that was not compressed yet."""
        headers = MutableHeaders(raw=start["headers"])
        if start["status"] == 200 and 1024 < len(body) <= LARGEST and "content-encoding" not in headers:
            if path not in self.copies:
                self.copies[path] = await run_in_threadpool(gzip.compress, body, 6)
            body = self.copies[path]
            headers["content-encoding"] = "gzip"
            headers["content-length"] = str(len(body))
            headers.add_vary_header("accept-encoding")
        await send({**start, "headers": headers.raw})
        await send({"type": "http.response.body", "body": body})


def _compressible(scope: Scope) -> bool:
    """Whether a request asks for a whole file of the app's own assets and takes gzip."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    headers = HeaderView(scope=scope)
    asset = scope["path"].startswith("/static/") and scope["path"].endswith(COMPRESSED)
    return asset and "range" not in headers and "gzip" in headers.get("accept-encoding", "")
