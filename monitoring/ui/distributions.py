"""How a feature was distributed in the reference and how it is now, as a figure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from monitoring.drift.distributions import OUTSIDE, OUTSIDE_FROZEN, Histogram, Outside, densities
from monitoring.drift.wording import distinct
from monitoring.ui.charts import CURRENT, GRID, REFERENCE, Part, figure, plain, zone
from monitoring.ui.numbers import clipped, share

__all__ = [
    "MOST_CATEGORIES", "OUTSIDE", "OUTSIDE_FROZEN", "Histogram", "Outside", "categorical", "continuous",
    "densities", "discrete", "label",
]  # fmt: skip
MOST_CATEGORIES = 14
_LEGEND = {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"}
_PAIR = ((1, "reference", REFERENCE), (2, "current", CURRENT))
_REFERENCE_FILL = "rgba(124,138,165,0.30)"
_CURRENT_FILL = "rgba(79,125,243,0.22)"
_OUTSIDE_FILL = "rgba(207,138,46,0.10)"


def continuous(
    reference: Histogram, current: Histogram, axis: str, height: int = 300, outside: Outside = OUTSIDE
) -> go.Figure:
    """Densities of a numeric feature with proper bin widths; what lies outside the bins is tinted.

    Parameters
    ----------
    reference, current : Histogram
        Over the same edges, at least two of them; each is drawn from its smallest to its largest value.
    axis : str
        Title of the feature's axis.
    height : int
    outside : Outside
        What is said of rows beyond the bins.
    """
    edges = reference.edges
    sides = (
        ("reference", reference, REFERENCE, _REFERENCE_FILL),
        ("current", current, CURRENT, _CURRENT_FILL),
    )
    low, high = min(reference.extent[0], current.extent[0]), max(reference.extent[1], current.extent[1])
    beyond = [part for part in ((low, edges[0], 0), (edges[-1], high, -1)) if part[1] > part[0]]
    words = _beyond(reference, current, outside)
    note = {"text": words, "x": 1, "y": 1.02, "xref": "paper", "yref": "paper"}
    return figure(
        [_density(*side) for side in sides],
        height=height,
        x={"title": {"text": plain(clipped(axis))}},
        y={"title": {"text": "share per unit"}, "rangemode": "tozero"},
        shapes=[zone(start, stop, _OUTSIDE_FILL) for start, stop, _ in beyond],
        notes=[{**note, "xanchor": "right", "yanchor": "bottom", "align": "right"}],
        legend={**_LEGEND, "y": -0.24, "yanchor": "top"},
        margin={"l": 8, "r": 8, "t": 44 if "<br>" in words else 30, "b": 8},
    )


def _density(name: str, histogram: Histogram, colour: str, fill: str) -> Part:
    """One side as an area of steps, which tell their bin and its share of rows when they are touched."""
    bounds, heights = densities(histogram, *histogram.extent)
    texts = distinct(bounds.tolist())
    told = [
        f"{start} to {stop}: {share(float(mass))} of rows"
        for start, stop, mass in zip(texts[:-1], texts[1:], heights * np.diff(bounds), strict=True)
    ]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": np.concatenate([bounds[:1], bounds, bounds[-1:]]),
        "y": np.concatenate([[0], heights, heights[-1:], [0]]),
        "line": {"color": colour, "width": 1.6, "shape": "hv"},
        "fill": "tozeroy",
        "fillcolor": fill,
        "customdata": [told[0], *told, told[-1], told[-1]],
        "hovertemplate": "%{customdata}<extra>" + name + "</extra>",
    }


def _beyond(reference: Histogram, current: Histogram, outside: Outside) -> str:
    """How many rows are outside the bins; of the reference's too where it has any."""
    words = []
    for slot, where in ((0, "below"), (-1, "above")):
        before, now = reference.shares[slot], current.shares[slot]
        if before > 0:
            words.append(f"{share(before)} before, {share(now)} now {where} the range of the bins")
        elif now > 0:
            words.append(f"{share(now)} {where} {outside.range}")
    return "<br>".join(words)


def discrete(
    names: Sequence[str], reference: np.ndarray, current: np.ndarray, axis: str, height: int = 300
) -> go.Figure:
    """Shares of a numeric feature by slot, one pair of bars for each.

    Parameters
    ----------
    names : sequence of str
        One per slot of the grid, the first and the last being those outside of it.
    reference, current : ndarray of shape (n_slots,)
        Counts.
    axis : str
        Title of the feature's axis.
    height : int
    """
    before, now = (counts / max(counts.sum(), 1) for counts in (reference, current))
    ends = (0, len(names) - 1)
    shown = [i for i in range(len(names)) if i not in ends or max(before[i], now[i]) > 0]
    # Positions are numbers, so that no two values become one bar.
    at, labels = np.arange(len(shown)), [plain(names[i]) for i in shown]
    return figure(
        [
            {
                "type": "bar",
                "x": at,
                "y": shares[shown],
                "name": name,
                "marker": {"color": colour},
                "customdata": labels,
                "hovertemplate": "%{customdata}: %{y:.1%}<extra>" + name + "</extra>",
            }
            for shares, (_, name, colour) in zip((before, now), _PAIR, strict=True)
        ],
        height=height,
        x={"title": {"text": plain(clipped(axis))}, "tickvals": at, "ticktext": labels},
        y={"tickformat": ".0%", "title": {"text": "share of rows"}, "rangemode": "tozero"},
        barmode="group",
        legend=_LEGEND,
        bargap=0.25,
    )


def categorical(
    names: Sequence[str], reference: np.ndarray, current: np.ndarray, outside: Outside = OUTSIDE
) -> go.Figure:
    """Shares of categories, the largest first; other and unseen ones come last and keep their names.

    Parameters
    ----------
    names : sequence of str
        The reference's categories.
    reference, current : ndarray of shape (n_categories + 2,)
        Counts: the categories, other, unseen.
    outside : Outside
        What unseen ones are called.
    """
    before, now = (counts / max(counts.sum(), 1) for counts in (reference, current))
    n = len(names)
    order = np.argsort(-np.maximum(before[:n], now[:n]), kind="stable")
    kept, folded = order[:MOST_CATEGORIES], order[MOST_CATEGORIES:]
    rows = [(label(names[int(i)]), before[i], now[i]) for i in kept.tolist()]
    other = (before[folded].sum() + before[n], now[folded].sum() + now[n])
    rows += [("other categories", *other)] if max(other) > 0 else []
    unseen = (before[n + 1], now[n + 1])
    rows += [(outside.unseen, *unseen)] if max(unseen) > 0 else []
    # Drawn from the bottom up; positions are numbers, so that two names that look alike stay two bars.
    at = np.arange(len(rows))[::-1]
    labels = [row[0] for row in rows]
    return figure(
        [
            {
                "type": "bar",
                "orientation": "h",
                "y": at,
                "x": [row[column] for row in rows],
                "name": name,
                "marker": {"color": colour},
                "customdata": labels,
                "hovertemplate": "%{customdata}: %{x:.2%}<extra>" + name + "</extra>",
            }
            for column, name, colour in _PAIR
        ],
        height=max(300, 70 + 23 * len(rows)),
        x={"tickformat": ".0%", "title": {"text": "share of rows"}, "showgrid": True, "gridcolor": GRID},
        y={"tickvals": at, "ticktext": labels, "showgrid": False},
        barmode="group",
        legend=_LEGEND,
        bargap=0.28,
    )


def label(name: str, longest: int = 34) -> str:
    """A category's name as an axis can show it: nothing read as a tag, an empty one named, a long one cut.

    Examples
    --------
    >>> label(""), label("<img>"), label("x" * 40)[-3:]
    ('(empty text)', '&lt;img&gt;', 'xx…')
    """
    if not name.strip():
        return "(empty text)" if not name else "(blanks)"
    return plain(name if len(name) <= longest else name[: longest - 1] + "…")
