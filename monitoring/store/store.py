"""The store: one process owns it, every thread works on a cursor of its own, writers take turns."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import duckdb
import pandas as pd

from monitoring import windows
from monitoring.models import Kind, Model, parse
from monitoring.store import (
    cases,
    catalogue,
    copies,
    cubes,
    grids,
    journal,
    migrations,
    profiling,
    reference_file,
    transactions,
)
from monitoring.store.batch import Progress
from monitoring.store.cubes import Cubes
from monitoring.store.database import CATALOG, connect, prepared
from monitoring.store.errors import StoreError, UnreadableFile
from monitoring.store.receipts import Receipt, Span
from monitoring.store.recording import watched
from monitoring.store.sql import query
from monitoring.store.transactions import Turns, transaction

Answer = TypeVar("Answer")


class Store:
    r"""A prediction log and its profile in one DuckDB file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "lookout.duckdb") as store:
    ...     store.add('name = "churn"\ntask = "binary"').name, [model.name for model in store.models()]
    ('churn', ['churn'])
    """

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.path = path
        self._connection = connection
        self._turns = Turns()

    @classmethod
    def open(cls, path: Path | str) -> Store:
        """Open a store and own it; see `monitoring.store.database.connect` for what it raises."""
        path = Path(path)
        connection = connect(path)
        store = cls(path, connection)
        if migrations.apply(connection):  # a new kind of profile is made of what is there
            for model in store.models():
                store.settle(model.name)
        return store

    def close(self) -> None:
        """Give the store free."""
        self._connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Give this thread a cursor of its own; DuckDB refuses to share one."""
        return watched(prepared(self._connection.cursor(), CATALOG))

    @contextmanager
    def writing(self, patience: float | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """Write in turn: what is done with the cursor is committed together at the end, or not at all.

        Raises
        ------
        Busy
            If another writer does not finish within ``patience``, in seconds; None waits for it.
        """
        with self._turns.taken(patience), self.cursor() as cursor, transaction(cursor):
            yield cursor

    def models(self) -> list[Model]:
        """All registered models, in the order of their names."""
        with self.cursor() as cursor:
            return catalogue.models(cursor)

    def model(self, name: str) -> Model:
        """One model.

        Raises
        ------
        UnknownModel
            If none has the name.
        """
        return parse(self.toml(name))

    def toml(self, name: str) -> str:
        """The text of a model's file as it was last added; raises as `model` does."""
        with self.cursor() as cursor:
            return catalogue.toml(cursor, name)

    def add(
        self, toml: str, progress: Progress | None = None, folder: Path | str | None = None,
        *, author: str = "", instead_of: str | None = None,
    ) -> Model:  # fmt: skip
        """Register a model or change it; a change that touches the profile makes it again.

        A reference file is looked up in `folder`. Its rows are kept: it is read again only when its content
        changed, or what the description says of its columns. A change of the reference is kept with the name
        of its `author`; with `instead_of`, the text that the change began with, it must still stand there.

        Raises
        ------
        ModelError
            If the text does not describe a model.
        StoreError
            If its reference file is absent, cannot be read, or has nothing to compare the log with.
        Refused
            If the change needs raw rows that retention has deleted, would turn a log around, states a kind
            that stored values do not fit, or another text stands there. What fails changes nothing.
        """
        say = progress or (lambda share, what: None)
        model, place = parse(toml), Path(folder) if folder is not None else None
        with self._turns.taken(), self.cursor() as cursor:
            given = reference_file.opened(cursor, model, place)
            with transaction(cursor):
                where = str(place.absolute()) if place is not None else None
                transactions.assert_unchanged(cursor, model.name, instead_of)
                transactions.note_edit(cursor, model, where, author)
                return transactions.register(cursor, toml, given, say)

    def remove(self, name: str) -> None:
        """Delete a model with everything it logged; raises as `model` does."""
        self.model(name)
        with self.writing() as cursor:
            catalogue.remove(cursor, name)
            cases.remove(cursor, name)

    def ingest(
        self, name: str, path: Path | str, kind: str = "predictions", progress: Progress | None = None,
        *, title: str | None = None, settle: bool = True,
        parts: Mapping[str, str | None] = MappingProxyType({}), instead_of: str = "",
    ) -> Receipt:  # fmt: skip
        """Take one file in: rows, profile and journal are committed together.

        Parameters
        ----------
        name : str
            The model.
        path : Path
            A Parquet, CSV or JSON lines file.
        kind : {'predictions', 'labels'}
        progress : callable, optional
            Called with a share from 0 to 1 and what is being done.
        title : str, optional
            The name under which the file is remembered; its own by default.
        settle : bool
            Whether the profile is brought up to date when the reference's rows changed; a caller with
            many files does so once at the end.
        parts : mapping, optional
            Columns of one text each that the file's path tells.
        instead_of : str
            The digest of a file that this one takes the place of, in one transaction.

        Returns
        -------
        Receipt
            A file that cannot be read has its `problem` there and in the quarantine.

        Raises
        ------
        UnknownModel
            If the model is not registered.
        StoreError
            If there is no such file.
        """
        path, started, say = Path(path), time.perf_counter(), progress or (lambda share, what: None)
        self.model(name)
        if not path.is_file():
            raise StoreError(f"{path}: no such file")
        title = title or path.name
        say(0.0, f"reading {title}")
        entry = journal.Entry(name, kind, title, journal.content(path, parts), path.stat().st_size)
        try:  # no other writer comes between looking whether the content is known and storing it
            with self._turns.taken(), self.cursor() as cursor:
                counts, known = transactions.take(
                    cursor, self.model(name), path, entry, say, parts=parts, instead_of=instead_of
                )
        except UnreadableFile as error:
            with self.writing() as cursor:
                journal.refuse(cursor, entry, str(error))
            return Receipt(title, kind, 0, 0, 0, 1, time.perf_counter() - started, problem=str(error))
        if settle and not known:
            self.settle(name, lambda share, what: say(0.8 + 0.2 * share, what))
        say(1.0, f"{title}: done")
        seconds = time.perf_counter() - started
        return Receipt(
            title, kind, counts.rows, counts.accepted, counts.duplicates, counts.rejected, seconds, known
        )

    def settle(self, name: str, progress: Progress | None = None) -> bool:
        """Bring the profile up to date where rows of the reference or the description changed.

        Returns
        -------
        bool
            Whether the whole profile was made again.
        """
        model = self.model(name)
        with self.writing() as cursor:
            return transactions.settle(cursor, model, progress)

    def forget(self, name: str, file: str) -> None:
        """Take an ingested file out, as if it had never been there.

        Raises
        ------
        UnknownFile
            If no file, or more than one, has that name.
        Refused
            If retention has deleted the raw rows of its days.
        """
        model = self.model(name)
        with self.writing() as cursor:
            transactions.forget(cursor, model, file)

    def files(self, name: str) -> pd.DataFrame:
        """The journal: every file that was taken in, oldest first."""
        return self._frame("files", name)

    def quarantine(self, name: str) -> pd.DataFrame:
        """Every row that was not taken in, with its file, its number there, the reason and its content."""
        return self._frame("quarantine", name)

    def _frame(self, question: str, name: str) -> pd.DataFrame:
        return self._asked(name, lambda cursor, _: cursor.execute(query(question), {"name": name}).df())

    def backup(self, folder: Path | str) -> Path:
        """Copy the live store into a folder; see `monitoring.store.copies.backup`."""
        with self._turns.taken(), self.cursor() as cursor:
            return copies.backup(cursor, self.path, Path(folder))

    def data_version(self, name: str) -> str:
        """A text that changes whenever any number of the model may have changed."""
        with self.cursor() as cursor:
            state = catalogue.state(cursor, name)
        stale = state.stale or state.scores_stale
        return f"{name}-{state.revision}{'-stale' if stale else ''}"

    def span(self, name: str) -> Span:
        """How far the model's log reaches."""
        return Span(*self._asked(name, profiling.span))

    def volume(self, name: str) -> pd.DataFrame:
        """Predictions per profile key and version: columns chunk, version, n, last_at (UTC, naive)."""
        return self._asked(name, profiling.volume)

    def features(self, name: str) -> dict[str, Kind]:
        """The profiled features of a model and their kinds."""
        return self._asked(name, profiling.kinds)

    def cubes(
        self, name: str, start: dt.datetime | None = None, stop: dt.datetime | None = None,
        segment: tuple[str, str] = ("", ""), features: Sequence[str] | None = None,
    ) -> Cubes:  # fmt: skip
        """The profile of a window as arrays; see `monitoring.store.cubes.Cube`."""
        model = self.model(name)
        with self.cursor() as cursor:
            return cubes.read(
                cursor, model.name, grids.read(cursor, model.name), start, stop, segment, features
            )

    def reference_cubes(
        self, name: str, segment: tuple[str, str] = ("", ""), features: Sequence[str] | None = None
    ) -> Cubes | None:
        """The profile of the reference file; see `monitoring.store.reference_file.profile`."""
        return self._asked(
            name, lambda cursor, model: reference_file.profile(cursor, model, segment, features)
        )

    def reference_title(self, name: str) -> str:
        """Name the reference file and its rows, like 'march.parquet, 1,200 rows'; '' where it is no file."""
        return self._asked(name, reference_file.title)

    def unseen(self, name: str, feature: str) -> pd.DataFrame:
        """Categories of a feature that the reference never held: value, first (profile key), n; oldest first.

        The first 200 names of a feature are kept; the profile counts all of them.
        """
        return self._asked(name, lambda cursor, model: profiling.unseen(cursor, model, feature))

    def segments(self, name: str) -> dict[str, tuple[str, ...]]:
        """The segment columns of a model and the logged values that have a profile of their own."""
        return self._asked(name, profiling.segments)

    def segment_labels(self, name: str) -> dict[str, tuple[str, ...]]:
        """The segments of each column as the profile writes them, which is how `cubes` and `rows` take them.

        A label is the value itself, in one more pair of parentheses where it reads like ``(other)`` or
        ``(missing)``. Those two mean all other values and none; they are left out while the log has no such
        row.
        """
        return self._asked(name, profiling.labels)

    def _asked(self, name: str, question: Callable[[duckdb.DuckDBPyConnection, Model], Answer]) -> Answer:
        model = self.model(name)
        with self.cursor() as cursor:
            return question(cursor, model)

    def now(self, model: Model) -> dt.datetime:
        """The instant at which a model is judged when nobody asks for another: its clock."""
        if model.clock == "last row":
            until = self.span(model.name).data_until
            if until is not None:
                return until
        return dt.datetime.now(windows.UTC)
