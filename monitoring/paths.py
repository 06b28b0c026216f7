"""Folders in which the app may read files by their path: none unless the configuration names them.

``lookout.toml`` beside the store says ``[paths] allowed = ["/data/logs"]``; the environment's
``LOOKOUT_PATHS``, separated like ``PATH``, takes its place.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

NAME = "lookout.toml"
VARIABLE = "LOOKOUT_PATHS"


class PathError(ValueError):
    """A path may not be read; the message says why, and nothing of what is there."""


def allowed(store: Path, environment: Mapping[str, str] | None = None) -> tuple[Path, ...]:
    """The folders that may be read.

    Parameters
    ----------
    store : Path
        The store's file.
    environment : mapping, optional
        The process's own by default.

    Raises
    ------
    PathError
        If the file is no TOML, or says something else.

    Examples
    --------
    >>> allowed(Path("nowhere/lookout.duckdb"), {"LOOKOUT_PATHS": "/data/logs"})[0].as_posix()
    '/data/logs'
    >>> allowed(Path("nowhere/lookout.duckdb"), {})
    ()
    """
    told = (os.environ if environment is None else environment).get(VARIABLE)
    names = told.split(os.pathsep) if told else _told(store.parent / NAME)
    return tuple(Path(one).expanduser() for one in names if one.strip())


def _told(file: Path) -> list[str]:
    if not file.is_file():
        return []
    try:
        found = tomllib.loads(file.read_text("utf-8"))
        names = found.get("paths", {}).get("allowed", [])
    except (OSError, ValueError, AttributeError) as error:
        raise PathError(f"{NAME}: {error}") from error
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
        raise PathError(f'{NAME}: write [paths] allowed = ["/data/logs"]')
    return names


def resolved(text: str, folders: Sequence[Path]) -> Path:
    """A path that somebody typed, where it lies in a folder that may be read; links are followed first.

    Raises
    ------
    PathError
        If it does not, or there is nothing.

    Examples
    --------
    >>> resolved("/etc/passwd", [Path("/data/logs")])
    Traceback (most recent call last):
    monitoring.paths.PathError: '/etc/passwd' does not lie in a folder that may be read: /data/logs
    """
    try:
        path = Path(text.strip()).expanduser().resolve()
        inside = any(path.is_relative_to(folder.resolve()) for folder in folders)
    except (OSError, ValueError, RuntimeError):
        path, inside = Path(), False
    if not inside:
        there = ", ".join(map(str, folders)) or "none is named"
        raise PathError(f"{text.strip()!r} does not lie in a folder that may be read: {there}")
    if not path.exists():
        raise PathError(f"{text.strip()!r}: there is no such file or folder")
    return path
