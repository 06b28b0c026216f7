"""The Shadow page without labels: what scores alone say of the gain, and how far that was off before."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from monitoring.shadow import Expected
from monitoring.statistics.track_record import FEWEST
from monitoring.ui import cards, charts, shadow_session, timeline
from monitoring.ui.bands import band
from monitoring.ui.numbers import count
from monitoring.ui.performance_words import signed
from monitoring.ui.shadow_view import View


def panel(view: View, places: np.ndarray) -> None:
    """Draw the expected gain of every chunk shown beside what labels said later.

    Parameters
    ----------
    view : View
    places : ndarray of int
        Keys of the range.
    """
    st.subheader(f"Expected gain by {view.metric.short}, without labels", anchor=False)
    by_chunk = shadow_session.expected(view.scope, view.shadow, view.metric.key)
    together = shadow_session.expected(view.scope, view.shadow, view.metric.key, tuple(places.tolist()))
    if isinstance(by_chunk, str) or isinstance(together, str):
        cards.empty("Not estimated.", str(by_chunk if isinstance(by_chunk, str) else together))
        return
    st.markdown(cards.escaped(words(view, together, by_chunk)))
    timeline.draw(course(view, by_chunk), view.model, key="expected-course")


def words(view: View, together: Expected, by_chunk: Expected) -> str:
    """The range's expected gain, with the track record of the estimate.

    Parameters
    ----------
    view : View
    together, by_chunk : Expected
        Of the range as one window, and of every chunk.
    """
    metric, record = view.metric, by_chunk.record
    said = (
        f"If scores still mean what they meant in each version's own reference, {view.shadow} gains "
        f"{signed(metric, float(together.gain[0]))} by {metric.short} on "
        f"{count(float(together.rows[0]))} pairs. "
    )
    if not record.count:
        return f"{said}No chunk could be compared with labels yet, so how far this is off is not known."
    off = signed(metric, record.mean_error).lstrip("+")
    told = f"{said}On {count(record.count)} chunks whose labels came it was off by {off} on average"
    if record.count < FEWEST:
        return f"{told}; fewer than {FEWEST} are too few for an interval."
    nine = signed(metric, record.half_width).lstrip("+")
    return f"{told}, by at most {nine} on nine of ten. It judges nothing; only labels do."


def course(view: View, found: Expected) -> go.Figure:
    """Expected gains with the interval of their track record, and gains by labels."""
    keys = [view.chunks.whole.keys[view.chunks.kept[place]] for place in view.shown]
    at, gain, half = [key.start for key in keys], found.gain[view.shown], found.record.half_width
    by_labels = found.realised[view.shown] * found.sign
    when = "%{x|%a " + charts.day_format(at) + "}<br>%{customdata}<extra></extra>"

    def told(values: np.ndarray, what: str) -> list[str]:
        return [f"{what} {signed(view.metric, float(value))}" for value in values]

    traces = [
        *band(keys, gain - half, gain + half, "nine of ten by its record"),
        {"type": "scatter", "mode": "lines", "x": at, "y": gain, "name": "expected",
         "line": {"color": charts.CURRENT, "width": 1.6}, "customdata": told(gain, "expected"),
         "hovertemplate": when},
        {"type": "scatter", "mode": "markers", "x": at, "y": by_labels, "name": "by labels",
         "marker": {"color": charts.REFERENCE, "size": 4}, "customdata": told(by_labels, "by labels"),
         "hovertemplate": when},
    ]  # fmt: skip
    y = {"title": {"text": f"gain by {view.metric.short}"}}
    return charts.figure(traces, height=250, x=charts.moments(at, charts.day_format(at)), y=y)
