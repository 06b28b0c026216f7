"""What the running app does besides serving pages: it owns the store."""

from __future__ import annotations

from monitoring.ui import session


def start() -> None:
    """Open the store before the first visitor comes.

    Raises
    ------
    StoreError
        If the store cannot be opened, for instance because another process owns it.
    """
    session.store()


def stop() -> None:
    """Close the store, so that the next process may own it."""
    session.close()
