"""How many times as frequent each value of a feature is as in its reference, as a figure."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from monitoring.statistics.ratios import ratio
from monitoring.ui.charts import CURRENT, GRID, QUIET, REFERENCE, figure, upright
from monitoring.ui.distributions import MOST_CATEGORIES, label
from monitoring.ui.numbers import share, short

_TICKS = 7  # about as many as a phone has room for


def frequencies(names: Sequence[str], reference: np.ndarray, current: np.ndarray) -> go.Figure:
    """How many times as frequent each value is as in the reference, with its 95 % interval.

    Rare values stand out here that a picture of shares hides.

    Parameters
    ----------
    names : sequence of str
        One per slot of the grid.
    reference, current : ndarray of shape (n_slots,)
        Counts.
    """
    found = ratio(current, current.sum(), reference, reference.sum())
    held = np.flatnonzero((reference + current) > 0)
    # Those surest to have moved first: the end of the interval nearer to 1 counts.
    sure = np.maximum(np.maximum(np.log(found.lower), -np.log(found.upper)), 0.0)
    order = held[np.argsort(-sure[held], kind="stable")][:MOST_CATEGORIES]
    at = np.arange(len(order))[::-1]
    before, after = ((side / max(side.sum(), 1))[order] for side in (reference, current))
    value, lower, upper = (np.asarray(part)[order] for part in (found.value, found.lower, found.upper))
    labels = [label(names[int(i)]) for i in order]
    shares = [f"{share(was)} before, {share(now)} now" for was, now in zip(before, after, strict=True)]
    times = [
        f"{short(times)} times ({short(low)} to {short(high)})"
        for times, low, high in zip(value, lower, upper, strict=True)
    ]
    told = [f"{name}: {both},<br>{many}" for name, both, many in zip(labels, shares, times, strict=True)]
    low, high = min(1.0, float(lower.min())), max(1.0, float(upper.max()))
    room = 0.04 * math.log10(high / low) + 0.002
    places = ticks(low, high)
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": value,
        "y": at,
        "marker": {"color": CURRENT, "size": 8},
        "error_x": {
            "type": "data", "symmetric": False, "array": upper - value, "arrayminus": value - lower,
            "color": QUIET, "thickness": 1.4, "width": 3,
        },
        "customdata": told,
        "hovertemplate": "%{customdata}<extra></extra>",
    }  # fmt: skip
    return figure(
        [trace],
        height=max(300, 70 + 20 * len(order)),
        x={
            "type": "log",
            "title": {"text": "times as frequent as in the reference"},
            "range": [math.log10(low) - room, math.log10(high) + room],
            "tickvals": places,
            "ticktext": [f"{place:,.10g}" for place in places],
            "showgrid": True,
            "gridcolor": GRID,
        },
        y={"tickvals": at, "ticktext": labels, "showgrid": False},
        shapes=[upright(1, color=REFERENCE, dash="dash")],
        showlegend=False,
    )


def ticks(low: float, high: float) -> list[float]:
    """Round ratios from a lowest to a highest one, 1 among them, few enough to read.

    Parameters
    ----------
    low, high : float
        Positive; 1 lies between them or is one of them.

    Examples
    --------
    >>> ticks(0.98, 1.03), ticks(0.3, 4.0)
    ([0.98, 0.99, 1.0, 1.01, 1.02, 1.03], [0.3, 0.5, 1.0, 2.0, 3.0])
    >>> ticks(0.5, 20_000.0)
    [1.0, 10.0, 100.0, 1000.0, 10000.0]
    """
    if high < 2 * low:
        step = next(step for step in _steps(high - low) if (high - low) / step < _TICKS)
        places = [round(i * step, 12) for i in range(math.ceil(low / step), math.floor(high / step) + 1)]
        return places if 1.0 in places else [1.0, *places]
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for digits in ((1, 2, 3, 5), (1, 2, 5), (1, 3), (1,)):
        places = [float(f"{digit}e{decade}") for decade in decades for digit in digits]
        places = [place for place in places if low <= place <= high]
        if len(places) <= _TICKS:
            return places
    every = -(-len(decades) // _TICKS)
    return [place for place in places if round(math.log10(place)) % every == 0]


def _steps(span: float) -> list[float]:
    """Round steps, the smallest first, that divide 1."""
    least = math.floor(math.log10(max(span, 1e-9))) - 1
    return [float(f"{digit}e{decade}") for decade in range(least, least + 4) for digit in (1, 2, 5)]
