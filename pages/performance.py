"""Performance: how good is it, and with which labels?"""

from functools import partial

import streamlit as st

from monitoring import drift, performance, reasons
from monitoring.ui import (
    absent,
    cards,
    filters,
    performance_calibration,
    performance_choices,
    performance_classes,
    performance_errors,
    performance_estimate,
    performance_moved,
    performance_over_time,
    performance_segments,
    performance_session,
    performance_threshold,
    performance_trust,
    performance_view,
    performance_words,
    shell,
)

shell.page_guard()
scope = filters.scope()
answer = st.container(horizontal=True, vertical_alignment="center", key="answer")
chosen = performance_choices.choices(scope)

# --- the answer ---------------------------------------------------------------------------------------------

try:
    assessment = performance_session.assessment(scope, chosen.known_at)
except performance.NoOutputError:
    cards.empty(f"No predictions of {scope.version} yet.", reasons.fix("no_data"))
    shell.stop()
except drift.CalendarError as error:
    absent.calendar(error)
    shell.stop()
view = performance_view.view(assessment, scope, chosen.known_at)
if view is None:
    cards.empty("No predictions in this range.", reasons.fix("no_data"))
    shell.stop()
places = view.newest(chosen.count)
together = performance_session.together(scope, places, chosen.known_at) if places else None
with answer:
    cards.verdict(*performance_words.answer(view, together), key="verdict")
    cards.explanation(
        what="Every metric of the model in every chunk, by the day of the prediction, from the labels that "
        "are known. Hollow points are provisional: labels still come, and early ones are not like the rest. "
        "A final chunk is amber where its loss against the reference is beyond chance and large enough to "
        "matter, red where it is twice as large.",
        why="This is what the model is for. Everything else on the other pages is a sign; labels are the "
        "proof, and they come late.",
        then="Read which metric was lost and since when, look at why it moved and in which segments, then at "
        "the threshold and the calibration: a new threshold or a recalibration is cheaper than retraining.",
    )

# --- the chosen view ----------------------------------------------------------------------------------------

if chosen.view == "over time":
    performance_over_time.panel(view, chosen.metric, chosen.count, together)
elif chosen.view == "threshold":
    performance_threshold.panel(view, together)
elif chosen.view == "classes":
    performance_classes.panel(view, together)
elif chosen.view == "errors":
    performance_errors.panel(view, together)
elif chosen.view == "calibration":
    performance_calibration.panel(view, places)
elif chosen.view == "without labels":
    performance_estimate.panel(view, chosen.metric, chosen.count)
elif chosen.view == "why it moved":
    performance_moved.panel(view, places)
elif chosen.view == "segments":
    performance_segments.panel(view, chosen.metric)
if chosen.view not in ("over time", "without labels"):  # these two have their own
    cards.export(partial(performance_trust.csv, view), f"{scope.model.name}-performance.csv")
