"""The forms of the Shadow page: what a trial is registered with, and what is decided of it."""

from __future__ import annotations

import datetime as dt

import numpy as np
import streamlit as st

from monitoring import shadow
from monitoring.models import ModelError
from monitoring.store import Refused, StoreError, trials
from monitoring.store.trials import Decided, Decision, Trial
from monitoring.ui import cards, person, session, shadow_session
from monitoring.ui.performance_words import titled
from monitoring.ui.shadow_view import View, verdict_words

DECIDED: dict[Decided, str] = {
    "promote": "promote it",
    "stop": "stop the trial",
    "extend": "extend the trial",
}
"""Decisions in words."""


def registration(view: View) -> None:
    """Ask for a trial; what is fixed here is what the verdict rests on."""
    options = shadow.candidates(shadow_session.pairs(view.scope, view.shadow, ("", "")))
    keys = [one.key for one in options]
    named = {one.key: titled(one) for one in options}
    rate = float(view.pairs.rows.sum()) / max(len(view.pairs.keys), 1)
    planned = max(int(round(60 * rate, -2)), 1000)
    parts = [
        f"{column}={value}" for column, values in session.store().segments(view.model.name).items()
        for value in values
    ]  # fmt: skip
    with st.form("trial", border=False):
        one, two, three = st.columns(3)
        metric = one.selectbox(
            "Metric of the verdict", keys, format_func=lambda one: named[one], key="trial-metric"
        )
        margin = two.number_input(
            "Margin", min_value=0.0, value=_margin(view, keys[0]), format="%.4f", key="trial-margin",
            help="A loss of the metric, in its own unit, that does not matter (accuracy: 0.01 is a point).",
        )  # fmt: skip
        since = three.date_input("Pairs count from", value=view.pairs.keys[0].date(), key="trial-since")
        planned = one.number_input("Rows planned", min_value=1, value=planned, step=1000, key="trial-planned")
        most = two.number_input(
            "Ends undecided after", min_value=1, value=2 * planned, step=1000, key="trial-most"
        )
        segments = three.multiselect(
            "Segments that may block", parts, key="trial-segments",
            help="A promotion is blocked where the shadow surely loses twice the margin in one of them.",
        )  # fmt: skip
        note = st.text_input("Why so", key="trial-note")
        author = person.asked("trial-author")
        if st.form_submit_button("Register", type="primary"):
            start = dt.datetime.combine(since, dt.time()) if isinstance(since, dt.date) else None
            _register(view, Trial(
                view.model.name, view.pairs.champion, view.shadow, metric or keys[0], float(margin),
                int(planned), int(most), start,
                tuple((column, value) for column, _, value in (part.partition("=") for part in segments)),
                author=author, note=note,
            ))  # fmt: skip


def _register(view: View, trial: Trial) -> None:
    try:
        trials.register(session.store(), trial)
    except Refused as error:
        st.error(cards.escaped(str(error)))
        return
    st.rerun()


def _margin(view: View, key: str) -> float:
    """Half of the tolerance: of accuracy that of the model's file, else a fortieth of the value."""
    if key == "accuracy":
        return view.model.limits.accuracy_drop / 2
    if not view.places:
        return 0.01
    value = abs(float(shadow_session.gain(view.scope, view.shadow, key, view.places).champion.value))
    return max(round(0.025 * value, 4), 0.0001) if np.isfinite(value) else 0.01


def decision(view: View) -> None:
    """Ask what is decided, and why; whoever promotes says from when on the shadow serves."""
    model = view.model
    serves = view.pairs.champion == model.versions.champion  # else the day that is looked at lies before that
    decided = st.radio(
        "Decision", list(DECIDED), format_func=lambda one: DECIDED[one], horizontal=True, key="decided"
    )
    with st.form("decision", border=False):
        at = None
        if decided == "promote" and serves:
            clock = session.now_of(model).astimezone(model.zone)
            at = st.datetime_input(
                f"{view.shadow} serves from ({model.timezone})", value=clock.replace(tzinfo=None, second=0,
                microsecond=0), key="promoted-at", width=320,
                help="Earlier days stay those of the version that served on them.",
            )  # fmt: skip
        reason = st.text_input("Reason", key="decision-reason")
        author = person.asked("decision-author")
        if st.form_submit_button("Record", type="primary") and view.trial is not None:
            judged = shadow_session.judged(view.scope, view.shadow, view.trial)
            _decide(view, Decision(
                model.name, view.pairs.champion, view.shadow, decided or "extend", reason,
                verdict_words(judged), author,
            ), at)  # fmt: skip
    st.caption(
        "A decision is recorded with what the trial said then, and marked on every course over time. A "
        "promotion exchanges the roles in the model's file as the store keeps it; write them into your own "
        "file too."
    )


def _decide(view: View, decision: Decision, at: dt.datetime | None) -> None:
    """Record a decision, and let the shadow serve where an instant is given."""
    try:
        if at is None:
            trials.decide(session.store(), decision)
        else:
            trials.promote(session.store(), decision, at.replace(tzinfo=view.model.zone))
    except (Refused, ModelError, StoreError) as error:
        st.error(cards.escaped(str(error)))
        return
    session.forget_models()
    st.rerun()
