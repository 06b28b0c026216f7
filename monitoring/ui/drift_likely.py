"""Features that a change is likely related to, and those whose drift began together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from monitoring import drift
from monitoring.drift import Assessment, Likely, Started
from monitoring.drift.wording import listed
from monitoring.models import Model
from monitoring.ui import cards, tables
from monitoring.ui.drift_view import View
from monitoring.ui.numbers import day

MOST = 8


def likely(rows: Sequence[Likely], assessment: Assessment, *, files: tables.Files = "below") -> None:
    """Features that a change is likely related to, as a table."""
    st.subheader("Likely related features", anchor=False)
    if not rows:
        st.caption("No feature that counts is beyond its limit in the judged chunk.")
        return
    tables.draw(
        key="likely-features",
        shares=("Of all importance",),
        files=files,
        rows=[
            {
                "Feature": one.title,
                "Times its limit": one.excess + 1,
                "Of all importance": None if np.isnan(one.importance) else one.importance,
                "Ranking": one.score,
                "AUC lost": None if np.isnan(one.attribution) else max(one.attribution, 0.0),
            }
            for one in rows[:MOST]
        ],
        height="content",
        column_config={
            "Times its limit": st.column_config.NumberColumn(format="%.1f ×", help="Value over limit."),
            "Of all importance": st.column_config.NumberColumn(
                help="Its share of the importance of all features."
            ),
            "Ranking": st.column_config.ProgressColumn(
                format="%.2f", width=100, min_value=0.0, max_value=max(*(one.score for one in rows), 0.1),
                help="What it has beyond its limit, in limits, times its importance.",
            ),
            "AUC lost": st.column_config.NumberColumn(
                format="%.3f", help="What the classifier of all features loses of its AUC without it.",
            ),
        },
    )  # fmt: skip
    st.caption(_weighed(assessment.weights.source, assessment.weights.quality))


def _weighed(source: str, quality: float) -> str:
    """Where importances come from."""
    learnt = "Importances are learnt: by how much a surrogate of the model gets worse at predicting "
    learnt += f"its score when a feature is shuffled. It explains {quality:.0%} of the score.".replace(
        "%", " %"
    )
    words = {"file": "Importances are those of the model's file.", "surrogate": learnt}
    known = words.get(source, "No importance is known, so the ranking is by drift alone.")
    return f"{known} A likely relation is no proof."


def began_together(groups: Sequence[Sequence[tuple[str, Started]]], model: Model) -> None:
    """Features whose drift began within three days of each other."""
    shown = [group for group in groups if len(group) > 1]
    for group in shown[:3]:
        names = [model.feature_title(name) for name, _ in group]
        first, last = group[0][1].at, group[-1][1].at
        when = day(first) if first == last else f"{day(first)} to {day(last)}"
        st.markdown(cards.escaped(f"Began together, {when}: {listed(names, 6)}."))
    if not shown and groups:
        st.caption("No two drifting features began within three days of each other.")


def groups(view: View) -> list[list[tuple[str, Started]]]:
    """Drifting features by when they most likely began."""
    names = [one.feature for one in view.verdict.features if one.counted and one.lasting in ("amber", "red")]
    at = view.assessment.keys[view.last].start
    return drift.together(view.assessment, names[:40], at=at)
