"""Finishing what a dead writer left open: its lock is free, and its last line may be torn."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

from monitoring.inbox.locks import try_lock
from monitoring.inbox.log import SEALED

_OPEN = re.compile(r"\d+-\d+-[0-9a-f]+\.(predictions|labels)\.open")  # nobody else's file is ever cut


def seal_abandoned(folder: Path) -> list[Path]:
    """Finish the segments whose writer died: a free lock tells.

    The last line may be torn. It was never acknowledged, so it is cut off.

    Parameters
    ----------
    folder : Path
        One model's folder in the inbox.

    Returns
    -------
    list of Path
        The segments as they are called now.
    """
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        names = [entry.path for entry in entries if _is_segment(entry)]
        return [sealed for name in sorted(names) if (sealed := _sealed(Path(name))) is not None]
    return []


def _is_segment(entry: os.DirEntry[str]) -> bool:
    return bool(_OPEN.fullmatch(entry.name)) and entry.is_file(follow_symlinks=False)


def _sealed(path: Path) -> Path | None:
    """Seal one segment, unless its writer lives or has just sealed it."""
    try:
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        return None
    try:
        if not try_lock(descriptor) or not _is_still(path, descriptor):
            return None
        size = _whole_lines(descriptor)
        if size < os.fstat(descriptor).st_size:
            os.ftruncate(descriptor, size)
        if size == 0:  # under the lock: a writer that had not locked yet finds it gone and makes another
            with contextlib.suppress(PermissionError):
                path.unlink()
            return None
    finally:
        os.close(descriptor)
    with contextlib.suppress(FileNotFoundError):
        return path.rename(path.with_suffix(SEALED))
    return None


def _is_still(path: Path, descriptor: int) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    return False


def _whole_lines(descriptor: int, block: int = 1 << 16) -> int:
    """Bytes up to and including the last line's end."""
    stop = os.lseek(descriptor, 0, os.SEEK_END)
    while stop > 0:
        start = max(0, stop - block)
        os.lseek(descriptor, start, os.SEEK_SET)
        place = os.read(descriptor, stop - start).rfind(b"\n")
        if place >= 0:
            return start + place + 1
        stop = start
    return 0
