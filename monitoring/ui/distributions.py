"""How a feature was distributed in the reference and how it is now, as a figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from monitoring.statistics.ratios import ratio
from monitoring.ui.charts import CURRENT, GRID, QUIET, REFERENCE, figure, plain, upright, zone
from monitoring.ui.numbers import share

MOST_CATEGORIES = 14
_LEGEND = {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"}
_PAIR = ((1, "reference", REFERENCE), (2, "current", CURRENT))
_REFERENCE_FILL = "rgba(124,138,165,0.30)"
_CURRENT_FILL = "rgba(79,125,243,0.22)"
_OUTSIDE_FILL = "rgba(207,138,46,0.10)"


@dataclass(frozen=True)
class Histogram:
    """Counts of a numeric feature over frozen bins.

    Attributes
    ----------
    edges : ndarray of shape (n_edges,)
        From the reference's minimum to its maximum.
    counts : ndarray of shape (n_edges + 2,)
        Below the range, exactly the minimum, the bins between the edges, above the range.
    minimum, maximum : float
        Of these rows; NaN when there are none.
    """

    edges: np.ndarray
    counts: np.ndarray
    minimum: float
    maximum: float

    @property
    def shares(self) -> np.ndarray:
        """Share of the rows per slot."""
        total = self.counts.sum()
        return self.counts / total if total else np.zeros_like(self.counts, dtype=float)


def densities(histogram: Histogram, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """Bounds and heights of bars whose areas are shares, outliers included.

    The point mass at the minimum is spread over the first bin. What lies outside the reference's range is
    spread between the range and the outermost value drawn.

    Parameters
    ----------
    histogram : Histogram
    low, high : float
        The outermost values drawn, beyond or at the range.

    Returns
    -------
    bounds : ndarray of shape (n_bars + 1,)
    heights : ndarray of shape (n_bars,)
        Share per unit of the feature.

    Examples
    --------
    >>> two = Histogram(np.array([0.0, 1.0, 3.0]), np.array([0, 1, 1, 2, 0]), 0.0, 3.0)
    >>> densities(two, 0.0, 3.0)[1].tolist()
    [0.5, 0.25]
    """
    shares, edges = histogram.shares, histogram.edges
    inner = np.concatenate([[shares[1] + shares[2]], shares[3:-1]])
    bounds, mass = edges, inner
    if low < edges[0]:
        bounds, mass = np.concatenate([[low], bounds]), np.concatenate([[shares[0]], mass])
    if high > edges[-1]:
        # Nothing lies between the range and the smallest value when even that is above the range.
        gap = [histogram.minimum] if edges[-1] < histogram.minimum < high else []
        bounds = np.concatenate([bounds, gap, [high]])
        mass = np.concatenate([mass, np.zeros(len(gap)), [shares[-1]]])
    return bounds, mass / np.diff(bounds)


def continuous(reference: Histogram, current: Histogram, axis: str, height: int = 300) -> go.Figure:
    """Densities of a numeric feature with proper bin widths; outside the reference's range is tinted.

    Parameters
    ----------
    reference, current : Histogram
        Over the same edges, at least two of them.
    axis : str
        Title of the feature's axis.
    height : int
    """
    edges = reference.edges
    low = float(np.nanmin([edges[0], current.minimum]))
    high = float(np.nanmax([edges[-1], current.maximum]))
    sides = (
        ("reference", reference, REFERENCE, _REFERENCE_FILL),
        ("current", current, CURRENT, _CURRENT_FILL),
    )
    traces = []
    for name, histogram, colour, fill in sides:
        bounds, heights = densities(histogram, low, high)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": name,
                "x": np.concatenate([bounds[:1], bounds, bounds[-1:]]),
                "y": np.concatenate([[0], heights, heights[-1:], [0]]),
                "line": {"color": colour, "width": 1.6, "shape": "hv"},
                "fill": "tozeroy",
                "fillcolor": fill,
                "hovertemplate": "from %{x:.4g}: %{y:.3g} per unit<extra>" + name + "</extra>",
            }
        )
    outside = ((low, edges[0], 0, "below"), (edges[-1], high, -1, "above"))
    seen = [part for part in outside if part[1] > part[0]]
    words = " · ".join(
        f"{share(current.shares[slot])} {where} the reference’s range" for *_, slot, where in seen
    )
    return figure(
        traces,
        height=height,
        x={"title": {"text": plain(axis)}},
        y={"title": {"text": "share per unit"}, "rangemode": "tozero"},
        shapes=[zone(start, stop, _OUTSIDE_FILL) for start, stop, *_ in seen],
        notes=[
            {
                "text": words,
                "x": 1,
                "y": 1.02,
                "xref": "paper",
                "yref": "paper",
                "xanchor": "right",
                "yanchor": "bottom",
            }
        ],
        legend={**_LEGEND, "y": -0.24, "yanchor": "top"},
    )


def discrete(reference: Histogram, current: Histogram, axis: str, height: int = 300) -> go.Figure:
    """Shares of a numeric feature with few values, one pair of bars per value.

    Parameters
    ----------
    reference, current : Histogram
        Whose edges are the values themselves.
    axis : str
        Title of the feature's axis.
    height : int
    """
    names = ["below", *(f"{edge:.6g}" for edge in reference.edges), "above"]
    rows = list(zip(names, reference.shares, current.shares, strict=True))
    shown = [row for row in rows if row[0] not in ("below", "above") or row[2] > 0]
    return figure(
        [
            {
                "type": "bar",
                "x": [row[0] for row in shown],
                "y": [row[column] for row in shown],
                "name": name,
                "marker": {"color": colour},
                "hovertemplate": "%{x}: %{y:.1%}<extra>" + name + "</extra>",
            }
            for column, name, colour in _PAIR
        ],
        height=height,
        x={"title": {"text": plain(axis)}, "type": "category"},
        y={"tickformat": ".0%", "title": {"text": "share of rows"}, "rangemode": "tozero"},
        barmode="group",
        legend=_LEGEND,
        bargap=0.25,
    )


def categorical(names: Sequence[str], reference: np.ndarray, current: np.ndarray) -> go.Figure:
    """Shares of categories, the largest first; other and unseen ones come last and keep their names.

    Parameters
    ----------
    names : sequence of str
        The reference's categories.
    reference, current : ndarray of shape (n_categories + 2,)
        Counts: the categories, other, unseen.
    """
    before, now = (counts / max(counts.sum(), 1) for counts in (reference, current))
    n = len(names)
    order = np.argsort(-np.maximum(before[:n], now[:n]), kind="stable")
    kept, folded = order[:MOST_CATEGORIES], order[MOST_CATEGORIES:]
    rows = [(label(names[int(i)]), before[i], now[i]) for i in kept.tolist()]
    other = (before[folded].sum() + before[n], now[folded].sum() + now[n])
    rows += [("other categories", *other)] if max(other) > 0 else []
    rows += [("never seen in the reference", before[n + 1], now[n + 1])] if now[n + 1] > 0 else []
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
    before, now = reference / max(reference.sum(), 1), current / max(current.sum(), 1)
    value, lower, upper = (np.asarray(part)[order] for part in (found.value, found.lower, found.upper))
    labels = [label(names[int(i)]) for i in order]
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
        "customdata": list(zip(labels, map(share, before[order]), map(share, now[order]), strict=True)),
        "hovertemplate": "%{customdata[0]}: %{customdata[1]} before, %{customdata[2]} now, "
        "%{x:.2f} times<extra></extra>",
    }  # fmt: skip
    return figure(
        [trace],
        height=max(300, 70 + 20 * len(order)),
        x={
            "type": "log",
            "title": {"text": "times as frequent as in the reference"},
            "tickvals": [0.1, 0.2, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10, 100],
            "showgrid": True,
            "gridcolor": GRID,
        },
        y={"tickvals": at, "ticktext": labels, "showgrid": False},
        shapes=[upright(1, color=REFERENCE, dash="dash")],
        showlegend=False,
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
