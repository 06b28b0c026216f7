"""The Shadow page's trial: its verdict day by day, how it is registered, and what was decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from monitoring import reasons, shadow
from monitoring.shadow.gains import Gain
from monitoring.shadow.verdict import CODES
from monitoring.statistics.metrics import METRICS
from monitoring.statistics.paired.ranking import ranked
from monitoring.store import trials
from monitoring.ui import cards, charts, session, shadow_forms, shadow_session, tables, timeline
from monitoring.ui.bands import band
from monitoring.ui.numbers import count, day
from monitoring.ui.performance_words import as_share, signed, titled
from monitoring.ui.shadow_view import View
from monitoring.windows import Window

_CHANGES = 6  # of the verdict that are told


def panel(view: View) -> None:
    """Draw the trial in force, or ask for one, and what was decided before."""
    if view.trial is None:
        st.markdown(
            "A trial fixes its metric, its margin and its rows before anybody looks, so that its verdict may "
            "be read every day."
        )
    else:
        judged = shadow_session.judged(view.scope, view.shadow, view.trial)
        left, right = st.columns([3, 2], gap="medium")
        with left:
            st.subheader(f"Gain by {judged.metric.short}, all looks together", anchor=False)
            timeline.draw(course(judged, view), view.model, key="trial-course")
            st.caption(
                "The wide band holds for all looks together; the dotted lines would hold if this were the "
                "only look. Rows of a day go together, which both take into account. A trial keeps the "
                "metric it was registered with; the one chosen above is for the other views."
            )
        with right:
            st.subheader("The trial", anchor=False)
            _facts(judged)
            keys = shadow_session.pairs(view.scope, view.shadow, ("", "")).keys
            st.markdown(cards.escaped(path_words(judged, [keys[place] for place in judged.keys])))
    with st.expander(
        "Register a trial" if view.trial is None else "Register other terms", icon=":material/add:"
    ):
        shadow_forms.registration(view)
    decisions = trials.decisions(session.store(), view.model.name)
    if view.trial is not None and not trials.ended(view.trial, decisions):
        with st.expander("Decide", icon=":material/gavel:"):
            shadow_forms.decision(view)
    _history(view)
    _several(view)


def _several(view: View) -> None:
    """Every shadow of the model, by the page's metric, with intervals that hold together."""
    found = [(name, _whole(view, name)) for name in view.model.versions.shadows]
    known = [(name, one) for name, one in found if one is not None]
    if len(known) < 2:
        return
    st.subheader(f"Every shadow by {view.metric.short}", anchor=False)
    together = ranked([float(one.gain) for _, one in known], [float(one.error) for _, one in known])
    rows = [
        {
            "Shadow": known[place][0], "Gain": signed(view.metric, float(known[place][1].gain)),
            "95 %, all shadows together": f"{signed(view.metric, float(together.lower[place]))} to "
            f"{signed(view.metric, float(together.upper[place]))}",
            "Final rows": count(float(known[place][1].n)),
        }
        for place in together.order.tolist()
    ]  # fmt: skip
    tables.draw(rows, height="content", key="every-shadow")
    st.caption(
        "Each on its own pairs with the champion, if this were the only look; nothing is judged by it."
    )


def _whole(view: View, name: str) -> Gain | None:
    """A shadow's gain on all final pairs of the range; None where there are none."""
    try:
        found = shadow_session.pairs(view.scope, name)
    except shadow.NoPairsError:
        return None
    places = tuple(found.inside(view.scope.window, final=True).tolist())
    return shadow_session.gain(view.scope, name, view.metric.key, places) if places else None


def course(judged: shadow.Judged, view: View) -> go.Figure:
    """The gain at the end of every day with both intervals, the margin, and what was decided when."""
    pairs = shadow_session.pairs(view.scope, view.shadow, ("", ""))
    step = pairs.served.step
    keys = [Window(pairs.keys[place], pairs.keys[place] + step) for place in judged.keys]
    at = [key.start for key in keys]
    scale = 100.0 if as_share(judged.metric) else 1.0
    followed = judged.course
    value, lower, upper, low, high = (
        scale * series
        for series in (
            followed.value, followed.lower, followed.upper, followed.fixed_lower, followed.fixed_upper,
        )
    )  # fmt: skip
    dotted = {"color": charts.CURRENT, "width": 1, "dash": "dot"}
    told = [_touched(judged, place) for place in range(len(at))]
    when = "%{x|%a " + charts.day_format(at) + "}<br>%{customdata}<extra></extra>" if at else ""
    traces: list[charts.Part] = [
        *band(keys, lower, upper, "95 %, all looks together"),
        {"type": "scatter", "mode": "lines", "x": at, "y": low, "line": dotted, "name": "if the only look",
         "hoverinfo": "skip"},
        {"type": "scatter", "mode": "lines", "x": at, "y": high, "line": dotted, "showlegend": False,
         "hoverinfo": "skip"},
        {"type": "scatter", "mode": "lines", "x": at, "y": value, "name": "gain so far", "customdata": told,
         "hovertemplate": when, "line": {"color": charts.CURRENT, "width": 2.2}},
    ]  # fmt: skip
    ends = [at[0], at[-1]] if at else []
    margin = -scale * judged.trial.margin
    for level, name, colour, dash in (
        (0.0, "no difference", charts.REFERENCE, "solid"),
        (margin, f"margin {signed(judged.metric, -judged.trial.margin)}", charts.STATUS["amber"], "dash"),
    ):
        line = {"color": colour, "width": 1.2, "dash": dash}
        traces.append(
            {"type": "scatter", "mode": "lines", "x": ends, "y": [level] * len(ends), "name": name,
             "line": line, "hoverinfo": "skip"}
        )  # fmt: skip
    unit = "points" if scale > 1 else judged.metric.unit
    return charts.figure(
        traces, height=380, x=charts.moments(at, charts.day_format(at)) if at else {},
        y={"title": {"text": f"gain, {unit}"}, **_focus(lower, upper, margin)},
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": -0.12, "yanchor": "top"},
    )  # fmt: skip


def _focus(lower: np.ndarray, upper: np.ndarray, margin: float) -> dict[str, Any]:
    """Of the first days, whose band is far wider than all that follows, only a part is shown."""
    known = np.flatnonzero(np.isfinite(lower))
    if not len(known):
        return {}
    late = known[len(known) // 5 :]
    low = min(float(lower[late].min()), 2 * margin, 0.0)
    high = max(float(upper[late].max()), -margin)
    pad = 0.08 * (high - low)
    return {"range": [low - pad, high + pad]}


def _touched(judged: shadow.Judged, place: int) -> str:
    followed, metric = judged.course, judged.metric
    words = [signed(metric, float(end[place])) for end in (followed.value, followed.lower, followed.upper)]
    verdict = reasons.sentence(CODES[judged.path[place].code])
    if not np.isfinite(followed.lower[place]):
        return f"{count(followed.n[place])} final rows: too few"
    return f"{words[0]} ({words[1]} to {words[2]})<br>{count(followed.n[place])} final rows<br>{verdict}"


def _facts(judged: shadow.Judged) -> None:
    trial, one = judged.trial, judged.verdict
    needed = "none" if one.code not in ("keep_collecting",) else count(one.rows_needed)
    if one.code == "keep_collecting" and np.isinf(one.rows_needed):
        needed = "more than anybody has"
    rows = {
        "Metric": titled(judged.metric),
        "Margin": signed(judged.metric, trial.margin).lstrip("+"),
        "Final rows": f"{count(judged.rows)} of {count(trial.planned)} planned, at most {count(trial.most)}",
        "Rows still needed": needed,
        "Smallest gain the plan would show": signed(judged.metric, judged.detectable).lstrip("+"),
        "Segments that may block": ", ".join("=".join(one) for one in trial.segments) or "none",
        "Counts from": day(trial.since) if trial.since else "the first pair",
        "Registered": f"{day(trial.registered_at)} by {trial.author or 'nobody named'} (unverified)",
    }
    if trial.note:
        rows["Note"] = trial.note
    body = "\n".join(f"| {cards.escaped(name)} | {cards.escaped(value)} |" for name, value in rows.items())
    st.markdown(f"| | |\n|:--|:--|\n{body}")


def path_words(judged: shadow.Judged, keys: Sequence[dt.datetime]) -> str:
    """How the verdict came about over time, in words.

    Parameters
    ----------
    judged : Judged
    keys : sequence of datetime
        The profile keys that count.
    """
    known = [place for place in range(len(judged.path)) if np.isfinite(judged.course.lower[place])]
    if not known:
        return "No day had enough final rows for a verdict."
    changes: list[tuple[int, str]] = []
    for place in known:
        code = judged.path[place].code
        if not changes or changes[-1][1] != code:
            changes.append((place, code))
    said = [
        f"{day(keys[place])} ({count(judged.course.n[place])} rows): {reasons.sentence(CODES[code])}"
        for place, code in changes[:_CHANGES]
    ]
    more = f"; and {len(changes) - _CHANGES} more changes" if len(changes) > _CHANGES else ""
    return f"The verdict's path: from {'; from '.join(said)}{more}."


def _terms(one: trials.Trial) -> str:
    """What was registered, in the metric's own unit."""
    metric = METRICS[one.metric]
    margin = signed(metric, one.margin).lstrip("+")
    return f"{metric.short}, margin {margin}, {count(one.planned)} rows"


def _history(view: View) -> None:
    """Entries and decisions, the newest first."""
    store, name = session.store(), view.model.name
    own = {view.pairs.champion, view.shadow}
    entries = [
        {"When": day(one.registered_at), "What": "trial registered", "Who": one.author or "–",
         "Why": one.note or "–", "Terms": _terms(one)}
        for one in trials.registered(store, name) if {one.champion, one.shadow} == own
    ]  # fmt: skip
    entries += [
        {"When": day(one.decided_at), "What": shadow_forms.DECIDED[one.decided], "Who": one.author or "–",
         "Why": one.reason, "Terms": one.verdict}
        for one in trials.decisions(store, name) if {one.champion, one.shadow} == own
    ]  # fmt: skip
    if entries:
        st.subheader("What was registered and decided", anchor=False)
        tables.draw(entries, height="content", key="trial-history")
