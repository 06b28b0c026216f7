"""Limits of drift: change them, see what they would have done, and save them when that is better."""

from __future__ import annotations

from typing import Any

import streamlit as st

from monitoring import editing
from monitoring.drift import Incident, Replay
from monitoring.models import Limits, Model, ModelError, parse
from monitoring.store import StoreError
from monitoring.ui import cards, drift_session, session, tables
from monitoring.ui.numbers import count, day
from monitoring.ui.scopes import Scope

RATES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)
MOST = 8


def limits(scope: Scope, features: list[str], method: str) -> None:
    """A button that opens the limits of the model's drift in a drawer.

    Parameters
    ----------
    scope : Scope
    features : list of str
        That can be excluded or starred.
    method : str
        By which distances are measured.
    """
    if st.button("Limits", icon=":material/tune:", type="tertiary", key="limits"):
        _drawer(scope, features, method)


@st.dialog("Limits, and what they would have done", position="right", width="medium")
def _drawer(scope: Scope, features: list[str], method: str) -> None:
    model = scope.model
    st.caption(
        "Nothing changes until you save. Below stands what the new limits would have done in the range of "
        "the page, all rows together."
    )
    floor = st.slider(
        "Effect floor, as PSI",
        0.0,
        max(0.25, model.limits.drift_floor),
        value=model.limits.drift_floor,
        step=0.005,
        format="%.3f",
        key="new-floor",
        help="A change smaller than this never counts, however many rows prove it. Other methods follow.",
    )
    rates = sorted({*RATES, model.limits.false_alarms})
    rate = st.select_slider(
        "False alarms of a single chart",
        rates,
        value=model.limits.false_alarms,
        format_func=lambda share: f"{100 * share:g} %",
        key="new-rate",
        help="Of the chunks without drift, how many may exceed their limit before the correction for many "
        "features.",
    )
    exclude = st.multiselect(
        "Excluded", features, [one for one in model.exclude if one in features], key="new-exclude",
        help="Shown, but they do not count.",
    )  # fmt: skip
    star = st.multiselect(
        "Starred", features, [one for one in model.star if one in features], key="new-star",
        help="They count as important whatever their importance.",
    )  # fmt: skip
    changed = {
        "drift_floor": float(floor),
        "false_alarms": float(rate),
        "exclude": _merged(model.exclude, features, exclude),
        "star": _merged(model.star, features, star),
    }
    if not _differs(model, changed):
        st.info("These are the limits in force.", icon=":material/check:")
        return
    _replayed(drift_session.replayed(scope, changed, method))
    if st.button("Save these limits", type="primary", key="save-limits"):
        _save(model, changed)


def _merged(old: tuple[str, ...], known: list[str], chosen: list[str]) -> tuple[str, ...]:
    """What was chosen, and names of the file that the log does not show."""
    return (*(name for name in old if name not in known), *chosen)


def _differs(model: Model, changed: dict[str, Any]) -> bool:
    limits: Limits = model.limits
    now = (limits.drift_floor, limits.false_alarms, set(model.exclude), set(model.star))
    new = (changed["drift_floor"], changed["false_alarms"], set(changed["exclude"]), set(changed["star"]))
    return now != new


def _replayed(found: Replay) -> None:
    """What would have been otherwise."""
    st.markdown(
        f"Fired in **{count(found.fired_after)}** of {count(found.judged)} chunks; now "
        f"{count(found.fired_before)}. **{count(len(found.after))}** incidents; now "
        f"{count(len(found.before))}."
    )
    for name, incidents in (("Gained", found.gained), ("Lost", found.lost)):
        if not incidents:
            st.caption(f"{name}: no incident.")
            continue
        st.markdown(f"**{name}**")
        tables.draw(_rows(incidents), files="below", key=f"replay-{name}", height="content")
        if len(incidents) > MOST:
            st.caption(f"and {len(incidents) - MOST} more")


def _rows(incidents: tuple[Incident, ...]) -> list[dict[str, str | int]]:
    return [
        {
            "From": day(one.start),
            "Chunks": one.chunks,
            "Worst": one.worst,
            "Features": ", ".join(one.features[:3]) + (" …" if len(one.features) > 3 else ""),
        }
        for one in incidents[:MOST]
    ]


def _save(model: Model, changed: dict[str, Any]) -> None:
    """Write the limits into the model's file as the store keeps it."""
    store = session.store()
    try:
        text = editing.with_limits(store.toml(model.name), **changed)
        parse(text)
        store.add(text)
    except (ModelError, StoreError) as error:
        cards.empty("The limits could not be saved.", cards.escaped(str(error)))
        return
    session.forget_models()
    st.rerun()
