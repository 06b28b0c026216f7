"""The Shadow page without labels: how often both decide alike, and how far their scores lie apart."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from monitoring import shadow
from monitoring.ui import cards, charts, pictures, shadow_expected, shadow_session, tables, timeline
from monitoring.ui.bands import band
from monitoring.ui.numbers import count, share, short
from monitoring.ui.shadow_view import View
from monitoring.windows import Window

_HEAT = [[0.0, "rgba(79,125,243,0.0)"], [0.02, "rgba(79,125,243,0.15)"], [1.0, "rgba(79,125,243,0.95)"]]


def panel(view: View) -> None:
    """Draw agreement over time, the table of decisions, and both scores against each other."""
    if not len(view.shown):
        cards.empty("No pairs in this range.", "Choose a longer range.")
        return
    places = np.concatenate([view.chunks.places[one] for one in view.shown])
    said = shadow_session.together(view.scope, view.shadow, places)
    whole, took, failed = said.agreeing, said.latency, said.failures
    st.markdown(cards.escaped(words(view, whole)))
    if took is not None:
        st.markdown(cards.escaped(latency_words(view, took)))
    if failed is not None:
        st.markdown(cards.escaped(failure_words(view, failed)))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        regression = whole.decisions is None
        st.subheader("Mean difference of scores" if regression else "Decided alike, over time", anchor=False)
        timeline.draw(over_time(view), view.model, key="agreement-course")
        st.subheader("Score against score", anchor=False)
        pictures.draw(density(view, said.cells), key="scores")
    with right:
        if not regression:
            st.subheader("Who decided what", anchor=False)
            _matrix(view, whole.table[0])
        st.subheader("Shadow's score less the champion's", anchor=False)
        pictures.draw(differences(view), key="differences")
    shadow_expected.panel(view, places)


def words(view: View, whole: shadow.Agreeing) -> str:
    """Agreement in words, with the mean difference of scores."""
    score = whole.score[0]
    ends = f"{short(float(score.lower))} to {short(float(score.upper))}"
    apart = f"scores of {view.shadow} are on average {short(abs(float(score.value)))} "
    apart += f"{'higher' if score.value > 0 else 'lower'} ({ends})"
    if whole.decisions is None:
        return f"{apart[0].upper()}{apart[1:]} on {count(float(whole.rows[0]))} rows."
    one = whole.decisions
    rate, lower, upper, kappa, low, high = (
        float(end[0]) for end in (one.rate, one.lower, one.upper, one.kappa, one.kappa_lower, one.kappa_upper)
    )
    beyond = f"kappa {short(kappa)}, {short(low)} to {short(high)}" if np.isfinite(kappa) else "no kappa"
    return (
        f"Both decide alike on {share(rate)} of {count(float(one.n[0]))} rows ({share(lower)} to "
        f"{share(upper)}; {beyond}); {apart}. This says how much would change, never which is better."
    )


def latency_words(view: View, took: shadow.Latency) -> str:
    """How much longer the shadow takes, in the unit of the log."""
    one = took.difference
    slower = "longer" if one.value > 0 else "less"
    return (
        f"Latency as logged, on {count(float(one.n))} requests that have both: {short(took.champion)} for "
        f"{view.pairs.champion}, {short(took.shadow)} for {view.shadow}, {short(abs(float(one.value)))} "
        f"{slower} ({short(float(one.lower))} to {short(float(one.upper))})."
    )


def failure_words(view: View, failed: shadow.Failures) -> str:
    """How often either version failed."""
    one = failed.difference
    ends = " to ".join(f"{100 * float(end):+.2f}".replace("-", "−") for end in (one.lower, one.upper))
    return (
        f"Failures as logged, on {count(float(one.n))} requests: {share(failed.champion)} for "
        f"{view.pairs.champion}, {share(failed.shadow)} for {view.shadow} ({ends} points), "
        f"{share(failed.both)} for both."
    )


def over_time(view: View) -> go.Figure:
    """Agreement, or of a regression the mean difference, of every chunk shown."""
    one = shadow_session.agreeing(view.scope, view.shadow)
    keys = [view.chunks.whole.keys[view.chunks.kept[place]] for place in view.shown]
    at = [key.start for key in keys]
    if one.decisions is not None:
        value, lower, upper = (
            np.asarray(end)[view.shown]
            for end in (one.decisions.rate, one.decisions.lower, one.decisions.upper)
        )
        axis = {"title": {"text": "decided alike"}, "tickformat": ".0%"}
        told = [f"{share(each)} alike" for each in value]
    else:
        value, lower, upper = (
            np.array([float(getattr(one.score[place], name)) for place in view.shown])
            for name in ("value", "lower", "upper")
        )
        axis = {"title": {"text": "mean difference"}}
        told = [short(each) for each in value]
    rows = one.rows[view.shown]
    when = "%{x|%a " + charts.day_format(at) + "}<br>%{customdata}<extra></extra>"
    traces = [
        *band(keys, lower, upper, "95 % interval"),
        {"type": "scatter", "mode": "lines+markers", "x": at, "y": value, "name": "pairs",
         "showlegend": False, "marker": {"size": 3}, "line": {"color": charts.CURRENT, "width": 1.6},
         "customdata": [f"{text}<br>{count(n)} pairs" for text, n in zip(told, rows, strict=True)],
         "hovertemplate": when},
    ]  # fmt: skip
    return charts.figure(traces, height=250, x=charts.moments(at, charts.day_format(at)), y=axis)


def density(view: View, cells: np.ndarray) -> go.Figure:
    """Pairs by both scores, as dense as they are: cells are those of equal rows of either reference."""
    grid = view.pairs.cube.grid
    edges = [_closed(np.asarray(one)) for one in grid.edges]
    area = np.outer(np.diff(edges[1]), np.diff(edges[0]))
    dense = cells.T / np.where(area > 0, area, np.nan)
    shown = np.sqrt(dense / np.nanmax(dense)) if np.nanmax(dense) > 0 else dense
    traces: list[charts.Part] = [
        {
            "type": "heatmap", "x": edges[0], "y": edges[1], "z": np.nan_to_num(shown), "colorscale": _HEAT,
            "showscale": False, "customdata": cells.T,
            "hovertemplate": "%{customdata:,.0f} pairs<extra></extra>",
        },
        {
            "type": "scatter", "mode": "lines", "x": [edges[0][0], edges[0][-1]],
            "y": [edges[0][0], edges[0][-1]], "name": "equal", "hoverinfo": "skip", "showlegend": False,
            "line": {"color": charts.REFERENCE, "width": 1, "dash": "dash"},
        },
    ]  # fmt: skip
    return charts.figure(
        traces, height=330, x={"title": {"text": f"score of {charts.plain(view.pairs.champion)}"}},
        y={"title": {"text": f"score of {charts.plain(view.shadow)}"}},
    )  # fmt: skip


def _closed(edges: np.ndarray) -> np.ndarray:
    """Edges with an end on either side, as far away as the last two are apart; of probabilities 0 and 1."""
    if not len(edges):
        return np.array([0.0, 1.0])
    if edges[0] >= 0 and edges[-1] <= 1:
        return np.concatenate([[min(0.0, edges[0] - 1e-9)], edges, [max(1.0, edges[-1] + 1e-9)]])
    pad = float(edges[-1] - edges[0]) * 0.1 or 1.0
    return np.concatenate([[edges[0] - pad], edges, [edges[-1] + pad]])


def differences(view: View) -> go.Figure:
    """How far the shadow's score lies from the champion's."""
    keys = [view.chunks.whole.keys[view.chunks.kept[place]] for place in view.shown]
    window = Window(keys[0].start, keys[-1].stop)
    edges, counts = shadow_session.differences(view.scope, view.shadow, window)
    middle, inner = (edges[:-1] + edges[1:]) / 2, counts[1:-1]
    held = np.flatnonzero(inner)
    if len(held):
        middle, inner = middle[held[0] : held[-1] + 1], inner[held[0] : held[-1] + 1]
        width = np.diff(edges)[held[0] : held[-1] + 1]
    else:
        width = np.ones(len(inner))
    rate = inner / max(float(inner.sum()), 1.0) / width
    traces = [
        {"type": "bar", "x": middle, "y": rate, "width": width, "marker": {"color": charts.CURRENT},
         "customdata": inner, "hovertemplate": "%{x:.3f}: %{customdata:,.0f} pairs<extra></extra>"},
    ]  # fmt: skip
    return charts.figure(
        traces, height=250, x={"title": {"text": "difference of scores"}},
        y={"title": {"text": "share per unit"}}, shapes=[charts.upright(0, color=charts.REFERENCE)],
    )  # fmt: skip


def _matrix(view: View, table: np.ndarray) -> None:
    """Pairs by what both decided."""
    model = view.model
    names = list(model.classes) or [f"not {model.positive}", model.positive]
    total = max(float(table.sum()), 1.0)
    rows = [
        {
            f"{view.pairs.champion} ↓  {view.shadow} →": name,
            **{
                other: f"{count(table[i, j])} ({share(table[i, j] / total)})" for j, other in enumerate(names)
            },
        }
        for i, name in enumerate(names)
    ]
    tables.draw(rows, height="content", key="agreement-table")
