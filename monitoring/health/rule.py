"""The rule of a model's colour, and its sentence.

Red if its data stopped coming, are of red quality, or its final performance is red. A lasting change of
inputs or outputs alone is at most amber, and none where final performance on the changed rows is green: drift
without harm. Data of amber quality, an estimated loss and scores that stopped meaning what they say are
amber. Grey when neither performance nor drift can be judged.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from monitoring.health.signals import Signal
from monitoring.statistics.severity import AMBER, GREEN, GREY, RED, Codes


def combined(
    fresh: ArrayLike, inputs: ArrayLike, outputs: ArrayLike, performance: ArrayLike, calibration: ArrayLike,
    harmless: ArrayLike, quality: ArrayLike = GREY,
) -> Codes:  # fmt: skip
    """A model's colour.

    Parameters
    ----------
    fresh, inputs, outputs, performance, calibration : array_like of int, of shape (...)
        Colours of freshness, of the drift of inputs and of outputs, of performance and of calibration.
    harmless : array_like of bool
        Whether performance was judged on rows that had drifted already, and is green.
    quality : array_like of int
        Colour of the quality of the data; sound data alone say nothing of a model.

    Returns
    -------
    ndarray of int8, of shape (...)

    Examples
    --------
    Red drift: unknown performance, green performance, red performance.

    >>> combined(0, [2, 2, 2], -1, [-1, 0, 2], -1, [False, True, False])
    array([1, 0, 2], dtype=int8)
    """
    fresh, inputs, outputs, performance, calibration, quality = (
        np.asarray(part) for part in (fresh, inputs, outputs, performance, calibration, quality)
    )
    # Outputs that are as they were say nothing of inputs that nobody knows.
    shift = np.where((inputs == GREY) & (outputs < AMBER), GREY, np.maximum(inputs, outputs))
    shown = np.where(shift >= AMBER, np.where(harmless, GREEN, AMBER), shift)
    faults = np.where(quality >= AMBER, quality, GREY)
    worst = np.maximum.reduce(
        [*np.broadcast_arrays(shown, performance, np.minimum(calibration, AMBER), faults)]
    )
    worst = np.where((fresh == RED) | (worst == RED), RED, np.where(fresh == AMBER, AMBER, worst))
    return np.where(fresh == GREY, GREY, worst).astype(np.int8)


def sentence(status: str, signals: Sequence[Signal], *, harmless: bool) -> str:
    """A model's health in one sentence: what made its colour, or that all is well.

    Parameters
    ----------
    status : str
    signals : sequence of Signal
        Freshness first.
    harmless : bool
        Whether drift did no harm.
    """
    by_name = {signal.name: signal for signal in signals}
    fresh, drift = by_name["freshness"], by_name.get("drift")
    if fresh.status != "green" or drift is None:
        return fresh.sentence
    performance, quality = by_name.get("performance"), by_name.get("quality")
    if quality is not None and _loud(quality) and _graver(quality, performance):
        also = f"; and {performance.sentence}" if performance is not None and _loud(performance) else ""
        return f"{quality.sentence}{also}"
    shifted = [one for one in signals if one.name in ("drift", "predictions") and _loud(one)]
    if performance is not None and _loud(performance):
        also = "; its inputs drift too" if _loud(drift) else ""
        return f"{performance.sentence}{also}"
    if status in ("amber", "red"):
        if shifted and not harmless:
            first = shifted[0].sentence
            alone = any(one.status == "red" for one in shifted)
            return f"{first}. Drift alone never makes a model red" if alone else first
        calibration = by_name.get("calibration")
        return calibration.sentence if calibration is not None else drift.sentence
    if status == "grey":
        return drift.sentence
    if shifted and performance is not None:
        return f"drift without harm: {performance.sentence}, while {shifted[0].sentence}"
    known = performance if performance is not None and performance.status == "green" else drift
    return f"{fresh.sentence}; {known.sentence}"


def _graver(one: Signal, other: Signal | None) -> bool:
    """Whether a signal is worse than another."""
    return other is None or not _loud(other) or (one.status, other.status) == ("red", "amber")


def _loud(signal: Signal) -> bool:
    return signal.status in ("amber", "red")
