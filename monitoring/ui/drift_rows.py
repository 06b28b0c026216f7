"""What the Drift page says of each feature: its row in the table, its lane in the heatmap, its course."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from monitoring import reasons
from monitoring.drift import POOLED, VERDICT_CHECKS, Assessment, FeatureVerdict
from monitoring.drift.scores import CODES
from monitoring.drift.shares import TITLES
from monitoring.drift.showing import (
    allowed,
    measure_title,
    note,
    number,
    shown_check,
    shown_status,
    started_words,
)
from monitoring.statistics.severity import NAMES
from monitoring.ui import charts
from monitoring.ui.components.heatmap import Lane
from monitoring.ui.components.ranking import Ranked
from monitoring.ui.drift_view import View
from monitoring.windows import Window

__all__ = [
    "CHECK_TITLES", "REASON_WORDS", "allowed", "available", "chosen_check", "course", "lanes",
    "measure_title", "number", "ranked", "shown_check", "shown_status", "started_words",
]  # fmt: skip
CHECK_TITLES = {
    "chunk": "distance, chunk by chunk",
    "pooled_7": "distance, 7 chunks together",
    "pooled_28": "distance, 28 chunks together",
    **TITLES,
}
REASON_WORDS = ["" if code in ("", "drift") else reasons.REASONS[code].words for code in CODES]


def ranked(view: View) -> list[Ranked]:
    """A row per feature, the one to look at first on top."""
    limits = {check: allowed(view.assessment.checks[check]) for check in VERDICT_CHECKS}
    return [_row(view, feature, limits) for feature in view.verdict.features]


def _row(view: View, feature: FeatureVerdict, limits: dict[str, np.ndarray]) -> Ranked:
    place, check = view.place(feature.feature), shown_check(feature)
    scores = view.assessment.checks[check]
    value, limit = scores.value[place, view.last], limits[check][place, view.last]
    return Ranked(
        name=feature.feature,
        title=feature.title,
        note=note(feature),
        status=shown_status(feature),
        importance=_or_none(feature.importance),
        measure=measure_title(view.assessment, place, check),
        value_text=number(check, value),
        limit_text=number(check, limit),
        ratio=_or_none(value / limit if limit > 0 else np.nan),
        limit=_or_none(limit),
        floor=_or_none(scores.noise_floor[place, view.last]),
        series=scores.value[place, view.shown],
    )


def lanes(view: View, features: Sequence[FeatureVerdict], shown: slice) -> list[Lane]:
    """A lane of the heatmap per feature: by chunk the check that gave colour, or else the distance."""
    checks = [view.assessment.checks[check] for check in VERDICT_CHECKS]
    value, reason = (np.stack([getattr(one, name) for one in checks]) for name in ("value", "reason"))
    limit = np.stack([allowed(one) for one in checks])
    coloured = view.colours.cells > 0
    decided = np.where(coloured, view.colours.decided, VERDICT_CHECKS.index("chunk"))
    rows = view.assessment.checks["chunk"].rows
    out = []
    for feature in features:
        place = view.place(feature.feature)
        check = decided[place, shown]
        chunks = np.arange(shown.start, shown.stop)
        status = np.asarray(NAMES)[view.colours.cells[place, shown]]
        out.append(
            Lane(
                name=feature.feature,
                title=feature.title,
                status=np.where(rows[place, shown] > 0, status, "").tolist(),
                value=value[check, place, chunks],
                limit=limit[check, place, chunks],
                check=check,
                reason=reason[check, place, chunks],
            )
        )
    return out


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def available(view: View, feature: FeatureVerdict) -> list[str]:
    """The checks that exist for a feature's kind."""
    place = view.place(feature.feature)
    return [check for check, scores in view.assessment.checks.items() if scores.defined[place]]


def course(view: View, feature: FeatureVerdict, check: str, beside: Assessment | None = None) -> go.Figure:
    """One check of one feature over the chunks shown, with floor, limit, reference and since when.

    Parameters
    ----------
    view : View
    feature : FeatureVerdict
    check : str
    beside : Assessment, optional
        The same feature with each chunk against the one before, drawn as a second course.
    """
    assessment, place = view.assessment, view.place(feature.feature)
    scores, keys = assessment.checks[check], assessment.keys[view.shown]
    moves = assessment.against.moves
    inside = [] if moves else [key for key in keys if assessment.reference.overlaps(key)]
    return charts.course(
        [key.start for key in keys],
        scores.value[place, view.shown],
        title=measure_title(assessment, place, check),
        shares=check not in POOLED,
        limit=allowed(scores)[place, view.shown],
        floor=scores.noise_floor[place, view.shown],
        status=np.asarray(NAMES)[scores.status[place, view.shown]].tolist(),
        partial=~assessment.complete[view.shown],
        reference=(inside[0].start, inside[-1].stop) if inside else None,
        since=feature.since if feature.since and feature.since >= keys[0].start else None,
        beside=("against the chunk before", _beside(beside, keys)) if beside else None,
        interval=(scores.lower[place, view.shown], scores.upper[place, view.shown]),
    )


def _beside(assessment: Assessment, keys: Sequence[Window]) -> np.ndarray:
    """Values of another assessment's only feature for these chunks; nan where it has none."""
    scores = assessment.checks["chunk"]
    known = {key.start: i for i, key in enumerate(assessment.keys) if scores.rows[0, i] > 0}
    return np.array([scores.value[0, known[key.start]] if key.start in known else np.nan for key in keys])


def chosen_check(view: View, feature: FeatureVerdict, heading: str) -> str:
    """Draw the heading of a feature's course with the choice of what is drawn, and say which check it is."""
    titles = {"what decides": shown_check(feature)}
    titles |= {CHECK_TITLES[check]: check for check in available(view, feature)}
    with st.container(horizontal=True, vertical_alignment="center", key="course-head"):
        st.subheader(heading, anchor=False, width="content")
        st.space("stretch")
        series = st.selectbox(
            "Over time",
            list(titles),
            key="series",
            bind="query-params",
            label_visibility="collapsed",
            width=230,
        )
    return titles.get(series, titles["what decides"])
