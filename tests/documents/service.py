"""Requests to an application in this process, without a server: what the guides' service is asked by."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def asked(app: Any, *requests: tuple[str, str, Any]) -> list[tuple[int, Any]]:
    """Start an ASGI application, put requests to it one after another, and stop it.

    Parameters
    ----------
    app : ASGI application
    *requests : (method, path, JSON)

    Returns
    -------
    list of (status, JSON)
        Of a request whose path is a function of the answers before, it is called with them.
    """

    async def through() -> list[tuple[int, Any]]:
        answers: list[tuple[int, Any]] = []
        async with app.router.lifespan_context(app):
            for method, path, content in requests:
                place = path(answers) if callable(path) else path
                answers.append(await _one(app, method, place, content))
        return answers

    with ThreadPoolExecutor(
        1
    ) as apart:  # a browser that other tests use has a loop of its own in this thread
        return apart.submit(lambda: asyncio.run(through())).result()


async def _one(app: Any, method: str, path: str, content: Any) -> tuple[int, Any]:
    body = json.dumps(content).encode()
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {},
    }  # fmt: skip
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    content_back = b"".join(one.get("body", b"") for one in sent if one["type"] == "http.response.body")
    return sent[0]["status"], json.loads(content_back) if content_back else None
