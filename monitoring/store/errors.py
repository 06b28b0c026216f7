"""What can go wrong with the store, each in words that name the thing and the fix."""

from __future__ import annotations

from pathlib import Path


class StoreError(Exception):
    """Something about the store or what was put into it is wrong; the message says what to do."""


class StoreInUse(StoreError):
    """Another process owns the store."""

    def __init__(self, path: Path, pid: int | None) -> None:
        self.path, self.pid = path, pid
        owner = f"process {pid}" if pid else "another process"
        super().__init__(f"{path} is owned by {owner}; stop it, or give this one another store with --store")


class NotAStore(StoreError):
    """The file is damaged or belongs to another program; it was left as it is."""


class UnknownModel(StoreError):
    """No model of that name is registered."""

    def __init__(self, name: str, known: list[str]) -> None:
        names = ", ".join(known) or "none yet; register one with: python -m monitoring add FILE"
        super().__init__(f"no model is called {name!r}; known models: {names}")


class UnknownFile(StoreError):
    """No file of that name was ingested for the model."""


class UnreadableFile(StoreError):
    """A file could not be read at all; nothing of it was taken in."""


class Busy(StoreError):
    """Another writer is at work, and the caller waits no longer."""


class Refused(StoreError):
    """The change would lose something, so it was not made."""
