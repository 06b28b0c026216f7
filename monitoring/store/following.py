"""Following the place where a model's log lies: what is new or changed there is taken in, the rest is told.

A file is recognised by its path, size and instant, and by its content where these changed. One that was
written anew takes its own place: what it brought before goes and what it holds now comes in one transaction,
so that following a place in whatever steps equals taking in what lies there at the end. A file that is gone
keeps its rows, for logs are rotated.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from monitoring.models import Model
from monitoring.source import Source
from monitoring.store import followed, following_tables, journal, places
from monitoring.store.batch import Progress
from monitoring.store.database import DatabaseError
from monitoring.store.errors import Refused, StoreError
from monitoring.store.followed import Known, Scope
from monitoring.store.layout import folded
from monitoring.store.places import Found, Trouble
from monitoring.store.receipts import Receipt
from monitoring.store.store import Store

KEPT = "kept: "  # begins what is told of a file whose old rows could not go
SHOWN = 3  # names of files in one sentence
_locks: weakref.WeakKeyDictionary[Store, threading.Lock] = weakref.WeakKeyDictionary()
_making = threading.Lock()


@dataclass
class Look:
    """What came of one look at a model's places.

    Attributes
    ----------
    receipts : list of Receipt
        What became of each file, or of each stretch of a table, that was new.
    rewritten : list of str
        Files that were written anew, whose rows took the place of those before.
    waiting : list of str
        Files that are still being written and wait for the next look.
    troubles : list of (kind, Trouble)
    """

    receipts: list[Receipt] = field(default_factory=list)
    rewritten: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    troubles: list[tuple[str, Trouble]] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether anything of the log did."""
        return bool(self.rewritten) or any(not (one.known or one.problem) for one in self.receipts)


def follow(
    store: Store, name: str, progress: Progress | None = None, going: Callable[[], bool] = lambda: True
) -> Look:
    """Look at a model's places once, take in what is new or changed, and bring the profile up to date.

    Parameters
    ----------
    store : Store
    name : str
        The model.
    progress : callable, optional
        Called with a share from 0 to 1 and what is being done.
    going : callable, optional
        Asked before each file; the rest is left for the next look when it says no.

    Returns
    -------
    Look
        Empty where the model's file names no source.

    Raises
    ------
    UnknownModel
        If the model is not registered.
    """
    say = progress or (lambda share, what: None)
    with _lock(store):
        model, look = store.model(name), Look()
        if model.source is None:
            followed.keep_troubles(store, name, [])
            return look
        for kind, place in model.source.kinds.items():
            try:
                _follow(store, model, model.source, (kind, place), look, say, going)
            except Trouble as trouble:
                look.troubles.append((kind, trouble))
        if look.changed or store.data_version(name).endswith("-stale"):  # or it failed at the last look
            store.settle(name, lambda share, what: say(0.8 + 0.2 * share, what))
        followed.keep_troubles(store, name, look.troubles)
        return look


def _lock(store: Store) -> threading.Lock:
    """One look at a time, whoever asks for it."""
    with _making:
        return _locks.setdefault(store, threading.Lock())


def _follow(
    store: Store, model: Model, source: Source, named: tuple[str, str], look: Look, say: Progress,
    going: Callable[[], bool],
) -> None:  # fmt: skip
    kind, place = named
    folder = followed.folder(store, model.name)
    if source.database is not None:
        path = places.absolute(source.database, folder)
        _follow_table(store, model, source, Scope(model.name, kind, f"{path} {place}"), path, look, going)
        return
    scope = Scope(model.name, kind, places.absolute(place, folder))
    _follow_files(store, model, scope, look, say, going)


def _follow_table(
    store: Store, model: Model, source: Source, scope: Scope, path: str, look: Look,
    going: Callable[[], bool],
) -> None:  # fmt: skip
    table = following_tables.Table(scope, Path(path), source.kinds[scope.kind], source.overlap_days)
    try:
        for receipt in following_tables.taken(store, model, table, going):
            look.receipts.append(receipt)
            if receipt.problem:
                look.troubles.append((scope.kind, Trouble("source_unusable", receipt.file, receipt.problem)))
    except (DatabaseError, StoreError, OSError) as error:  # a full disk, for instance; tried again
        why = f"it could not be taken in: {_first(error)}"
        look.troubles.append((scope.kind, Trouble("source_unusable", table.title, why)))
    gone = followed.mark(store, scope).gone
    if gone:
        look.troubles.append((scope.kind, Trouble("source_removed", f"{gone:,} rows of {table.title}")))


def _follow_files(
    store: Store, model: Model, scope: Scope, look: Look, say: Progress, going: Callable[[], bool]
) -> None:
    there, known = places.files(scope.place), followed.files(store, scope)
    if known and not there:
        raise Trouble("source_empty", scope.place)
    waiting = {one.title for one in places.waiting(there)}
    look.waiting += sorted(waiting)
    fresh = [one for one in there if one.title not in waiting and not _same(one, known.get(one.title))]
    taking = _Taking(store, model, scope, known, {one.title for one in there})
    for place, one in enumerate(fresh):
        if not going():
            break
        say(0.8 * place / len(fresh), f"reading {one.title}")
        taking.take(one, look)
    _tell_files(taking, look)


def _same(one: Found, known: Known | None) -> bool:
    return known is not None and (known.bytes, known.modified) == (one.bytes, one.modified)


@dataclass
class _Taking:
    """A place that is gone through, with what was known of its files before and what is by now."""

    store: Store
    model: Model
    scope: Scope
    known: dict[str, Known]
    there: set[str]

    def take(self, one: Found, look: Look) -> None:
        """Take a file in, in the place of what it held before; what goes wrong stays with the file."""
        before = self.known.get(one.title)
        parts = self._parts(one)
        try:
            content = journal.content(one.path, parts)
        except PermissionError:
            self._keep(one, before, "", "this user may not read it", again=True)
            return
        except OSError as error:
            if one.path.exists():  # else it went away a moment ago
                self._keep(one, before, "", f"it cannot be read: {error.strerror}", again=True)
            return
        if before is not None and before.digest == content:  # touched, or put out by hand and still the same
            self._keep(one, before, content, before.problem if before.problem.startswith(KEPT) else "")
            return
        try:
            receipt, problem = self._receipt(one, parts, self._replaced(one, before))
        except (DatabaseError, StoreError, OSError, UnicodeError) as error:  # a full disk, for instance
            self._keep(one, before, "", f"it could not be taken in: {_first(error)}", again=True)
            return
        if receipt is None:
            return
        look.receipts.append(receipt)
        anew = before is not None and not receipt.problem and bool(before.digest)
        if anew:
            look.rewritten.append(one.title)
        self._keep(one, before, "" if receipt.problem else content, problem or receipt.problem, anew=anew)

    def _receipt(
        self, one: Found, parts: dict[str, str | None], instead_of: str
    ) -> tuple[Receipt | None, str]:
        """What became of a file, and what has to be told of it besides; none if it went away."""
        name, kind = self.scope.model, self.scope.kind

        def take(instead_of: str) -> Receipt:
            return self.store.ingest(
                name, one.path, kind, title=one.title, settle=False, parts=parts, instead_of=instead_of
            )

        try:
            return take(instead_of), ""
        except Refused as refusal:  # raw rows of what it held before were deleted by retention
            return take(""), f"{KEPT}{refusal}"
        except (OSError, StoreError):
            if one.path.exists():
                raise
            return None, ""

    def _parts(self, one: Found) -> dict[str, str | None]:
        """What the path says of columns that the model's file names; others would be features of no use."""
        named = _named(self.model)
        return {name: value for name, value in one.parts.items() if folded(name) in named}

    def _replaced(self, one: Found, before: Known | None) -> str:
        """The content that goes, unless another file of the place holds the same."""
        if before is None or not before.digest:
            return ""
        others = (self.known[title] for title in self.there & set(self.known) if title != one.title)
        return "" if any(other.digest == before.digest for other in others) else before.digest

    def _keep(
        self, one: Found, before: Known | None, content: str, problem: str, *, again: bool = False,
        anew: bool = False,
    ) -> None:  # fmt: skip
        """Note a file; one that cannot be read goes on to stand for the rows that it brought before.

        With ``again`` it is tried at every look, for its instant will not tell when it can be read.
        """
        digest = content or (before.digest if before else "")
        times = (before.rewritten if before else 0) + anew
        now = Known(one.title, one.bytes, 0 if again else one.modified, digest, times, problem)
        if now != before:
            followed.keep_file(self.store, self.scope, now)
        self.known[one.title] = now


def _tell_files(taking: _Taking, look: Look) -> None:
    """What has to be told of the files of a place, whenever it began."""
    kind, known = taking.scope.kind, taking.known
    here = [known[title] for title in sorted(taking.there & set(known))]
    kept = [one for one in here if one.problem.startswith(KEPT)]
    bad = [one for one in here if one.problem and one not in kept]
    for code, files in (("source_unusable", bad), ("source_kept", kept)):
        if files:
            detail = files[0].problem.removeprefix(KEPT)
            look.troubles.append((kind, Trouble(code, _several(files), detail)))
    held = {one.digest for one in here}
    gone = [
        one for title, one in sorted(known.items()) if title not in taking.there and one.digest not in held
    ]
    gone = [one for one in gone if one.digest]
    if gone:
        look.troubles.append((kind, Trouble("source_removed", _several(gone))))


def _first(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


def _several(files: list[Known]) -> str:
    """A few files by name and the rest by number."""
    names = ", ".join(one.title for one in files[:SHOWN])
    more = len(files) - SHOWN
    return f"{names} and {more:,} more" if more > 0 else names


def _named(model: Model) -> set[str]:
    """The columns that a model's file names."""
    columns = model.columns
    score = columns.score.values() if isinstance(columns.score, dict) else [columns.score]
    roles = (columns.id, columns.predicted_at, columns.version, columns.prediction, columns.label,
             columns.labelled_at, columns.latency, columns.error)  # fmt: skip
    return {folded(one) for one in (*roles, *score, *model.segments.columns, *model.features) if one}


__all__ = ["Look", "Trouble", "follow"]
