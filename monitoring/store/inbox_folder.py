"""The reading side of the inbox: which files are finished, and how each leaves the folder exactly once.

``inbox/<model>/`` holds segments of the logging client (``<ns>-<pid>-<random>.predictions.jsonl``) and files
that somebody put there. ``.open`` is a segment still being written, ``.batch`` a folder of small segments
that go in together, ``.handed`` a folder with a file that the command line handed over, ``.done`` a folder
that is in, ``.bad`` what could not be taken in, with the reason in ``.why`` beside it.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from monitoring.inbox.log import MODEL, OPEN, SEALED
from monitoring.store.abandoned import seal_abandoned

Kind = Literal["predictions", "labels"]
SETTLED_SECONDS = 2.0
BATCH_BYTES = 32 << 20
BATCH_FILES = 1000
BATCH, HANDED = ".batch", ".handed"
_OWN = re.compile(r"(?P<ns>\d+)-\d+-[0-9a-f]+\.(predictions|labels)(?P<form>\.jsonl|\.batch|\.handed)")
_NOT_READY = (OPEN, ".bad", ".why", ".done", ".tmp", ".part")
_JOINED = ".joined" + SEALED


@dataclass(frozen=True)
class Segment:
    """One thing to take in: a file, or a folder with one or many.

    Attributes
    ----------
    path : Path
    model : str
    kind : {'predictions', 'labels'}
    title : str
        The name under which it is remembered.
    """

    path: Path
    model: str
    kind: Kind
    title: str


@dataclass(frozen=True)
class Bad:
    """A file that could not be taken in, and why."""

    path: Path
    reason: str


def models(folder: Path) -> list[str]:
    """The models that have a folder in the inbox, known to the store or not.

    Examples
    --------
    >>> models(Path("no such folder"))
    []
    """
    with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries if MODEL.fullmatch(entry.name) and entry.is_dir())
    return []


def ready(folder: Path, model: str | None = None) -> list[Segment]:
    """What can be taken in now, oldest first; segments of dead writers are sealed on the way.

    Parameters
    ----------
    folder : Path
        The inbox.
    model : str, optional
        Only this one's.

    Returns
    -------
    list of Segment
        Links, hidden files and files that changed in the last two seconds are left where they are.
    """
    found = []
    for name in models(folder) if model is None else [model]:
        seal_abandoned(folder / name)
        found += [(age, segment) for age, segment in _finished(folder / name, name)]
    return [segment for _, segment in sorted(found, key=lambda item: (item[0], item[1].path.name))]


def gathered(segments: Sequence[Segment], limit: int = BATCH_BYTES) -> list[Segment]:
    """Put small segments of the logging client into batches, since taking one in costs the same at any size.

    A batch is a folder, so it is made by moving: the same files stay together whenever the process dies, and
    a batch that was committed but not removed is recognised by its content.

    Parameters
    ----------
    segments : sequence of Segment
        Oldest first.
    limit : int
        Bytes in a batch, at most; a larger segment stays alone.

    Returns
    -------
    list of Segment
        Oldest first within each kind.
    """
    whole: list[Segment] = []
    groups: dict[tuple[str, Kind], list[Segment]] = {}
    sizes: dict[tuple[str, Kind], int] = {}
    for segment in segments:
        key = (segment.model, segment.kind)
        size = segment.path.stat().st_size if _is_own(segment) else limit
        if key in groups and (len(groups[key]) == BATCH_FILES or sizes[key] + size > limit):
            whole.append(_together(groups.pop(key)))
        if size >= limit:
            whole.append(segment)
        else:
            sizes[key] = size + (sizes[key] if key in groups else 0)
            groups.setdefault(key, []).append(segment)
    return whole + [_together(group) for group in groups.values()]


@contextlib.contextmanager
def content(segment: Segment) -> Iterator[Path]:
    """Give the one file to be read; that of a batch is made now and gone afterwards.

    Parameters
    ----------
    segment : Segment

    Yields
    ------
    Path
        The same bytes every time the segment is read.
    """
    if not segment.path.is_dir():
        yield segment.path
        return
    if segment.path.suffix == HANDED:
        yield segment.path / segment.title
        return
    joined = segment.path / _JOINED
    try:
        with joined.open("wb") as out:
            for part in sorted(segment.path.glob(f"[0-9]*{SEALED}")):
                with part.open("rb") as file:
                    shutil.copyfileobj(file, out, 1 << 20)
        yield joined
    finally:
        joined.unlink(missing_ok=True)


def remove(segment: Segment) -> None:
    """Delete what was taken in; a folder disappears in one step, however the process dies."""
    if segment.path.is_dir():
        done = segment.path.with_suffix(".done")
        segment.path.rename(done)
        shutil.rmtree(done)
    else:
        segment.path.unlink(missing_ok=True)


def set_aside(segment: Segment, reason: str) -> Bad:
    """Keep what could not be taken in under another name, with the reason beside it.

    Parameters
    ----------
    segment : Segment
    reason : str

    Returns
    -------
    Bad
        Taking the ending ``.bad`` away has the file tried again.
    """
    bad, number = segment.path.with_name(f"{segment.path.name}.bad"), 1
    while bad.exists():
        number += 1
        bad = segment.path.with_name(f"{segment.path.name}.{number}.bad")
    segment.path.rename(bad)
    bad.with_name(f"{bad.name}.why").write_text(reason + "\n", encoding="utf-8")
    return Bad(bad, reason)


def set_aside_files(folder: Path, model: str) -> list[Bad]:
    """The files of a model that could not be taken in, by name."""
    found = []
    for path in sorted((folder / model).glob("*.bad")):
        why = path.with_name(f"{path.name}.why")
        found.append(Bad(path, why.read_text(encoding="utf-8").strip() if why.is_file() else ""))
    return found


def hand_over(folder: Path, model: str, kind: Kind, path: Path) -> Path:
    """Put a copy of a file into the inbox, for the process that owns the store to take in.

    Parameters
    ----------
    folder : Path
        The inbox.
    model : str
    kind : {'predictions', 'labels'}
    path : Path
        The file. It is copied, so that what is taken in is what it was now.

    Returns
    -------
    Path
        Where it waits; it is remembered under its own name.

    Raises
    ------
    ValueError
        If the model's name is not one.
    OSError
        If the file cannot be read or there is no room for it; the inbox is as it was.
    """
    if not MODEL.fullmatch(model):
        raise ValueError(f"model {model!r}: not a name that a model can have")
    target = folder / model / f"{_prefix()}.{kind}{HANDED}"
    passing = target.with_name(f".{target.name}.tmp")
    passing.mkdir(parents=True)
    try:
        with path.open("rb") as source, (passing / path.name).open("xb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
            copy.flush()
            os.fsync(copy.fileno())
        passing.rename(target)
    except BaseException:
        shutil.rmtree(passing)
        raise
    return target


def tidy(folder: Path, seconds: float = 86_400.0) -> None:
    """Delete what a process that died left over: batches that are in, and copies half made a day ago."""
    for name in models(folder):
        for done in (folder / name).glob("*.done"):
            shutil.rmtree(done, ignore_errors=True)
        for batch in (folder / name).glob("*.batch"):
            with contextlib.suppress(OSError):  # it holds something
                batch.rmdir()
        for passing in (folder / name).glob(".*.tmp"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - passing.stat().st_mtime > seconds:
                    shutil.rmtree(passing)


def _finished(folder: Path, model: str) -> Iterator[tuple[int, Segment]]:
    """What can be taken in, with its age in nanoseconds since 1970."""
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            own = _OWN.fullmatch(entry.name)
            kind = "labels" if ".labels." in entry.name.lower() else "predictions"
            if own:
                title = _title(entry, own["form"])
                if title is not None:
                    yield int(own["ns"]), Segment(Path(entry.path), model, kind, title)
            elif not _is_left_alone(entry.name) and _is_file(entry) and _is_settled(entry):
                yield entry.stat().st_mtime_ns, Segment(Path(entry.path), model, kind, entry.name)


def _title(entry: os.DirEntry[str], form: str) -> str | None:
    """The name under which something of our own making is remembered; None if it is not what it says."""
    if form == SEALED:
        return entry.name if _is_file(entry) else None
    if not entry.is_dir(follow_symlinks=False):
        return None
    if form == BATCH:
        return entry.name.removesuffix(BATCH) + SEALED
    with os.scandir(entry.path) as files:
        return next((file.name for file in files if _is_file(file)), None)


def _is_left_alone(name: str) -> bool:
    return name.startswith(".") or name.lower().endswith(_NOT_READY)


def _is_file(entry: os.DirEntry[str]) -> bool:
    """A link is not followed: who may write into the inbox may not thereby read what the app may read."""
    return entry.is_file(follow_symlinks=False)


def _is_settled(entry: os.DirEntry[str]) -> bool:
    """Whether nobody has written to the file for a while; a copy into the folder may still be under way."""
    return time.time() - entry.stat().st_mtime >= SETTLED_SECONDS


def _is_own(segment: Segment) -> bool:
    found = _OWN.fullmatch(segment.path.name)
    return found is not None and found["form"] == SEALED


def _together(segments: list[Segment]) -> Segment:
    """Move segments into a folder of their own; one alone stays where it is."""
    first = segments[0]
    if len(segments) == 1:
        return first
    folder = first.path.with_name(
        f"{first.path.name.split('-')[0]}-{_prefix().split('-', 1)[1]}.{first.kind}.batch"
    )
    folder.mkdir()
    for segment in segments:
        segment.path.rename(folder / segment.path.name)
    return Segment(folder, first.model, first.kind, folder.with_suffix(SEALED).name)


def _prefix() -> str:
    return f"{time.time_ns()}-{os.getpid()}-{secrets.token_hex(4)}"
