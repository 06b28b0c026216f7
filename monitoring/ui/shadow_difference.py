"""The Shadow page with labels: what either version achieves on the same rows, and who was right alone."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from monitoring import performance, results, shadow
from monitoring.shadow.gains import DAYS, DRAWN, ROWS, Gain
from monitoring.statistics.metrics import Metric
from monitoring.ui import cards, charts, pictures, shadow_session, tables, timeline
from monitoring.ui.numbers import count, share
from monitoring.ui.performance_words import as_share, number, signed, titled
from monitoring.ui.shadow_view import View
from monitoring.windows import Window

_HOW = {
    ROWS: "differences of the same rows",
    DRAWN: "rows drawn anew 500 times",
    DAYS: "how days differ, from ten days on",
}


def panel(view: View) -> None:
    """Draw the difference over time and every metric of the window."""
    st.subheader(f"Gain by {titled(view.metric)}, chunk by chunk", anchor=False)
    timeline.draw(course(view), view.model, key="gain-course")
    st.caption(
        "Each chunk with its 95 % interval, if it were the only look: of many chunks one in twenty misses. "
        "Hollow points are provisional, labels still come."
    )
    if not view.places:
        cards.empty("No chunk in this range has final labels for both.", "Choose a longer range, or wait.")
        return
    if view.model.task != "regression":
        st.markdown(cards.escaped(right_words(view)))
    _calibration(view)
    _table(view)


def _calibration(view: View) -> None:
    """Both reliability diagrams as one, where scores are probabilities of an event."""
    found = shadow.reliabilities(view.pairs, np.array(view.places, dtype=np.intp))
    if found is None:
        return
    st.subheader("Do scores mean what they say?", anchor=False)
    pictures.draw(reliability(view, found), key="shadow-reliability")
    st.caption(
        "Ten bins of equal rows each; bars are Wilson's 95 % interval. On the line a score is the share"
        + (" of rows whose likeliest class was right." if view.model.task == "multiclass" else ".")
    )


def reliability(view: View, found: tuple[shadow.Reliability, shadow.Reliability]) -> go.Figure:
    """How often the event came by mean score, for either version."""
    traces: list[charts.Part] = [
        {"type": "scatter", "mode": "lines", "x": [0, 1], "y": [0, 1], "name": "as it says",
         "hoverinfo": "skip", "line": {"color": charts.REFERENCE, "width": 1, "dash": "dash"}}
    ]  # fmt: skip
    looks = ((view.pairs.champion, charts.REFERENCE, "square"), (view.shadow, charts.CURRENT, "circle"))
    for one, (name, colour, symbol) in zip(found, looks, strict=True):
        traces.append(
            {
                "type": "scatter", "mode": "lines+markers", "name": charts.plain(name), "x": one.score,
                "y": one.rate, "line": {"color": colour, "width": 1.4},
                "marker": {"symbol": symbol, "size": 7, "color": colour},
                "error_y": {
                    "type": "data", "symmetric": False, "array": one.upper - one.rate,
                    "arrayminus": one.rate - one.lower, "thickness": 1.2, "width": 0, "color": colour,
                },
                "customdata": [count(n) for n in one.n],
                "hovertemplate": "score %{x:.3f}: event in %{y:.1%}<br>%{customdata} rows<extra></extra>",
            }
        )  # fmt: skip
    return charts.figure(
        traces, height=330, x={"title": {"text": "mean score"}, "range": [0, 1]},
        y={"title": {"text": "share of events"}, "tickformat": ".0%", "rangemode": "tozero"},
    )  # fmt: skip


def course(view: View) -> go.Figure:
    """The gain of every chunk shown, final ones solid."""
    one, chunks = shadow_session.course(view.scope, view.shadow, view.metric.key), view.chunks
    scale = 100.0 if as_share(view.metric) else 1.0
    keys = [chunks.whole.keys[chunks.kept[place]] for place in view.shown]
    at = [key.start for key in keys]
    gain, lower, upper = (scale * np.asarray(end)[view.shown] for end in (one.gain, one.lower, one.upper))
    final = np.array(
        [chunks.whole.maturity[chunks.kept[place]] == "final" for place in view.shown], dtype=bool
    )
    when = "%{x|%a " + charts.day_format(at) + "}<br>%{customdata}<extra></extra>" if at else ""
    traces: list[charts.Part] = []
    for chosen, name, symbol in ((final, "final", "circle"), (~final, "provisional", "circle-open")):
        places = np.flatnonzero(chosen & np.isfinite(gain))
        if not len(places):
            continue
        traces.append(
            {
                "type": "scatter", "mode": "markers", "name": name, "x": [at[i] for i in places],
                "y": gain[places], "marker": {"symbol": symbol, "color": charts.CURRENT, "size": 5},
                "error_y": {
                    "type": "data", "symmetric": False, "thickness": 1, "width": 0,
                    "color": charts.QUIET, "array": np.nan_to_num((upper - gain)[places]),
                    "arrayminus": np.nan_to_num((gain - lower)[places]),
                },
                "customdata": [_touched(view.metric, one, int(view.shown[i])) for i in places],
                "hovertemplate": when,
            }
        )  # fmt: skip
    if at:
        traces.append(
            {"type": "scatter", "mode": "lines", "x": [at[0], at[-1]], "y": [0, 0], "name": "no difference",
             "line": {"color": charts.REFERENCE, "width": 1.2}, "hoverinfo": "skip"}
        )  # fmt: skip
    unit = "points" if scale > 1 else view.metric.unit
    return charts.figure(
        traces, height=330, x=charts.moments(at, charts.day_format(at)) if at else {},
        y={"title": {"text": f"gain, {unit}"}},
    )  # fmt: skip


def _touched(metric: Metric, one: Gain, place: int) -> str:
    words = [signed(metric, float(np.asarray(end)[place])) for end in (one.gain, one.lower, one.upper)]
    ends = f" ({words[1]} to {words[2]})" if np.isfinite(np.asarray(one.error)[place]) else ""
    sides = [number(metric, float(side.value[place])) for side in (one.champion, one.shadow)]
    return f"{words[0]}{ends}<br>{sides[0]} → {sides[1]}<br>{count(float(one.n[place]))} labelled rows"


def right_words(view: View) -> str:
    """Who was right where only one was."""
    found = shadow_session.right(view.scope, view.shadow, view.places)
    telling, p_value = float(found.telling[0]), float(found.p_value[0])
    if telling < 1:
        return "On no final row was only one of the two right."
    ends = f"{share(float(found.share_lower[0]))} to {share(float(found.share_upper[0]))}"
    chance = "p below 0.001" if p_value < 0.001 else f"p {p_value:.3f}"
    return (
        f"On {count(telling)} of {count(float(found.n[0]))} final rows only one was right: {view.shadow} on "
        f"{share(float(found.share[0]))} of them ({ends}; McNemar, {chance}, rows taken for independent)."
    )


def _table(view: View) -> None:
    st.subheader("Every metric on the same rows", anchor=False)
    rows = []
    for metric in performance.metrics_of(view.model):
        if metric.better == "neither":
            continue
        one = shadow_session.gain(view.scope, view.shadow, metric.key, view.places)
        known = np.isfinite(one.error)
        rows.append(
            {
                "Metric": titled(metric),
                view.pairs.champion: number(metric, float(one.champion.value)),
                view.shadow: number(metric, float(one.shadow.value)),
                "Gain": signed(metric, float(one.gain)) if np.isfinite(one.gain) else "–",
                "95 %, if the only look": (
                    f"{signed(metric, float(one.lower))} to {signed(metric, float(one.upper))}"
                    if known
                    else "–"
                ),
                "Rows": count(float(one.n)),
                "Design effect": f"{float(one.design_effect):.1f}" if float(one.design_effect) > 1.5 else "–",
                "Interval from": _HOW[one.method],
            }
        )
    tables.draw(rows, height="content", key="gains")
    st.caption(
        "A gain is how much better the shadow is, whichever way the metric is better. From ten days on an "
        "interval is at least as wide as days differ; the design effect says by how much that multiplies the "
        "variance. Only the metric of a registered trial carries a verdict."
    )


def csv(view: View) -> bytes:
    """What `show shadow` answers for the chunks shown, as CSV."""
    keys = [view.chunks.whole.keys[view.chunks.kept[place]] for place in view.shown]
    if not keys:
        return b""
    window = Window(keys[0].start, keys[-1].stop)
    wanted = performance.metrics_of(view.model)
    data = shadow.frames.frame(view.pairs, wanted, chunk=view.scope.chunk, window=window)
    return results.formatted(data, "csv").encode()
