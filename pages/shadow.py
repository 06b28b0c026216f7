"""Shadow: would the shadow do better?"""

from functools import partial

import streamlit as st

from monitoring import drift, performance, reasons, shadow
from monitoring.review import SOURCES
from monitoring.ui import (
    absent,
    cards,
    filters,
    shadow_agreement,
    shadow_difference,
    shadow_segments,
    shadow_trial,
    shadow_view,
    shell,
)

shell.page_guard()
scope = filters.scope()
answer = st.container(horizontal=True, vertical_alignment="center", key="answer")
chosen = shadow_view.choices(scope)
if chosen is None:
    cards.empty(
        f"{scope.model.name} has no shadow.",
        "Let another version score the same requests, and name it under `[versions] shadows` in the model's "
        "file.",
    )
    shell.stop()

# --- the answer ---------------------------------------------------------------------------------------------

try:
    view = shadow_view.view(scope, chosen)
except shadow.NoPairsError as error:
    cards.empty(
        f"{error}.", "Log both versions under the same request id; only shared requests are compared."
    )
    shell.stop()
except performance.NoOutputError:
    cards.empty("No predictions of the champion yet.", reasons.fix("no_data"))
    shell.stop()
except drift.CalendarError as error:
    absent.calendar(error)
    shell.stop()
with answer:
    status, sentence, word = shadow_view.answer(view)
    cards.verdict(status, sentence, key="verdict", word=word)
    cards.explanation(
        what="The served version and one that scores the same requests unserved, compared on the requests "
        "that both scored. Without labels one sees how much would change; with final labels, which is "
        "better.",
        why="Two versions measured on different rows differ by their rows. And whoever looks every day at an "
        "ordinary interval finds a winner in every third trial where there is none.",
        then="Register a trial before looking. Read its verdict, look into the segments, then decide and say "
        "why.",
    )
st.caption(cards.escaped(shadow_view.pairing_words(view)))

# --- the chosen view ----------------------------------------------------------------------------------------

if chosen.view == "trial":
    shadow_trial.panel(view)
elif chosen.view == "difference":
    shadow_difference.panel(view)
elif chosen.view == "agreement":
    shadow_agreement.panel(view)
    cards.link(shell.page_path("review"), "Rows on which they disagree", reason=SOURCES["disagreement"].title)
elif chosen.view == "segments":
    shadow_segments.panel(view)
cards.export(partial(shadow_difference.csv, view), f"{scope.model.name}-shadow.csv")
