"""The views of the Predictions page: levels, classes, confidence, and the residuals of a regression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from monitoring.models import Model
from monitoring.performance.outcomes import main_subject
from monitoring.predictions import rows as measured
from monitoring.predictions.rows import CELLS, Levels, Rows
from monitoring.statistics.metrics.estimates import Estimate
from monitoring.store.score_grids import ERROR, ScoreGrid
from monitoring.ui import cards, drift_view, pictures, predictions_charts, timeline
from monitoring.ui.numbers import count, share, short
from monitoring.ui.predictions_charts import CELL, COLOURS, Line, Sides, cells, side_by_side
from monitoring.ui.predictions_session import Picture
from monitoring.windows import Window

VIEWS = {
    "level": ("binary", "multiclass", "regression"),
    "classes": ("binary", "multiclass"),
    "confidence": ("binary", "multiclass"),
    "residuals": ("regression",),
}
"""Views by their name in the address, and the tasks that have them."""
_BARS = 30
MEASURES = ("share below", "mean confidence", "entropy")
_WORDS = {"binary": "score", "multiclass": "confidence", "regression": "predicted value"}


def lowest(model: Model) -> float:
    """The smallest confidence there can be: that of a guess.

    Parameters
    ----------
    model : Model
    """
    return 0.5 if model.task == "binary" else 1 / len(model.classes)


def level(picture: Picture, window: Window) -> None:
    """The mean of the output with the band of the middle 80 % of rows, and how far it has moved."""
    one, keys = picture.one, _keys(picture)
    grid, word = _grid(picture), _WORDS[one.found.model.task]
    left, right = st.columns(2, gap="medium")
    mean, low, high = _levels(picture, one.level)
    with left:
        st.subheader(f"Mean {word}", anchor=False)
        before = float(measured.mean(picture.compared(window), grid.centre).value[0])
        known = None if one.material.against.moves else (f"reference {short(before)}", before)
        figure = _over_time(
            picture, [Line(f"mean {word}", keys, mean, (low.value, high.value))], f"mean {word}", False,
            band_name="10 to 90 % of rows", level=known,
        )  # fmt: skip
        timeline.draw(figure, picture.one.found.model, key="level")
        st.caption(
            "The mean is that of the rows, from their sums; the ends of the band lie within a slot of the "
            "profile, which has about a thousand."
        )
    with right:
        st.subheader("Against the reference", anchor=False)
        shift = _shown(picture, one.shift)
        line = Line("shift of the mean", keys, shift, (shift.lower, shift.upper))
        figure = _over_time(picture, [line], f"shift of the mean {word}", False, level=("no shift", 0.0))
        timeline.draw(figure, picture.one.found.model, key="shift")
        st.caption(
            "Welch’s interval tells the sampling error of the rows alone; days may differ by more without "
            "anything being wrong. Whether it is drift, the limits above say."
        )


def classes(picture: Picture, window: Window) -> None:
    """What was decided, over time, and now against the reference."""
    one, keys, model = picture.one, _keys(picture), picture.one.found.model
    binary = model.task == "binary"
    names = [f"decided {model.positive}"] if binary else list(model.classes)
    order = np.argsort(-one.rows.decided.sum(axis=0)[: len(names)], kind="stable").tolist()
    drawn = order[: len(COLOURS)]
    lines = []
    for place in drawn:
        found = _shown(picture, measured.class_share(one.rows, place))
        lines.append(Line(names[place], keys, found, (found.lower, found.upper) if binary else None))
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("Class mix", anchor=False)
        figure = _over_time(picture, lines, "share of decisions", True)
        timeline.draw(figure, picture.one.found.model, key="classes")
        if len(order) > len(drawn):
            st.caption(f"The {len(drawn)} most frequent of {len(order)} classes; the table has all.")
    with right:
        st.subheader("Now and in the reference", anchor=False)
        sides = picture.compared(window), one.over([window])
        table = []
        for place in order:
            before, now = (_interval(measured.class_share(side, place)) for side in sides)
            table.append((names[place], before, now))
        counted = [count(float(side.decided.sum())) for side in sides]
        cards.comparison([*table, ("Decisions", counted[0], counted[1])], drift_view.words(window))
        rule = (
            "the log’s decisions, else the threshold" if binary else "the log’s decisions, else the largest"
        )
        st.caption(f"By {rule}; with Wilson’s 95 % interval by sampling.")


def confidence(picture: Picture, beside: Picture | None, window: Window, low: float, measure: str) -> None:
    """How sure the model is: now against the reference, and over time; another version beside it.

    Parameters
    ----------
    picture : Picture
    beside : Picture or None
    window : Window
    low : float
        The bound below which a row counts as not sure.
    measure : str
        One of `MEASURES`.
    """
    shown = [one for one in (picture, beside) if one is not None]
    cut = float(CELLS[measured.nearest(low)])
    if not any(one.one.keyed.scored.any() for one in shown):
        cards.empty(
            "No row has a score, so how sure the model is nobody can tell.",
            "Log the score beside the decision: `columns.score` in the model’s file names it.",
        )
        return
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("How sure it is", anchor=False)
        panels = _sides(shown, window)
        pictures.draw(side_by_side(panels, title="confidence", mark=cut), key="confidence")
        st.caption(" ".join(cards.escaped(_sure(one, window, cut)) for one in shown))
    with right:
        st.subheader(_title(measure, cut), anchor=False)
        lines = [_sure_line(one, measure, cut, banded=len(shown) == 1) for one in shown]
        before = _sure_estimate(picture.compared(window), measure, cut).value[0]
        number = share if measure == "share below" else short
        known = None if picture.one.material.against.moves else (f"reference {number(before)}", float(before))
        figure = _over_time(picture, lines, _title(measure, cut), measure == "share below", level=known)
        timeline.draw(figure, picture.one.found.model, key="sure")
        if measure == "entropy":
            st.caption(
                f"In nats: 0 where it is certain, {short(np.log(_many(picture)))} for a guess. Without an "
                "interval, as the profile keeps no squares of it."
            )


def residuals(picture: Picture, window: Window) -> None:
    """Prediction less label, of days whose labels are mature."""
    found, known = picture.one.found, picture.one.residuals
    if known is None or picture.one.residual is None or not known.scored.any():
        cards.empty(
            "No label of these predictions is mature yet.",
            "Residuals are drawn once labels have come: `python -m monitoring labels MODEL PATH`.",
        )
        return
    grid = found.cubes[ERROR].grid
    keys = _keys(picture)
    mean, low, high = _levels(picture, picture.one.residual)
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("Residuals", anchor=False)
        figure = _residual_histogram(picture, known, grid, window)
        if figure is None:
            cards.empty(
                "No mature label in one of the two windows.", "Choose a longer range, or wait for labels."
            )
        else:
            pictures.draw(figure, key="residuals")
    with right:
        st.subheader("Mean residual", anchor=False)
        line = Line("mean residual", keys, mean, (low.value, high.value))
        figure = _over_time(
            picture,
            [line],
            "prediction less label",
            False,
            band_name="10 to 90 % of rows",
            level=("no error", 0.0),
        )
        timeline.draw(figure, picture.one.found.model, key="residual-course")
    st.caption(
        "Above 0 the model predicts too much. Only days with mature labels are drawn; the page Performance "
        "judges them."
    )


def _residual_histogram(picture: Picture, known: Rows, grid: ScoreGrid, window: Window) -> go.Figure | None:
    found, windows = picture.one.found, picture.reference(window)
    now = known.over(found.keys, [[window]]).counts[0]
    if windows is None:
        before = measured.residuals(found, found.filed).counts.sum(axis=0)
    else:
        before = known.over(found.keys, [windows]).counts[0]
    if not now.sum() or not before.sum():
        return None
    edges, reached = np.asarray(grid.edges), np.cumsum(now + before) / (now + before).sum()
    first, last = (int(place) for place in np.searchsorted(reached, [0.005, 0.995]))
    ends = edges[max(first - 1, 0)], edges[min(last, len(edges) - 1)]
    # About equally wide, each edge one of the profile's.
    chosen = np.unique(np.abs(edges[:, None] - np.linspace(*ends, _BARS + 1)).argmin(axis=0))
    inner = [np.add.reduceat(side, chosen + 1)[:-1] for side in (before, now)]
    sides = Sides(found.version, edges[chosen], inner[0], inner[1])
    return side_by_side([sides], title="prediction less label", density=True)


def _sides(shown: Sequence[Picture], window: Window) -> list[Sides]:
    """Confidences of versions, from that of a guess on, or lower where a row is."""
    pairs = [[side.confidence[0] for side in (one.compared(window), one.one.over([window]))] for one in shown]
    held = np.flatnonzero(np.sum(pairs, axis=(0, 1)))
    guess = int(lowest(shown[0].one.found.model) * (len(CELLS) - 1))
    first = min([guess, *held[:1].tolist()]) // CELL * CELL
    found = []
    for one, pair in zip(shown, pairs, strict=True):
        (reference, edges), (current, _) = (cells(side, first) for side in pair)
        found.append(Sides(one.one.found.version, edges, reference, current))
    return found


def _sure(picture: Picture, window: Window, cut: float) -> str:
    """How sure a version is, in words."""
    now, before = picture.one.over([window]), picture.compared(window)
    mean, was = (float(measured.mean_confidence(side).value[0]) for side in (now, before))
    few, were = (float(measured.low_confidence(side, cut).value[0]) for side in (now, before))
    return (
        f"{picture.one.found.version}: mean confidence {short(mean)}, {short(was)} in the reference; "
        f"{share(few)} of rows below {cut:g}, {share(were)} before."
    )


def _sure_line(picture: Picture, measure: str, cut: float, *, banded: bool) -> Line:
    found = _shown(picture, _sure_estimate(picture.one.rows, measure, cut))
    ends = (found.lower, found.upper) if banded else None
    return Line(picture.one.found.version, _keys(picture), found, ends)


def _sure_estimate(rows: Rows, measure: str, cut: float) -> Estimate:
    if measure == "share below":
        return measured.low_confidence(rows, cut)
    return measured.entropy(rows) if measure == "entropy" else measured.mean_confidence(rows)


def _title(measure: str, cut: float) -> str:
    return f"Share below {cut:g}" if measure == "share below" else f"{measure.capitalize()}"


def _many(picture: Picture) -> int:
    return len(picture.one.found.model.classes) or 2


def _interval(found: Estimate) -> str:
    """A share with its interval."""
    value, low, high = (float(part[0]) for part in (found.value, found.lower, found.upper))
    return f"{share(value)} ({share(low)} to {share(high)})" if np.isfinite(value) else "–"


def _grid(picture: Picture) -> ScoreGrid:
    found = picture.one.found
    return found.cubes[main_subject(found.model)].grid


def _keys(picture: Picture) -> Sequence[Window]:
    return picture.view.assessment.keys[picture.view.shown]


def _levels(picture: Picture, levels: Levels) -> tuple[Estimate, Estimate, Estimate]:
    """Mean and quantiles of the chunks shown."""
    return tuple(_shown(picture, part) for part in (levels.mean, levels.low, levels.high))  # type: ignore[return-value]


def _shown(picture: Picture, estimate: Estimate) -> Estimate:
    """What an estimate says of the chunks shown."""
    return Estimate(**{one.name: getattr(estimate, one.name)[picture.view.shown] for one in fields(estimate)})


def _over_time(
    picture: Picture, lines: Sequence[Line], title: str, percent: bool, *, band_name: str = "95 % interval",
    level: tuple[str, float] | None = None,
) -> go.Figure:  # fmt: skip
    found, keys = picture.view.assessment, _keys(picture)
    inside = [] if found.against.moves else [key for key in keys if found.reference.overlaps(key)]
    return predictions_charts.over_time(
        lines,
        title=title,
        percent=percent,
        band_name=band_name,
        level=level,
        reference=Window(inside[0].start, inside[-1].stop) if inside else None,
        complete=bool(found.complete[picture.view.shown][-1]),
    )
