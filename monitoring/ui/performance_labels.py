"""How labels came: the share of each chunk's predictions that has one, and how long labels usually take."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from monitoring.performance import early
from monitoring.performance.outcomes import main_subject
from monitoring.statistics.maturity import MATURE
from monitoring.statistics.metrics import Metric
from monitoring.statistics.sums import middles_of
from monitoring.ui import cards, charts, pictures, timeline
from monitoring.ui.charts import Part
from monitoring.ui.numbers import count, share, short
from monitoring.ui.performance_view import View
from monitoring.ui.performance_words import horizon_words, number, unit_of

FINAL, YOUNG = "rgba(79,125,243,0.75)", "rgba(79,125,243,0.22)"
COLOURS = (charts.CURRENT, "#b0689a", "#3a9aa5", "#9a7b2f", "#6d6fc7", "#7c8aa5")
"""Of classes, in the order of their names; a class more than there are colours takes them again."""


def panel(view: View, metric: Metric) -> None:
    """Draw coverage and delays, and say when labels are final and whether early ones are like the rest.

    Parameters
    ----------
    view : View
    metric : Metric
        What is told of the chunks whose labels still come.
    """
    st.subheader("Labels", anchor=False)
    st.markdown(cards.escaped(sentence(view)))
    unlike = likeness(view, metric)
    if unlike:
        st.markdown(cards.escaped(unlike))
    left, right = st.columns(2, gap="medium")
    with left:
        timeline.draw(coverage(view), view.scope.model, key="coverage")
    figure = arrival(view)
    with right:
        if figure is not None:
            pictures.draw(figure, key="arrival")
        else:
            st.caption("How late labels come is drawn once the oldest predictions have had all of theirs.")


def sentence(view: View) -> str:
    """When labels are final, how many never come, and whether classes are equally slow."""
    found = view.assessment.material.cohorts
    parts = [cards.full(horizon_words(view))]
    if found.maturity.horizon is not None:
        parts[0] = parts[0][
            :-1
        ] + f": {MATURE:.0%} of those of every class have usually come by then.".replace("%", " %")
    if found.maturity.never > 0:
        parts.append(f"{share(found.maturity.never)} of predictions never get one.")
    if found.agreement.agree is False:
        parts.append(
            "Classes are not equally slow, so the labels of a young chunk are not like those still to come."
        )
    young = [view.assessment.maturity[place] for place in range(view.shown.start, view.shown.stop)]
    provisional = young.count("provisional")
    if provisional:
        parts.append(f"{count(provisional)} chunk{'s are' if provisional > 1 else ' is'} provisional.")
    return " ".join(parts)


def likeness(view: View, metric: Metric) -> str:
    """Whether rows with a label are like those without one, in words; '' where there is nothing to say.

    Where labels of all classes come equally late, the metric is told weighted to the scores of all rows, too.
    """
    found, places = early.early(view.assessment), range(view.shown.start, view.shown.stop)
    if found is None:
        return ""
    young = early.young(view.assessment, places)
    final = [place for place in places if view.assessment.maturity[place] == "final"]
    enough = bool(young) and not np.isnan(early.together(found, young).jensen_shannon)
    parts = [
        _unlike(found, young, "is still to come"),
        _reweighted(found, young, metric) if enough else "",
        _unlike(found, final, "never came"),
    ]
    return " ".join(part for part in parts if part)


def _unlike(found: early.Early, places: list[int], whose: str) -> str:
    """Whether the scores of rows without a label differ from those of rows with one; '' where they do not."""
    one = early.together(found, places)
    if not one.biased:
        return ""
    material = found.assessment.material
    middle = middles_of(material.cubes[main_subject(material.model)].grid.edges)
    known, other = (side[places].sum(axis=0) for side in (found.labelled, found.unlabelled))
    before, after = (short(float(side @ middle / side.sum())) for side in (known, other))
    distance, limit = (short(float(part)) for part in (one.kolmogorov_smirnov, one.kolmogorov_smirnov_limit))
    return (
        f"Rows whose label {whose} are not like the rest: their mean score is {after}, that of labelled rows "
        f"{before} (Kolmogorov-Smirnov {distance}, limit {limit}). Metrics do not speak for them."
    )


def _reweighted(found: early.Early, young: list[int], metric: Metric) -> str:
    """The metric of provisional chunks weighted to all rows, or why it is not."""
    agree = found.assessment.material.cohorts.agreement.agree
    if agree is None:
        return "Early labels are not weighted: it is not known yet whether classes are equally slow."
    if not agree:
        return (
            "Early labels are not weighted to stand for all, because classes are not equally slow: among "
            "rows of one score, too, the early ones are a biased sample."
        )
    plain, weighted = early.reweighted(found, young, metric)
    if np.isnan(weighted):
        return ""
    return (
        f"Classes are equally slow, so early labels may be weighted to the scores of all rows: "
        f"{metric.short} of the provisional chunks is {number(metric, weighted)} then, and "
        f"{number(metric, plain)} as it stands."
    )


def coverage(view: View) -> go.Figure:
    """The share of predictions whose label is known, chunk by chunk: solid where final, pale elsewhere."""
    found, keys = view.assessment, view.assessment.keys[view.shown]
    at = [key.start for key in keys]
    value = found.coverage[view.shown]
    final = np.array([one == "final" for one in found.maturity[view.shown]])
    when = "%{x|%a " + charts.day_format(at) + "}<br>%{customdata}<extra></extra>"
    told = [
        f"{count(found.labelled[i])} of {count(found.predicted[i])} ({share(found.coverage[i])})"
        f"<br>{found.maturity[i]}"
        for i in range(view.shown.start, view.shown.stop)
    ]
    bars = [
        _bars(at, np.where(chosen, value, np.nan), name, colour, told, when)
        for name, chosen, colour in (("final", final, FINAL), ("not final", ~final, YOUNG))
        if chosen.any()
    ]
    return charts.figure(
        bars,
        height=230,
        x=charts.moments(at, charts.day_format(at)),
        y={"title": {"text": "Label known"}, "tickformat": ".0%", "range": [0, 1.2], "tickvals": [0, 0.5, 1]},
        barmode="overlay",
        bargap=0.1,
    )


def _bars(at: list[Any], value: np.ndarray, name: str, colour: str, told: list[str], when: str) -> Part:
    return {
        "type": "bar", "x": at, "y": value, "name": name, "customdata": told, "hovertemplate": when,
        "marker": {"color": colour, "line": {"width": 0}},
    }  # fmt: skip


def arrival(view: View) -> go.Figure | None:
    """The share of a class's labels that have come by each age; None where nothing is known of it yet."""
    found = view.assessment.material.cohorts
    learnt, unit = found.maturity, unit_of(view)
    known = [i for i, curve in enumerate(learnt.class_curve) if np.isfinite(curve).any()]
    if not known or learnt.longest is None:
        return None
    until = min(learnt.class_curve.shape[-1], learnt.longest + 2)
    ages = list(range(until))
    lines = [
        {
            "type": "scatter", "mode": "lines+markers" if until < 20 else "lines", "x": ages,
            "y": learnt.class_curve[i, :until], "name": _label(view, found.classes[i]),
            "line": {"color": COLOURS[i % len(COLOURS)], "width": 1.8, "shape": "hv"}, "marker": {"size": 5},
            "hovertemplate": f"after %{{x}} {unit}s: %{{y:.1%}}<extra>"
            f"{charts.plain(_label(view, found.classes[i]))}</extra>",
        }
        for i in known
    ]  # fmt: skip
    shapes, notes = [], []
    if learnt.horizon is not None:
        shapes.append(charts.upright(learnt.horizon, color=charts.STATUS["green"], dash="dash"))
        notes.append({"x": learnt.horizon, "y": 0.05, "yref": "paper", "xanchor": "left", "text": " final"})
    low = float(np.nanmin(learnt.class_curve[known, 0]))
    return charts.figure(
        lines,
        height=230,
        x={"title": {"text": f"{unit.capitalize()}s since the prediction"}, "rangemode": "tozero"},
        y={
            "title": {"text": "Labels that have come"},
            "tickformat": ".0%",
            "range": [0 if low < 0.5 else low - 0.05, 1.02],
            "nticks": 5,
        },
        shapes=shapes,
        notes=notes,
    )


def _label(view: View, label: str) -> str:
    """A class in the legend; a regression has one unnamed."""
    if not label:
        return "labels"
    if view.model.task != "binary":
        return charts.plain(label)
    return f"event ({label})" if label == view.model.positive else f"other ({label})"
