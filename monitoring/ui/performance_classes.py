"""Several classes: each by itself against the rest, and which are taken for which."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from monitoring import performance
from monitoring.performance import Together
from monitoring.statistics.metrics import METRICS, Metric, MulticlassOutcomes
from monitoring.statistics.metrics.additive import pooled
from monitoring.statistics.metrics.classes import PerClass, per_class
from monitoring.statistics.metrics.estimates import Estimate
from monitoring.ui import charts, performance_words, pictures, tables
from monitoring.ui.drift_view import words
from monitoring.ui.numbers import clipped, count, share
from monitoring.ui.performance_view import View
from monitoring.ui.performance_words import number

_METRICS = ("precision", "recall", "f1", "roc_auc")
_LONGEST = 18
_MOST = 12  # classes up to which cells are wide enough for words


def panel(view: View, together: Together | None) -> None:
    """Draw the view, or say why there is nothing to show.

    Parameters
    ----------
    view : View
    together : Together or None
        The newest final chunks as one; None where no chunk of the range is final.
    """
    if together is None or not isinstance(together.outcomes, MulticlassOutcomes):
        performance_words.nothing_final("tell classes apart")
        return
    before = performance.reference_outcomes(view.assessment.material)
    reference = pooled(before) if isinstance(before, MulticlassOutcomes) else None
    st.subheader(f"Every class, {words(together.window)}", anchor=False)
    tables.draw(table(together.outcomes, reference), height="content", key="classes")
    st.caption(
        f"From {count(together.labelled)} final labels. Each class against all others, with its interval of "
        "95 % as if rows were independent, and beside it the value in the reference. A dash: the class was "
        "never decided, or never came."
    )
    st.subheader("Taken for", anchor=False)
    pictures.draw(confusion(together.outcomes), key="confusion")
    st.caption("Of every class's rows, the share that was decided for each. The diagonal is right.")


def table(outcomes: MulticlassOutcomes, reference: MulticlassOutcomes | None) -> list[dict[str, str]]:
    """A row for each class in words."""
    now, before = per_class(outcomes), per_class(reference) if reference is not None else None
    labels, decided = outcomes.confusion.sum(axis=-1), outcomes.confusion.sum(axis=-2)
    return [
        {
            "Class": str(name),
            "Rows": count(labels[place]),
            "Decided": count(decided[place]),
            **{_titled(METRICS[key]): _told(key, now, before, place) for key in _METRICS},
        }
        for place, name in enumerate(outcomes.classes)
    ]


def _titled(metric: Metric) -> str:
    """A metric's title where there is room for it, else its usual short name."""
    return metric.title if len(metric.title) <= _LONGEST else metric.short


def _told(key: str, now: PerClass, before: PerClass | None, place: int) -> str:
    """A metric of one class: value, interval, and the reference's value."""
    metric = METRICS[key]
    one: Estimate = getattr(now, key)
    value, lower, upper = (float(part[place]) for part in (one.value, one.lower, one.upper))
    ends = (
        f" ({number(metric, lower).removesuffix(' %')} to {number(metric, upper)})"
        if np.isfinite([lower, upper]).all()
        else ""
    )
    past = f", was {number(metric, float(getattr(before, key).value[place]))}" if before is not None else ""
    return number(metric, value) + ends + past


def confusion(outcomes: MulticlassOutcomes) -> go.Figure:
    """Labels by decisions, as shares of each label's rows."""
    table = outcomes.confusion
    rows = table.sum(axis=-1, keepdims=True)
    shares = table / np.where(rows > 0, rows, np.nan)
    names = [charts.plain(clipped(str(name), _LONGEST)) for name in outcomes.classes]
    told = [[count(cell) for cell in line] for line in table]
    places = list(range(len(names)))
    notes = [
        {"x": x, "y": y, "text": f"{share(float(shares[y, x]))}<br>{told[y][x]}", "font": {"size": 12}}
        for y in places
        for x in places
        if len(names) <= _MOST
    ]  # theme's own colour of text, legible on both grounds
    axis = {"tickvals": places, "ticktext": names, "showgrid": False, "zeroline": False}
    heat = {
        "type": "heatmap", "x": places, "y": places, "z": shares, "zmin": 0, "zmax": 1, "customdata": told,
        "colorscale": [[0, "rgba(79,125,243,0.04)"], [1, "rgba(79,125,243,0.6)"]], "showscale": False,
        "xgap": 2, "ygap": 2, "hovertemplate": "%{customdata} rows, %{z:.1%} of the label<extra></extra>",
    }  # fmt: skip
    return charts.figure(
        [heat],
        height=min(140 + 46 * len(names), 640),
        x={"title": {"text": "Decided"}, **axis},
        y={"title": {"text": "Label"}, "autorange": "reversed", **axis},
        notes=notes,
    )
