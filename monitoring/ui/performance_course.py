"""A metric over time: its interval, what it is compared with, which labels are final, and how many rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from monitoring.performance import Estimation, Scores
from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics import Metric
from monitoring.statistics.severity import NAMES
from monitoring.ui import charts
from monitoring.ui.bands import band
from monitoring.ui.charts import Part
from monitoring.ui.numbers import count, share
from monitoring.ui.performance_view import View
from monitoring.ui.performance_words import as_share, number
from monitoring.ui.status import mark

PREDICTED = "rgba(124,138,165,0.38)"
LABELLED = "rgba(79,125,243,0.55)"
_HOLLOW = {"provisional": "circle-open", "partial": "diamond-open"}
_WORDS = {"provisional": "provisional", "partial": "not over yet"}


@dataclass(frozen=True)
class _Drawn:
    """What is drawn: the chunks of the view that hold predictions."""

    at: list[dt.datetime]
    places: list[int]
    told: list[str]


def course(
    view: View, scores: Scores, length: int, trailing: tuple[Floats, Floats], *, height: int = 430
) -> go.Figure:
    """One metric over the chunks shown, with the volume of predictions and labels beneath.

    Parameters
    ----------
    view : View
    scores : Scores
    length : int
        How many chunks are told as one.
    trailing : tuple of ndarray of shape (chunks,)
        The metric of so many chunks up to each, and the trivial model's on the same rows.
    height : int
    """
    metric = scores.metric
    drawn = _drawn(view, scores)
    value = scores.estimate.value[view.shown]
    maturity = np.array(view.assessment.maturity[view.shown])
    together, nothing = (one[view.shown] for one in trailing)
    traces = [*_band(view, scores, maturity == "final"), *_levels(view, scores, nothing)]
    traces += _marks(drawn, value, maturity, scores.status[view.shown])
    traces += _line(drawn, together, metric, length)
    traces += _volume(view, drawn)
    shapes, notes = _reference_zone(view)
    return charts.figure(
        traces,
        height=height,
        x={**charts.moments(drawn.at, charts.day_format(drawn.at)), "anchor": "y2"},
        y={
            "title": {"text": metric.short},
            "tickformat": ".0%" if as_share(metric) else None,
            "domain": [0.30, 1.0],
        },
        shapes=shapes,
        notes=notes,
        yaxis2={"automargin": True, "gridcolor": charts.GRID, "zeroline": False, "domain": [0.0, 0.2],
                "title": {"text": "rows"}, "nticks": 3, "rangemode": "tozero"},
        barmode="overlay",
        bargap=0.15,
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": -0.12, "yanchor": "top",
                "font": {"size": 10}},  # two columns on a phone
        margin={"l": 8, "r": 8, "t": 20, "b": 8},
    )  # fmt: skip


def _reference_zone(view: View) -> tuple[list[Part], list[Part]]:
    """The tinted part of the chart that is the reference, as far as it is shown, with its word."""
    span = view.span_of_reference()
    if span is None:
        return [], []
    start, stop = span
    note = {"x": start, "y": 1, "yref": "paper", "xanchor": "left", "yanchor": "bottom", "text": "reference"}
    return [charts.zone(start, stop)], [note]


def _drawn(view: View, scores: Scores) -> _Drawn:
    """The chunks shown, and what each tells when it is touched."""
    found, places = view.assessment, range(view.shown.start, view.shown.stop)
    reference = view.reference() or (0, 0)
    one, metric = scores.estimate, scores.metric
    told = []
    for place in places:
        text = number(metric, one.value[place])
        if np.isfinite(one.lower[place]) and np.isfinite(one.upper[place]):
            text += f"<br>95 %: {number(metric, one.lower[place])} to {number(metric, one.upper[place])}"
        text += f"<br>n {count(one.n[place])}; labels of {share(found.coverage[place])} of "
        text += f"{count(found.predicted[place])} predictions"
        told.append(text + ("<br>inside the reference" if reference[0] <= place < reference[1] else ""))
    keys = found.keys[view.shown]
    return _Drawn([key.start for key in keys], list(places), told)


def _band(view: View, scores: Scores, final: np.ndarray) -> list[Part]:
    """The interval of final chunks."""
    ends = (scores.estimate.lower, scores.estimate.upper)
    lower, upper = (np.where(final, end[view.shown], np.nan) for end in ends)
    return band(view.assessment.keys[view.shown], lower, upper, "95 % interval")


def _levels(view: View, scores: Scores, nothing: Floats) -> list[Part]:
    """The reference's value, the value from which on a certain loss is amber, and the trivial model."""
    keys = view.assessment.keys[view.shown]
    ends = [keys[0].start, keys[-1].start]
    baseline, metric = float(scores.baseline.value), scores.metric
    traces = []
    if np.isfinite(baseline):
        line = {"color": charts.REFERENCE, "width": 1.6}
        traces.append(_level(ends, baseline, f"reference {number(metric, baseline)}", line))
    for limit in limits(scores):
        line = {"color": charts.STATUS["amber"], "width": 1.2, "dash": "dot"}
        traces.append(_level(ends, limit, f"amber from {number(metric, limit)}", line))
    if np.isfinite(nothing).any():
        traces.append(
            {
                "type": "scatter", "mode": "lines", "x": [key.start for key in keys], "y": nothing,
                "name": "trivial model", "hoverinfo": "skip",
                "line": {"color": charts.REFERENCE, "width": 1.1, "dash": "dash"},
            }
        )  # fmt: skip
    return traces


def limits(scores: Scores | Estimation) -> list[float]:
    """Values of the metric at which a certain loss becomes amber; none where it cannot be lost.

    Examples
    --------
    >>> from types import SimpleNamespace as of
    >>> limits(of(metric=of(better="higher"), baseline=of(value=0.8), amber=0.04))
    [0.76]
    >>> limits(of(metric=of(better="zero"), baseline=of(value=-1.0), amber=2.0))
    [-3.0, 3.0]
    """
    value, amber = float(scores.baseline.value), scores.amber
    if not np.isfinite(value + amber):
        return []
    if scores.metric.better == "zero":
        return [-(abs(value) + amber), abs(value) + amber]
    return [value - amber if scores.metric.better == "higher" else value + amber]


def _level(ends: Sequence[Any], value: float, name: str, line: Part) -> Part:
    return {
        "type": "scatter", "mode": "lines", "x": list(ends), "y": [value, value], "name": name, "line": line,
        "hoverinfo": "skip",
    }  # fmt: skip


def _marks(drawn: _Drawn, value: Floats, maturity: np.ndarray, status: np.ndarray) -> list[Part]:
    """A point per chunk: solid and with its status where labels are final, hollow and calm elsewhere."""
    traces = []
    known = np.isfinite(value)
    for code, state in enumerate(NAMES[:3]):
        look = {"symbol": charts.SYMBOL[state], "color": charts.STATUS[state], "size": 4 if not code else 6}
        name = mark(state).word
        look["opacity"] = 0.75
        traces += _points(drawn, value, known & (maturity == "final") & (status == code), name, look)
    look = {"symbol": "circle-open", "color": charts.STATUS["grey"], "size": 6}
    traces += _points(drawn, value, known & (maturity == "final") & (status < 0), "not judged", look)
    for state, symbol in _HOLLOW.items():
        look = {"symbol": symbol, "color": charts.CURRENT, "size": 7}
        traces += _points(drawn, value, known & (maturity == state), _WORDS[state], look)
    return traces


def _points(drawn: _Drawn, value: Floats, chosen: np.ndarray, name: str, look: Part) -> list[Part]:
    places = np.flatnonzero(chosen).tolist()
    if not places:
        return []
    when = "%{x|%a " + charts.day_format(drawn.at) + "}<br>%{customdata}"
    return [
        {
            "type": "scatter", "mode": "markers", "x": [drawn.at[i] for i in places], "y": value[places],
            "name": name, "marker": look, "customdata": [drawn.told[i] for i in places],
            "hovertemplate": f"{when}<extra>{name}</extra>",
        }
    ]  # fmt: skip


def _line(drawn: _Drawn, together: Floats, metric: Metric, length: int) -> list[Part]:
    """The metric of so many chunks up to each, so that a level can be seen among days that differ."""
    if not np.isfinite(together).any():
        return []
    name = f"{length} chunks" if length > 1 else metric.short
    when = "%{x|%a " + charts.day_format(drawn.at) + "}<br>%{customdata}"
    told = [number(metric, one) for one in together]
    return [
        {
            "type": "scatter", "mode": "lines", "x": drawn.at, "y": together, "name": name,
            "line": {"color": charts.CURRENT, "width": 2.4 if length > 1 else 1.4}, "customdata": told,
            "hovertemplate": f"{when}<extra>{name}</extra>",
        }
    ]  # fmt: skip


def _volume(view: View, drawn: _Drawn) -> list[Part]:
    """Predictions of each chunk, and over them those whose label is known."""
    found = view.assessment
    when = "%{x|%a " + charts.day_format(drawn.at) + "}<br>%{customdata}<extra></extra>"
    told = [
        f"{count(found.predicted[i])} predictions<br>{count(found.labelled[i])} with a label "
        f"({share(found.coverage[i])})"
        for i in drawn.places
    ]
    bars = (("predicted", found.predicted, PREDICTED), ("labelled", found.labelled, LABELLED))
    return [
        {
            "type": "bar", "x": drawn.at, "y": values[view.shown], "name": name, "yaxis": "y2",
            "marker": {"color": colour, "line": {"width": 0}}, "customdata": told, "hovertemplate": when,
        }
        for name, values, colour in bars
    ]  # fmt: skip
