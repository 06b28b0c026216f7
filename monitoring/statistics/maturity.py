"""When do labels come, when have enough come, and do they come alike for every class?

A cohort is what was predicted in one chunk; its age is the number of whole chunks that have passed since. An
age of 0 is the chunk itself. Labels are counted by cohort, class and age at arrival, so everything here adds
up over files and late deliveries. Performance of a cohort is *final* once its labels are mature and
*provisional* before: early labels are a biased sample wherever one class is slower than another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from monitoring.statistics.arrays import Counts, Floats
from monitoring.statistics.gaps import kolmogorov_smirnov_test
from monitoring.statistics.ranks import mann_whitney_test

MATURE = 0.95
COMPLETE = 0.99
LEAST_LABELS = 30
"""A class with fewer labels in complete cohorts has no delay curve of its own."""


@dataclass(frozen=True)
class Maturity:
    """How labels arrive.

    Attributes
    ----------
    curve : ndarray of shape (ages,)
        Share of finally arriving labels that have arrived by each age, from complete cohorts; nan everywhere
        where there are too few.
    class_curve : ndarray of shape (classes, ages)
        The same within each class; nan for a class of fewer than 30 labels.
    longest : int or None
        The age by which 99 % of the labels of every class have arrived. Cohorts older than that are complete.
        None: not known yet.
    horizon : int or None
        The age by which 95 % of the labels of every class have arrived; a cohort of that age is final.
        Classes of fewer than 30 labels are not waited for.
    complete : ndarray of bool, of shape (cohorts,)
    final : ndarray of bool, of shape (cohorts,)
        All False where the horizon is not known.
    coverage : ndarray of shape (cohorts,)
        Labels that have arrived over predictions; nan without predictions.
    never : float
        Share of the predictions of complete cohorts that have no label: those that never come, or take
        longer than anything seen so far.
    """

    curve: Floats
    class_curve: Floats
    longest: int | None
    horizon: int | None
    complete: NDArray[np.bool_]
    final: NDArray[np.bool_]
    coverage: Floats
    never: float


@dataclass(frozen=True)
class DelayAgreement:
    """Whether classes are equally slow.

    ``gap`` is the largest difference between a class's delay curve and that of all others, ``p_value`` the
    smallest of Mann-Whitney and Kolmogorov-Smirnov tests over the classes, times their number. ``agree`` is
    None where fewer than two classes have enough labels.
    """

    gap: float
    p_value: float
    agree: bool | None


def maturity(
    arrived: Counts, predicted: Counts, ages: ArrayLike, *, mature: float = MATURE, complete: float = COMPLETE
) -> Maturity:
    """The maturity curve, its horizon, and which cohorts are final.

    How late labels come is known of old cohorts only. The age by which 99 % have arrived is therefore found
    by the product of one-step ratios over all cohorts old enough for each step, which is not misled by the
    young ones; with it complete cohorts are told, and the curve is the plain share among those. Where even
    the oldest cohort was still receiving a hundredth of a class's labels at its last age, or no cohort is
    older than the answer, nothing is known yet.

    Parameters
    ----------
    arrived : array_like of shape (classes, cohorts, ages)
        Labels by class, cohort and age at arrival; regression has one class. Ages that a cohort has not
        reached are not looked at.
    predicted : array_like of shape (cohorts,)
        Predictions of each cohort.
    ages : array_like of int, of shape (cohorts,)
        The last age that each cohort has completed; -1 for none.
    mature, complete : float
        Shares at which a cohort is final and complete.

    Returns
    -------
    Maturity

    Raises
    ------
    ValueError
        If shapes differ, a count is negative, or a cohort has more labels than predictions.

    References
    ----------
    Lagakos, S., Barraj, L. and De Gruttola, V. (1988). Nonparametric analysis of truncated survival data,
    with application to AIDS. *Biometrika* 75. In insurance the same ratios are called chain ladder.

    Examples
    --------
    Half of the labels come at once, the rest one chunk later; the last cohort is still young.

    >>> arrived = [[[50, 50, 0], [50, 50, 0], [50, 50, 0], [50, 0, 0]]]
    >>> found = maturity(arrived, [110, 110, 110, 110], [3, 2, 1, 0])
    >>> found.horizon, found.final, found.coverage.round(2), round(found.never, 2)
    (1, array([ True,  True,  True, False]), array([0.91, 0.91, 0.91, 0.45]), 0.09)
    """
    counts, total, age = _checked(arrived, predicted, ages)
    counts = counts * (np.arange(counts.shape[-1]) <= age[:, None])
    coverage = counts.sum(axis=(0, 2)) / np.where(total > 0, total, np.nan)
    longest = _longest(counts, age, complete)
    done = np.zeros(len(age), dtype=bool) if longest is None else age > longest
    old = counts[:, done].sum(axis=1)
    enough = old.sum(axis=-1) >= LEAST_LABELS
    shares = np.cumsum(old, axis=-1) / np.where(enough, old.sum(axis=-1), np.nan)[:, None]
    labels = old.sum()
    curve = np.cumsum(old.sum(axis=0)) / (labels if labels >= LEAST_LABELS else np.nan)
    horizon = None
    if longest is not None and enough.any():
        horizon = int(max(np.argmax(one >= mature - 1e-12) for one in shares[enough]))
    final = np.zeros(len(age), dtype=bool) if horizon is None else age >= horizon
    seen = float(total[done].sum())
    never = float(1 - labels / seen) if seen > 0 else float("nan")
    return Maturity(curve, shares, longest, horizon, done, final, coverage, never)


def delays_agree(
    arrived: Counts, complete: ArrayLike, *, level: float = 0.05, gap: float = 0.01
) -> DelayAgreement:
    """Do the labels of all classes come equally late?

    Only if they do may early labels be reweighted to stand for all: otherwise what is early is a biased
    sample within every score. Every class is tested against all others, in location and in shape.

    Parameters
    ----------
    arrived : array_like of shape (classes, cohorts, ages)
    complete : array_like of bool, of shape (cohorts,)
        The cohorts to look at, from `maturity`; in young ones every delay is short.
    level : float
        Below this p-value they do not agree,
    gap : float
        unless their curves are never farther apart than this.

    Returns
    -------
    DelayAgreement

    Examples
    --------
    >>> found = delays_agree([[[90, 10, 0]], [[40, 40, 20]]], [True])
    >>> found.agree, round(found.gap, 2), found.p_value < 0.001
    (False, 0.5, True)
    """
    counts = np.asarray(arrived, dtype=float)[:, np.asarray(complete, dtype=bool)].sum(axis=1)
    counts = counts[counts.sum(axis=-1) >= LEAST_LABELS]
    if len(counts) < 2:
        return DelayAgreement(float("nan"), float("nan"), None)
    others = counts.sum(axis=0) - counts
    if len(counts) == 2:  # the second comparison would be the first one again
        counts, others = counts[:1], others[:1]
    shape = kolmogorov_smirnov_test(counts, others)
    place = mann_whitney_test(counts, others)
    p_values = np.fmin(np.nan_to_num(shape.p_value, nan=1.0), np.nan_to_num(place.p_value, nan=1.0))
    p_value = float(min(1.0, 2 * len(counts) * p_values.min()))
    widest = float(shape.statistic.max())
    return DelayAgreement(widest, p_value, bool(p_value >= level or widest <= gap))


def _checked(arrived: Counts, predicted: Counts, ages: ArrayLike) -> tuple[Floats, Floats, NDArray[np.int64]]:
    counts, total = np.asarray(arrived, dtype=float), np.asarray(predicted, dtype=float)
    age = np.asarray(ages, dtype=np.int64)
    if counts.ndim != 3 or not counts.shape[1:2] == total.shape == age.shape:
        raise ValueError(f"labels of shape {counts.shape}, predictions {total.shape}, ages {age.shape}")
    if (counts < 0).any() or (total < 0).any():
        raise ValueError("a number of labels or predictions is negative")
    if (counts.sum(axis=(0, 2)) > total).any():
        raise ValueError("a cohort has more labels than predictions")
    return counts, total, age


def _longest(counts: Floats, age: NDArray[np.int64], complete: float) -> int | None:
    """The age by which so many labels of every class have arrived, from cohorts of every age."""
    reached = [_quantile(one, age, complete) for one in counts if one.sum() >= LEAST_LABELS]
    if not reached or any(one is None for one in reached):
        return None
    longest = max(one for one in reached if one is not None)
    return longest if (age > longest).any() else None


def _quantile(counts: Floats, age: NDArray[np.int64], share: float) -> int | None:
    """The age by which a share of one class's labels has arrived; None where that may lie ahead."""
    last = min(counts.shape[-1] - 1, int(age.max()))
    by_age = np.cumsum(counts, axis=-1)
    below = np.ones(last + 1)
    for step in range(last, 0, -1):
        old = age >= step
        now, before = by_age[old, step].sum(), by_age[old, step - 1].sum()
        below[step - 1] = below[step] * (before / now if now > 0 else 1.0)
    found = int(np.argmax(below >= share - 1e-12))
    return found if found < last or last == 0 else None
