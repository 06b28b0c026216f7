"""Places that are looked through for files: which are there, and what their paths tell of their rows."""

from __future__ import annotations

import glob
import os
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from monitoring.store.inbox_folder import SETTLED_SECONDS
from monitoring.store.layout import folded
from monitoring.store.sources import SUFFIXES, Source
from monitoring.store.sql import composed, quoted
from monitoring.store.sql import text as literal

_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


class Trouble(Exception):
    """Why a place, or something in it, cannot be used: a code of `monitoring.reasons`, what, and why."""

    def __init__(self, code: str, subject: str, detail: str = "") -> None:
        self.code, self.subject, self.detail = code, subject, detail
        super().__init__(f"{code}: {subject}: {detail}")


@dataclass(frozen=True)
class Found:
    """A file in a place.

    Attributes
    ----------
    path : Path
    title : str
        Its path below the place, under which it is remembered.
    bytes, modified : int
        Its size, and when it was last written to, in nanoseconds since 1970.
    parts : dict of str to str or None
        What the path says, like ``region=eu``.
    """

    path: Path
    title: str
    bytes: int
    modified: int
    parts: dict[str, str | None]

    def settled(self, now: float) -> bool:
        """Whether nobody has written to it for a while, so that it is not half copied."""
        return now - self.modified / 1e9 >= SETTLED_SECONDS


def files(place: str) -> list[Found]:
    """The files of a folder and all below, of a glob, or the one file, in the order of their paths.

    Hidden ones and those whose name begins with an underscore are left out, as are endings that say nothing
    of what is inside.

    Parameters
    ----------
    place : str
        An absolute path.

    Raises
    ------
    Trouble
        ``source_gone`` if there is no such folder or file, ``source_denied`` if it may not be read.
    """
    below = base(place)
    try:
        os.stat(below)
        if Path(place).is_dir():
            paths = list(_below(place))
        elif place == below:
            paths = [place]
        else:
            _readable(below)
            paths = [one for one in glob.iglob(place, recursive=True) if Path(one).is_file()]
    except PermissionError as error:
        raise Trouble("source_denied", str(error.filename or below)) from error
    except (OSError, ValueError) as error:
        raise Trouble("source_gone", below) from error
    root = below if Path(below).is_dir() else str(Path(below).parent)
    found = (_found(Path(one), Path(root)) for one in sorted(set(paths)))
    return [one for one in found if one is not None]


def waiting(found: list[Found]) -> list[Found]:
    """Those that are still being written."""
    now = time.time()
    return [one for one in found if not one.settled(now)]


def absolute(place: str, folder: str | None) -> str:
    """A place as the model's file writes it, from the folder of that file where it is relative.

    Raises
    ------
    Trouble
        If it is relative and nobody knows to what.
    """
    path = os.path.expanduser(place)
    if os.path.isabs(path):
        return os.path.normpath(path)
    if folder is None:
        raise Trouble("source_gone", f"{place}, a relative path; write it in full")
    return os.path.normpath(os.path.join(folder, path))


def with_parts(source: Source, parts: Mapping[str, str | None]) -> Source:
    """A file with columns of one text each, such as the parts ``region=eu`` of its path.

    A column that the file has itself stays as it is.

    Examples
    --------
    >>> plain = Source("source", {}, {"age": "DOUBLE"}, lenient=True)
    >>> print(with_parts(plain, {"region": "eu", "AGE": "7"}).relation)
    (SELECT *, 'eu' AS "region" FROM source)
    """
    own = {folded(name) for name in source.columns}
    added = {name: value for name, value in parts.items() if folded(name) not in own}
    if not added:
        return source
    values = ", ".join(
        f"{'CAST(NULL AS VARCHAR)' if value is None else literal(value)} AS {quoted(name)}"
        for name, value in added.items()
    )
    relation = composed(
        "(SELECT *, {values} FROM {relation})", {"values": values, "relation": source.relation}
    )
    return replace(source, relation=relation, columns=source.columns | dict.fromkeys(added, "VARCHAR"))


def parts(path: str) -> dict[str, str | None]:
    """The columns that a path tells, as Hive writes them.

    Examples
    --------
    >>> parts("region=eu/day=2026-05-01/part-0.parquet"), parts("plan=__HIVE_DEFAULT_PARTITION__/a.csv")
    ({'region': 'eu', 'day': '2026-05-01'}, {'plan': None})
    """
    found = {}
    for part in Path(path).parts[:-1]:
        name, equals, value = part.partition("=")
        if equals and name:
            found[urllib.parse.unquote(name)] = None if value == _NO_VALUE else urllib.parse.unquote(value)
    return found


def base(place: str) -> str:
    """The part of a place before its first pattern: a folder that must be there, or the whole of it.

    Examples
    --------
    >>> base("/data/log/2026-*/part[0-9].parquet"), base("/data/log")
    ('/data/log', '/data/log')
    """
    if not glob.has_magic(place) or os.path.exists(place):
        return place
    plain: list[str] = []
    for part in Path(place).parts:
        if glob.has_magic(part):
            break
        plain.append(part)
    return os.path.join(*plain)


def _below(folder: str) -> Iterator[str]:
    """The files of a folder and of those below that are not hidden; what cannot be read is an error."""

    def refuse(error: OSError) -> None:
        raise error

    for here, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(one for one in folders if not _left_out(one))
        yield from (os.path.join(here, name) for name in names)


def _readable(folder: str) -> None:
    """Raise what reading a folder raises: a glob takes one that may not be read for an empty one."""
    with os.scandir(folder) as entries:
        next(entries, None)


def _left_out(name: str) -> bool:
    return name.startswith((".", "_"))


def _found(path: Path, root: Path) -> Found | None:
    """A file, unless it is none that is taken in, or has just gone."""
    title = path.relative_to(root).as_posix()
    if path.suffix.lower() not in SUFFIXES or any(_left_out(part) for part in Path(title).parts):
        return None
    try:
        stat = path.stat()
    except OSError:
        return None
    title = title.encode("utf-8", "replace").decode()  # a name may hold bytes that are no text
    return Found(path, title, stat.st_size, stat.st_mtime_ns, parts(title))
