"""What runs once per process, from the server's start to its end, and never in a page test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any


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

    background.start()
    try:
        yield
    finally:
        background.stop()
