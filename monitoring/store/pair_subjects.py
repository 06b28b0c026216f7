"""What is counted of two versions that scored the same requests: where both scores fall, what both decided.

Every expression is SQL over a row of the table of pairs that `monitoring.store.pairing` makes, joined with
its label where one is asked for. Differences are those of the second version less the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa

from monitoring.models import Model
from monitoring.store.counting import Slots, numbers
from monitoring.store.layout import score_column
from monitoring.store.placing import Places, places
from monitoring.store.score_subjects import SMALLEST, Subject, only
from monitoring.store.sql import Array, Values, quoted

JOINT = "joint"
DIFFERENCE = "difference"
SIDES = ("first", "second")
CELLS = 50  # of equal rows of each version's reference
PAIRED: tuple[str, ...] = (
    "n", "difference", "difference_2", "absolute",
    "latency_n", "latency_first", "latency_second", "latency_first_2", "latency_second_2", "latency_product",
    "error_n", "error_first", "error_second", "error_both",
)  # fmt: skip
"""Sums over all pairs: of those with both scores their number and powers of the difference, of those with
both latencies these, and of those of which it is known how many times either failed."""
PROBABILITY_LOSSES: tuple[str, ...] = ("n", "log_loss", "log_loss_2", "brier", "brier_2")
"""Sums over labelled pairs whose scores are probabilities: their number, differences of losses, squares."""
ERROR_LOSSES: tuple[str, ...] = (
    "n", "absolute", "absolute_2", "error", "error_2", "square", "square_2",
    "relative_n", "relative", "relative_2", "log_n", "log", "log_2",
)  # fmt: skip
"""The same of a regression: of errors, of these without sign, squared, relative and of logarithms."""


@dataclass(frozen=True)
class JointGrid:
    """Cells of two versions' scores and decisions.

    Attributes
    ----------
    edges : tuple of two tuples of float
        Of the score of each version, ascending, ``[a, b)``: slot k holds what k edges do not exceed, and the
        slot after the last what has no score.
    decisions : int
        Classes that can be decided for, and one more for rows without a decision; 1 for a regression.
    """

    edges: tuple[tuple[float, ...], tuple[float, ...]]
    decisions: int

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Slots of either score, and decisions of either version."""
        first, second = (len(one) + 2 for one in self.edges)
        return first, second, self.decisions, self.decisions


def main_column(model: Model) -> str:
    """SQL of what the score of a version is, with ``{side}`` for its prefix: a multiclass model's largest."""
    if not model.classes:
        return '"{side}._score"'
    columns = (f'"{{side}}.{_escaped(score_column(name))}"' for name in model.classes)
    return f"GREATEST({', '.join(columns)})"


def side_column(side: str, column: str) -> str:
    """Where the table of pairs keeps a version's output, quoted."""
    return quoted(f"{side}.{column}")


def decisions(model: Model) -> int:
    """How many decisions are told apart, none included."""
    return {"binary": 3, "regression": 1}.get(model.task, len(model.classes) + 1)


def joint_slots(grid: JointGrid) -> Slots:
    """Where the cells of a grid are counted."""
    laid = tuple(places(edges) if edges else None for edges in grid.edges)
    return Slots(int(np.prod(grid.shape)), partial(_cells, grid=grid, laid=laid))


def joint_subject(model: Model, values: Values, *, labelled: bool) -> Subject | None:
    """The expressions of `JOINT`: the difference of scores, whether both decided alike, and the losses.

    Parameters
    ----------
    model : Model
    values : Values
        Receives what the expressions compare with.
    labelled : bool
        Whether ``_label`` may be used.
    """
    first, second = (_finite(main_column(model).format(side=side)) for side in SIDES)
    decided = [_decision(model, side, values) for side in SIDES]
    agreed = f"CAST({decided[0]} = {decided[1]} AS INTEGER)"
    difference = f"({second} - {first})"
    moments = _losses(model, values) if labelled else _of_all(first, second, difference)
    return Subject(difference, agreed, moments, others=(first, second, *decided))


def difference_subject(model: Model, _: Values, *, labelled: bool) -> Subject | None:
    """The expressions of `DIFFERENCE`, which is counted of all pairs."""
    first, second = (main_column(model).format(side=side) for side in SIDES)
    return None if labelled else Subject(f"({second} - {first})")


def _cells(batch: pa.RecordBatch, _: Array, *, grid: JointGrid, laid: Sequence[Places | None]) -> Array:
    """The cell of each row of a batch, whose columns ``o0`` to ``o3`` are both scores and both decisions."""
    code = np.zeros(len(batch), dtype=np.int64)
    for number, (one, width) in enumerate(zip(laid, grid.shape[:2], strict=True)):
        slot = one.of(numbers(batch[f"o{number}"])) if one else np.full(len(batch), -1)
        code = code * width + np.where(slot < 0, width - 1, slot)
    for column in ("o2", "o3"):
        state = batch[column].fill_null(grid.decisions - 1).to_numpy(zero_copy_only=False)
        code = code * grid.decisions + state.astype(np.int64)
    return code


def _decision(model: Model, side: str, values: Values) -> str:
    """SQL of the number of what a version decided; of a binary model 1 is the event."""
    said = side_column(side, "_prediction")
    if model.task == "regression":
        return "CAST(0 AS INTEGER)"
    if model.task == "binary":
        score = side_column(side, "_score")
        positive, threshold = values.bind(model.positive), values.bind(model.threshold)
        return (
            f"CAST(CASE WHEN {said} IS NOT NULL THEN {said} = {positive} "
            f"WHEN isfinite({score}) THEN {score} >= {threshold} END AS INTEGER)"
        )
    columns = {name: side_column(side, score_column(name)) for name in model.classes}
    largest = f"GREATEST({', '.join(columns.values())})"
    by_score = " ".join(
        f"WHEN {column} = {largest} THEN {number}" for number, column in enumerate(columns.values())
    )
    by_name = " ".join(
        f"WHEN {said} = {values.bind(name)} THEN {number}" for number, name in enumerate(columns)
    )
    return (
        f"CAST(CASE WHEN {said} IS NOT NULL THEN CASE {by_name} END ELSE CASE {by_score} END END AS INTEGER)"
    )


def _of_all(first: str, second: str, difference: str) -> tuple[str, ...]:
    one, two = (side_column(side, "_latency") for side in SIDES)
    scored = f"{first} IS NOT NULL AND {second} IS NOT NULL"
    timed = f"isfinite({one}) AND isfinite({two})"
    failed = [side_column(side, "_error") for side in SIDES]
    told = " AND ".join(f"{each} IS NOT NULL" for each in failed)
    return (
        *only(scored, ("1", difference, f"{difference} * {difference}", f"ABS({difference})")),
        *only(timed, ("1", one, two, f"{one} * {one}", f"{two} * {two}", f"{one} * {two}")),
        *only(told, ("1", *(f"CAST({each} AS INTEGER)" for each in (*failed, f"({' AND '.join(failed)})")))),
    )


def _losses(model: Model, values: Values) -> tuple[str, ...]:
    """SQL of the sums of `PROBABILITY_LOSSES` or `ERROR_LOSSES`."""
    if model.task == "regression":
        return _errors()
    pairs = [_probability_losses(model, side, values) for side in SIDES]
    known = " AND ".join(inside for inside, _, _ in pairs)
    return only(
        known, ("1", *_differences(pairs[0][1], pairs[1][1]), *_differences(pairs[0][2], pairs[1][2]))
    )


def _probability_losses(model: Model, side: str, values: Values) -> tuple[str, str, str]:
    """SQL of whether a version gave probabilities, of its log loss and of its Brier loss."""
    if model.task == "binary":
        score = side_column(side, "_score")
        hit = f"CASE WHEN _label = {values.bind(model.positive)} THEN {score} ELSE 1 - {score} END"
        inside, brier = f"{score} BETWEEN 0 AND 1", f"(1 - {hit}) * (1 - {hit})"
    else:
        columns = {name: side_column(side, score_column(name)) for name in model.classes}
        cases = " ".join(f"WHEN {values.bind(name)} THEN {column}" for name, column in columns.items())
        hit = f"CASE _label {cases} END"
        squares = " + ".join(f"{column} * {column}" for column in columns.values())
        bounded = " AND ".join(f"{column} BETWEEN 0 AND 1" for column in columns.values())
        inside, brier = f"{bounded} AND {hit} IS NOT NULL", f"({squares} - 2 * {hit} + 1)"
    return inside, f"-LN(GREATEST({hit}, {SMALLEST}))", brier


def _errors() -> tuple[str, ...]:
    one, two = (f"({side_column(side, '_score')} - _label)" for side in SIDES)
    known = f"isfinite({one}) AND isfinite({two})"
    scores = [side_column(side, "_score") for side in SIDES]
    relative = [f"ABS({error} / _label)" for error in (one, two)]
    logs = [f"POW(LN(1 + {score}) - LN(1 + _label), 2)" for score in scores]
    logged = " AND ".join(f"{value} > -1" for value in (*scores, "_label"))
    return (
        *only(known, (
            "1", *_differences(f"ABS({one})", f"ABS({two})"), *_differences(one, two),
            *_differences(f"{one} * {one}", f"{two} * {two}"),
        )),
        *only(f"{known} AND _label <> 0", ("1", *_differences(*relative))),
        *only(f"{known} AND {logged}", ("1", *_differences(*logs))),
    )  # fmt: skip


def _differences(first: str, second: str) -> tuple[str, str]:
    """SQL of the difference of two losses, and of its square."""
    return f"(({second}) - ({first}))", f"POW(({second}) - ({first}), 2)"


def _finite(value: str) -> str:
    return f"CASE WHEN isfinite({value}) THEN {value} END"


def _escaped(column: str) -> str:
    """A column inside double quotes and inside a text that is formatted."""
    return column.replace('"', '""').replace("{", "{{").replace("}", "}}")
