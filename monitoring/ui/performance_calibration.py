"""The Performance page's calibration: what scores promised beside what came, and how the error moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from monitoring import performance, reasons, results
from monitoring.performance import calibration_frames, frames
from monitoring.performance.calibration import LEAST_EVENTS, LEAST_ROWS, Calibration, Measured
from monitoring.performance.calibration_words import Told, points, told
from monitoring.statistics.arrays import Floats
from monitoring.statistics.calibration import Reliability, consistency_band, reliability
from monitoring.statistics.severity import NAMES
from monitoring.store.score_grids import CLASS, CONFIDENCE, SCORE
from monitoring.ui import (
    cards,
    charts,
    performance_session,
    performance_trust,
    performance_words,
    pictures,
    queries,
    tables,
    timeline,
)
from monitoring.ui.drift_view import words
from monitoring.ui.numbers import count, share, short
from monitoring.ui.performance_view import View
from monitoring.ui.scopes import local_time
from monitoring.windows import Window

TITLES = {SCORE: "score", CONFIDENCE: "largest probability"}
BINS = {"equal mass": False, "equal width": True}
_HEIGHT = 360


def panel(view: View, places: tuple[int, ...]) -> None:
    """Draw the view, or say why there is nothing to show.

    Parameters
    ----------
    view : View
    places : tuple of int
        Positions of the newest final chunks that are told as one.
    """
    if not places:
        performance_words.nothing_final("compare scores with")
        return
    known = performance.calibration_sums.subjects(view.assessment.material)
    with st.container(horizontal=True, vertical_alignment="bottom", key="calibration-head"):
        bins = st.segmented_control(
            "Bins", list(BINS), default="equal mass", key="bins", bind="query-params",
            help="Ten bins that hold as many rows of the reference each, or are equally wide.",
        )  # fmt: skip
        subject = known[0]
        if len(known) > 1:
            names = {title(one): one for one in known}
            chosen = st.selectbox("Of", list(names), key="output", bind="query-params", width=220)
            subject = names.get(chosen, subject)
    try:
        found = performance_session.calibration(
            view.scope, subject, view.known_at, equal_width=BINS.get(bins or "", False)
        )
    except performance.NotEstimableError as error:
        what = cards.full(reasons.sentence(error.code, **error.facts))
        cards.empty(what, cards.escaped(reasons.fix(error.code).format(**error.facts)))
        return
    one = told(found, places)
    cards.verdict(one.status, f"{words(one.window)}: {one.sentence}", key="calibration-verdict")
    left, right = st.columns([2, 3], gap="medium")
    with left:
        st.subheader("Promised and come true", anchor=False)
        pictures.draw(diagram(found, one), key="reliability")
        st.caption(
            "Points of fewer than 20 rows are left out; their bars are Wilson's 95 % intervals. "
            + (
                "In the grey band lie 95 of 100 rates if scores still mean what they meant in the reference."
                if found.reference is not None
                else "There is no reference whose labels could be compared with."
            )
        )
    with right:
        st.subheader("Calibration error over time", anchor=False)
        timeline.draw(course(view, found), view.scope.model, key="calibration-course")
    tables.draw(table(one.measured, found.reference), height="content", key="calibration-table")
    st.caption(f"From {count(float(one.measured.rows))} final labels; bins of {bins or 'equal mass'}.")
    wide = BINS.get(bins or "", False)
    cards.trust(
        facts(view, found, one),
        _command(view, equal_width=wide),
        partial(_csv, view, equal_width=wide),
        f"{view.model.name}-calibration.csv",
        key="trust",
        sql=partial(queries.of_outputs, view.scope, view.known_at),
    )


def title(subject: str) -> str:
    """An output in words.

    Examples
    --------
    >>> title("confidence"), title("class late")
    ('largest probability', 'class late')
    """
    return TITLES.get(subject, f"class {subject.removeprefix(CLASS)}")


def diagram(found: Calibration, one: Told) -> go.Figure:
    """The share of events in each bin beside its mean score, the reference's band, and rows beneath."""
    shown = reliability(one.measured.bins)
    kept = ~shown.hidden
    x, rate = shown.score[kept], shown.rate[kept]
    hover = [
        f"score {short(a)}: {share(b)} came ({share(c)} to {share(d)}), {count(n)} rows"
        for a, b, c, d, n in zip(x, rate, shown.lower[kept], shown.upper[kept], shown.rows[kept], strict=True)
    ]
    traces = [
        *_band(found, shown),
        {
            "type": "scatter", "mode": "lines", "x": [0, 1], "y": [0, 1], "hoverinfo": "skip",
            "name": "as promised", "line": {"color": charts.REFERENCE, "width": 1, "dash": "dash"},
        },
        {
            "type": "scatter", "mode": "lines+markers", "x": x, "y": rate, "name": "came true",
            "line": {"color": charts.CURRENT, "width": 1.5}, "marker": {"size": 7},
            "error_y": {
                "type": "data", "symmetric": False, "array": shown.upper[kept] - rate,
                "arrayminus": rate - shown.lower[kept], "color": charts.CURRENT, "thickness": 1, "width": 0,
            },
            "customdata": hover, "hovertemplate": "%{customdata}<extra></extra>",
        },
        _rows(found, one.places),
    ]  # fmt: skip
    return charts.figure(
        traces,
        height=_HEIGHT,
        x={"title": {"text": "Mean score"}, "range": [0, 1], "tickformat": ".0%"},
        y={"title": {"text": "Share that came"}, "range": [0, 1], "tickformat": ".0%", "domain": [0.24, 1]},
        yaxis2={"domain": [0, 0.16], "showgrid": False, "visible": False},
        bargap=0.0,
    )


def _band(found: Calibration, now: Reliability) -> list[charts.Part]:
    """Where the rates may lie if scores mean what they meant."""
    if found.reference is None:
        return []
    before = reliability(found.reference.bins)
    lower, upper = consistency_band(now.rows, before.rate, before.rows)
    known = ~(np.isnan(lower) | now.hidden)
    x = now.score[known]
    return [
        {
            "type": "scatter", "mode": "lines", "x": np.concatenate([x, x[::-1]]),
            "y": np.concatenate([upper[known], lower[known][::-1]]), "fill": "toself",
            "fillcolor": charts.FLOOR, "line": {"width": 0}, "hoverinfo": "skip",
            "name": "as in the reference",
        }
    ]  # fmt: skip


def _rows(found: Calibration, places: Sequence[int]) -> charts.Part:
    """Labelled rows by score, over fifty bars of equal width."""
    fine, bars = found.fine.rows[list(places)].sum(axis=0), 50
    mean = found.fine.score[list(places)].sum(axis=0) / np.where(fine > 0, fine, 1.0)
    rows = np.bincount(np.clip((mean * bars).astype(int), 0, bars - 1), fine, bars)
    return {
        "type": "bar", "x": (np.arange(bars) + 0.5) / bars, "y": rows, "yaxis": "y2", "name": "rows",
        "marker": {"color": charts.QUIET, "line": {"width": 0}}, "showlegend": False,
        "hovertemplate": "%{y:,.0f} rows<extra></extra>",
    }  # fmt: skip


def course(view: View, found: Calibration) -> go.Figure:
    """The calibration error of every chunk, with what chance explains and the limit."""
    one, whole, shown = found.measured, view.assessment, view.shown
    status = [NAMES[code] for code in found.status[shown]]
    return charts.course(
        [key.start for key in whole.keys[shown]],
        one.error.mean[shown],
        title="calibration error",
        shares=True,
        floor=one.floor[shown],
        limit=one.limit[shown],
        status=status,
        partial=np.array([maturity != "final" for maturity in whole.maturity[shown]], dtype=bool),
        reference=view.span_of_reference(),
        height=_HEIGHT,
    )


def table(one: Measured, before: Measured | None) -> list[dict[str, str]]:
    """What there is to know of calibration, now and in the reference."""

    def row(name: str, tell: Callable[[Measured], str], why: str) -> dict[str, str]:
        reference = tell(before) if before is not None else "–"
        return {"What": name, "Now": tell(one), "Reference": reference, "Meaning": why}

    return [
        row("Calibration error", lambda m: points(m.error.mean), "mean distance of promised and come true"),
        row("of which chance explains", lambda m: points(m.floor), "what a perfect model shows on average"),
        row("99 % limit", lambda m: points(m.limit), "a perfect model stays below in 99 of 100 samples"),
        row("Largest gap", lambda m: points(m.error.largest), "the worst bin of 20 rows or more"),
        row("Expected over observed", _ratio, "above 1: scores are too high"),
        row("Slope", _slope, "below 1: scores are too extreme"),
        row("Spiegelhalter z", _spiegelhalter, "beyond ±2: the Brier score is not what scores promise"),
        row("Brier score", lambda m: _four(m.brier.score), "mean squared distance, 0 is perfect"),
        row("– reliability", lambda m: _four(m.brier.reliability), "lost by calibration; added"),
        row("– resolution", lambda m: _four(m.brier.resolution), "won by telling rows apart; taken off"),
        row("– uncertainty", lambda m: _four(m.brier.uncertainty), "what a constant would score; added"),
        row("– within bins", _within, "what scores differ by within bins, less what that helps; added"),
    ]


def _within(one: Measured) -> str:
    return _four(one.brier.within_variance - one.brier.within_covariance)


def _four(value: Floats) -> str:
    return f"{float(value):.4f}".replace("-", "−")


def _ratio(one: Measured) -> str:
    large = one.large
    return f"{short(float(large.ratio))} ({short(float(large.lower))} to {short(float(large.upper))})"


def _slope(one: Measured) -> str:
    slope, half = float(one.line.slope), 1.96 * float(one.line.slope_error)
    return "–" if np.isnan(slope) else f"{short(slope)} ({short(slope - half)} to {short(slope + half)})"


def _spiegelhalter(one: Measured) -> str:
    z, p = float(one.spiegelhalter.statistic), float(one.spiegelhalter.p_value)
    return "–" if np.isnan(z) else f"{short(z)} (p {'<0.001' if p < 0.001 else short(p)})"


def facts(view: View, found: Calibration, one: Told) -> dict[str, str]:
    """How the numbers came about."""
    material = view.assessment.material
    return {
        "Method": "expected calibration error over ten bins; its floor is the mean of a perfect model with "
        "these scores, its limit what that model exceeds in one of 100 of 500 draws",
        "Window": f"{words(one.window)}: the newest {count(len(one.places))} final chunks of "
        f"{view.assessment.chunk}, {count(float(one.measured.rows))} rows with a score and a label",
        "Colours": f"amber above the limit and at least {points(found.tolerance)} beyond noise and what the "
        f"reference shows; grey below {LEAST_ROWS} rows, or {LEAST_EVENTS} with the event or without; "
        "final chunks alone",
        "Band": "95 % of where a bin's share of events lies if its scores mean what they meant in the "
        f"reference ({frames.words(view.assessment)})"
        if found.reference is not None
        else "none: there is no reference with labels",
        "Labels": f"those known at {local_time(material.at, view.model.zone)}",
        "Version": material.version,
        "Segment": "=".join(material.segment) if material.segment[0] else "all rows",
    }


def _command(view: View, *, equal_width: bool) -> str:
    """The command that gives the frame this view was drawn from."""
    asked = performance_trust.command(view).replace("show performance", "show calibration", 1)
    return f"{asked} --bins width" if equal_width else asked


def _csv(view: View, *, equal_width: bool) -> bytes:
    """The frame behind the view, as a CSV file."""
    keys = view.assessment.keys[view.shown]
    data = calibration_frames.every_output(
        view.assessment, window=Window(keys[0].start, keys[-1].stop), equal_width=equal_width
    )
    return results.formatted(data, "csv").encode()
