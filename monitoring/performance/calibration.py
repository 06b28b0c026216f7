"""Do scores mean what they say: calibration of every chunk, of any chunks together, and of the model now.

`calibration` measures each chunk of an assessment, `together` some chunks as one, `judged` gives them their
colour. Chunks are judged only where labels are mature. A calibration error counts when it is
larger than a perfect model shows in 99 of 100 samples of the same scores, and when what exceeds chance and
the reference's own error is large enough to matter: the tolerance of the model's file, of rare outcomes a
tenth of their share. It is never more than amber, because a recalibration mends it.

`calibration_words` says it in words, `calibration_frames` writes the tidy frame.

Of several classes the largest probability is judged (its event is that this class is right); each class
against all others can be looked at by itself.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.performance import calibration_sums
from monitoring.performance.assessment import MATURITIES, Assessment, unknown
from monitoring.performance.estimates import chunk_of
from monitoring.performance.judging import NUMBER
from monitoring.statistics import calibration as binned
from monitoring.statistics.arrays import Floats, Outcome, summed
from monitoring.statistics.brier import BrierParts, brier_parts, spiegelhalter_test
from monitoring.statistics.recalibration import (
    InTheLarge,
    Recalibration,
    in_the_large,
    recalibration,
    verdict,
)
from monitoring.statistics.severity import AMBER, GREEN, GREY, Codes
from monitoring.statistics.sums import ScoreSums, Slots, mass_groups, width_groups

LEAST_ROWS = 200
LEAST_EVENTS = 10
"""Of rows with the event, and of rows without: below it a chunk's calibration says nothing."""
BINS = 10
USUAL, FEWEST = 0.95, 7
"""Which of the reference's own chunks are nothing unusual, and how many it takes to know."""
RARE = 0.1  # of the share of the rarer outcome


@dataclass(frozen=True, eq=False)
class Measured:
    """Calibration of some rows; arrays of shape (...), those of bins of shape (..., bins).

    Attributes
    ----------
    bins : ScoreSums
    rows, events : ndarray
    error : CalibrationError
        Over the bins.
    floor, limit : ndarray
        The error that a perfect model shows on average, and exceeds once in a hundred samples.
    spiegelhalter : Outcome
    large : InTheLarge
    line : Recalibration
    brier : BrierParts
    words : ndarray of str
        What is wrong, as `monitoring.statistics.recalibration.verdict` says it.
    """

    bins: ScoreSums
    rows: Floats
    events: Floats
    error: binned.CalibrationError
    floor: Floats
    limit: Floats
    spiegelhalter: Outcome
    large: InTheLarge
    line: Recalibration
    brier: BrierParts
    words: np.ndarray


@dataclass(frozen=True, eq=False)
class Calibration:
    """Calibration of a version, chunk by chunk.

    Attributes
    ----------
    assessment : Assessment
    subject : str
        The output whose calibration it is: ``score``, ``confidence``, or a class.
    groups : ndarray of int, shape (slots,)
        The bin of each slot.
    fine : ScoreSums
        Over slots, of shape (chunks, slots).
    reference : Measured or None
        Of the reference's final rows, without axes.
    tolerance : float
        The excess error that matters.
    """

    assessment: Assessment
    subject: str
    groups: Slots
    fine: ScoreSums
    reference: Measured | None
    tolerance: float

    @functools.cached_property
    def measured(self) -> Measured:
        """Every chunk by itself."""
        return measured(self.fine, self.groups)

    @functools.cached_property
    def usual(self) -> float:
        """What the reference's own chunks exceed chance by, but for one in twenty; nan where they are few.

        A whole day is off more often than its rows by themselves would be.
        """
        window, one = self.assessment.baseline, self.measured
        inside = [
            place
            for place, key in enumerate(self.assessment.keys)
            if window
            and window.start <= key.start
            and key.stop <= window.stop
            and one.rows[place] >= LEAST_ROWS
        ]
        beyond = (one.error.mean - one.floor)[inside]
        return float(np.quantile(beyond, USUAL)) if len(beyond) >= FEWEST else float("nan")

    @property
    def status(self) -> Codes:
        """Colours of the chunks."""
        return self._judged[0]

    @property
    def reason(self) -> Codes:
        """Their places in `monitoring.performance.judging.CODES`."""
        return self._judged[1]

    @functools.cached_property
    def _judged(self) -> tuple[Codes, Codes]:
        """A chunk that is not final is grey, whatever it shows."""
        found = self.assessment
        status, reason = judged(self.measured, self.reference, self.tolerance, usual=self.usual)
        maturity = np.array([MATURITIES.index(one) for one in found.maturity], dtype=np.intp)
        why = unknown(found.material, found.predicted, found.labelled, maturity)
        return (
            np.where(why > 0, GREY, status).astype(np.int8),
            np.where(why > 0, why, reason).astype(np.int8),
        )


def calibration(found: Assessment, *, subject: str | None = None, equal_width: bool = False) -> Calibration:
    """Measure and judge the calibration of every chunk.

    Parameters
    ----------
    found : Assessment
    subject : str, optional
        One of `subjects`; by default the one that is judged.
    equal_width : bool
        Bins of equal width instead of equal mass of the reference. Without a reference they always are.

    Returns
    -------
    Calibration

    Raises
    ------
    ValueError
        If the model is a regression, or has no such output.
    NotEstimableError
        If scores are not probabilities.
    """
    material = found.material
    known = calibration_sums.subjects(material)
    if not known:
        raise ValueError("the values of a regression are no probabilities: it has a bias, and no calibration")
    chosen = subject or known[0]
    if chosen not in known:
        raise ValueError(f"no output {chosen!r}; one of: {', '.join(known)}")
    calibration_sums.assert_probabilities(material)
    by_key = calibration_sums.sums(material.model, material.cubes, chosen, material.keys)
    before = calibration_sums.reference_sums(material, by_key, chosen)
    edges = material.cubes[chosen].grid.edges
    groups = (
        mass_groups(before.rows, BINS)
        if before is not None and not equal_width
        else width_groups(edges, BINS)
    )
    fine = calibration_sums.by_chunk(by_key, chunk_of(found), len(found.keys))
    reference = None if before is None else measured(before, groups)
    tolerance = _tolerance(found, fine if before is None else before)
    return Calibration(found, chosen, groups, fine, reference, tolerance)


def _tolerance(found: Assessment, rows: ScoreSums) -> float:
    """The excess error that matters: that of the model's file, of rare outcomes a tenth of their share."""
    stated, count, events = found.material.model.limits.accuracy_drop, rows.rows.sum(), rows.positives.sum()
    rarer = float(min(events, count - events))
    return min(stated, RARE * rarer / float(count)) if rarer > 0 else stated


def measured(fine: ScoreSums, groups: Slots) -> Measured:
    """Everything about the calibration of some rows.

    Parameters
    ----------
    fine : ScoreSums
        Over slots, of shape (..., slots).
    groups : ndarray of int, shape (slots,)
        The bin of each slot.
    """
    bins = fine.merged(groups)
    large, line = in_the_large(fine), recalibration(fine)
    return Measured(
        bins=bins,
        rows=summed(fine.rows),
        events=summed(fine.positives),
        error=binned.calibration_error(bins, least=binned.LEAST_ROWS),
        floor=binned.calibration_floor(bins),
        limit=_limits(bins),
        spiegelhalter=spiegelhalter_test(fine),
        large=large,
        line=line,
        brier=brier_parts(bins),
        words=verdict(large, line),
    )


def _limits(bins: ScoreSums) -> Floats:
    """The limit of each histogram of scores; it does not depend on labels, so it is drawn once."""
    count = bins.rows.shape[-1]
    flat = [np.ascontiguousarray(part).reshape(-1, count) for part in (bins.rows, bins.score, bins.square)]
    found = [_limit(*(row.tobytes() for row in rows)) for rows in zip(*flat, strict=True)]
    return np.array(found).reshape(bins.rows.shape[:-1])


@functools.lru_cache(maxsize=16_384)
def _limit(*sums: bytes) -> float:
    rows, score, square = (np.frombuffer(one) for one in sums)
    nothing = np.zeros_like(rows)
    return float(binned.calibration_limit(ScoreSums(rows, score, square, nothing, nothing)))


def together(found: Calibration, places: Sequence[int]) -> Measured:
    """Some chunks as one.

    Parameters
    ----------
    found : Calibration
    places : sequence of int
        Positions of the chunks.
    """
    chosen = list(places)
    return measured(
        ScoreSums(*(part[chosen].sum(axis=0) for part in calibration_sums.parts(found.fine))), found.groups
    )


def excess(one: Measured, reference: Measured | None, usual: float = float("nan")) -> Floats:
    """How much larger the calibration error is than chance explains and than it was in the reference.

    Parameters
    ----------
    one : Measured
    reference : Measured or None
    usual : float
        What single chunks of the reference exceed chance by; nan where chunks are not looked at one by one.
    """
    own = 0.0 if reference is None else np.nan_to_num(np.maximum(reference.error.mean - reference.floor, 0.0))
    return one.error.mean - one.floor - np.fmax(own, usual)


def judged(
    one: Measured, reference: Measured | None, tolerance: float, *, usual: float = float("nan")
) -> tuple[Codes, Codes]:
    """Colour and reason where labels are mature.

    Parameters
    ----------
    one, reference, usual
        As for `excess`.
    tolerance : float
        The excess that matters.
    """
    few = (one.rows < LEAST_ROWS) | (np.minimum(one.events, one.rows - one.events) < LEAST_EVENTS)
    with np.errstate(invalid="ignore"):
        beyond = one.error.mean > one.limit
        large = beyond & (excess(one, reference, usual) >= tolerance)
    status = np.where(few, GREY, np.where(large, AMBER, GREEN)).astype(np.int8)
    reason = np.where(large, NUMBER["miscalibrated"], np.where(beyond, NUMBER["small_miscalibration"], 0))
    return status, np.where(few, NUMBER["not_enough"], reason).astype(np.int8)
