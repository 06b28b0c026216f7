"""The Alerts page's channels and deliveries: what is set up, whether it works, what waits and what failed."""

from __future__ import annotations

import streamlit as st

from monitoring.alerts.delivering import tried
from monitoring.models import Model
from monitoring.store import deliveries
from monitoring.store.deliveries import Delivery
from monitoring.ui import alerts_session, cards, session, tables
from monitoring.ui.numbers import count

MOST = 200
STATES = {"waiting": "waits", "sent": "sent", "dead": "given up"}
SET_UP = """[channels.ops]
url = "https://example.org/hooks/lookout"
secret = "a long random text"        # signs it; without, the url is one of Apprise's

[channels.mail]
url = "mailtos://user:password@smtp.example.org?to=team@example.org"
"""


def channels(model: Model) -> None:
    """Draw the channels that are set up, and a test of each."""
    known, fault = alerts_session.configured()
    named = alerts_session.named(session.models())
    if fault:
        st.error(cards.escaped(fault))
    names = sorted({*known, *named})
    if not names:
        cards.empty("No channel is set up.", "Alerts are told on this page only.")
    else:
        tables.draw(
            [{"Channel": name, "Kind": known[name].kind if name in known else "not set up",
              "From": known[name].source if name in known else "–",
              "Named by": "; ".join(named.get(name, [])) or "no rule"} for name in names],
            height="content", key="channels",
        )  # fmt: skip
    if known:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            chosen = st.selectbox("Channel", sorted(known), key="channel", width=240)
            if st.button("Send a test", key="test-channel") and chosen in known:
                error = tried(session.store(), model.name, chosen, known)
                if error:
                    st.error(cards.escaped(f"{chosen}: {error}"))
                else:
                    st.success(cards.escaped(f"{chosen} took it."))
    with st.expander("How to set one up", icon=":material/add:", expanded=not names):
        st.markdown(
            "Addresses are secrets: they stand in `.streamlit/secrets.toml` where the app runs, or in the "
            "environment as `LOOKOUT_CHANNEL_OPS_URL` and `LOOKOUT_CHANNEL_OPS_SECRET`, and are never stored "
            "or shown. Rules name a channel."
        )
        st.code(SET_UP, language="toml")


def outbox(model: Model) -> None:
    """Draw the messages about a model: sent, waiting, given up."""
    found = deliveries.listed(session.store(), model.name)
    if not found:
        cards.empty(
            f"No message about {model.name} yet.", "A rule that names a channel sends one when it fires."
        )
        return
    state = st.segmented_control(
        "Messages", ["all", *STATES], default="all", key="messages", bind="query-params",
        format_func=lambda one: STATES.get(str(one), str(one)),
    ) or "all"  # fmt: skip
    shown = [one for one in found if state in ("all", one.state)]
    tables.draw([_line(one) for one in shown[:MOST]], height="content", key="deliveries")
    if len(shown) > MOST:
        st.caption(f"and {count(len(shown) - MOST)} older ones")
    dead = [one for one in found if one.state == "dead" and one.kind != "test"]
    if dead:
        st.markdown(f"**{count(len(dead))}** were given up after {deliveries.MOST} attempts.")
        if st.button("Try them again", key="retry"):
            for one in dead:
                deliveries.retry(session.store(), one.number)
            st.rerun()


def _line(one: Delivery) -> dict[str, object]:
    return {
        "When": f"{one.queued_at:%Y-%m-%d %H:%M} UTC" if one.queued_at else "–",
        "Channel": one.channel,
        "About": one.subject.removeprefix("[Lookout] "),
        "Delivery": "digest" if one.digest else "immediate",
        "State": STATES[one.state],
        "Attempts": one.attempts,
        "Next": f"{one.next_at:%Y-%m-%d %H:%M} UTC" if one.next_at and one.state == "waiting" else "–",
        "What went wrong": one.error or "–",
    }
