"""What a change of a model's file would mean for what is stored, found out without changing anything."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from monitoring.models import Model, parse
from monitoring.store import (
    catalogue,
    counters,
    forgetting,
    layout,
    outlier_fits,
    profiling,
    reference_rows,
    scoring,
)
from monitoring.store.errors import Refused
from monitoring.store.layout import folded
from monitoring.store.sql import composed, query
from monitoring.windows import UTC

if TYPE_CHECKING:
    from monitoring.store.store import Store

# Seconds of one row on an idle machine: of each feature, of a row scored by how odd it is, and of a version's
# output (of several classes: more); the first and the last once more for every segment column.
FEATURE, ODD, OUTPUT = 0.2e-6, 5e-6, 5e-6
_LOST = "SELECT count(*) FROM {schema}.requests WHERE {old}"
_KEEP_EDIT = """
INSERT INTO model_edits VALUES ($model, $happened_at, $before, $after, $author, now()::TIMESTAMP)"""


@dataclass(frozen=True)
class Plan:
    """What has to be done when a model's file is saved.

    Attributes
    ----------
    before : Model or None
        As it is registered; None for a new one.
    after : Model
    features, outputs, odd, rules : bool
        Which profiles are made anew: of the inputs, of the outputs, of odd rows, and the counts of rules.
    days, rows : int
        How long the log is.
    seconds : float
        About how long it takes.
    lost : int
        Rows that retention would delete at once.
    refused : str
        Why it cannot be saved, or empty.
    """

    before: Model | None
    after: Model
    features: bool = False
    outputs: bool = False
    odd: bool = False
    rules: bool = False
    days: int = 0
    rows: int = 0
    seconds: float = 0.0
    lost: int = 0
    refused: str = ""

    @property
    def recomputed(self) -> bool:
        """Whether anything is made anew."""
        return self.rows > 0 and (self.features or self.outputs or self.odd or self.rules)


@dataclass(frozen=True)
class Edit:
    """A change of a model's reference that somebody made."""

    happened_at: dt.datetime
    before: str
    after: str
    author: str


def planned(store: Store, text: str) -> Plan:
    """What saving a model's file would mean.

    Raises
    ------
    ModelError
        If the text does not describe a model.
    """
    after = parse(text)
    with store.cursor() as cursor:
        before = catalogue.known(cursor, after.name)
        if before is None:
            return Plan(None, after)
        features = profiling.signature(before) != profiling.signature(after) or _other_file(before, after)
        outputs = features or scoring.signature(before) != scoring.signature(after)
        odd = features or outlier_fits.excluded(before) != outlier_fits.excluded(after)
        first, last, _, _, rows = profiling.span(cursor, before)
        days = (last - first).days + 1 if first and last else 0
        refused = ""
        try:
            raw_from = catalogue.state(cursor, after.name).raw_from
            catalogue.assert_possible(cursor, before, after, raw_from, stale=features)
        except Refused as refusal:
            refused = str(refusal)
        rules = counters.changed(before, after)
        seconds = _seconds(cursor, after, rows, features=features, outputs=outputs, odd=odd)
        return Plan(
            before, after, features, outputs, odd, rules, days, rows, seconds,
            0 if refused else _lost(cursor, before, after), refused,
        )  # fmt: skip


def note(cursor: duckdb.DuckDBPyConnection, before: Model | None, after: Model, author: str) -> None:
    """Keep that somebody gave a model another reference; call in the transaction that does."""
    if before is None or before.reference == after.reference:
        return
    until = profiling.span(cursor, after)[2] if after.clock == "last row" else None
    at = (until or dt.datetime.now(UTC)).astimezone(UTC).replace(tzinfo=None)
    words = [one.reference.words if one.reference else "none" for one in (before, after)]
    cursor.execute(
        _KEEP_EDIT,
        {"model": after.name, "happened_at": at, "before": words[0], "after": words[1],
         "author": author.strip()},
    )  # fmt: skip


def edits(store: Store, name: str) -> list[Edit]:
    """When a model's reference was changed and by whom, the oldest first."""
    with store.cursor() as cursor:
        rows = cursor.execute(query("model_edits"), {"name": name}).fetchall()
    return [Edit(at.replace(tzinfo=UTC), before, after, author) for at, before, after, author in rows]


def _other_file(before: Model, after: Model) -> bool:
    """Whether a reference file has to be read, so that all that rests on it is made anew."""
    if not reference_rows.of_file(after):
        return False
    told = [(one.reference.file if one.reference else "", one.columns) for one in (before, after)]
    return told[0] != told[1]


def _seconds(
    cursor: duckdb.DuckDBPyConnection, model: Model, rows: int, *, features: bool, outputs: bool, odd: bool
) -> float:
    columns = len(layout.profiled(layout.features(cursor, model)))
    groupings, versions = 1 + len(model.segments.columns), 1 + len(model.versions.shadows)
    output = OUTPUT * max(1.0, len(model.classes) / 2)
    return rows * (
        features * FEATURE * columns * groupings + odd * ODD + outputs * output * groupings * versions
    )


def _lost(cursor: duckdb.DuckDBPyConnection, before: Model, after: Model) -> int:
    """Rows that are older than the model is to keep them."""
    first = forgetting.kept_from(cursor, after)
    if first is None or before.retention_days == after.retention_days:
        return 0
    old = {"old": forgetting.too_old(after, first)}
    row = cursor.execute(composed(_LOST, old, schema=after.name)).fetchone()
    return int(row[0]) if row else 0


def stated_kinds(before: Model, after: Model) -> list[str]:
    """The features of which another kind is stated."""
    told = [{folded(name): one.kind for name, one in model.features.items()} for model in (before, after)]
    return sorted(name for name in {*told[0], *told[1]} if told[0].get(name) != told[1].get(name))
