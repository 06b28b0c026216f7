"""What a change of the score is likely related to: the mix of segments, and the slices that changed most.

Nothing here proves a cause. The change of the mean score is taken apart by segment; slices are those whose
score changed most. Both work on sampled rows; `monitoring.drift.ranking` ranks features by the profile alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from monitoring.drift.wording import distinct
from monitoring.statistics.arrays import Floats
from monitoring.statistics.mixing import Estimate, MixRate, mix_and_rate
from monitoring.statistics.slices import worst_slices

if TYPE_CHECKING:
    from monitoring.drift.tables import Tables
    from monitoring.store.rows import Rows

Plain = dict[str, Any]
QUINTILES = (0.2, 0.4, 0.6, 0.8)
MOST_VALUES = 20  # of a column, for slices; all others are one
MOST_SLICES = 8


def target(reference: Rows, current: Rows) -> tuple[str, Floats, Floats]:
    """The score of both samples: what it is called, and its values.

    For a multiclass model it is the probability of the class whose mean changed most, among those that both
    samples have.
    """
    change = {}
    for name in reference.scores:
        sides = [rows.scores.get(name, np.zeros(0)) for rows in (reference, current)]
        sides = [scores[np.isfinite(scores)] for scores in sides]
        if all(map(len, sides)):
            change[name] = abs(float(sides[1].mean() - sides[0].mean()))
    if not change:
        return "score", reference.score, current.score
    name = max(change, key=lambda one: change[one])
    return f"P({name})", reference.scores[name], current.scores[name]


def mixes(
    segments: Mapping[str, Sequence[str]], reference: Rows, current: Rows, before: Floats, now: Floats
) -> list[Plain]:
    """The change of the mean score by each segment column: other rows, or other scores of the same rows.

    Parameters
    ----------
    segments : mapping of str to sequence of str
        The values of each column that have a profile; all others are one slice.
    reference, current : Rows
    before, now : ndarray of shape (rows,)
        Their scores; nan is left out.

    Returns
    -------
    list of dict
        By column: ``column``, ``change``, ``mix``, ``rate`` as value, lower, upper; ``slices`` with
        ``value`` (as the profile writes segments), both shares, ``mix`` and ``rate``, those that add most
        first.
    """
    from monitoring.store.slots import segment_labels

    found = []
    for column, values in segments.items():
        if column not in reference.columns or column not in current.columns:
            continue
        names = segment_labels(values)
        centre = float(before[np.isfinite(before)].mean())
        sides = [
            _moments(_placed(rows.columns[column], values), scores, len(names), centre)
            for rows, scores in ((reference, before), (current, now))
        ]
        if not all(side[0].sum() for side in sides):
            continue
        parts = mix_and_rate(*sides[0], *sides[1])
        found.append(_plain_mix(column, names, parts, sides[0][0] + sides[1][0]))
    return found


def _placed(values: NDArray[Any], known: Sequence[str]) -> NDArray[np.intp]:
    """The slice of each row: its value, any other one, or missing.

    Numbers are compared as numbers, because text does not tell how the profile wrote them: 1.0 or 1.
    """
    numbers = values.dtype.kind == "f"
    place = {_number(name) if numbers else name: i for i, name in enumerate(known)}
    return np.array(
        [
            len(known) + 1 if value is None or value != value else place.get(value, len(known))
            for value in values.tolist()
        ],
        dtype=np.intp,
    )


def _number(text: str) -> float | str:
    """The number that a segment's value is, if it is one."""
    try:
        return float(text)
    except ValueError:
        return text


def _moments(place: NDArray[np.intp], scores: Floats, slices: int, centre: float) -> tuple[Floats, ...]:
    """Rows, sum and sum of squares of the scores less a centre, slice by slice."""
    held = np.isfinite(scores)
    shifted = scores[held] - centre
    weights = (np.ones(len(shifted)), shifted, shifted**2)
    return tuple(np.bincount(place[held], one, slices).astype(float) for one in weights)


def _plain_mix(column: str, names: Sequence[str], parts: MixRate, rows: Floats) -> Plain:
    def three(estimate: Estimate, place: int | None = None) -> list[float]:
        ends = (estimate.value, estimate.lower, estimate.upper)
        return [float(end if place is None else end[place]) for end in ends]

    order = sorted(np.flatnonzero(rows).tolist(), key=lambda i: -abs(parts.slice_change.value[i]))
    return {
        "column": column,
        "change": three(parts.change),
        "mix": three(parts.mix),
        "rate": three(parts.rate),
        "slices": [
            {
                "value": names[i],
                "reference_share": float(parts.reference_share[i]),
                "current_share": float(parts.current_share[i]),
                "mix": three(parts.slice_mix, i),
                "rate": three(parts.slice_rate, i),
            }
            for i in order
        ],
    }


def slices(tables: Tables, before: Floats, now: Floats, hidden: Sequence[str] = ()) -> list[Plain]:
    """The slices of one or two predicates whose mean score changed most, beyond that of all other rows.

    Parameters
    ----------
    tables : Tables
    before, now : ndarray of shape (rows,)
        Scores of the reference and of the current rows.
    hidden : sequence of str
        Features whose values may not be told; they are left out.

    Returns
    -------
    list of dict
        ``where``: a list of feature and words; rows, means and shares; ``change, lower, upper, elsewhere,
        contribution, rate``, the rate being the adjusted p-value.
    """
    own = [i for i, name in enumerate(tables.features) if name not in hidden]
    if not own:
        return []
    coded = [codes(tables, i) for i in own]
    both = [np.column_stack([column[side] for column in coded]) for side in (0, 1)]
    words = [column[2] for column in coded]
    found = worst_slices(both[0], both[1], before, now, most=MOST_SLICES)
    rows = [max(int(np.isfinite(scores).sum()), 1) for scores in (before, now)]
    return [
        {
            "where": [
                [tables.features[own[column]], "missing" if code < 0 else words[column][code]]
                for column, code in zip(one.columns, one.codes, strict=True)
            ],
            "reference_rows": one.reference_rows,
            "current_rows": one.current_rows,
            "reference_share": one.reference_rows / rows[0],
            "current_share": one.current_rows / rows[1],
            "reference_mean": one.reference_mean,
            "current_mean": one.current_mean,
            "change": one.change,
            "lower": one.lower,
            "upper": one.upper,
            "elsewhere": one.elsewhere,
            "contribution": one.contribution,
            "rate": one.rate,
        }
        for one in found
    ]


def codes(tables: Tables, column: int) -> tuple[NDArray[np.int64], NDArray[np.int64], list[str]]:
    """A column of both samples as codes, -1 where missing, and what each code means.

    Numbers are cut at the quintiles of the reference; of categories the twenty most frequent are told apart.
    """
    sides = tables.reference[:, column], tables.current[:, column]
    if tables.categorical[column]:
        names = list(tables.names[column][:MOST_VALUES])
        words = [f"is {name}" for name in names] + ["is another"]
        reference, current = (
            np.where(side < 0, -1, np.minimum(side, len(names))).astype(np.int64) for side in sides
        )
        return reference, current, words
    known = sides[0][np.isfinite(sides[0])]
    edges = np.unique(np.quantile(known, QUINTILES)) if len(known) else np.zeros(0)
    reference, current = (
        np.where(np.isnan(side), -1, np.searchsorted(edges, side, side="left")).astype(np.int64)
        for side in sides
    )
    return reference, current, _intervals(edges)


def _intervals(edges: Floats) -> list[str]:
    """What the bins between edges are called; a bin holds its upper edge.

    Examples
    --------
    >>> _intervals(np.array([1.0, 2.5]))
    ['up to 1', '1 to 2.5', 'above 2.5']
    >>> _intervals(np.array([20130701.0, 20130702.0]))
    ['up to 20130701', '20130701 to 20130702', 'above 20130702']
    >>> _intervals(np.array([]))
    ['any value']
    """
    if not len(edges):
        return ["any value"]
    texts = distinct(edges.tolist())
    inner = [f"{low} to {high}" for low, high in itertools.pairwise(texts)]
    return [f"up to {texts[0]}", *inner, f"above {texts[-1]}"]
