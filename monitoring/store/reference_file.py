"""A reference that is a file of its own: its rows are kept apart from the log, with the same names and types.

The file is in the journal with the kind ``reference``, so that its content is recognised and the quarantine
tells its rejected rows. Since its rows are kept, they can be profiled anew when the file is gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from monitoring.models import Model, parse
from monitoring.store import (
    catalogue,
    cubes,
    grids,
    intake,
    journal,
    layout,
    mapping,
    profiling,
    reference_outputs,
    reference_rows,
    sources,
    storing,
)
from monitoring.store.batch import Batch, Counts
from monitoring.store.errors import StoreError, UnknownModel, UnreadableFile
from monitoring.store.journal import REFERENCE
from monitoring.store.layout import folded
from monitoring.store.mapping import Mapping, Scored
from monitoring.store.sources import Source
from monitoring.store.sql import composed, listed, named

_KEPT = "SELECT file, name, digest, accepted FROM files WHERE model = $model AND kind = $kind"
_RENAME = "UPDATE files SET name = $name WHERE model = $model AND kind = $kind"
_COUNT = "SELECT count(*), min(_day), max(_day), count(DISTINCT _id) FROM keys"
_FIRST_DETAIL = "SELECT detail FROM rejects ORDER BY row, rowid LIMIT 1"
# An id has a row per version in a long file: its features are those of the first, its scores the champion's.
_INSERT = """
INSERT INTO {schema}.reference_rows (_id, _predicted_at, _day, _file, {outputs}{names})
SELECT _id, _predicted_at, _day, $file, {outputs}{names}
FROM (SELECT * FROM keys QUALIFY row_number() OVER (PARTITION BY _id ORDER BY _row) = 1) AS k
JOIN (SELECT _row{values} FROM {relation}) AS s USING (_row)
LEFT JOIN (
    SELECT _id, {outputs} FROM keys JOIN (SELECT _row{scores} FROM {relation}) AS o USING (_row)
    WHERE _version = $served
) AS said USING (_id)
ORDER BY _row"""


@dataclass(frozen=True)
class Given:
    """A reference file that takes the place of the one that is kept."""

    source: Source
    entry: journal.Entry


@dataclass(frozen=True)
class Kept:
    """The reference file whose rows are kept: its number, name and digest, and how many rows it brought."""

    file: int
    name: str
    digest: str
    rows: int


def kept(cursor: duckdb.DuckDBPyConnection, model: str) -> Kept | None:
    """The reference file of a model, if it has one."""
    row = cursor.execute(_KEPT, {"model": model, "kind": REFERENCE}).fetchone()
    return Kept(*row) if row else None


def title(cursor: duckdb.DuckDBPyConnection, model: Model) -> str:
    """The reference file and its rows, like 'march.parquet, 1,200 rows'; '' where there is none."""
    found = kept(cursor, model.name)
    return f"{found.name}, {found.rows:,} row{'s' * (found.rows != 1)}" if found else ""


def profile(
    cursor: duckdb.DuckDBPyConnection,
    model: Model,
    segment: tuple[str, str] = ("", ""),
    features: Sequence[str] | None = None,
) -> cubes.Cubes | None:
    """The profile of the reference file, on the same grids as that of the log; None where it is no file.

    The chunks are the file's own days or hours; a file without instants is one chunk. Parameters are as in
    `monitoring.store.cubes.read`.
    """
    if not reference_rows.of_file(model):
        return None
    return cubes.read_reference(cursor, model.name, grids.read(cursor, model.name), segment, features)


def opened(cursor: duckdb.DuckDBPyConnection, model: Model, folder: Path | None) -> Given | None:
    """Read the reference file that a description names, unless its rows are kept already.

    Call it outside a transaction, with the cursor that takes the rows afterwards.

    Parameters
    ----------
    cursor : duckdb cursor
    model : Model
        As it is to be.
    folder : Path, optional
        Where a relative path begins. Without one it begins where this process works, and then only a path
        that the description did not name before is looked up: elsewhere there may be another file of its
        name.

    Returns
    -------
    Given or None
        None when nothing has to be taken in: the reference is no file, or its content is known. A file that
        is gone counts as known when the description named it before.

    Raises
    ------
    StoreError
        If there is no such file.
    UnreadableFile
        If it cannot be read.
    """
    if model.reference is None or model.reference.file is None:
        return None
    path = Path(folder or "", Path(model.reference.file).expanduser())
    known, before = kept(cursor, model.name), _before(cursor, model.name)
    same = bool(known and before and before.reference and before.reference.file == model.reference.file)
    if same and folder is None and not path.is_absolute():
        return None
    if not path.is_file():
        if same:
            return None
        raise StoreError(f"{path}: no such file; [reference] file is looked up beside the model's file")
    entry = journal.Entry(model.name, REFERENCE, path.name, journal.digest(path), path.stat().st_size)
    # After retention rows stay as they were read.
    as_before = before is not None and (
        _read_as(before) == _read_as(model) or profiling.frozen(cursor, before)
    )
    if known and as_before and known.digest == entry.digest:
        return None
    return Given(sources.read(cursor, path, ids=("_id", model.columns.id)), entry)


def _before(cursor: duckdb.DuckDBPyConnection, name: str) -> Model | None:
    """The model as it is registered."""
    try:
        return parse(catalogue.toml(cursor, name))
    except UnknownModel:
        return None


def _read_as(model: Model) -> tuple[object, ...]:
    """What of a description decides which column is what, and which values fit."""
    kinds = {folded(name): feature.kind for name, feature in model.features.items() if feature.kind}
    return (model.columns, model.versions.first, kinds)


def drop(cursor: duckdb.DuckDBPyConnection, name: str) -> None:
    """Forget a model's reference file and the features that only it had; call inside a transaction."""
    known, before = kept(cursor, name), _before(cursor, name)
    if known is None or before is None:
        return
    for table in ("reference_rows", "reference_profile"):
        cursor.execute(named("DELETE FROM {schema}.{table}", schema=name, table=table))
    reference_outputs.clear(cursor, name)
    for table in ("quarantine", "files"):
        text = named("DELETE FROM {table} WHERE model = $model AND file = $file", table=table)
        cursor.execute(text, {"model": name, "file": known.file})
    layout.drop_columns(cursor, before, known.file)


def rename(cursor: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Remember the reference file under the name that the description gives it now."""
    if model.reference is None or model.reference.file is None:
        return
    given = {"model": model.name, "kind": REFERENCE, "name": Path(model.reference.file).name}
    cursor.execute(_RENAME, given)


def take(batch: Batch, entry: journal.Entry) -> Counts:
    """Keep the rows of a reference file; call inside a transaction, before the profile is made of them.

    Rows are checked as those of a log are, except that the id, the instant and the scores may be absent.

    Raises
    ------
    UnreadableFile
        If the file has no row that can be used, no feature, or none that the log has.
    """
    roles = _roles(batch)
    _refuse_strangers(batch, roles, entry.name)
    columns, conversions = intake.prepare(batch, roles)
    spelled = {folded(name) for name in roles.features}
    own = {name: column for name, column in columns.items() if folded(name) in spelled}
    if not layout.profiled(own):
        raise UnreadableFile(f"{entry.name}: none of its columns can be profiled ({', '.join(own)})")
    intake.find_keys(batch, roles)
    intake.reject_keys(batch, roles)
    intake.reject_content(batch, roles, conversions)
    rejected = intake.quarantine(batch)
    batch.run("DELETE FROM keys WHERE _row IN (SELECT row FROM rejects)")
    total, first, last, ids = batch.run(_COUNT).fetchone() or (0, None, None, 0)
    if not total:
        raise UnreadableFile(f"{entry.name}: {_why_empty(batch, rejected)}")
    _insert(batch, roles, storing.feature_values(columns, conversions))
    unread = reference_outputs.take(batch, roles)
    counts = Counts(total + rejected, ids, total - ids, rejected + unread, first, last)
    journal.write(batch.cursor, entry, batch.file, counts)
    return counts


def _roles(batch: Batch) -> Mapping:
    """What the file's columns are; an id or an instant that no row has is as good as absent."""
    roles = mapping.reference(batch.model, batch.source)
    named_ = [name for name in (roles.id, roles.predicted_at) if name]
    if not named_:
        return roles
    found = batch.run(mapping.filled(named_, batch.source)).fetchone() or ()
    empty = {name for name, filled in zip(named_, found, strict=True) if not filled}
    return mapping.without(roles, empty)


def _refuse_strangers(batch: Batch, roles: Mapping, name: str) -> None:
    """Refuse a file that has nothing to compare the log with."""
    if not roles.features:
        raise UnreadableFile(f"{name}: no feature among its columns ({', '.join(batch.source.columns)})")
    text = named("SELECT DISTINCT name FROM {schema}.column_files ORDER BY name", schema=batch.model.name)
    logged = [feature for (feature,) in batch.run(text).fetchall()]
    if logged and not {folded(one) for one in logged} & {folded(one) for one in roles.features}:
        raise UnreadableFile(
            f"{name}: shares no feature with the log; it has {', '.join(roles.features)}, the log has "
            f"{', '.join(logged)}"
        )


def _why_empty(batch: Batch, rejected: int) -> str:
    if not rejected:
        return "a file without rows cannot be the reference"
    row = batch.run(_FIRST_DETAIL).fetchone()
    detail = row[0] if row else batch.source.lines[0].detail
    return f"none of its {rejected:,} rows can be used; the first: {detail}"


def _insert(batch: Batch, roles: Mapping, values: dict[str, str]) -> None:
    champion = (one for one in roles.scored if one.version in (None, batch.model.versions.first))
    served = next(champion, Scored(None, None, {}, None))
    scores = storing.scores(batch, served)
    if batch.model.task == "regression" and served.prediction:  # the number it predicted, as of the log
        number = storing.numeric(batch, served.prediction).value
        scores["_score"] = f"coalesce({number}, {scores['_score']})"
    parts = {
        "outputs": listed(scores),
        "scores": storing.aliased(scores),
        "names": storing.after(values),
        "values": storing.aliased(values),
        "relation": batch.source.relation,
    }
    text = composed(_INSERT, parts, schema=batch.model.name)
    batch.run(text, file=batch.file, served=batch.model.versions.first)
