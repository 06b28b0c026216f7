"""A folder that exists only while something is tried in it, even if the process is killed meanwhile."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from monitoring.inbox.locks import try_lock

PREFIX = "lookout-preview-"
_OWNER = "owner"
_YOUNG = 60.0  # seconds within which a folder may not have its lock yet


@contextlib.contextmanager
def passing(within: Path | None = None) -> Iterator[Path]:
    """Have a folder for as long as the block lasts.

    A process that is killed cannot clean up. Its lock ends with it, so the next one finds its folder and
    removes it.

    Parameters
    ----------
    within : Path, optional
        The system's folder for temporary files by default.

    Examples
    --------
    >>> with passing() as folder:
    ...     folder.is_dir()
    True
    >>> folder.exists()
    False
    """
    root = within or Path(tempfile.gettempdir())
    sweep(root)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))
    descriptor = os.open(folder / _OWNER, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try_lock(descriptor)
        yield folder
    finally:
        os.close(descriptor)
        shutil.rmtree(folder, ignore_errors=True)


def sweep(root: Path, now: float | None = None) -> list[Path]:
    """Remove what processes left that were killed; gives the folders that are gone.

    Parameters
    ----------
    root : Path
    now : float, optional
        Seconds since 1970.
    """
    gone = []
    for folder in root.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            old = (now or time.time()) - folder.stat().st_mtime > _YOUNG
            if old and not folder.is_symlink() and _abandoned(folder / _OWNER):
                shutil.rmtree(folder, ignore_errors=True)
                gone.append(folder)
    return gone


def _abandoned(owner: Path) -> bool:
    """Whether nobody holds the lock any more."""
    if not owner.exists():
        return True
    descriptor = os.open(owner, os.O_RDWR)
    try:
        return try_lock(descriptor)
    finally:
        os.close(descriptor)
