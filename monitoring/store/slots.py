"""The slot of a grid that a row falls into, and the segment it belongs to, as plain SQL expressions."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from monitoring.store.grids import Grid
from monitoring.store.sql import Values, quoted

OTHER, MISSING = "(other)", "(missing)"
LARGEST = 1.7976931348623157e308  # whatever is larger is infinite


def bounds(grid: Grid) -> list[float]:
    """Upper bounds, closed, of what a numeric grid tells apart.

    Negative infinity comes first, then the slots of the grid; what exceeds the last is infinite or missing.
    A grid without edges has no ``below``: all that is finite is ``above``.

    Examples
    --------
    >>> bounds(Grid("age", "numeric", edges=(0.0, 40.0)))
    [-inf, -5e-324, 0.0, 40.0, 1.7976931348623157e+308]
    """
    below = [math.nextafter(grid.edges[0], -math.inf)] if grid.edges else []
    return [-math.inf, *below, *grid.edges, LARGEST]


def slot_sql(grid: Grid, values: Values) -> str:
    """SQL that numbers the first of the grid's `bounds` which a numeric feature does not exceed.

    Missing values get the same number as positive infinity, so they cost nothing; counting the column rather
    than rows tells them apart. Two levels of about five comparisons are what DuckDB does fastest: a
    comparison costs the rows that reach it, a nested CASE costs copying its result.

    Examples
    --------
    >>> values = Values()
    >>> print(slot_sql(Grid("age", "numeric", edges=(18.0,)), values))
    CASE WHEN "age" <= $1 THEN CASE WHEN "age" <= $2 THEN 0 ELSE 1 END
    WHEN "age" <= $3 THEN CASE WHEN "age" <= $4 THEN 2 ELSE 3 END ELSE 4 END
    >>> values.bound
    [17.999999999999996, -inf, 1.7976931348623157e+308, 18.0]
    """
    column, limits = quoted(grid.feature), bounds(grid)
    count = len(limits) + 1
    width = math.isqrt(count)

    def chosen(numbers: Sequence[int]) -> str:
        if len(numbers) == 1:
            return str(numbers[0])
        cases = " ".join(
            f"WHEN {column} <= {values.bind(limits[number])} THEN {number}" for number in numbers[:-1]
        )
        return f"CASE {cases} ELSE {numbers[-1]} END"

    groups = [range(first, min(first + width, count)) for first in range(0, count, width)]
    cases = " ".join(
        f"WHEN {column} <= {values.bind(limits[group[-1]])} THEN {chosen(group)}" for group in groups[:-1]
    )
    return f"CASE {cases} ELSE {chosen(groups[-1])} END"


def segment_sql(column: str, chosen: Sequence[str], values: Values) -> tuple[str, str]:
    """SQL that numbers the segment of a row: the place of a chosen value, then all others, then none.

    Looking the value up in a join costs about half of comparing it with each that was chosen.

    Returns
    -------
    (str, str)
        The number, and the join it needs.

    Examples
    --------
    >>> number, join = segment_sql("origin", ["EWR"], Values())
    >>> print(number)
    COALESCE(_lookout_place, CASE WHEN "origin" IS NULL THEN 2 ELSE 1 END)
    >>> print(join)
    LEFT JOIN (VALUES (CAST($1 AS VARCHAR), 0)) AS _lookout_segments (_lookout_value, _lookout_place)
    ON _lookout_value = CAST("origin" AS VARCHAR)
    """
    name = quoted(column)
    number = f"CASE WHEN {name} IS NULL THEN {len(chosen) + 1} ELSE {len(chosen)} END"
    if not chosen:
        return number, ""
    rows = ", ".join(
        f"(CAST({values.bind(value)} AS VARCHAR), {place})" for place, value in enumerate(chosen)
    )
    return (
        f"COALESCE(_lookout_place, {number})",
        f"LEFT JOIN (VALUES {rows}) AS _lookout_segments (_lookout_value, _lookout_place) "
        f"ON _lookout_value = CAST({name} AS VARCHAR)",
    )


def segment_labels(chosen: Sequence[str]) -> list[str]:
    """How the segments that `segment_sql` numbers are written in the profile.

    A value that reads like `OTHER` or `MISSING` gets one more pair of parentheses, so that none is mistaken.

    Examples
    --------
    >>> segment_labels(["EWR", "(other)"])
    ['EWR', '((other))', '(other)', '(missing)']
    """
    labels = [f"({value})" if re.fullmatch(r"\(+(other|missing)\)+", value) else value for value in chosen]
    return [*labels, OTHER, MISSING]
