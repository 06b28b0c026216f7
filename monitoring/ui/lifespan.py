"""What runs once per process, from the server's start to its end, and never in a page test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from streamlit import net_util


def stay_here() -> None:
    """Keep Streamlit from asking a service on the internet for the address of this machine.

    It would when a page of another site opens a connection, to see whether that site is this machine. Without
    the answer it refuses, unless ``server.corsAllowedOrigins`` names the site.
    """
    net_util.get_external_ip = lambda: None


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Own the store while the server runs; Streamlit's app calls this.

    Parameters
    ----------
    app : streamlit.App
        Not used; the signature is the server's.
    """
    # Imported only now: before the server runs, Streamlit warns that there is nothing to keep caches in.
    from monitoring.ui import background

    stay_here()
    background.start()
    try:
        yield
    finally:
        background.stop()
