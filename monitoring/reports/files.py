"""Where a report is written: whole or not at all, whatever happens meanwhile."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


def beside(out: Path) -> Path:
    """The JSON that goes with a report: in the same folder, by the same name.

    Examples
    --------
    >>> beside(Path("july.html")).name, beside(Path("july")).name, beside(Path("july.json")).name
    ('july.json', 'july.json', 'july.json.json')
    """
    named = out.with_suffix(".json")
    return named if named != out else out.with_name(f"{out.name}.json")


def assert_place(path: Path) -> None:
    """Say at once that a file cannot be written there, before anything is worked out for it.

    Parameters
    ----------
    path : Path

    Raises
    ------
    OSError
        If it is a folder, or its folder is not there.

    Examples
    --------
    >>> assert_place(Path("nowhere/july.html"))
    Traceback (most recent call last):
    FileNotFoundError: [Errno 2] No such file or directory: 'nowhere/july.html'
    """
    if path.is_dir():
        raise IsADirectoryError(21, "is a folder; name a file", str(path))
    if not path.parent.is_dir():
        raise FileNotFoundError(2, "No such file or directory", str(path))


def save(texts: Mapping[Path, str | bytes]) -> None:
    """Write files, each in one step, so that nobody ever reads half of one.

    All of them are written beside their places first; only then they take them.

    Parameters
    ----------
    texts : mapping of Path to str or bytes

    Raises
    ------
    OSError
        If one cannot be written; it names that file, and none has changed unless it was while they took their
        places.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save({Path(folder) / "july.html": "<!doctype html>"})
    ...     [path.name for path in Path(folder).iterdir()]
    ['july.html']
    """
    passing: dict[Path, Path] = {}
    try:
        for path, text in texts.items():
            passing[path] = _aside(path, text)
        for path, aside in passing.items():
            _placed(aside, path)
    finally:
        for aside in passing.values():
            aside.unlink(missing_ok=True)


def _aside(path: Path, text: str | bytes) -> Path:
    """Write a text, or bytes, beside its place."""
    assert_place(path)
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:80]}.", suffix=".tmp", dir=path.parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    aside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode() if isinstance(text, str) else text)
            file.flush()
            os.fsync(file.fileno())
        aside.chmod(_mode(path))
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    return aside


def _mode(path: Path) -> int:
    """The permissions of the file that is there, or those of any new one."""
    with contextlib.suppress(OSError):
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _placed(aside: Path, path: Path) -> None:
    try:
        aside.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
