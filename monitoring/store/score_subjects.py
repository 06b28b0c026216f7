"""What is counted of a version's output: which values, which decisions, and which sums of losses.

Every expression is SQL over a row of predictions, joined with its label where one is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from monitoring.models import Model
from monitoring.store.counting import NOTHING, Computed
from monitoring.store.layout import score_column
from monitoring.store.score_grids import CLASS, CONFIDENCE, ERROR, LABEL, SCORE, ScoreGrid
from monitoring.store.sql import Array, Values, quoted

LOSSES = ("n", "log_loss", "log_loss_square", "brier", "brier_square")
"""Sums over labelled rows whose score is a probability, of their number, their losses and these squared."""
ENTROPY = ("n", "entropy")
"""The same over all rows: of their number and of the uncertainty of their score, in nats."""
ERRORS = (
    "n", "absolute", "error", "error_2", "error_4",
    "label", "label_2", "label_3", "label_4", "error_2_label", "error_2_label_2",
    "relative_n", "relative", "relative_2", "log_n", "log_2", "log_4", "label_absolute",
)  # fmt: skip
"""Sums over labelled rows of a regression: powers of error and of label less centre, relative and log."""
SMALLEST = "2.220446049250313e-16"  # what a probability is cut off at before its logarithm is taken


@dataclass(frozen=True)
class Subject:
    """One output of a version, in SQL.

    Attributes
    ----------
    value : str
        What is counted over the grid.
    decision : str
        1 where the model decided for it, 0 where against, NULL where the log does not say.
    moments : tuple of str
        What is summed beside.
    centre : float
        What is subtracted from values before they are summed.
    others : tuple of str
        What else the slot of a row depends on.
    computed : Computed
        What is summed after the moments, of the value and of the label.
    """

    value: str
    decision: str = "CAST(NULL AS INTEGER)"
    moments: tuple[str, ...] = ()
    centre: float = 0.0
    others: tuple[str, ...] = ()
    computed: Computed = NOTHING


def subject(model: Model, grid: ScoreGrid, values: Values, *, labelled: bool) -> Subject | None:
    """What is counted over a grid, of all predictions or of labelled ones; None where these are not counted.

    Parameters
    ----------
    model : Model
    grid : ScoreGrid
    values : Values
        Receives what the expressions compare with.
    labelled : bool
        Whether ``_label`` may be used.
    """
    if model.task == "regression":
        return _regression(grid, values, labelled)
    if model.task == "binary":
        return _binary(model, values, labelled)
    return _confidence(model, values, labelled) if grid.subject == CONFIDENCE else _class(model, grid, values)


def _binary(model: Model, values: Values, labelled: bool) -> Subject:
    positive = values.bind(model.positive)
    decision = f"CAST(_prediction = {positive} AS INTEGER)"
    if not labelled:
        return Subject("_score", decision, computed=Computed(len(ENTROPY), _entropy))
    return Subject("_score", decision, computed=Computed(len(LOSSES), partial(_of_event, model.positive)))


def _entropy(_: pa.RecordBatch, score: Array) -> tuple[Array, ...]:
    """The sums of `ENTROPY` of a binary model's scores."""
    inside = (score >= 0) & (score <= 1)
    p = score if inside.all() else np.where(inside, score, 1.0)
    rest = 1 - p
    least = np.finfo(float).tiny  # nothing times its logarithm is nothing
    surprise = p * np.log(np.maximum(p, least)) + rest * np.log(np.maximum(rest, least))
    return inside.astype(float), -surprise


def _of_event(positive: str, batch: pa.RecordBatch, score: Array) -> tuple[Array, ...]:
    """The sums of `LOSSES` of a binary model's scores, from the probability that was given to the label."""
    event = pc.call_function("equal", [batch["label"], pa.scalar(positive)]).to_numpy(zero_copy_only=False)
    inside = (score >= 0) & (score <= 1)
    hit = np.where(inside, np.where(event, score, 1 - score), 1.0)
    log, missed = -np.log(np.maximum(hit, float(SMALLEST))), 1 - hit
    brier = missed * missed
    return inside.astype(float), log, log * log, brier, brier * brier


def _class(model: Model, grid: ScoreGrid, values: Values) -> Subject:
    """The probability of one class; decided for where it is the class predicted."""
    columns = _columns(model)
    largest = f"GREATEST({', '.join(columns.values())})"
    chosen = " ".join(
        f"WHEN {column} = {largest} THEN {values.bind(name)}" for name, column in columns.items()
    )
    name = grid.subject.removeprefix(CLASS)
    decided = f"COALESCE(_prediction, CASE {chosen} END) = {values.bind(name)}"
    return Subject(columns[name], f"CAST({decided} AS INTEGER)")


def _confidence(model: Model, values: Values, labelled: bool) -> Subject:
    """The largest probability, with the losses of all together."""
    columns = _columns(model)
    largest = f"GREATEST({', '.join(columns.values())})"
    inside = " AND ".join(f"{column} BETWEEN 0 AND 1" for column in columns.values())
    if not labelled:
        entropy = " + ".join(_surprise(column) for column in columns.values())
        return Subject(largest, moments=only(inside, ("1", entropy)))
    bound = {values.bind(name): column for name, column in columns.items()}
    chosen = " ".join(f"WHEN {column} = {largest} THEN {name}" for name, column in bound.items())
    hit = f"CASE _label {' '.join(f'WHEN {name} THEN {column}' for name, column in bound.items())} END"
    squares = " + ".join(f"{column} * {column}" for column in columns.values())
    known = f"{inside} AND {hit} IS NOT NULL"
    decided = f"CAST(COALESCE(_prediction, CASE {chosen} END) = _label AS INTEGER)"
    return Subject(largest, decided, only(known, _losses(hit, f"({squares} - 2 * {hit} + 1)")))


def _regression(grid: ScoreGrid, values: Values, labelled: bool) -> Subject | None:
    if labelled is (grid.subject == SCORE):
        return None
    if grid.subject != ERROR:
        return Subject("_label" if grid.subject == LABEL else "_score", centre=grid.centre)
    error, label = "(_score - _label)", f"(_label - {values.bind(grid.centre)})"
    square = f"({error} * {error})"
    relative = f"CASE WHEN _label <> 0 THEN ABS({error} / _label) END"
    log = "CASE WHEN _score > -1 AND _label > -1 THEN POW(LN(1 + _score) - LN(1 + _label), 2) END"
    moments = (
        "1", f"ABS({error})", error, square, f"{square} * {square}",
        label, *(f"POW({label}, {power})" for power in (2, 3, 4)),
        f"{square} * {label}", f"{square} * {label} * {label}",
        f"CASE WHEN {relative} IS NOT NULL THEN 1 END", relative, f"POW({relative}, 2)",
        f"CASE WHEN {log} IS NOT NULL THEN 1 END", log, f"POW({log}, 2)", f"ABS({label})",
    )  # fmt: skip
    return Subject(error, moments=only(f"isfinite({error})", moments))


def _columns(model: Model) -> dict[str, str]:
    """Where the probability of each class stands, quoted."""
    return {name: quoted(score_column(name)) for name in model.classes}


def _losses(hit: str, brier: str) -> tuple[str, ...]:
    """Number, log loss, Brier loss and their squares, of the probability that was given to the label."""
    log = f"-LN(GREATEST({hit}, {SMALLEST}))"
    return ("1", log, f"POW({log}, 2)", brier, f"POW({brier}, 2)")


def _surprise(probability: str) -> str:
    return f"CASE WHEN {probability} > 0 THEN -{probability} * LN({probability}) ELSE 0 END"


def only(condition: str, expressions: Sequence[str]) -> tuple[str, ...]:
    """Expressions where a condition holds, else NULL."""
    return tuple(f"CASE WHEN {condition} THEN {one} END" for one in expressions)
