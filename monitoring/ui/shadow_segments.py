"""The Shadow page by segment: where the shadow gains, and where the two differ most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from monitoring import shadow
from monitoring.shadow.gains import Gain
from monitoring.statistics.paired.ranking import ranked
from monitoring.ui import (
    cards,
    charts,
    jobs,
    performance_slices,
    pictures,
    session,
    shadow_session,
    tables,
    waiting,
)
from monitoring.ui.numbers import count, share, short
from monitoring.ui.performance_words import as_share, number, signed, titled
from monitoring.ui.shadow_view import View

_LEAD = "They differ most where"
_DECISIONS = performance_slices.Words("pairs", "decided differently", _LEAD, "Differently", "Excess rows")
_DISTANCES = performance_slices.Words(
    "pairs", "mean distance of predictions", _LEAD, "Distance", "Excess distance", numbers=True
)
_FEWEST = 30  # final rows below which a segment is told but not drawn in colour
_ROW = 24


@dataclass(frozen=True)
class _Segment:
    name: str
    gain: Gain


def panel(view: View) -> None:
    """Draw the forest of gains, the table of agreement by segment, and the slices in which they differ."""
    if view.model.segments.columns:
        _by_segment(view)
    else:
        cards.empty("The model's file names no segment columns.", "Name up to five as `[segments] columns`.")
    _slices(view)


@st.fragment(parallel=True)
def _slices(view: View) -> None:
    """In which slices of one or two features they differ; the page does not wait for it."""
    st.subheader("Slices in which they differ", anchor=False)
    store, found, window = session.store(), view.pairs, view.scope.window
    key = (*session.key_of(view.model.name), found.champion, view.shadow, *found.segment, str(window))
    job = jobs.desk().job(
        f"differing {view.model.name}", key, lambda say: shadow.differing(store, found, window, progress=say)
    )
    differing = waiting.finished(job, "Searching slices")
    if differing is not None:
        regression = view.model.task == "regression"
        performance_slices.slices(differing, view.model, _DISTANCES if regression else _DECISIONS)


def _by_segment(view: View) -> None:
    st.subheader(f"Gain by {titled(view.metric)} in every segment", anchor=False)
    found = _gains(view)
    if found:
        pictures.draw(forest(view, found), key="shadow-forest")
        st.caption(
            "Lines hold for all segments together (Bonferroni), if this were the only look; thick lines for "
            "each alone. Grey: fewer than 30 final rows. From ten days on, intervals are at least as wide as "
            "days differ."
        )
    else:
        cards.empty("No segment has final labels for both in this range.", "Choose a longer range, or wait.")
    st.subheader("Where they differ most", anchor=False)
    regression = view.model.task == "regression"
    tables.draw(
        [
            {
                "Segment": "=".join(one.segment),
                "Pairs": count(one.rows),
                ("Mean difference" if regression else "Decided alike"): _told(one.rate, regression),
                "95 %": f"{_told(one.lower, regression)} to {_told(one.upper, regression)}",
            }
            for one in shadow_session.parts(view.scope, view.shadow)
        ], height="content", files="below", key="shadow-parts",
    )  # fmt: skip


def _told(value: float, regression: bool) -> str:
    return short(value) if regression else share(value)


def _gains(view: View) -> list[_Segment]:
    found = shadow_session.segment_gains(view.scope, view.shadow, view.metric.key, view.places)
    return [_Segment(name, one) for name, one in found]


def _label(one: _Segment) -> str:
    return f"{charts.plain(one.name)}  n {count(float(one.gain.n))}"


def forest(view: View, found: list[_Segment]) -> go.Figure:
    """Every segment's gain: alone, and with intervals that hold together."""
    scale = 100.0 if as_share(view.metric) else 1.0
    together = ranked([float(one.gain.gain) for one in found], [float(one.gain.error) for one in found])
    value = scale * np.array([float(one.gain.gain) for one in found])
    few = np.array([float(one.gain.n) < _FEWEST for one in found])
    colour = np.where(few, charts.STATUS["grey"], charts.CURRENT)
    place = list(range(len(found)))
    traces: list[charts.Part] = []
    for lower, upper, width in (
        (together.lower, together.upper, 1),
        ([float(one.gain.lower) for one in found], [float(one.gain.upper) for one in found], 3),
    ):
        for i in place:
            if np.isfinite(lower[i]):
                traces.append(
                    {"type": "scatter", "mode": "lines", "y": [i, i],
                     "x": [scale * lower[i], scale * upper[i]], "hoverinfo": "skip", "showlegend": False,
                     "line": {"color": str(colour[i]), "width": width}}
                )  # fmt: skip
    traces.append(
        {
            "type": "scatter", "mode": "markers", "x": value, "y": place, "showlegend": False,
            "marker": {"color": colour.tolist(), "size": 8},
            "hovertext": [
                f"{charts.plain(one.name)}<br>{signed(view.metric, float(one.gain.gain))}<br>"
                f"{number(view.metric, float(one.gain.champion.value))} → "
                f"{number(view.metric, float(one.gain.shadow.value))}<br>{count(float(one.gain.n))} rows"
                for one in found
            ],
            "hovertemplate": "%{hovertext}<extra></extra>",
        }
    )  # fmt: skip
    unit = "points" if scale > 1 else view.metric.unit
    return charts.figure(
        traces, height=len(found) * _ROW + 84, x={"title": {"text": f"gain, {unit}"}, "zeroline": False},
        y={"tickvals": place, "ticktext": [_label(one) for one in found],
           "autorange": "reversed", "showgrid": False},
        shapes=[charts.upright(0, color=charts.REFERENCE)],
    )  # fmt: skip
