"""The store: one process owns it, every thread works on a cursor of its own, writers take turns."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from monitoring import windows
from monitoring.models import Kind, Model, ModelError, parse
from monitoring.store import copies, cubes, forgetting, grids, layout, migrations, profiling, sources
from monitoring.store.cubes import Cubes
from monitoring.store.database import connect, prepared
from monitoring.store.errors import Refused, StoreError, UnknownModel, UnreadableFile
from monitoring.store.batch import Batch, Counts
from monitoring.store.intake import take_predictions
from monitoring.store.labeling import take_inline, take_labels

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Receipt:
    """What became of a file.

    Attributes
    ----------
    known : bool
        Whether the very same content had been taken in before; then nothing was done.
    """

    file: str
    kind: str
    rows: int
    accepted: int
    duplicates: int
    rejected: int
    seconds: float
    known: bool = False
    problem: str = ""


@dataclass(frozen=True)
class Span:
    """How far a model's log reaches: first and last profile key, and the newest instants in UTC."""

    first: dt.datetime | None
    last: dt.datetime | None
    data_until: dt.datetime | None
    labels_until: dt.datetime | None
    rows: int


class Store:
    """A prediction log and its profile in one DuckDB file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "lookout.duckdb") as store:
    ...     store.add('name = "churn"\\ntask = "binary"').name, [model.name for model in store.models()]
    ('churn', ['churn'])
    """

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.path = path
        self._connection = connection
        self._writing = threading.RLock()

    @classmethod
    def open(cls, path: Path | str) -> Store:
        """Open a store and own it; see `monitoring.store.database.connect` for what it raises."""
        path = Path(path)
        connection = connect(path)
        migrations.apply(connection)
        return cls(path, connection)

    def close(self) -> None:
        """Give the store free."""
        self._connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Give this thread a cursor of its own; DuckDB refuses to share one."""
        return prepared(self._connection.cursor())

    @contextmanager
    def _transaction(
        self, own: duckdb.DuckDBPyConnection | None = None
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """One writer at a time; everything it did is committed together or not at all."""
        with self._writing, nullcontext(own) if own else self.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                yield cursor
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")

    # --- models -----------------------------------------------------------------------------------------------

    def models(self) -> list[Model]:
        """All registered models, in the order of their names."""
        with self.cursor() as cursor:
            rows = cursor.execute("SELECT toml FROM models ORDER BY name").fetchall()
        return [parse(row[0]) for row in rows]

    def model(self, name: str) -> Model:
        """One model.

        Raises
        ------
        UnknownModel
            If none has the name.
        """
        with self.cursor() as cursor:
            row = cursor.execute("SELECT toml FROM models WHERE name = $name", {"name": name}).fetchone()
            if row is None:
                known = cursor.execute("SELECT name FROM models ORDER BY name").fetchall()
                raise UnknownModel(name, [one for (one,) in known])
        return parse(row[0])

    def toml(self, name: str) -> str:
        """The text of a model's file as it was last added."""
        self.model(name)
        with self.cursor() as cursor:
            row = cursor.execute("SELECT toml FROM models WHERE name = $name", {"name": name}).fetchone()
        return row[0] if row else ""

    def add(self, toml: str, progress: Progress | None = None) -> Model:
        """Register a model or change it; a change that touches the profile makes it again.

        Raises
        ------
        ModelError
            If the text does not describe a model.
        Refused
            If the change needs raw rows that retention has deleted, or would turn the task of a log around.
        """
        model = parse(toml)
        with self._transaction() as cursor:
            before = cursor.execute(
                "SELECT toml, raw_from FROM models WHERE name = $name", {"name": model.name}
            ).fetchone()
            if before is None:
                layout.create(cursor, model)
                profiling.create(cursor, model.name)
                cursor.execute(
                    "INSERT INTO models VALUES ($name, $toml, now()::TIMESTAMP, now()::TIMESTAMP, TRUE, 0, NULL)",
                    {"name": model.name, "toml": toml},
                )
                return model
            stale = profiling.signature(parse(before[0])) != profiling.signature(model)
            _assert_possible(parse(before[0]), model, stale, before[1])
            cursor.execute(
                "UPDATE models SET toml = $toml, changed_at = now()::TIMESTAMP, revision = revision + 1, "
                "stale = stale OR $stale WHERE name = $name",
                {"name": model.name, "toml": toml, "stale": stale},
            )
        self.settle(model.name, progress)
        return model

    def remove(self, name: str) -> None:
        """Delete a model with everything it logged."""
        model = self.model(name)
        with self._transaction() as cursor:
            layout.drop(cursor, model.name)
            for table in ("files", "quarantine"):
                cursor.execute(f"DELETE FROM {table} WHERE model = $name", {"name": name})
            cursor.execute("DELETE FROM models WHERE name = $name", {"name": name})

    # --- files ------------------------------------------------------------------------------------------------

    def ingest(
        self, name: str, path: Path | str, kind: str = "predictions", progress: Progress | None = None,
        *, title: str | None = None, settle: bool = True,
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
            Whether the profile is brought up to date when the reference's rows changed; a caller with many files
            does so once at the end.

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
        model = self.model(name)
        if not path.is_file():
            raise StoreError(f"{path}: no such file")
        title = title or path.name
        say(0.0, f"reading {title}")
        digest = _digest(path)
        with self.cursor() as cursor:
            rows = _known(cursor, model.name, kind, digest)
        if rows is not None:
            return Receipt(title, kind, rows, 0, rows, 0, time.perf_counter() - started, known=True)
        entry = {
            "model": model.name,
            "kind": kind,
            "name": title,
            "digest": digest,
            "bytes": path.stat().st_size,
        }
        try:
            counts = self._take(model, path, entry, say)
        except UnreadableFile as error:
            self._refuse(entry, str(error))
            return Receipt(title, kind, 0, 0, 0, 1, time.perf_counter() - started, problem=str(error))
        if settle:
            self.settle(name, progress)
        say(1.0, f"{title}: done")
        seconds = time.perf_counter() - started
        return Receipt(title, kind, counts.rows, counts.accepted, counts.duplicates, counts.rejected, seconds)

    def _take(self, model: Model, path: Path, entry: dict[str, object], say: Progress) -> Counts:
        with self._writing, self.cursor() as own:
            source = sources.read(own, path)
            say(0.2, f"checking {entry['name']}")
            with self._transaction(own) as cursor:
                return self._commit(cursor, model, source, entry, say)

    def _commit(
        self,
        cursor: duckdb.DuckDBPyConnection,
        model: Model,
        source: sources.Source,
        entry: dict[str, object],
        say: Progress,
    ) -> Counts:
        """Store, profile and journal a file; inside one transaction."""
        row = cursor.execute("SELECT nextval('file_numbers')").fetchone()
        file = int(row[0]) if row else 0
        batch = Batch(cursor, model, source, file)
        stale = False
        if entry["kind"] == "labels":
            counts = take_labels(batch)
        else:
            counts = take_predictions(batch)
            take_inline(batch)
            say(0.6, f"profiling {entry['name']}")
            stale = profiling.extend(cursor, model, file)
        _journal(cursor, entry, file, counts)
        cursor.execute(
            "UPDATE models SET revision = revision + 1, stale = stale OR $stale WHERE name = $model",
            {"model": model.name, "stale": stale},
        )
        return counts

    def _refuse(self, entry: dict[str, object], problem: str) -> None:
        """Remember a file that could not be read; it may be tried again."""
        with self._transaction() as cursor:
            row = cursor.execute("SELECT nextval('file_numbers')").fetchone()
            file = int(row[0]) if row else 0
            _journal(cursor, {**entry, "digest": None}, file, Counts(0, 0, 0, 1))
            cursor.execute(
                "INSERT INTO quarantine VALUES ($model, $file, NULL, 'unreadable_file', $problem, NULL)",
                {"model": entry["model"], "file": file, "problem": problem},
            )

    def settle(self, name: str, progress: Progress | None = None) -> bool:
        """Bring the profile up to date where rows of the reference or the description changed.

        Returns
        -------
        bool
            Whether the whole profile was made again.
        """
        model = self.model(name)
        with self._transaction() as cursor:
            forgetting.retain(cursor, model)
            row = cursor.execute(
                "SELECT stale, raw_from FROM models WHERE name = $name", {"name": name}
            ).fetchone()
            if not row or not row[0]:
                profiling.tidy(cursor, model)
                return False
            if row[1] is not None:  # the grid stays as it was: rows it was made of may be gone
                cursor.execute("UPDATE models SET stale = FALSE WHERE name = $name", {"name": name})
                return False
            if progress:
                progress(0.8, f"profiling {name} anew")
            profiling.rebuild(cursor, model)
            cursor.execute(
                "UPDATE models SET stale = FALSE, revision = revision + 1 WHERE name = $name", {"name": name}
            )
        return True

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
        with self._transaction() as cursor:
            number = forgetting.find(cursor, name, file)
            keys = forgetting.forget(cursor, model, number)
            stale = profiling.replace_keys(cursor, model, keys)
            cursor.execute(
                "UPDATE models SET revision = revision + 1, stale = stale OR $stale WHERE name = $name",
                {"name": name, "stale": stale},
            )
        self.settle(name)

    def files(self, name: str) -> pd.DataFrame:
        """The journal: every file that was taken in, oldest first."""
        return self._frame(
            "SELECT file, kind, name, bytes, rows, accepted, duplicates, rejected, first_day, last_day, taken_at "
            "FROM files WHERE model = $name ORDER BY file",
            name,
        )

    def quarantine(self, name: str) -> pd.DataFrame:
        """Every row that was not taken in, with its file, its number there, the reason and its content."""
        return self._frame(
            "SELECT f.name AS file, q.row, q.reason, q.detail, q.content FROM quarantine AS q "
            "JOIN files AS f ON f.file = q.file AND f.model = q.model WHERE q.model = $name ORDER BY q.file, q.row",
            name,
        )

    def _frame(self, statement: str, name: str) -> pd.DataFrame:
        self.model(name)
        with self.cursor() as cursor:
            return cursor.execute(statement, {"name": name}).df()

    def backup(self, folder: Path | str) -> Path:
        """Copy the live store into a folder; see `monitoring.store.copies.backup`."""
        with self._writing, self.cursor() as cursor:
            return copies.backup(cursor, Path(folder))

    # --- what pages read --------------------------------------------------------------------------------------

    def data_version(self, name: str) -> str:
        """A text that changes whenever any number of the model may have changed."""
        with self.cursor() as cursor:
            row = cursor.execute(
                "SELECT revision, stale FROM models WHERE name = $name", {"name": name}
            ).fetchone()
        return f"{name}-{row[0]}-{row[1]}" if row else f"{name}-none"

    def span(self, name: str) -> Span:
        """How far the model's log reaches."""
        model = self.model(name)
        with self.cursor() as cursor:
            return Span(*profiling.span(cursor, model))

    def volume(self, name: str) -> pd.DataFrame:
        """Predictions per profile key and version: columns chunk, version, n, last_at (UTC, naive)."""
        model = self.model(name)
        with self.cursor() as cursor:
            return profiling.volume(cursor, model)

    def features(self, name: str) -> dict[str, Kind]:
        """The profiled features of a model and their kinds."""
        model = self.model(name)
        with self.cursor() as cursor:
            return layout.profiled(layout.features(cursor, model))

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

    def segments(self, name: str) -> dict[str, tuple[str, ...]]:
        """The segment columns of a model and the values that have a profile of their own."""
        model = self.model(name)
        with self.cursor() as cursor:
            return profiling.segments(cursor, model)

    def now(self, model: Model) -> dt.datetime:
        """The instant at which a model is judged when nobody asks for another: its clock."""
        if model.clock == "last row":
            until = self.span(model.name).data_until
            if until is not None:
                return until
        return dt.datetime.now(windows.UTC)


def _assert_possible(before: Model, after: Model, stale: bool, raw_from: object) -> None:
    for what in ("task", "timezone", "classes"):
        if getattr(before, what) != getattr(after, what):
            raise Refused(
                f"{after.name}: the {what} of a registered model cannot change; add a model of another name"
            )
    if stale and raw_from is not None:
        raise Refused(
            f"{after.name}: raw rows before {raw_from} were deleted by retention, so the profile cannot be made anew "
            "for another reference, kind, chunk or segment"
        )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=20)).hexdigest()


def _known(cursor: duckdb.DuckDBPyConnection, model: str, kind: str, digest: str) -> int | None:
    row = cursor.execute(
        "SELECT rows FROM files WHERE model = $model AND kind = $kind AND digest = $digest",
        {"model": model, "kind": kind, "digest": digest},
    ).fetchone()
    return int(row[0]) if row else None


def _journal(cursor: duckdb.DuckDBPyConnection, entry: dict[str, object], file: int, counts: Counts) -> None:
    cursor.execute(
        "INSERT INTO files VALUES ($file, $model, $kind, $name, $digest, $bytes, $rows, $accepted, $duplicates, "
        "$rejected, $first_day, $last_day, now()::TIMESTAMP)",
        {
            **entry,
            "file": file,
            "rows": counts.rows,
            "accepted": counts.accepted,
            "duplicates": counts.duplicates,
            "rejected": counts.rejected,
            "first_day": counts.first_day,
            "last_day": counts.last_day,
        },
    )


__all__ = ["ModelError", "Receipt", "Span", "Store"]
