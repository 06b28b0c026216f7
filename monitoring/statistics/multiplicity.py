"""Many tests at once: Benjamini-Hochberg, so that thirty quiet features do not make a loud day."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from monitoring.statistics.arrays import Floats


def benjamini_hochberg(p_values: ArrayLike, axis: int = 0) -> Floats:
    """False discovery rates: p-values adjusted so that those below q hold at most a share q of false alarms.

    Parameters
    ----------
    p_values : array_like
        Along ``axis`` lie the tests made together (features of one chunk); nan is no test.
    axis : int

    Returns
    -------
    ndarray of the same shape
        Adjusted p-values; nan stays nan.

    References
    ----------
    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. *JRSS B* 57.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, np.nan, 0.03])
    array([0.03, 0.04,  nan, 0.04])
    """
    p = np.moveaxis(np.asarray(p_values, dtype=float), axis, -1)
    if p.shape[-1] == 0:
        return np.asarray(p_values, dtype=float).copy()
    order = np.argsort(p, axis=-1)  # nan sorts to the end
    ascending = np.take_along_axis(p, order, axis=-1)
    tests = np.isfinite(p).sum(axis=-1, keepdims=True)
    scaled = ascending * tests / np.arange(1, p.shape[-1] + 1)
    # The smallest of what is above and itself, walking down; fmin steps over the nan at the end.
    adjusted = np.fmin.accumulate(scaled[..., ::-1], axis=-1)[..., ::-1]
    out = np.empty_like(p)
    np.put_along_axis(out, order, np.where(np.isnan(ascending), np.nan, np.minimum(adjusted, 1.0)), axis=-1)
    return np.moveaxis(out, -1, axis)
