"""How much a metric differs between two windows, as a loss: positive when things have become worse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitoring.statistics.arrays import Floats, Interval
from monitoring.statistics.metrics.estimates import Estimate
from monitoring.statistics.metrics.registry import Better


@dataclass(frozen=True)
class Difference:
    """A difference of two independent estimates, every array of shape (...).

    Attributes
    ----------
    change, change_lower, change_upper : ndarray
        Now less before, in the metric's own unit, and its interval.
    loss, lower, upper : ndarray
        How much worse it is now, and its interval; nan for a metric that is neither good nor bad.
    relative : ndarray
        The loss as a share of the size before; nan where that is 0.
    error : ndarray
        Standard error of the change.
    bound : ndarray
        How far the loss may lie from that of the raw rows because of bins.
    """

    change: Floats
    change_lower: Floats
    change_upper: Floats
    loss: Floats
    lower: Floats
    upper: Floats
    relative: Floats
    error: Floats
    bound: Floats


def difference(now: Estimate, before: Estimate, *, better: Better) -> Difference:
    """The change between two windows that share no rows, and the loss that it is.

    The distances from each value to the ends of its own interval are added by squares. For shares this is
    Newcombe's interval by Wilson's; where both intervals are symmetric it is the normal one; it keeps what
    each metric's own interval knows about small samples, skew and clusters.

    Parameters
    ----------
    now, before : Estimate of shapes that broadcast
        Both with intervals of the same confidence, which is then that of the difference.
    better : {'higher', 'lower', 'zero', 'neither'}
        The metric's direction. With 'zero' the loss is the growth of the size.

    Returns
    -------
    Difference

    References
    ----------
    Newcombe, R. (1998). Interval estimation for the difference between independent proportions. *Statistics
    in Medicine* 17. Zou, G. and Donner, A. (2008). Construction of confidence limits about effect measures.
    *Statistics in Medicine* 27.

    Examples
    --------
    >>> from monitoring.statistics.metrics.estimates import share_estimate
    >>> found = difference(share_estimate(48, 80), share_estimate(56, 70), better="higher")
    >>> float(found.loss.round(3)), float(found.lower.round(4)), float(found.upper.round(4))
    (0.2, 0.0524, 0.3339)
    """
    change, ends = _apart(now, before)
    error = np.sqrt(np.square(now.error) + np.square(before.error))
    if better == "zero":
        loss, losses = _apart(_size(now), _size(before))
    else:
        sign = {"higher": -1.0, "lower": 1.0, "neither": np.nan}[better]
        loss = sign * change
        losses = Interval(sign * ends.upper, sign * ends.lower) if better == "higher" else ends
        losses = Interval(losses.lower + 0 * loss, losses.upper + 0 * loss)
    size = np.abs(before.value)
    relative = loss / np.where(size > 0, size, np.nan)
    bound = now.bound + before.bound + 0 * change
    return Difference(
        change, ends.lower, ends.upper, loss, losses.lower, losses.upper, relative, error, bound
    )


def _apart(now: Estimate, before: Estimate) -> tuple[Floats, Interval]:
    change = now.value - before.value
    below = np.hypot(now.value - now.lower, before.upper - before.value)
    above = np.hypot(now.upper - now.value, before.value - before.lower)
    return change, Interval(change - below, change + above)


def _size(signed: Estimate) -> Estimate:
    """The size of a signed estimate; where its interval holds 0, that of the size begins there."""
    ends = np.abs(signed.lower), np.abs(signed.upper)
    lower = np.where((signed.lower < 0) & (signed.upper > 0), 0.0, np.minimum(*ends))
    value = np.abs(signed.value)
    return Estimate(value, lower, np.maximum(*ends), signed.error, signed.n, signed.bound)
