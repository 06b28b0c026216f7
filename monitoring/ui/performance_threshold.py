"""Any threshold: what it would have decided, and which one would have cost least."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from monitoring.models import Model
from monitoring.performance import Together
from monitoring.statistics.metrics import BinaryOutcomes, Metric, metrics_for
from monitoring.statistics.metrics.costs import CostCurve, cost_curve, cost_metrics
from monitoring.statistics.metrics.curves import Thresholds, thresholds
from monitoring.ui import cards, performance_threshold_charts, performance_words, pictures, tables
from monitoring.ui.drift_view import words
from monitoring.ui.numbers import count, share, short
from monitoring.ui.performance_view import View
from monitoring.ui.performance_words import number, titled

_MOST = 1e12  # that one wrong decision may cost


@dataclass(frozen=True, eq=False)
class Picture:
    """A threshold on the rows of a window.

    Attributes
    ----------
    model : Model
    outcomes : BinaryOutcomes
        As they were decided when they were served; without axes.
    at : float
        The edge that is looked at.
    every : Thresholds
    prices : tuple of tuple of float
        What a row costs: ``((right negative, wrong positive), (wrong negative, right positive))``.
    unit : str
        The currency.
    costs : CostCurve
    """

    model: Model
    outcomes: BinaryOutcomes
    at: float
    every: Thresholds
    prices: tuple[tuple[float, float], tuple[float, float]]
    unit: str
    costs: CostCurve


def panel(view: View, together: Together | None) -> None:
    """Draw the view, or say why there is nothing to move.

    Parameters
    ----------
    view : View
    together : Together or None
        The newest final chunks as one; None where no chunk of the range is final.
    """
    if together is None or not isinstance(together.outcomes, BinaryOutcomes):
        performance_words.nothing_final("move a threshold over")
    elif not len(together.outcomes.edges):
        cards.empty(
            "Only decisions were logged, without scores: there is no threshold to move.",
            "Log the score beside the decision.",
        )
    else:
        _view(view.model, together, together.outcomes)


@st.fragment
def _view(model: Model, together: Together, outcomes: BinaryOutcomes) -> None:
    """Slider, matrix, curves and table; moving the slider draws this alone again."""
    st.subheader(f"Any threshold, {words(together.window)}", anchor=False)
    left, right = st.columns([3, 2], gap="medium")
    with right:
        proposal = st.container()
        threshold = _slider(model, outcomes)
        prices, unit = _prices(model)
    every = thresholds(outcomes)
    one = Picture(
        model, outcomes, outcomes.nearest(threshold), every, prices, unit, cost_curve(outcomes, prices)
    )
    with right:
        st.markdown(_matrix(one))
        with proposal:
            _proposal(one)
    with left:
        pictures.draw(performance_threshold_charts.histogram(one), key="scores")
    curves = (
        ("roc", performance_threshold_charts.roc(one)),
        ("recall", performance_threshold_charts.precision_recall(one)),
        ("costs", performance_threshold_charts.cost(one)),
    )
    for column, (key, figure) in zip(st.columns(3, gap="medium"), curves, strict=True):
        with column:
            pictures.draw(figure, key=key)
    tables.draw(table(one), height="content", files="below", key="threshold-metrics")
    st.caption(
        f"From {count(together.labelled)} final labels. Counts at a threshold are exact: it stops at edges "
        "over which scores are counted. Metrics of the order of rows, such as the area under the ROC curve, "
        "are the same at every threshold. Intervals here are as if rows were independent."
    )


def _slider(model: Model, outcomes: BinaryOutcomes) -> float:
    """The threshold, between the ends of the grid."""
    low, high = float(outcomes.edges[0]), float(outcomes.edges[-1])
    own = min(max(model.threshold, low), high)
    if not low <= st.session_state.get("threshold", own) <= high:
        st.session_state["threshold"] = own  # of another model
    step = (high - low) / 1000 or 0.001
    return st.slider(
        "Threshold",
        low,
        high,
        value=own,
        step=step,
        format="%.3f",
        key="threshold",
        bind="query-params",
        help=f"A score at it or above is decided positive. The model's own is {short(model.threshold)}.",
    )


def _prices(model: Model) -> tuple[tuple[tuple[float, float], tuple[float, float]], str]:
    """What decisions cost: as the model's file says, until other numbers are tried."""
    known = model.costs
    unit = known.unit if known else "units of cost"
    first, second = st.columns(2, gap="small")
    with first:
        wrong_positive = _price("cost_fp", "A wrong positive costs", known.false_positive if known else None)
    with second:
        wrong_negative = _price("cost_fn", "A missed event costs", known.false_negative if known else None)
    right = (known.true_negative, known.true_positive) if known else (0.0, 0.0)
    return ((right[0], wrong_positive), (wrong_negative, right[1])), unit


def _price(key: str, label: str, known: float | None) -> float:
    usual = 1.0 if known is None else known
    most = max(_MOST, abs(usual))  # sums over all rows stay numbers
    value = st.number_input(label, -most, most, usual, key=key, bind="query-params")
    return float(value)


def _matrix(one: Picture) -> str:
    """The confusion matrix at the threshold, as a small table."""
    table = one.outcomes.at(one.at).confusion
    rows = float(table.sum())
    event = cards.escaped(f"event ({one.model.positive})")
    lines = [f"| at {short(one.at)} | decided positive | decided negative |", "|:--|--:|--:|"]
    for name, label in ((event, 1), ("other", 0)):
        cells = " | ".join(
            f"{count(table[label, decision])} ({share(table[label, decision] / rows if rows else None)})"
            for decision in (1, 0)
        )
        lines.append(f"| {name} | {cells} |")
    return "\n".join(lines)


def _proposal(one: Picture) -> None:
    """Which threshold would have cost least, in words, and a button that goes there."""
    best, least = float(one.costs.best), float(one.costs.least)
    if np.isnan(best):
        return
    each = cost_metrics(one.prices, one.unit)[0]
    own = float(each(one.outcomes).value)
    where = {-np.inf: "where every row is decided positive", np.inf: "where no row is decided positive"}
    text = f"A row would have cost least {where.get(best, f'at threshold {short(best)}')}: {short(least)} "
    text += (
        f"{one.unit} instead of {short(own)} as it was decided. Chosen in hindsight on these very rows, so "
    )
    text += "other rows will cost somewhat more."
    st.markdown(cards.escaped(text))
    if np.isfinite(best):
        st.button(
            "Go there", on_click=_go, args=(best,), icon=":material/south_east:", type="tertiary", key="best"
        )


def _go(threshold: float) -> None:
    """Move the slider, from a callback; the address follows."""
    st.session_state["threshold"] = threshold


def table(one: Picture) -> list[dict[str, str]]:
    """Every metric of decisions: as it was decided, at the threshold, and where a row costs least."""
    each, _ = cost_metrics(one.prices, one.unit)
    metrics = [metric for metric in metrics_for("binary") if metric.reads == "decisions"]
    here = one.outcomes.at(one.at)
    best = one.outcomes.at(float(one.costs.best)) if not np.isnan(one.costs.best) else None
    return [
        {
            "Metric": titled(metric),
            "As decided": _told(metric, one.outcomes),
            f"At {short(one.at)}": _told(metric, here),
            "At least cost": _told(metric, best) if best is not None else "–",
        }
        for metric in (*metrics, each)
    ]


def _told(metric: Metric, outcomes: BinaryOutcomes) -> str:
    """A value with its interval."""
    found = metric(outcomes)
    value, lower, upper = (float(one) for one in (found.value, found.lower, found.upper))
    ends = (
        f" ({number(metric, lower)} to {number(metric, upper)})" if np.isfinite([lower, upper]).all() else ""
    )
    return number(metric, value) + ends
