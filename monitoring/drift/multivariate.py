"""All features at once: is the way they hang together still what the reference shows?

Every function takes samples of rows as matrices and answers in plain numbers, so that the answer can be kept
as text and shown again without the rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from monitoring.drift.own_runs import FEWEST
from monitoring.drift.tables import Tables
from monitoring.statistics.arrays import Floats
from monitoring.windows import Window

Progress = Callable[[float, str], None]
Plain = dict[str, Any]

LEAST_AUC = 0.55  # below it a classifier that is significant has still found next to nothing
P_VALUE = 0.01
ROWS = 5_000  # of each side that are told apart
FEWEST_DAYS = 7  # of the reference, to tell how their errors vary


def classifier(
    tables: Tables,
    keys: NDArray[np.datetime64],
    own: Sequence[tuple[Window, Floats]],
    progress: Progress,
) -> Plain:
    """How well a classifier tells current rows from the reference, and how well it tells the reference's own.

    A classifier learns more from more rows, and days that differ average out over longer windows. So runs of
    the reference's own days are as long as the judged window, and all comparisons have as many rows on each
    side as one another.

    Parameters
    ----------
    tables : Tables
    keys : ndarray of datetime64, shape (reference rows,)
        Profile keys of the reference's rows.
    own : sequence of (Window, ndarray of shape (rows, features))
        Runs of reference days as long as the judged window, and their rows, coded as ``tables``; each is told
        from the reference's rows of other days.
    progress : callable

    Returns
    -------
    dict
        ``auc, lower, upper, p_value, rows, limit, blocks, attribution``: ``rows`` of the reference's and the
        current side, ``limit`` None where fewer than four runs (``blocks``) hold enough rows, the last a list
        of feature, fall of the area without it and the standard error of that, the largest first.

    Raises
    ------
    ValueError
        If a side has too few rows.
    """
    from monitoring.statistics.classifier import domain_classifier

    usable, before, now = _even(tables, keys, own)
    found = domain_classifier(
        tables.reference[:before],
        tables.current[:now],
        tables.categorical,
        progress=lambda share, what: progress(0.5 * share, what),
    )
    areas = []
    for place, (outside, rows) in enumerate(usable):
        progress(0.5 + 0.5 * place / len(usable), "learning how much the reference's own days differ")
        told = domain_classifier(
            tables.reference[outside][:before], rows[:now], tables.categorical, attribute=False
        )
        areas.append(told.auc)
    order = np.argsort(-found.attribution, kind="stable")
    return {
        "auc": found.auc,
        "lower": found.lower,
        "upper": found.upper,
        "p_value": found.p_value,
        "rows": [found.reference_rows, found.current_rows],
        "limit": area_limit(areas) if len(areas) >= FEWEST else None,
        "blocks": len(areas),
        "attribution": [
            [tables.features[i], float(found.attribution[i]), float(found.attribution_error[i])]
            for i in order
        ],
    }


def _even(
    tables: Tables, keys: NDArray[np.datetime64], own: Sequence[tuple[Window, Floats]]
) -> tuple[list[tuple[NDArray[np.bool_], Floats]], int, int]:
    """Runs with enough rows, and which of the reference's lie outside each; rows of both sides for all."""
    from monitoring.statistics.classifier import LEAST_ROWS

    before, now = (min(len(side), ROWS) for side in (tables.reference, tables.current))
    if len(own) < FEWEST:
        return [], before, now
    # A quarter of the runs may be too short: one quiet day does not make all comparisons small.
    each = min(now, int(np.quantile([len(rows) for _, rows in own], 0.25, method="lower")))
    usable = [
        ((keys < np.datetime64(run.start)) | (keys >= np.datetime64(run.stop)), rows)
        for run, rows in own
        if len(rows) >= each
    ]
    outside = min(before, *(int(rest.sum()) for rest, _ in usable))
    if len(usable) < FEWEST or min(each, outside) < LEAST_ROWS:
        return [], before, now
    return usable, outside, each


def area_limit(own: Sequence[float], level: float = 0.99) -> float:
    """The area that runs like those of the reference stay below, and at least what is worth a word.

    Parameters
    ----------
    own : sequence of float
        Areas with which runs of the reference were told from the rest of it.
    level : float

    Examples
    --------
    >>> area_limit([]), round(area_limit([0.6, 0.62, 0.58, 0.61, 0.6, 0.59, 0.6]), 3)
    (0.55, 0.643)
    """
    if len(own) < 2:
        return LEAST_AUC
    logit = special.logit(np.clip(own, 0.001, 0.999))
    count = len(own)
    reach = special.stdtrit(count - 1, level) * logit.std(ddof=1) * np.sqrt(1 + 1 / count)
    return float(max(LEAST_AUC, special.expit(logit.mean() + reach)))


def embedding(tables: Tables) -> Plain:
    """The distance between mean embeddings, and what shuffling the labels gives.

    Returns
    -------
    dict
        ``value, noise, p_value``, the noise being the 95 % quantile.
    """
    from monitoring.statistics.embedding import mmd

    found = mmd(tables.reference, tables.current, tables.categorical)
    return {"value": found.value, "noise": found.noise, "p_value": found.p_value}


def reconstruction(
    tables: Tables,
    keys: NDArray[np.datetime64],
    shown: Floats,
    shown_keys: NDArray[np.datetime64],
    chunks: Sequence[tuple[dt.datetime, dt.datetime]],
) -> Plain:
    """How far rows lie from the subspace in which the reference lies, chunk by chunk.

    Parameters
    ----------
    tables : Tables
    keys : ndarray of datetime64, shape (reference rows,)
    shown : ndarray of shape (rows, features)
        Rows of all chunks that are drawn, coded as ``tables``.
    shown_keys : ndarray of datetime64, shape (rows,)
    chunks : sequence of (start, stop)
        Keys of the chunks that are drawn.

    Returns
    -------
    dict
        ``chunks`` (ISO 8601), ``mean``, ``error`` (standard errors) and ``n`` by chunk; ``low`` and ``high``,
        three standard deviations of the reference's own days around their mean, None where it has too few.
    """
    from monitoring.statistics.reconstruction import fit_reconstruction, reconstruction_error

    fitted = fit_reconstruction(tables.reference, tables.categorical)
    own = reconstruction_error(fitted, tables.reference)
    days, place = np.unique(keys, return_inverse=True)
    by_day = np.bincount(place, own) / np.bincount(place)
    errors = reconstruction_error(fitted, shown)
    means, spreads, counts = [], [], []
    for start, stop in chunks:
        inside = errors[(shown_keys >= np.datetime64(start)) & (shown_keys < np.datetime64(stop))]
        counts.append(len(inside))
        means.append(float(inside.mean()) if len(inside) else None)
        spreads.append(float(inside.std(ddof=1) / np.sqrt(len(inside))) if len(inside) > 1 else None)
    enough = len(days) >= FEWEST_DAYS
    middle, spread = (float(by_day.mean()), float(by_day.std(ddof=1))) if enough else (np.nan, np.nan)
    return {
        "chunks": [start.isoformat() for start, _ in chunks],
        "mean": means,
        "error": spreads,
        "n": counts,
        "low": middle - 3 * spread if enough else None,
        "high": middle + 3 * spread if enough else None,
    }
