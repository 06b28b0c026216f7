"""From a value and its limit to a colour, for whole arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from monitoring.statistics.registry import Levels

GREY, GREEN, AMBER, RED = -1, 0, 1, 2
NAMES = ("green", "amber", "red", "grey")
"""Names by code; the code of grey, -1, is the last."""

Codes = NDArray[np.int8]


def severity(value: ArrayLike, limit: ArrayLike, significant: ArrayLike, levels: Levels) -> Codes:
    """The colour of each value.

    Colour needs evidence and size: a value is coloured if it is above its limit, survives the correction for
    many features (``significant``) and reaches amber. Drift below amber is detectable but small: still green.

    Parameters
    ----------
    value, limit : array_like
        On the method's own scale; what is nan is grey.
    significant : array_like of bool
        Whether the value survives Benjamini-Hochberg in its chunk.
    levels : Levels

    Returns
    -------
    ndarray of int8
        `GREY`, `GREEN`, `AMBER` or `RED`; the maximum of several is the worst of those that could be judged.

    Examples
    --------
    >>> levels = Levels(floor=0.02, amber=0.1, red=0.25)
    >>> severity([0.05, 0.15, 0.3, 0.3, np.nan], 0.04, [True, True, True, False, True], levels)
    array([ 0,  1,  2,  0, -1], dtype=int8)
    """
    v, top = np.asarray(value, dtype=float), np.asarray(limit, dtype=float)
    with np.errstate(invalid="ignore"):
        drift = (v > top) & np.asarray(significant, dtype=bool)
        size = np.where(v >= levels.red, RED, np.where(v >= levels.amber, AMBER, GREEN))
    return np.where(np.isnan(v) | np.isnan(top), GREY, np.where(drift, size, GREEN)).astype(np.int8)


def persistent(codes: ArrayLike, needed: int = 2, last: int = 3) -> Codes:
    """The colour reached in at least ``needed`` of the ``last`` chunks, chunk by chunk.

    Parameters
    ----------
    codes : array_like of shape (..., chunks)
        Colours, oldest first.
    needed, last : int

    Returns
    -------
    ndarray of int8, shape (..., chunks)
        Grey where fewer than ``needed`` of the last chunks could be judged.

    Examples
    --------
    >>> persistent([0, 2, 0, 2, 1, 0])
    array([-1,  0,  0,  2,  1,  1], dtype=int8)
    """
    array = np.asarray(codes, dtype=np.int8)
    if not array.shape[-1]:
        return array.copy()
    lead = np.full((*array.shape[:-1], last - 1), GREY, dtype=np.int8)
    windows = np.lib.stride_tricks.sliding_window_view(np.concatenate([lead, array], axis=-1), last, axis=-1)
    return np.sort(windows, axis=-1)[..., last - needed]


def names(codes: ArrayLike) -> NDArray[np.str_]:
    """Colours by name.

    Examples
    --------
    >>> names([-1, 2]).tolist()
    ['grey', 'red']
    """
    return np.asarray(NAMES)[np.asarray(codes, dtype=np.intp)]
