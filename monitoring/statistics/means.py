"""Tests of a shifted mean, exact from moments: Student's and Welch's, with Cohen's d as their size."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from monitoring.statistics.arrays import Counts, Floats, Interval, Outcome, paired, summed
from monitoring.statistics.intervals import folded
from monitoring.statistics.registry import ORDERED, Law, Null, drift_method

_INPUTS = ("reference_moments", "current_moments")
_LAWS = (Law.SYMMETRIC, Law.DIRECTION)
_LEVELS = (0.1445, 0.3235, 0.5128)


def cohen_d(
    reference: Counts, current: Counts, *, reference_moments: ArrayLike, current_moments: ArrayLike
) -> Floats:
    """Cohen's d with its sign: how far the mean rose, in standard deviations.

    The deviation is the root of the mean of both variances. The textbook pools them by rows, so that the
    same shift would count differently on a busy day; with equally many rows, or equal variances, both agree.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts; only their sums, the numbers of rows, are used.
    reference_moments, current_moments : array_like of shape (..., 2)
        Mean and variance (with n - 1) of the rows.

    Returns
    -------
    ndarray of shape (...)
        0 where neither sample varies and their means agree; nan where neither varies and they differ.

    Raises
    ------
    ValueError
        If the bins differ or a single histogram is empty.

    References
    ----------
    Cohen, J. (1988). *Statistical Power Analysis for the Behavioral Sciences*, chapter 2. Erlbaum.

    Examples
    --------
    >>> moments = {"reference_moments": [41.0, 9.0], "current_moments": [44.0, 9.0]}
    >>> float(cohen_d([50, 50], [20, 30], **moments))
    1.0
    """
    r, c = paired(reference, current)
    x, y = np.asarray(reference_moments, dtype=float), np.asarray(current_moments, dtype=float)
    there = np.where((summed(r) > 0) & (summed(c) > 0), 1.0, np.nan)
    rise = y[..., 0] - x[..., 0]
    deviation = np.sqrt((x[..., 1] + y[..., 1]) / 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(rise == 0, 0.0, rise / np.where(deviation > 0, deviation, np.nan)) * there)


def student_t_test(
    reference: Counts, current: Counts, *, reference_moments: ArrayLike, current_moments: ArrayLike
) -> Outcome:
    """Student's two-sample t test, which takes both variances as equal; arguments as in `cohen_d`.

    Returns
    -------
    Outcome
        ``statistic`` is positive when the mean rose; the p-value is two-sided, as that of
        `scipy.stats.ttest_ind`.

    Examples
    --------
    >>> moments = {"reference_moments": [41.0, 9.0], "current_moments": [42.0, 9.0]}
    >>> test = student_t_test([50, 50], [20, 30], **moments)
    >>> float(test.statistic.round(4)), float(test.p_value.round(4))
    (1.9245, 0.0562)
    """
    n, m, rise, first, second = _parts(reference, current, reference_moments, current_moments)
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled = ((n - 1) * first + (m - 1) * second) / (n + m - 2)
        return _outcome(rise, np.sqrt(pooled * (1 / n + 1 / m)), n + m - 2)


def welch_t_test(
    reference: Counts, current: Counts, *, reference_moments: ArrayLike, current_moments: ArrayLike
) -> Outcome:
    """Welch's two-sample t test, which lets the variances differ; arguments as in `cohen_d`.

    Returns
    -------
    Outcome
        ``statistic`` is positive when the mean rose; the p-value is two-sided, as that of
        `scipy.stats.ttest_ind(equal_var=False)`.

    Examples
    --------
    >>> moments = {"reference_moments": [41.0, 9.0], "current_moments": [42.0, 4.0]}
    >>> float(welch_t_test([50, 50], [20, 30], **moments).p_value.round(4))
    0.0166
    """
    n, m, rise, first, second = _parts(reference, current, reference_moments, current_moments)
    with np.errstate(invalid="ignore", divide="ignore"):
        a, b = first / n, second / m
        freedom = (a + b) ** 2 / (a**2 / (n - 1) + b**2 / (m - 1))
        return _outcome(rise, np.sqrt(a + b), freedom)


def _student_adjust(
    reference: Counts, current: Counts, *, reference_moments: ArrayLike, current_moments: ArrayLike
) -> Floats:
    """The variance of d by its size over what the pooled variance makes of it."""
    n, m, _, first, second = _parts(reference, current, reference_moments, current_moments)
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled = ((n - 1) * first + (m - 1) * second) / (n + m - 2)
        return np.where(pooled > 0, (first + second) / 2 / np.where(pooled > 0, pooled, 1.0), 1.0)


def _welch_adjust(
    reference: Counts, current: Counts, *, reference_moments: ArrayLike, current_moments: ArrayLike
) -> Floats:
    """The same where each mean has the error of its own variance."""
    n, m, _, first, second = _parts(reference, current, reference_moments, current_moments)
    with np.errstate(invalid="ignore", divide="ignore"):
        error = first / n + second / m
        ratio = (1 / n + 1 / m) * (first + second) / 2 / np.where(error > 0, error, 1.0)
    return np.where(error > 0, ratio, 1.0)


def _interval(
    reference: Counts,
    current: Counts,
    *,
    reference_moments: ArrayLike,
    current_moments: ArrayLike,
    level: float = 0.95,
) -> Interval:
    """Of the size of d: the error of both means, and that of the deviation they are divided by."""
    moments = {"reference_moments": reference_moments, "current_moments": current_moments}
    n, m, _, first, second = _parts(reference, current, **moments)
    d = cohen_d(reference, current, **moments)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (first + second) / 2
        means = (first / n + second / m) / np.where(mean > 0, mean, np.nan)
        scale = (first**2 / (n - 1) + second**2 / (m - 1)) / (8 * np.where(mean > 0, mean, np.nan) ** 2)
        return folded(d, np.sqrt(means + d * d * scale), level=level)


@drift_method(
    "Welch’s t, as Cohen’s d",
    short="d (Welch)",
    unit="standard deviations",
    kinds=ORDERED,
    inputs=_INPUTS,
    levels=_LEVELS,
    laws=_LAWS,
    null=Null("chi_square", 1.0, freedom=1, adjust=_welch_adjust),
    test=welch_t_test,
    signed=cohen_d,
    interval=_interval,
)
def welch_t(
    reference: Counts, current: Counts, *, reference_moments: ArrayLike, current_moments: ArrayLike
) -> Floats:
    """Size of the shift of the mean in standard deviations, tested by Welch's t.

    The variances of both samples may differ. Exact: it needs no bins. One wild value moves it, as it moves a
    mean.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts; only the numbers of rows are used.
    reference_moments, current_moments : array_like of shape (..., 2)
        Mean and variance (with n - 1) of the rows.

    Returns
    -------
    ndarray of shape (...)
        The size of `cohen_d`.

    Raises
    ------
    ValueError
        If the bins differ or a single histogram is empty.

    References
    ----------
    Welch, B. (1947). The generalization of Student's problem when several different population variances are
    involved. *Biometrika* 34.

    Examples
    --------
    >>> float(welch_t([50], [50], reference_moments=[41.0, 9.0], current_moments=[39.5, 9.0]))
    0.5
    """
    moments = {"reference_moments": reference_moments, "current_moments": current_moments}
    return np.abs(cohen_d(reference, current, **moments))


@drift_method(
    "Student’s t, as Cohen’s d",
    short="d (Student)",
    unit="standard deviations",
    kinds=ORDERED,
    inputs=_INPUTS,
    levels=_LEVELS,
    laws=_LAWS,
    null=Null("chi_square", 1.0, freedom=1, adjust=_student_adjust),
    test=student_t_test,
    signed=cohen_d,
    interval=_interval,
)
def student_t(
    reference: Counts, current: Counts, *, reference_moments: ArrayLike, current_moments: ArrayLike
) -> Floats:
    """Size of the shift of the mean in standard deviations, tested by Student's t.

    Student's test takes both variances as equal; where they are not and the samples are of unequal size, its
    p-value is wrong, and Welch's is the one to use.

    Parameters
    ----------
    reference, current : array_like of shape (..., n_bins)
        Counts; only the numbers of rows are used.
    reference_moments, current_moments : array_like of shape (..., 2)
        Mean and variance (with n - 1) of the rows.

    Returns
    -------
    ndarray of shape (...)
        The size of `cohen_d`.

    Raises
    ------
    ValueError
        If the bins differ or a single histogram is empty.

    References
    ----------
    Student (1908). The probable error of a mean. *Biometrika* 6.

    Examples
    --------
    >>> float(student_t([50], [50], reference_moments=[41.0, 9.0], current_moments=[39.5, 9.0]))
    0.5
    """
    moments = {"reference_moments": reference_moments, "current_moments": current_moments}
    return np.abs(cohen_d(reference, current, **moments))


def _parts(
    reference: Counts, current: Counts, reference_moments: ArrayLike, current_moments: ArrayLike
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Rows of both sides, rise of the mean, and both variances."""
    r, c = paired(reference, current)
    x, y = np.asarray(reference_moments, dtype=float), np.asarray(current_moments, dtype=float)
    n, m = summed(r), summed(c)
    n, m = np.where(n > 0, n, np.nan), np.where(m > 0, m, np.nan)
    return n, m, y[..., 0] - x[..., 0], x[..., 1], y[..., 1]


def _outcome(rise: Floats, error: Floats, freedom: Floats) -> Outcome:
    """A two-sided t test."""
    statistic = rise / np.where(error > 0, error, np.nan)
    return Outcome(statistic, 2 * special.stdtr(freedom, -np.abs(statistic)))
