"""The registered models: their descriptions, and what a change of one means for what is stored."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import duckdb

from monitoring.models import Model, parse
from monitoring.store import (
    counters,
    followed,
    incidents,
    layout,
    outlier_counts,
    profiling,
    reference_rows,
    retyping,
    scoring,
)
from monitoring.store.errors import Refused, UnknownModel


class State(NamedTuple):
    """How often a model's numbers changed, which profiles are stale, and since when raw rows are kept."""

    revision: int
    stale: bool
    scores_stale: bool
    raw_from: dt.date | None


def models(cursor: duckdb.DuckDBPyConnection) -> list[Model]:
    """All models, in the order of their names."""
    return [parse(row[0]) for row in cursor.execute("SELECT toml FROM models ORDER BY name").fetchall()]


def toml(cursor: duckdb.DuckDBPyConnection, name: str) -> str:
    """The text of a model's file.

    Raises
    ------
    UnknownModel
        If no model has the name.
    """
    row = cursor.execute("SELECT toml FROM models WHERE name = $name", {"name": name}).fetchone()
    if row is None:
        known = cursor.execute("SELECT name FROM models ORDER BY name").fetchall()
        raise UnknownModel(name, [one for (one,) in known])
    return row[0]


def known(cursor: duckdb.DuckDBPyConnection, name: str) -> Model | None:
    """A model as it was last added; None where there is none of the name."""
    row = cursor.execute("SELECT toml FROM models WHERE name = $name", {"name": name}).fetchone()
    return parse(row[0]) if row else None


def register(cursor: duckdb.DuckDBPyConnection, text: str, *, refit: bool = False) -> Model:
    """Add a model or change it; call inside a transaction.

    With `refit`, the rows of a reference file change, so the profile must be made anew even if the
    description stays.

    Raises
    ------
    ModelError
        If the text does not describe a model.
    Refused
        If the change cannot be made without losing something.
    """
    model = parse(text)
    row = cursor.execute(
        "SELECT toml, raw_from FROM models WHERE name = $name", {"name": model.name}
    ).fetchone()
    if row is None:
        layout.create(cursor, model)
        profiling.create(cursor, model.name)
        scoring.create(cursor, model.name)
        counters.create(cursor, model.name)
        outlier_counts.create(cursor, model.name)
        cursor.execute(
            "INSERT INTO models "
            "VALUES ($name, $toml, now()::TIMESTAMP, now()::TIMESTAMP, TRUE, 0, NULL, TRUE)",
            {"name": model.name, "toml": text},
        )
        return model
    before = parse(row[0])
    stale = refit or profiling.signature(before) != profiling.signature(model)
    scores_stale = refit or scoring.signature(before) != scoring.signature(model)
    assert_possible(cursor, before, model, row[1], stale=stale)
    cursor.execute(
        "UPDATE models SET toml = $toml, changed_at = now()::TIMESTAMP WHERE name = $name",
        {"name": model.name, "toml": text},
    )
    retyping.retype(cursor, model)
    if before.grain != model.grain:
        profiling.recount(cursor, model)
    if stale:  # nothing is lost, and what is left of another reference would look frozen
        profiling.clear(cursor, model)
    touch(cursor, model.name, stale=stale, scores_stale=scores_stale)
    return model


def remove(cursor: duckdb.DuckDBPyConnection, name: str) -> None:
    """Delete a model with everything it logged; call inside a transaction."""
    layout.drop(cursor, name)
    incidents.forget_model(cursor, name)
    followed.forget_model(cursor, name)
    for text in (
        "DELETE FROM files WHERE model = $name",
        "DELETE FROM quarantine WHERE model = $name",
        "DELETE FROM findings WHERE model = $name",
        "DELETE FROM trials WHERE model = $name",
        "DELETE FROM trial_decisions WHERE model = $name",
        "DELETE FROM models WHERE name = $name",
    ):
        cursor.execute(text, {"name": name})


def touch(
    cursor: duckdb.DuckDBPyConnection, name: str, *, stale: bool = False, scores_stale: bool = False
) -> None:
    """Say that numbers of a model may have changed, and which of its profiles must be made anew."""
    cursor.execute(
        "UPDATE models SET revision = revision + 1, stale = stale OR $stale, "
        "scores_stale = scores_stale OR $scores_stale WHERE name = $name",
        {"name": name, "stale": stale, "scores_stale": scores_stale},
    )


def settled(cursor: duckdb.DuckDBPyConnection, name: str) -> None:
    """Say that the profiles are up to date again."""
    cursor.execute(
        "UPDATE models SET stale = FALSE, scores_stale = FALSE, revision = revision + 1 WHERE name = $name",
        {"name": name},
    )


def state(cursor: duckdb.DuckDBPyConnection, name: str) -> State:
    """What the catalogue knows of a model's profiles."""
    row = cursor.execute(
        "SELECT revision, stale, scores_stale, raw_from FROM models WHERE name = $name", {"name": name}
    ).fetchone()
    return State(*row) if row else State(-1, False, False, None)


def assert_possible(
    cursor: duckdb.DuckDBPyConnection, before: Model, after: Model, raw_from: dt.date | None, *, stale: bool
) -> None:
    """Refuse what cannot change, and what needs raw rows that retention deleted before ``raw_from``."""
    for what in ("task", "timezone", "classes"):
        if getattr(before, what) != getattr(after, what):
            raise Refused(
                f"{after.name}: the {what} of a registered model cannot change; add a model of another name"
            )
    if raw_from is None:
        return
    wanted = reference_rows.days(after)
    lost = [version for version, days in wanted.items() if not reference_rows.raw(before, raw_from, days)]
    if stale and (before.grain != after.grain or profiling.frozen(cursor, before) or "" in lost):
        raise Refused(
            f"{after.name}: raw rows before {raw_from} were deleted by retention, so the profile cannot be "
            "made anew for another reference, kind, chunk or segment"
        )
    if lost:
        raise Refused(
            f"{after.name}: raw rows before {raw_from} were deleted by retention, and [reference.{lost[0]}] "
            "would need some of them; name days from then on"
        )
