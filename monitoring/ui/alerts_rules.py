"""The Alerts page's rules: how each does, and a form that replays a rule before it is saved."""

from __future__ import annotations

from typing import Any, get_args

import streamlit as st
from pydantic import ValidationError

from monitoring import editing
from monitoring.alert_rules import COLOURED, SEVERITIES, Condition, Watched
from monitoring.alerts import Firing, Replay, Rule, replayed
from monitoring.alerts.messages import day
from monitoring.models import Model, ModelError
from monitoring.store import StoreError
from monitoring.ui import alerts_session, cards, session, tables
from monitoring.ui.alerts_session import Known
from monitoring.ui.numbers import count

NEW = "a new rule"
EVERY_ROW = "all rows"
CONDITIONS: dict[str, str] = {
    "breach": "chunks breach",
    "status_change": "the colour changes",
    "freshness": "data are late",
    "zero_volume": "a chunk has no row",
    "label_coverage": "labels are missing",
    "shadow_verdict": "a trial of a shadow has a verdict",
    "backlog": "a case has waited for a person for more than a week",
}
"""Conditions in words."""
GRADED = ("freshness", "label_coverage", "shadow_verdict")
"""Conditions that watch one thing of their own, and know amber from red."""
MOST = 8


def panel(one: Known) -> None:
    """Draw the rules of a model, and the form for one of them."""
    model = one.model
    if model.alerts is None:
        st.caption(
            "The file of the model has no rules, so these usual ones hold, told here and sent to nobody. "
            "Saving one writes all of them into the file."
        )
    noises = alerts_session.noise(one)
    lines = [_line(rule, noises[rule.name]) for rule in model.alert_rules]
    if lines:
        tables.draw(lines, height="content", key="rules")
    else:
        cards.empty(f"{model.name} has no rules.", "Make one below.")
    for name, noise in noises.items():
        if noise.words:
            st.warning(cards.escaped(f"{name} is {noise.words}."), icon=":material/volume_up:")
    st.subheader("Change a rule, or make one", anchor=False)
    names = [NEW, *(rule.name for rule in model.alert_rules)]
    chosen = st.selectbox("Rule", names, key="rule", bind="query-params", width=320)
    old = next((rule for rule in model.alert_rules if rule.name == chosen), None)
    rule = _asked(model, old)
    if rule is None:
        return
    _replayed(model, old, rule)
    with st.container(horizontal=True):
        if st.button("Save this rule", type="primary", key="save-rule", disabled=rule == old):
            _save(model, [*(_other(each, old, rule) for each in model.alert_rules), *([] if old else [rule])])
        if old is not None and st.button("Remove it", key="remove-rule"):
            _save(model, [each for each in model.alert_rules if each != old])


def _other(each: Rule, old: Rule | None, new: Rule) -> Rule:
    return new if each == old else each


def _line(rule: Rule, noise: Any) -> dict[str, object]:
    return {
        "Rule": rule.name,
        "Fires when": words(rule),
        "Severity": rule.severity,
        "Channels": ", ".join(rule.channels) or "–",
        "Delivery": rule.delivery,
        "Incidents": noise.incidents,
        "Withdrawn": noise.withdrawn,
        "Unhelpful": f"{noise.unhelpful} of {noise.unhelpful + noise.helpful}",
        "Came back": noise.flaps,
    }


def words(rule: Rule) -> str:
    """When a rule fires, in words.

    Examples
    --------
    >>> words(Rule(name="r", signal="drift", segment="city=Oslo"))
    'drift of city=Oslo is amber or worse in 2 of the last 3 chunks'
    """
    if rule.condition not in COLOURED:
        return CONDITIONS[rule.condition] + (" (red)" if rule.status == "red" else "")
    where = f" of {rule.segment}" if rule.segment else ""
    level = "red" if rule.status == "red" else "amber or worse"
    if rule.condition == "status_change":
        return f"{rule.signal}{where} becomes or leaves {level}"
    needed, last = rule.persistence
    if last == 1:
        return f"{rule.signal}{where} is {level}"
    return f"{rule.signal}{where} is {level} in {needed} of the last {last} chunks"


def _asked(model: Model, old: Rule | None) -> Rule | None:
    """The rule that the form describes; None with its fault told."""
    key = f"rule-{old.name if old else ''}"
    now = old or Rule(name="inputs drift", signal="drift")
    one, two, three = st.columns(3)
    given: dict[str, Any] = {"name": one.text_input("Name", value=now.name, key=f"{key}-name")}
    given["condition"] = two.selectbox(
        "Fires when", get_args(Condition), index=get_args(Condition).index(now.condition),
        format_func=lambda one: CONDITIONS[one], key=f"{key}-condition",
    )  # fmt: skip
    given["severity"] = three.selectbox(
        "Severity", SEVERITIES, index=SEVERITIES.index(now.severity), key=f"{key}-severity"
    )
    if given["condition"] in COLOURED:
        given |= _coloured(model, now, str(given["condition"]), key)
    elif given["condition"] in GRADED:
        given["status"] = st.selectbox(
            "From", ["amber", "red"], index=int(now.status == "red"), key=f"{key}-from", width=160
        )
    offered = sorted({*alerts_session.configured()[0], *now.channels})
    one, two = st.columns([2, 1])
    given["channels"] = one.multiselect(
        "Channels", offered, list(now.channels), accept_new_options=True, key=f"{key}-channels",
        help="By name; their addresses are secrets and are set up where the app runs.",
    )  # fmt: skip
    given["delivery"] = two.segmented_control(
        "Delivery", ["immediate", "digest"], default=now.delivery, key=f"{key}-delivery"
    ) or now.delivery  # fmt: skip
    try:
        return Rule(**given)
    except ValidationError as error:
        said = "; ".join(str(item["msg"]).removeprefix("Value error, ") for item in error.errors())
        st.error(cards.escaped(said))
        return None


def _coloured(model: Model, now: Rule, condition: str, key: str) -> dict[str, Any]:
    """What is asked of a rule on a colour."""
    one, two, three, four = st.columns(4)
    signals = get_args(Watched)
    given: dict[str, Any] = {
        "signal": one.selectbox("Signal", signals, index=signals.index(now.signal), key=f"{key}-signal"),
        "status": two.selectbox(
            "From", ["amber", "red"], index=int(now.status == "red"), key=f"{key}-status"
        ),
    }
    if given["signal"] != "model":
        parts = [EVERY_ROW, *dict.fromkeys([*session.segments(model.name), *filter(None, [now.segment])])]
        at = parts.index(now.segment) if now.segment else 0
        part = three.selectbox("Rows", parts, index=at, key=f"{key}-segment")
        given["segment"] = "" if part == EVERY_ROW else part
    if condition == "breach":
        needed, last = Rule(name="usual", signal=given["signal"]).persistence
        if given["signal"] == now.signal and now.condition == "breach":
            needed, last = now.persistence
        with four.container(horizontal=True):
            given["needed"] = int(
                st.number_input("Chunks", 1, 90, needed, key=f"{key}-{given['signal']}-needed")
            )
            given["last"] = int(
                st.number_input("of the last", 1, 90, last, key=f"{key}-{given['signal']}-last")
            )
        if (given["needed"], given["last"]) == Rule(name="usual", signal=given["signal"]).persistence:
            del given["needed"], given["last"]
    return given


def _replayed(model: Model, old: Rule | None, new: Rule) -> None:
    """How often the rule would have fired over the history, and what is gained and lost."""
    course = alerts_session.course(model, new)
    if course is None:
        st.info(
            "What this rule looks at cannot be read of this model yet, so it would never have fired: there "
            "is no reference, no label, no trial, or no such rows.", icon=":material/help:",
        )  # fmt: skip
        return
    found = replayed(old, new, alerts_session.course(model, old) if old else None, course)
    now = f"; now {count(len(found.before))}" if old else ""
    st.markdown(
        f"It would have fired **{count(len(found.after))}** times "
        f"in {count(found.judged)} judged chunks{now}. Labels count as they are known today."
    )
    if old is None:
        _table("Fired", found.after)
    elif new != old:
        _compared(found)


def _compared(found: Replay) -> None:
    for name, firings in (("Gained", found.gained), ("Lost", found.lost)):
        if firings:
            _table(name, firings)
        else:
            st.caption(f"{name}: nothing.")


def _table(name: str, firings: tuple[Firing, ...]) -> None:
    if not firings:
        return
    st.markdown(f"**{name}**")
    newest = list(reversed(firings))[:MOST]
    tables.draw(
        [{"From": day(one.onset), "Confirmed": day(one.confirmed), "Chunks": one.chunks, "Worst": one.worst,
          "Over": day(one.ended) if one.ended else "holds"} for one in newest],
        height="content", key=f"replay-{name}",
    )  # fmt: skip
    if len(firings) > MOST:
        st.caption(f"and {count(len(firings) - MOST)} more before")


def _save(model: Model, rules: list[Rule]) -> None:
    """Write the rules into the model's file as the store keeps it."""
    store = session.store()
    try:
        store.add(editing.with_rules(store.toml(model.name), rules))
    except (ModelError, StoreError) as error:
        cards.empty("The rule could not be saved.", cards.escaped(str(error)))
        return
    session.forget_models()
    st.rerun()
