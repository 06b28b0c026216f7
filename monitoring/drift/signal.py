"""Drift of a feature and of a model, chunk by chunk: the worst of several checks, and whether it lasts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.drift.assessment import VERDICT_CHECKS, Assessment
from monitoring.statistics.severity import AMBER, GREEN, GREY, RED, Codes, persistent

NEEDED, LAST = 2, 3
"""A change counts for the model once it shows in two of the last three chunks."""


@dataclass(frozen=True)
class Signal:
    """Colours over time.

    Attributes
    ----------
    cells : ndarray of int8, shape (features, chunks)
        Worst of the checks that could be judged, feature by feature.
    decided : ndarray of int8, shape (features, chunks)
        Which of `VERDICT_CHECKS` it was; among equals the share outside the range, which is the plainest to
        say, or for green ones the single chunk.
    lasting : ndarray of int8, shape (features, chunks)
        The colour reached in two of the last three chunks.
    model : ndarray of int8, shape (chunks,)
        The model's drift.
    unconfirmed : ndarray of int8, shape (chunks,)
        What it would be if a single chunk were enough: dates the start of what lasts.
    """

    cells: Codes
    decided: NDArray[np.int8]
    lasting: Codes
    model: Codes
    unconfirmed: Codes


def important(assessment: Assessment) -> NDArray[np.bool_]:
    """Which features are of high importance: starred ones, and those above the average importance.

    Parameters
    ----------
    assessment : Assessment

    Returns
    -------
    ndarray of bool, shape (features,)
        None but the starred ones where no importance is known, or only one.
    """
    values = assessment.weights.values
    known = np.isfinite(values)
    starred = np.array([name in assessment.model.star for name in assessment.features], dtype=bool)
    if known.sum() < 2:
        return starred
    return starred | (known & (np.nan_to_num(values) > np.nanmean(values)))


def signal(assessment: Assessment) -> Signal:
    """Colours of every feature and of the model over all chunks.

    The model is red when a feature of high importance is red, or half of its features are amber or worse;
    amber when a feature of high importance is amber or any is red. Only changes that show in two of the last
    three chunks count, and excluded features do not.

    Parameters
    ----------
    assessment : Assessment
        With every check of `VERDICT_CHECKS`.

    Returns
    -------
    Signal
    """
    shape = (len(assessment.features), len(assessment.keys))
    if not shape[0]:
        nothing = np.zeros((0, shape[1]), dtype=np.int8)
        grey = np.full(shape[1], GREY, dtype=np.int8)
        return Signal(nothing, nothing, nothing, grey, grey)
    status = np.stack([assessment.checks[name].status for name in VERDICT_CHECKS])
    cells = status.max(axis=0)
    decides = status == cells
    outside = (cells >= AMBER) & decides[VERDICT_CHECKS.index("out_of_range")]
    decided = np.where(outside, VERDICT_CHECKS.index("out_of_range"), decides.argmax(axis=0)).astype(np.int8)
    lasting = _unless_partial(assessment, persistent(cells, NEEDED, LAST))
    counted = assessment.counted
    high = important(assessment)[counted]
    return Signal(cells, decided, lasting, _model(lasting[counted], high), _model(cells[counted], high))


def _unless_partial(assessment: Assessment, lasting: Codes) -> Codes:
    """A chunk that is not over has no colour, whatever came before it."""
    return np.where(assessment.complete, lasting, GREY).astype(np.int8)


def _model(lasting: Codes, high: NDArray[np.bool_]) -> Codes:
    """The model's colour from the lasting colours of its features."""
    judged = (lasting > GREY).sum(axis=0)
    worse = (lasting >= AMBER).sum(axis=0)
    leading = np.where(high[:, None], lasting, GREY).max(axis=0, initial=GREY)
    top = lasting.max(axis=0, initial=GREY)
    red = (leading >= RED) | ((worse > 0) & (2 * worse >= judged))
    amber = (leading >= AMBER) | (top >= RED)
    colour = np.where(red, RED, np.where(amber, AMBER, GREEN))
    return np.where(judged == 0, GREY, colour).astype(np.int8)
