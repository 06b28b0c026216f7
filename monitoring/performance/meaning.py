"""What the scores of a version mean: the probability behind each, learnt from its reference's mature labels.

The meaning is learnt once from counts, and all predictions are counted over the same slots, so an estimate of
any chunk is a sum over slots, however many rows there are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring import windows
from monitoring.performance.outcomes import decided, placed
from monitoring.performance.reading import Material
from monitoring.statistics.arrays import Floats
from monitoring.statistics.estimation import ScoreMap, score_map
from monitoring.store.reference_rows import reference_window
from monitoring.store.score_cubes import ScoreCube
from monitoring.store.score_grids import CLASS, CONFIDENCE, SCORE

LEAST_ROWS = 200
"""Labelled rows of the reference below which nothing is learnt from them."""
LEAST_EVENTS = 10
"""The same of rows with the event, and of rows without."""


class NotEstimableError(ValueError):
    """Nothing can be estimated.

    Attributes
    ----------
    code : str
        A code of `monitoring.reasons`.
    facts : dict of str to str
        For its sentence.
    """

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


@dataclass(frozen=True, eq=False)
class Counted:
    """One output: all its predictions counted by slot, and what each slot means.

    Attributes
    ----------
    edges : ndarray of shape (slots - 1,)
    rows, decided : ndarray of shape (keys, slots)
        Predictions with a score, and those of them decided for the event; labels do not matter.
    known : ScoreMap
        Learnt from the reference.
    """

    edges: Floats
    rows: Floats
    decided: Floats
    known: ScoreMap


def reference_keys(found: Material) -> NDArray[np.bool_]:
    """The profile keys of the version's reference whose labels are mature; all False where it is a file.

    Raises
    ------
    NotEstimableError
        If there are no mature labels, or a reference of the version's own is not complete.
    """
    window, model = found.reference, found.model
    if window is None:
        if found.filed is None:
            raise NotEstimableError("no_baseline", version=found.version)
        return np.zeros(len(found.keys), dtype=bool)
    inside = np.array([window.holds(key) for key in found.keys], dtype=bool)
    final = inside & found.cohorts.final
    own = window != reference_window(model)
    passed = windows.key_of(found.at, model.grain, model.zone)
    if own and (window.stop > passed or (inside & ~final).any()):
        days = {"start": f"{window.start:%Y-%m-%d}", "stop": f"{window.stop:%Y-%m-%d}"}
        raise NotEstimableError("own_reference_incomplete", version=found.version, **days)
    if not final.any():
        raise NotEstimableError("no_baseline", version=found.version)
    return final


def outputs_of(
    found: Material, among: Mapping[str, ScoreCube] | None = None, keys: Sequence[dt.datetime] | None = None
) -> dict[str, Counted]:
    """Every output of a binary or multiclass version that estimates are made of, by its subject.

    Parameters
    ----------
    found : Material
        Its reference says what scores mean.
    among : mapping of str to ScoreCube, optional
        The predictions that are counted, by subject; all of the version by default.
    keys : sequence of datetime, optional
        Profile keys of these.

    Returns
    -------
    dict of str to Counted
        Of a multiclass model each class, decided where it is the class predicted, and the largest
        probability, whose event is that this class is right.

    Raises
    ------
    NotEstimableError
        If the reference has no mature labels or too few, or scores are not probabilities.
    ValueError
        If the model is a regression.
    """
    model, chosen = found.model, reference_keys(found)
    if model.task == "regression":
        raise ValueError("the errors of a regression are estimated from rows")
    cubes, at = (found.cubes, found.keys) if among is None else (among, tuple(keys or ()))
    if model.task == "binary":
        _assert_probabilities(found, found.cubes[SCORE])
        cube = cubes[SCORE]
        cut = int(np.argmin(np.abs(np.asarray(cube.grid.edges) - model.threshold))) + 1
        known = _learnt(found, SCORE, chosen, model.positive)
        return {SCORE: _counted(cube, at, decided(cube.all, cut), known)}
    sure = cubes[CONFIDENCE]
    _assert_probabilities(found, found.cubes[CONFIDENCE])
    events = {CLASS + name: name for name in model.classes}
    counted = {
        subject: _counted(
            cubes[subject], at, cubes[subject].all.decided, _learnt(found, subject, chosen, name)
        )
        for subject, name in events.items()
    }
    known = _learnt(found, CONFIDENCE, chosen, None)
    return {**counted, CONFIDENCE: _counted(sure, at, sure.all.counts, known)}


def _assert_probabilities(found: Material, cube: ScoreCube) -> None:
    """Losses are summed of probabilities only, and counted beside: all rows have to be among them."""
    scored = cube.all.counts[..., :-1].sum()
    if not scored:
        raise NotEstimableError("no_scores", version=found.version)
    if not cube.all.moments.shape[-1] or cube.all.moments[..., 0].sum() < scored:
        raise NotEstimableError("not_probabilities", version=found.version)


def _counted(cube: ScoreCube, keys: tuple[dt.datetime, ...], for_event: Floats, known: ScoreMap) -> Counted:
    """Counts of all predictions by key, rows without a score left out."""
    rows, chosen = (placed(cube, part, keys)[:, :-1] for part in (cube.all.counts, for_event))
    return Counted(np.asarray(cube.grid.edges), rows, chosen, known)


def _learnt(found: Material, subject: str, chosen: NDArray[np.bool_], event: str | None) -> ScoreMap:
    """The map learnt from labelled rows of the chosen keys, or of the reference file.

    Of the largest probability (no event) the event is in the counts: rows whose label was predicted.
    """
    if found.filed is not None:
        cube = found.filed[subject]
        tallies = (cube.labelled.counts, cube.labelled.decided)
        labelled, right = (part[..., :-1].sum(axis=1) for part in tallies)
    else:
        cube = found.cubes[subject]
        tallies = (cube.labelled.counts, cube.labelled.decided)
        labelled, right = (
            placed(cube, part, found.keys, axis=1)[:, chosen, :-1].sum(axis=1) for part in tallies
        )
    is_event = np.array([label == event for label in cube.labels], dtype=bool)
    events = right.sum(axis=0) if event is None else labelled[is_event].sum(axis=0)
    rows = labelled.sum(axis=0)
    if not rows.any():
        raise NotEstimableError("no_baseline", version=found.version)
    if subject in (SCORE, CONFIDENCE):
        _assert_enough(rows, events)
    return score_map(_scores(found.cubes[subject]), rows, events)


def _assert_enough(rows: Floats, events: Floats) -> None:
    have = {
        "labelled rows": rows.sum(),
        "events": events.sum(),
        "rows without the event": (rows - events).sum(),
    }
    for kind, least in zip(have, (LEAST_ROWS, LEAST_EVENTS, LEAST_EVENTS), strict=True):
        if have[kind] < least:
            raise NotEstimableError(
                "few_reference_labels", have=f"{have[kind]:,.0f}", kind=kind, minimum=str(least)
            )


def _scores(cube: ScoreCube) -> Floats:
    """A score for each slot: the mean of all predictions in it, or its middle where there are none."""
    edges = np.asarray(cube.grid.edges)
    middle = np.concatenate([edges[:1], (edges[:-1] + edges[1:]) / 2, edges[-1:]])
    rows, sums = (part.sum(axis=0)[:-1] for part in (cube.all.counts, cube.all.sums))
    means = cube.grid.centre + sums / np.where(rows > 0, rows, 1.0)
    # A sum of many floats may leave its slot in the last digit, and slots have to ascend.
    low, high = np.append(-np.inf, edges), np.append(edges, np.inf)
    return np.where(rows > 0, np.clip(means, low, high), middle)
