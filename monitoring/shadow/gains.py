"""How much better the shadow is by a metric, on the same rows, and how surely."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from monitoring.shadow.joint import Joint, Places, outcomes_of
from monitoring.shadow.reading import Pairs
from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics import Metric
from monitoring.statistics.metrics.additive import gathered, left_out, part
from monitoring.statistics.metrics.clusters import FEWEST_DAYS, jackknife
from monitoring.statistics.metrics.estimates import Estimate
from monitoring.statistics.paired import areas, right, row_losses, tables

_ENDLESS = 1e9  # degrees of freedom of the normal law
ROWS, DRAWN, DAYS = "paired rows", "drawn rows", "days alone"
"""How an error is known: from differences of rows, from drawing rows anew, from how days differ only."""
_LOSSES = {
    "brier": ("n", "brier"), "log_loss": ("n", "log_loss"), "mae": ("n", "absolute"),
    "mse": ("n", "square"), "bias": ("n", "error"), "mape": ("relative_n", "relative"),
    "msle": ("log_n", "log"),
}  # fmt: skip
"""Metrics that are means of a row's loss, with the sums of their differences in the profile of pairs."""


@dataclass(frozen=True, eq=False)
class Gain:
    """A metric of champion and shadow in one window or several, every array of shape (...).

    Attributes
    ----------
    metric : Metric
    champion, shadow : Estimate
        Of either, on the pairs whose labels are known.
    change : ndarray
        Shadow less champion, in the metric's own unit.
    gain, lower, upper : ndarray
        How much better the shadow is, with its interval; nan for a metric that is neither good nor bad.
    error : ndarray
        Standard error of the gain.
    p_value : ndarray
        Of no difference, two-sided.
    design_effect : ndarray
        By which days that differ multiply the variance; 1 where they do not, or are too few to tell.
    n : ndarray
        Labelled pairs.
    method : str
        `ROWS`, `DRAWN` or `DAYS`.
    bound : ndarray
        How far the gain may lie from that of the raw rows because of bins.
    """

    metric: Metric
    champion: Estimate
    shadow: Estimate
    change: Floats
    gain: Floats
    lower: Floats
    upper: Floats
    error: Floats
    p_value: Floats
    design_effect: Floats
    n: Floats
    method: str
    bound: Floats


def gain(pairs: Pairs, metric: Metric, places: Places, *, level: float = 0.95) -> Gain:
    """Compare both versions over some keys as one window.

    Parameters
    ----------
    pairs : Pairs
    metric : Metric
        One of the model's.
    places : ndarray of int
        Of the keys.
    level : float
        Confidence.

    Returns
    -------
    Gain
        Its arrays have no axis. From ten days on the interval is at least as wide as days differ.
    """
    return _only(_compared(pairs, metric, [places], level, days=True), 0)


def course(pairs: Pairs, metric: Metric, windows: Sequence[Places], *, level: float = 0.95) -> Gain:
    """The same of many windows, each by its rows alone: the arrays have shape (windows,)."""
    return _compared(pairs, metric, windows, level, days=False)


@dataclass(frozen=True)
class _Spread:
    """How surely a change is known, every array of shape (windows,)."""

    error: Floats
    design: Floats
    freedom: Floats
    method: str


def _compared(pairs: Pairs, metric: Metric, windows: Sequence[Places], level: float, *, days: bool) -> Gain:
    joint = Joint(pairs, windows)
    at = joint.window_of
    held = np.flatnonzero(at >= 0)
    ours, theirs = (
        metric(gathered(part(side, held), at[held], len(windows)), interval=False, level=level)
        for side in (pairs.ours, pairs.theirs)
    )
    change = np.asarray(theirs.value - ours.value)
    spread = _spread(joint, metric, ours, theirs)
    if days and not is_row_mean(pairs, metric.key):
        spread = _wider(pairs, metric, windows, spread)
    sign = {"higher": 1.0, "lower": -1.0, "zero": np.nan, "neither": np.nan}[metric.better]
    value = np.abs(ours.value) - np.abs(theirs.value) if metric.better == "zero" else sign * change
    half = special.stdtrit(spread.freedom, (1 + level) / 2) * spread.error
    with np.errstate(invalid="ignore", divide="ignore"):
        p_value = 2 * special.stdtr(spread.freedom, -np.abs(change) / spread.error)
    p_value = np.where(spread.error == 0, np.where(change == 0, 1.0, np.nan), p_value)
    return Gain(
        metric, ours, theirs, change, value, value - half, value + half, spread.error, p_value, spread.design,
        joint.summed(pairs.labelled), spread.method, np.asarray(ours.bound + theirs.bound),
    )  # fmt: skip


def _spread(joint: Joint, metric: Metric, ours: Estimate, theirs: Estimate) -> _Spread:
    """By rows; of a mean over rows by days too, where there are enough."""
    many = len(joint.windows)
    if is_row_mean(joint.pairs, metric.key):
        return _of_means(joint, metric.key)
    if metric.key in ("rmse", "rmsle"):
        error, method = _root(joint, metric.key, ours, theirs), ROWS
    elif metric.key == "roc_auc":
        error, method = areas.binned_area_difference(joint.cells[:, 0], joint.cells[:, 1]).error, ROWS
    elif metric.reads == "decisions" and joint.pairs.model.task != "regression":
        value = _of_tables(joint, metric)
        error = np.array([tables.table_difference(table, value).error for table in joint.tables])
        method = DRAWN
    else:
        error, method = np.full(many, np.nan), DAYS
    return _Spread(np.asarray(error), np.ones(many), np.full(many, _ENDLESS), method)


def _of_means(joint: Joint, key: str) -> _Spread:
    n, total, squares = loss_sums(joint.pairs, key)
    step = row_step(joint.pairs, key)
    found = [row_losses.mean_difference(n[one], total[one], squares[one], step=step) for one in joint.windows]
    error, design, rows = (
        np.array([float(getattr(one, name)) for one in found]) for name in ("row_error", "design_effect", "n")
    )
    days = np.array([float((n[one] > 0).sum()) for one in joint.windows])
    freedom = np.maximum(np.where(design > 1, days, rows) - 1, 1.0)
    return _Spread(error * np.sqrt(design), design, freedom, ROWS)


def _right(joint: Joint) -> right.Right:
    """Who decided right alone."""
    table = joint.tables
    classes = table.shape[1]
    own = np.arange(classes)
    first = table[:, own, own, :].sum(axis=(-2, -1)) - table[:, own, own, own].sum(axis=-1)
    second = table[:, own, :, own].sum(axis=(0, -1)) - table[:, own, own, own].sum(axis=-1)
    return right.right(first, second, table.sum(axis=(1, 2, 3)))


def who_was_right(pairs: Pairs, places: Places) -> right.Right:
    """Which version was right where only one was, over some keys as one window.

    Parameters
    ----------
    pairs : Pairs
    places : ndarray of int
    """
    return _right(Joint(pairs, [places]))


def is_row_mean(pairs: Pairs, key: str) -> bool:
    """Whether a metric is a mean over rows whose differences the profile of pairs sums up."""
    return key in _LOSSES or key == "accuracy" or (key == "cost" and pairs.model.prices is not None)


def loss_sums(pairs: Pairs, key: str) -> tuple[Floats, Floats, Floats]:
    """Rows, sums and squares of the difference of a row's loss by key, where a metric is the mean of one.

    Parameters
    ----------
    pairs : Pairs
    key : str
        Of the metric; one whose ``row_mean`` is true and which is better one way.

    Returns
    -------
    tuple of three ndarray of shape (keys,)
        The difference is that of the shadow less the champion in the metric's own unit.

    Raises
    ------
    KeyError
        If the metric is no mean over rows.
    """
    joint = Joint(pairs, [np.array([place]) for place in range(len(pairs.keys))])
    if key == "accuracy":
        found = _right(joint)
        change = np.nan_to_num(found.difference * found.n)
        return np.asarray(found.n), change, np.asarray(found.telling)
    if key == "cost":
        return _costs(joint)
    count, loss = _LOSSES[key]
    return joint.moment(count), joint.moment(loss), joint.moment(f"{loss}_2")


def row_step(pairs: Pairs, key: str) -> float:
    """The most by which a row's loss can differ where it only does so when decisions do; 0 of other losses.

    Parameters
    ----------
    pairs : Pairs
    key : str
        Of a metric that is a mean over rows.
    """
    if key == "accuracy":
        return 1.0
    return float(np.abs(_gaps(pairs)).max()) if key == "cost" else 0.0


def _gaps(pairs: Pairs) -> Floats:
    """What the shadow's decision costs more than the champion's, by label and both: of shape (L, D, D)."""
    if pairs.model.prices is None:
        raise KeyError("cost")
    price = np.asarray(pairs.model.prices, dtype=float)
    return price[:, None, :] - price[:, :, None]


def _costs(joint: Joint) -> tuple[Floats, Floats, Floats]:
    """The same of what decisions cost."""
    gap, table = _gaps(joint.pairs), joint.tables
    n, total, squares = ((table * gap**power).sum(axis=(1, 2, 3)) for power in (0, 1, 2))
    return n, total, squares


def _root(joint: Joint, key: str, ours: Estimate, theirs: Estimate) -> Floats:
    """Of a root of a mean, by the delta method: of both means and of their difference errors are known."""
    count, loss = _LOSSES["mse" if key == "rmse" else "msle"]
    n = joint.summed(joint.moment(count))
    mean = joint.summed(joint.moment(loss)) / np.where(n > 0, n, np.nan)
    apart = joint.summed(joint.moment(f"{loss}_2")) / np.where(n > 1, n, np.nan) - mean**2
    variances = [4 * one.value**2 * one.error**2 for one in (ours, theirs)]  # of either mean
    together = (variances[0] + variances[1] - apart / n) / 2
    own = [variance / (4 * one.value**2) for variance, one in zip(variances, (ours, theirs), strict=True)]
    shared = together / (4 * ours.value * theirs.value)
    return np.sqrt(np.maximum(own[0] + own[1] - 2 * shared, 0.0))


def _of_tables(joint: Joint, metric: Metric) -> Callable[[Floats], Floats]:
    binary, classes = joint.pairs.model.task == "binary", joint.labels

    def value(table: Floats) -> Floats:
        return np.asarray(metric(outcomes_of(table, classes, binary=binary), interval=False).value)

    return value


def _wider(pairs: Pairs, metric: Metric, windows: Sequence[Places], found: _Spread) -> _Spread:
    """The error of leaving out one day of both at a time, where it is the larger."""
    error, design, freedom = found.error.copy(), found.design.copy(), found.freedom.copy()
    for number, places in enumerate(windows):
        ours, theirs = pairs.sides(places)
        held = np.asarray(ours.rows) > 0
        if held.sum() < FEWEST_DAYS:
            continue
        without = [metric(left_out(side, 0), interval=False).value for side in (ours, theirs)]
        by_days = float(jackknife(without[1] - without[0], held, 0))
        if np.isfinite(by_days) and not by_days <= error[number]:
            design[number] = (by_days / error[number]) ** 2 if error[number] > 0 else np.nan
            error[number], freedom[number] = by_days, held.sum() - 1.0
    return _Spread(error, design, freedom, found.method)


def _only(found: Gain, place: int) -> Gain:
    """One window of several."""

    def estimate(one: Estimate) -> Estimate:
        return Estimate(*(np.asarray(getattr(one, name))[place] for name in one.__dataclass_fields__))

    arrays = ("change", "gain", "lower", "upper", "error", "p_value", "design_effect", "n", "bound")
    values = {name: np.asarray(getattr(found, name))[place] for name in arrays}
    return Gain(found.metric, estimate(found.champion), estimate(found.shadow), method=found.method, **values)
