"""All features at once, and what a change is likely related to: worked out beside the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from monitoring import drift
from monitoring.drift import Inspection, Likely
from monitoring.models import Model
from monitoring.ui import (
    cards,
    charts,
    drift_likely,
    drift_session,
    tables,
    timeline,
    waiting,
)
from monitoring.ui.drift_session import Picture
from monitoring.ui.drift_view import View, words
from monitoring.ui.numbers import count, short
from monitoring.ui.scopes import Scope
from monitoring.windows import Window

MOST = 8
_PLACES = 3


@st.fragment(parallel=True)
def panel(picture: Picture, scope: Scope, window: Window, shown: slice) -> None:
    """All features at once, and what is likely related; the page does not wait for it.

    Parameters
    ----------
    picture : Picture
    scope : Scope
    window : Window
        The current rows.
    shown : slice
        The chunks over which the reconstruction error is drawn.
    """
    model, view = scope.model, picture.view
    assessment = view.assessment
    job = drift_session.inspection(scope, window, assessment.keys[shown])
    head = st.empty()
    left, right = st.columns(2, gap="medium")
    with left:
        table = st.empty()
        if not job.done:
            with table.container():
                drift_likely.likely(_ranked(view, {}), assessment, files="none")
        drift_likely.began_together(picture.together, model)
        below = st.container()
    waiting.until_done(job, head, "Looking at all features at once")
    with head.container():
        broken = waiting.failed(job, "All features at once could not be looked at")
        looked: Inspection | None = None if broken else job.future.result()
        if looked is not None:
            verdict(looked, model)
    with table.container():
        drift_likely.likely(_ranked(view, looked.attribution if looked else {}), assessment)
    if looked is None:
        return
    with right:
        error = reconstruction(looked)
        if error is not None:
            st.subheader("Distance from what features have in common", anchor=False)
            timeline.draw(error, model, key="reconstruction")
    with below:
        mixes(looked)
    slices(looked, model)


def _ranked(view: View, attribution: Mapping[str, tuple[float, float]]) -> list[Likely]:
    return drift.ranked(view.assessment, view.colours, view.last, attribution)


def verdict(found: Inspection, model: Model) -> None:
    """All features together in one sentence, and how many rows it rests on."""
    cards.verdict(found.status, found.sentence(model), key="together-verdict")
    drawn = f"{_of(found.current_rows, found.current_total)} rows against "
    drawn += f"{_of(found.reference_rows, found.reference_total)} of the reference"
    parts = [f"{words(Window(found.start, found.stop))}: {drawn}, drawn by a hash of their id"]
    if found.classifier:
        before, now = found.classifier["rows"]
        parts.append(f"a classifier tells {count(now)} of them from {count(before)}")
        parts.append(
            f"its limit comes from {found.classifier['blocks']} runs of the reference as long as this "
            "window, each told from the rest of it in as many rows"
            if found.calibrated
            else "uncalibrated: the reference is too short for several windows of this length"
        )
    if found.embedding:
        distance = found.embedding
        beyond = "above" if distance["value"] > distance["noise"] else "within"
        parts.append(
            f"distance of mean embeddings {short(distance['value'])}, {beyond} the noise of shuffled labels "
            f"{short(distance['noise'])} (p {short(distance['p_value'])})"
        )
    parts += [f"{part}: {why}" for part, why in found.notes.items() if part != "classifier"]
    st.caption(cards.escaped("; ".join(parts) + "."))


def _of(rows: int, total: int) -> str:
    return count(rows) if rows == total else f"{count(rows)} of {count(total)}"


def mixes(found: Inspection) -> None:
    """The change of the mean score: other rows, or other scores of the same rows."""
    st.subheader("The change of the mean score, taken apart", anchor=False)
    if not found.mixes:
        why = found.notes.get("mixes", "the model's file names no segment columns")
        st.caption(cards.escaped(f"Not taken apart: {why}."))
        return
    names = [mix["column"] for mix in found.mixes]
    column = st.selectbox(  # its options stay text, whatever a column is called
        "By", names, key="mix", bind="query-params", label_visibility="collapsed", width=230
    )
    mix = next((one for one in found.mixes if one["column"] == column), found.mixes[0])
    change, part, rate = (_three(mix[one]) for one in ("change", "mix", "rate"))
    st.markdown(
        cards.escaped(
            f"The mean {found.target} changed by {change}: {part} because the mix of {mix['column']} is "
            f"another, {rate} because rows of the same {mix['column']} score differently."
        )
    )
    tables.draw(
        [
            {
                mix["column"]: one["value"],
                "Share before": one["reference_share"],
                "Share now": one["current_share"],
                "Mix": _signed(one["mix"][0]),
                "Rate": _signed(one["rate"][0]),
                "Rate, 95 %": f"{_signed(one['rate'][1])} to {_signed(one['rate'][2])}",
            }
            for one in mix["slices"][:MOST]
        ],
        height="content",
        shares=("Share before", "Share now"),
        files="below",
        key="mixes",
    )


def slices(found: Inspection, model: Model) -> None:
    """The slices whose score changed most, beyond that of all other rows."""
    st.subheader("Slices that changed most", anchor=False)
    if not found.slices:
        why = found.notes.get("slices", "no slice of one or two features stands out from all other rows")
        st.caption(cards.escaped(f"{why[:1].upper()}{why[1:]}."))
        return
    tables.draw(
        [
            {
                "Slice": " and ".join(f"{model.feature_title(name)} {what}" for name, what in one["where"]),
                "Rows now": one["current_rows"],
                "Change, 95 %": _three([one["change"], one["lower"], one["upper"]]),
                "Score before": one["reference_mean"],
                "Score now": one["current_mean"],
                "Share now": one["current_share"],
            }
            for one in found.slices
        ],
        height="content",
        column_config={
            "Rows now": st.column_config.NumberColumn(format="localized"),
            "Score before": st.column_config.NumberColumn(format="%.3f"),
            "Score now": st.column_config.NumberColumn(format="%.3f"),
        },
        shares=("Share now",),
        files="below",
        key="slices",
    )
    st.caption(
        "Of every value and every pair of values of two features, those whose mean score changed beyond "
        "what all other rows show, after the correction for how many were tried."
    )


def reconstruction(found: Inspection) -> go.Figure | None:
    """How far rows lie from what the reference's features have in common, over time; None without a chunk."""
    course = found.reconstruction
    if not course or not any(value is not None for value in course["mean"]):
        return None
    mean, error = (np.array([np.nan if v is None else v for v in course[name]]) for name in ("mean", "error"))
    at = [dt.datetime.fromisoformat(one) for one in course["chunks"]]
    high = None if course["high"] is None else np.full(len(at), course["high"])
    return charts.course(
        at,
        mean,
        title="reconstruction error",
        limit=high,
        interval=(mean - 1.96 * error, mean + 1.96 * error),
        height=260,
    )


def _three(estimate: Sequence[float]) -> str:
    value, lower, upper = estimate
    return f"{_signed(value)} ({_signed(lower)} to {_signed(upper)})"


def _signed(value: float) -> str:
    """A number with its sign and three decimals.

    Examples
    --------
    >>> _signed(0.1234), _signed(-0.5), _signed(0.0001)
    ('+0.123', '−0.500', '0.000')
    """
    text = f"{value:+.{_PLACES}f}"
    return text[1:] if float(text) == 0 else text.replace("-", "−")
