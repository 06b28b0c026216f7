"""Raw rows for the questions that profiles cannot answer, never more of them than were asked for.

A row is drawn by the hash of its id: those with the smallest hashes are taken. So the same question has the
same answer, a smaller sample is part of a larger one, and rows are drawn without looking at what they hold.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import duckdb
import numpy as np
import pyarrow as pa

from monitoring.models import Kind, Model
from monitoring.store import drawing, layout, profiling, row_labels
from monitoring.store.cubes import Floats
from monitoring.store.errors import StoreError
from monitoring.store.sql import Array, arrow, composed, quoted
from monitoring.store.store import Store
from monitoring.store.transactions import snapshot
from monitoring.windows import Window

_NUMBERS: tuple[Kind, ...] = ("numeric", "ordinal")
_PICKED = "_lookout_picked"
# An id may come again on a day far from the first, and is another request then; a shadow may score a request
# past midnight. The nearest prediction comes last and stands.
_SCORES = """
SELECT k.place, {outputs}
FROM {picked} AS k JOIN (
    SELECT * FROM {schema}.predictions
    WHERE _version = $version AND hash(_id) <= $highest::UBIGINT
        AND _day IN (SELECT DISTINCT _day + unnest([-1, 0, 1]) FROM {picked})
) AS p ON p._id = k._id AND p._day BETWEEN k._day - 1 AND k._day + 1
ORDER BY k.place, abs(epoch_us(p._predicted_at) - epoch_us(k._predicted_at)) DESC"""


@dataclass(frozen=True, eq=False)
class Rows:
    """Requests of some windows, or rows of a reference file, in the order in which they were drawn.

    Attributes
    ----------
    keys : ndarray of datetime64[us], shape (rows,)
        The profile key of each row.
    columns : dict of str to ndarray of shape (rows,)
        By feature: float64 for numeric and ordinal ones, NaN where the value is missing and infinite where it
        was logged so; objects (str, None where missing) for binary and categorical ones.
    kinds : dict of str to str
        By feature, in the same order.
    score : ndarray of shape (rows,)
        What the version predicted: the score of a binary model, the number of a regression. NaN where it is
        not known, and for a multiclass model.
    scores : dict of str to ndarray of shape (rows,)
        The probability of each class of a multiclass model; empty for others.
    total : int
        Rows in the windows or the file; more than there are here where they were sampled.
    label : ndarray of shape (rows,) or None
        What was known of each where labels were asked for; see `monitoring.store.row_labels`.
    decision : ndarray of shape (rows,) or None
        What the log says was decided, where it was asked for: text, None where the log does not say.
    """

    keys: Array
    columns: dict[str, Array]
    kinds: dict[str, Kind]
    score: Floats
    scores: dict[str, Floats]
    total: int
    label: Array | None = None
    decision: Array | None = None

    def __len__(self) -> int:
        return len(self.keys)


def sample(
    store: Store, name: str, windows: Sequence[Window], *, most: int = 20_000,
    features: Sequence[str] | None = None, segment: tuple[str, str] = ("", ""), version: str | None = None,
    labels_until: dt.datetime | None = None, decisions: bool = False,
) -> Rows:  # fmt: skip
    r"""Rows of the requests whose profile key lies in any of the windows.

    Only days that the windows touch are read, and of the drawn rows only the features that are wanted.

    Parameters
    ----------
    store : Store
    name : str
        The model.
    windows : sequence of Window
        Of profile keys, in any order; they may overlap.
    most : int
        How many rows at most; all there are when they are no more.
    features : sequence of str, optional
        Those wanted; by default all that are profiled.
    segment : (column, value)
        As the profile writes them; ('', '') for all rows. One that has no profile has no rows.
    version : str, optional
        Whose scores are wanted; the champion's by default.
    labels_until : datetime, optional
        The last profile key whose labels count; without it no labels are read.
    decisions : bool
        Whether decisions that were logged are wanted too.

    Raises
    ------
    UnknownModel
        If the model is not registered.
    StoreError
        If the model has no such feature.
    ValueError
        If ``most`` is not positive.

    Examples
    --------
    >>> import datetime as dt, tempfile
    >>> from pathlib import Path
    >>> january = Window(dt.datetime(2026, 1, 1), dt.datetime(2026, 2, 1))
    >>> with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "lookout.duckdb") as store:
    ...     model, log = store.add('name = "churn"\ntask = "binary"'), Path(folder) / "log.csv"
    ...     _ = log.write_text("id,predicted_at,age,score\n7,2026-01-02T12:00:00Z,40,0.5\n")
    ...     receipt = store.ingest("churn", log)
    ...     rows = sample(store, "churn", [january])
    >>> len(rows), rows.total, rows.columns["age"].tolist(), rows.score.tolist(), rows.kinds
    (1, 1, [40.0], [0.5], {'age': 'numeric'})
    """
    model = store.model(name)
    with store.cursor() as cursor, snapshot(cursor):
        kinds = profiling.kinds(cursor, model, features)
        chosen = drawing.of_log(cursor, model, windows, segment)
        drawn, total = drawing.drawn(cursor, chosen, (*_own(model), *_columns(kinds)), most)
        said = version or model.versions.champion
        scores = _scores(cursor, model, drawn, said)
        label = None if labels_until is None else row_labels.read(cursor, model, drawn, labels_until)
        decided = _decisions(cursor, model, drawn, said) if decisions else None
    return replace(_rows(drawn, kinds, scores, total, label), decision=decided)


def reference_sample(
    store: Store, name: str, *, most: int = 20_000, features: Sequence[str] | None = None,
    segment: tuple[str, str] = ("", ""), labelled: bool = False,
) -> Rows:  # fmt: skip
    """Rows of a reference that is a file, drawn like those of `sample`.

    Their keys are those of `Store.reference_cubes`: a file without instants has a single one. Their scores
    are the champion's where the file has them.

    Parameters
    ----------
    store, name, most, features, segment
        As for `sample`.
    labelled : bool

    Raises
    ------
    UnknownModel, ValueError
        As `sample` does.
    StoreError
        If the model has no such feature, or its reference is no file: then its rows are a window of the log.
    """
    model = store.model(name)
    outputs = [quoted(layout.score_column(label)) for label in model.classes] or ["_score"]
    with store.cursor() as cursor, snapshot(cursor):
        chosen = drawing.of_file(cursor, model, segment)
        kinds = profiling.kinds(cursor, model, features)
        drawn, total = drawing.drawn(cursor, chosen, (*_own(model), *_columns(kinds), *outputs), most)
        label = row_labels.read(cursor, model, drawn, None) if labelled else None
    scores = [column.to_numpy() for column in drawn.columns[-len(outputs) :]]
    return _rows(drawn, kinds, dict(zip(model.classes or ("",), scores, strict=True)), total, label)


def values(
    store: Store, name: str, feature: str, windows: Sequence[Window], *, most: int = 200_000,
    segment: tuple[str, str] = ("", ""),
) -> tuple[Floats, int]:  # fmt: skip
    """Finite values of a numeric or ordinal feature, drawn like the rows of `sample`, and how many there are.

    Parameters
    ----------
    store, name, windows, most, segment
        As for `sample`.
    feature : str

    Returns
    -------
    ndarray of shape (values,)
        At most ``most``, in the order in which they were drawn.
    int
        How many rows of the windows have a finite value.

    Raises
    ------
    UnknownModel, ValueError
        As `sample` does.
    StoreError
        If the model has no such feature, or it holds no numbers.
    """
    model = store.model(name)
    with store.cursor() as cursor, snapshot(cursor):
        column = _number(cursor, model, feature)
        chosen = drawing.of_log(cursor, model, windows, segment, but=f"isfinite({column})")
        drawn, total = drawing.drawn(cursor, chosen, (column,), most)
    return drawn.column(0).to_numpy(), total


def reference_values(
    store: Store, name: str, feature: str, *, most: int = 200_000, segment: tuple[str, str] = ("", "")
) -> tuple[Floats, int]:
    """Finite values of a feature in a reference that is a file, and how many there are; see `values`.

    Raises
    ------
    UnknownModel, ValueError
        As `sample` does.
    StoreError
        As `values` does, or if the reference is no file.
    """
    model = store.model(name)
    with store.cursor() as cursor, snapshot(cursor):
        column = _number(cursor, model, feature)
        chosen = drawing.of_file(cursor, model, segment, but=f"isfinite({column})")
        drawn, total = drawing.drawn(cursor, chosen, (column,), most)
    return drawn.column(0).to_numpy(), total


def _own(model: Model) -> tuple[str, ...]:
    """SQL of what every row has: the first five columns that are drawn."""
    return ("_id", "_predicted_at", "_day", "hash(_id)", layout.key_sql(model))


def _columns(kinds: dict[str, Kind]) -> list[str]:
    """SQL of features as numbers or text."""
    return [
        f"CAST({quoted(feature)} AS {'DOUBLE' if kind in _NUMBERS else 'VARCHAR'})"
        for feature, kind in kinds.items()
    ]


def _number(cursor: duckdb.DuckDBPyConnection, model: Model, feature: str) -> str:
    """SQL of a feature that holds numbers."""
    kind = profiling.kinds(cursor, model, [feature])[feature]
    if kind not in _NUMBERS:
        raise StoreError(f"{model.name}: feature {feature!r} is {kind} and holds no numbers")
    return _columns({feature: kind})[0]


def _rows(
    drawn: pa.Table, kinds: dict[str, Kind], scores: dict[str, Floats], total: int, label: Array | None
) -> Rows:
    """Make drawn columns, `_own` and then the features, into what was asked for."""
    found = {feature: drawn.column(place).to_numpy() for place, feature in enumerate(kinds, 5)}
    score = scores.pop("", None)
    unknown = np.full(len(drawn), np.nan)
    keys = drawn.column(4).to_numpy()
    return Rows(keys, found, kinds, unknown if score is None else score, scores, total, label)


def _scores(
    cursor: duckdb.DuckDBPyConnection, model: Model, drawn: pa.Table, version: str
) -> dict[str, Floats]:
    """What a version predicted for drawn rows: by class, or under '' where there is one number."""
    outputs = {label: f"p.{quoted(layout.score_column(label))}" for label in model.classes}
    if model.task != "multiclass":
        # A regression's number is kept as its score, unless the log has both.
        outputs = {"": "coalesce(p._prediction, p._score)" if model.task == "regression" else "p._score"}
    laid = {label: np.full(len(drawn), np.nan) for label in outputs}
    found = _predicted(cursor, model, drawn, version, outputs.values())
    place = found.column(0).to_numpy()
    for column, label in enumerate(outputs, 1):
        laid[label][place] = found.column(column).to_numpy()
    return laid


def _decisions(cursor: duckdb.DuckDBPyConnection, model: Model, drawn: pa.Table, version: str) -> Array:
    """What the log says was decided for drawn rows, as text; None where it does not say."""
    laid = np.full(len(drawn), None, dtype=object)
    found = _predicted(cursor, model, drawn, version, ["CAST(p._prediction AS VARCHAR)"])
    laid[found.column(0).to_numpy()] = np.array(found.column(1).to_pylist(), dtype=object)
    return laid


def _predicted(
    cursor: duckdb.DuckDBPyConnection, model: Model, drawn: pa.Table, version: str, outputs: Iterable[str]
) -> pa.Table:
    """The place of each drawn row that a version predicted, and its outputs; the nearest one comes last."""
    names = ["_id", "_predicted_at", "_day", "place"]
    picked = pa.table([*drawn.columns[:3], pa.array(np.arange(len(drawn)))], names)
    text = composed(_SCORES, {"outputs": ", ".join(outputs)}, schema=model.name, picked=_PICKED)
    cursor.register(_PICKED, picked)
    try:
        highest = int(drawn.column(3)[-1].as_py()) if len(drawn) else 0
        return arrow(cursor, text, {"version": version, "highest": highest})
    finally:
        cursor.unregister(_PICKED)
