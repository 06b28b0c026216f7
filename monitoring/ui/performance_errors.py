"""Errors of a regression: how they are spread, now and in the reference, and their quantiles."""

from __future__ import annotations

import itertools

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from monitoring import performance
from monitoring.performance import Together
from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics import RegressionOutcomes
from monitoring.statistics.metrics.additive import pooled
from monitoring.statistics.metrics.quantiles import order_statistic, signed_errors
from monitoring.ui import charts, performance_words, pictures, tables
from monitoring.ui.drift_view import words
from monitoring.ui.numbers import count, short
from monitoring.ui.performance_threshold_charts import regrouped
from monitoring.ui.performance_view import View

QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
_INNER = (0.005, 0.995)
_BARS = 60


def panel(view: View, together: Together | None) -> None:
    """Draw the view, or say why there is nothing to show.

    Parameters
    ----------
    view : View
    together : Together or None
        The newest final chunks as one; None where no chunk of the range is final.
    """
    if together is None or not isinstance(together.outcomes, RegressionOutcomes):
        performance_words.nothing_final("tell errors of")
        return
    before = performance.reference_outcomes(view.assessment.material)
    reference = pooled(before) if isinstance(before, RegressionOutcomes) else None
    st.subheader(f"Errors, {words(together.window)}", anchor=False)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        pictures.draw(histogram(together.outcomes, reference), key="errors")
    with right:
        rows = table(together.outcomes, reference)
        tables.draw(rows, height="content", key="error-quantiles")
    st.caption(
        f"From {count(together.labelled)} final labels. An error is the prediction less the label: above 0 "
        "the model said too much. The outermost bars hold everything beyond them. Quantiles come from counts "
        "over fine bins; their intervals are those of order statistics, as if rows were independent."
    )


def table(outcomes: RegressionOutcomes, reference: RegressionOutcomes | None) -> list[dict[str, str]]:
    """Quantiles of the error, now with their interval and in the reference."""
    rows = []
    for share in QUANTILES:
        one = order_statistic(signed_errors(outcomes), share)
        lower, upper = float(one.lower), float(one.upper)
        known = np.isfinite([lower, upper]).all()
        before = (
            float(order_statistic(signed_errors(reference), share).value) if reference is not None else None
        )
        rows.append(
            {
                "Below it": f"{100 * share:g} %",
                "Error": short(float(one.value)),
                "95 % interval": f"{short(lower)} to {short(upper)}" if known else "–",
                "Reference": short(before),
            }
        )
    return rows


def histogram(outcomes: RegressionOutcomes, reference: RegressionOutcomes | None) -> go.Figure:
    """Shares of rows by error, the reference's as a line."""
    sides = [one for one in (outcomes, reference) if one is not None and float(one.rows) > 0]
    ends = [float(order_statistic(signed_errors(one), share).value) for one in sides for share in _INNER]
    bars = np.linspace(min(ends, default=-1.0), max(ends, default=1.0), _BARS + 1)
    if bars[0] == bars[-1]:
        bars = np.linspace(bars[0] - 1, bars[0] + 1, _BARS + 1)
    middle = (bars[1:] + bars[:-1]) / 2
    told = [f"{short(a)} to {short(b)}" for a, b in itertools.pairwise(bars)]
    traces = [
        {
            "type": "bar", "x": middle, "y": _shares(outcomes, bars), "name": "current", "customdata": told,
            "marker": {"color": "rgba(79,125,243,0.55)", "line": {"width": 0}},
            "width": float(bars[1] - bars[0]), "hovertemplate": "%{customdata}<br>%{y:.1%}<extra></extra>",
        }
    ]  # fmt: skip
    if reference is not None:
        line = {"color": charts.REFERENCE, "width": 1.6, "shape": "hvh"}
        traces.append(
            {
                "type": "scatter", "mode": "lines", "x": middle, "y": _shares(reference, bars), "line": line,
                "name": "reference", "hoverinfo": "skip",
            }
        )  # fmt: skip
    return charts.figure(
        traces,
        height=340,
        x={"title": {"text": "Prediction less label"}},
        y={"title": {"text": "Rows"}, "tickformat": ".0%"},
        shapes=[charts.upright(0, color=charts.REFERENCE, dash="dot")],
        bargap=0.0,
    )


def _shares(outcomes: RegressionOutcomes, bars: Floats) -> Floats:
    return regrouped(outcomes.errors, outcomes.edges, bars)
