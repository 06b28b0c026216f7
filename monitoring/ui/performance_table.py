"""Every metric of a window: value, interval, reference, change, rows, and why one cannot be judged."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from monitoring.performance import Scores, Together
from monitoring.statistics.metrics import Metric
from monitoring.statistics.severity import NAMES
from monitoring.ui import tables
from monitoring.ui.drift_view import words
from monitoring.ui.numbers import count
from monitoring.ui.performance_words import number, reason, signed, titled
from monitoring.ui.status import label


def panel(one: Together, chosen: Scores) -> None:
    """Draw the table.

    Parameters
    ----------
    one : Together
        The window's chunks as one.
    chosen : Scores
        The metric that was chosen, with its interval also where that is drawn by bootstrap.
    """
    st.subheader(f"Every metric, {words(one.window)}", anchor=False)
    rows = [row(scores) for scores in {**one.scores, chosen.metric.key: chosen}.values()]
    if not any(each["Why not judged"] for each in rows):
        rows = [{name: told for name, told in each.items() if name != "Why not judged"} for each in rows]
    tables.draw(
        rows,
        height="content",
        key="metrics",
    )
    st.caption(
        f"{count(one.labelled)} labelled rows. Intervals are of 95 % confidence and take days as clusters "
        "from ten days on, because rows of a day are alike. A change is told in the metric's own unit."
    )


def row(scores: Scores) -> dict[str, str]:
    """One metric in words."""
    metric, one, change = scores.metric, scores.estimate, scores.difference
    judged = metric.better != "neither"
    return {
        "Metric": titled(metric),
        "Status": label(NAMES[int(scores.status)]) if judged else "told only",
        "Value": number(metric, float(one.value)),
        "95 % interval": _ends(number, metric, float(one.lower), float(one.upper)),
        "Reference": number(metric, float(scores.baseline.value)),
        "Change": signed(metric, float(change.change)) if np.isfinite(change.change) else "–",
        "95 % of the change": _ends(signed, metric, float(change.change_lower), float(change.change_upper)),
        "Rows": count(float(one.n)),
        "Better": "nearer to 0" if metric.better == "zero" else metric.better,
        "Why not judged": _why(scores) if judged else "",
    }


def _why(scores: Scores) -> str:
    """Why a metric has no colour; a bootstrap is not drawn for every metric there is."""
    if scores.metric.costly and np.isfinite(scores.estimate.value) and np.isnan(scores.estimate.lower):
        return "its interval is drawn when it is chosen as the metric"
    return reason(scores)


def _ends(told: Callable[[Metric, float], str], metric: Metric, lower: float, upper: float) -> str:
    """An interval in words; a dash where there is none."""
    return f"{told(metric, lower)} to {told(metric, upper)}" if np.isfinite([lower, upper]).all() else "–"
