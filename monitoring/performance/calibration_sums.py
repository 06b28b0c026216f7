"""Labelled scores of a version as the sums that calibration is made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from monitoring.models import Model
from monitoring.performance.meaning import NotEstimableError, reference_keys
from monitoring.performance.outcomes import Cubes, main_subject, placed
from monitoring.performance.reading import Material
from monitoring.statistics.arrays import Floats
from monitoring.statistics.sums import ScoreSums
from monitoring.store.score_cubes import Tally
from monitoring.store.score_grids import CLASS, CONFIDENCE, SCORE


def subjects(found: Material) -> tuple[str, ...]:
    """The outputs of a version that are probabilities, the one that is judged first; none of a regression."""
    if found.model.task == "regression":
        return ()
    main = main_subject(found.model)
    return (main, *(name for name in found.cubes if name.startswith(CLASS)))


def reference_sums(found: Material, by_key: ScoreSums, subject: str) -> ScoreSums | None:
    """Final labelled rows of the version's reference, over slots."""
    if found.filed is not None:
        whole = sums(found.model, found.filed, subject, found.filed[subject].chunks)
        return ScoreSums(*(part.sum(axis=0) for part in parts(whole)))
    try:
        chosen = reference_keys(found)
    except NotEstimableError:
        return None
    before = ScoreSums(*(part[chosen].sum(axis=0) for part in parts(by_key)))
    return before if before.rows.any() else None


def assert_probabilities(found: Material) -> None:
    """Scores outside 0 and 1 have no calibration.

    Raises
    ------
    NotEstimableError
        If there is such a score, or no score at all.
    """
    main = found.cubes[main_subject(found.model)]
    scored = main.all.counts[..., :-1].sum()
    if not scored:
        raise NotEstimableError("no_scores", version=found.version)
    moments = main.all.moments
    if not moments.shape[-1] or moments[..., 0].sum() < scored:
        raise NotEstimableError("not_probabilities", version=found.version)


def sums(model: Model, cubes: Cubes, subject: str, keys: Sequence[dt.datetime]) -> ScoreSums:
    """Labelled rows by key and slot, rows without a score left out."""
    cube = cubes[subject]
    labelled = cube.labelled

    def laid(values: Floats) -> Floats:
        return placed(cube, values, keys)[:, :-1]

    rows, score, square = (laid(part.sum(axis=0)) for part in _centred(labelled, cube.grid.centre))
    if subject == CONFIDENCE:
        positives = laid(labelled.decided.sum(axis=0))
        mean = score / np.where(rows > 0, rows, 1.0)
        return ScoreSums(rows, score, square, positives, positives * mean)  # exact to half a slot's width
    event = model.positive if subject == SCORE else subject.removeprefix(CLASS)
    mask = [number for number, label in enumerate(cube.labels) if label == event]
    positives, product, _ = (laid(part[mask].sum(axis=0)) for part in _centred(labelled, cube.grid.centre))
    return ScoreSums(rows, score, square, positives, product)


def _centred(tally: Tally, centre: float) -> tuple[Floats, Floats, Floats]:
    """Rows, sums and sums of squares of scores, from those around a centre."""
    n, first = tally.counts.astype(float), tally.sums
    return n, first + n * centre, tally.squares + 2 * centre * first + n * centre**2


def by_chunk(by_key: ScoreSums, place: NDArray[np.intp], count: int) -> ScoreSums:
    """Sums by chunk instead of by key."""

    def added(values: Floats) -> Floats:
        total = np.zeros((count, values.shape[-1]))
        np.add.at(total, place, values)
        return total

    return ScoreSums(*(added(part) for part in parts(by_key)))


def parts(of: ScoreSums) -> tuple[Floats, ...]:
    """The five sums."""
    return of.rows, of.score, of.square, of.positives, of.product
