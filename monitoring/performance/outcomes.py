"""From the profile of outputs to the outcomes that metrics are made of, chunk by chunk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from monitoring.models import Model
from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics import BinaryOutcomes, MulticlassOutcomes, RegressionOutcomes
from monitoring.store.score_cubes import ScoreCube, Tally
from monitoring.store.score_grids import CLASS, CONFIDENCE, ERROR, SCORE
from monitoring.store.score_subjects import ERRORS, LOSSES

Outcomes: TypeAlias = BinaryOutcomes | MulticlassOutcomes | RegressionOutcomes
Cubes: TypeAlias = dict[str, ScoreCube]
"""The outputs of one version by subject."""


def main_subject(model: Model) -> str:
    """The subject that counts every prediction once."""
    return CONFIDENCE if model.task == "multiclass" else SCORE


def labelled_subject(model: Model) -> str:
    """The subject that counts every labelled prediction once."""
    return ERROR if model.task == "regression" else main_subject(model)


def outcomes(model: Model, cubes: Cubes, keys: Sequence[dt.datetime]) -> Outcomes:
    """Labelled rows by profile key.

    Parameters
    ----------
    model : Model
    cubes : dict of str to ScoreCube
    keys : sequence of datetime
        The profile keys wanted, in their order; those without labels have no rows.

    Returns
    -------
    outcomes
        Of the model's task, with one leading axis: the keys.
    """
    if model.task == "binary":
        return _binary(model, cubes[SCORE], keys)
    if model.task == "multiclass":
        return _multiclass(model, cubes, keys)
    return _regression(cubes[ERROR], keys)


def placed(cube: ScoreCube, values: Floats, keys: Sequence[dt.datetime], axis: int = 0) -> Floats:
    """Values by chunk of a cube, laid out by the wanted keys.

    Parameters
    ----------
    cube : ScoreCube
    values : ndarray
        With the cube's chunks along ``axis``.
    keys : sequence of datetime
    axis : int
    """
    place = {key: number for number, key in enumerate(keys)}
    known = [number for number, key in enumerate(cube.chunks) if key in place]
    moved = np.moveaxis(np.asarray(values, dtype=float), axis, 0)
    laid = np.zeros((len(keys), *moved.shape[1:]))
    laid[[place[cube.chunks[number]] for number in known]] = moved[known]
    return np.moveaxis(laid, 0, axis)


def decided(tally: Tally, cut: int) -> Floats:
    """Rows decided for the subject: as the log says, else by the threshold, whose edge is number ``cut``.

    A slot holds values of at least as many edges as its number, so from slot ``cut`` on scores are at or
    above the threshold.
    """
    above = np.arange(tally.counts.shape[-1]) >= cut
    above[-1] = False  # rows without a score
    return tally.decided + (tally.counts - tally.logged) * above


def _binary(model: Model, cube: ScoreCube, keys: Sequence[dt.datetime]) -> BinaryOutcomes:
    edges = np.asarray(cube.grid.edges)
    cut = int(np.argmin(np.abs(edges - model.threshold))) + 1
    chosen = decided(cube.labelled, cut)
    sides = []
    for event in (True, False):
        mask = [number for number, label in enumerate(cube.labels) if (label == model.positive) is event]
        parts = (cube.labelled.counts[mask].sum(axis=0), chosen[mask].sum(axis=0))
        sides.append([placed(cube, part, keys) for part in parts])
    (positives, decided_positives), (negatives, decided_negatives) = sides
    rows = positives + negatives
    if rows.any() and not rows[:, :-1].any():  # decisions alone: nothing is known of the order of rows
        edges, slots = np.empty(0), slice(-1, None)
    else:
        slots = slice(None, -1)
    return BinaryOutcomes(
        edges, positives[:, slots], negatives[:, slots], decided_positives[:, slots],
        decided_negatives[:, slots], **_losses(cube, keys, rows[:, slots].sum(axis=-1)),
    )  # fmt: skip


def _losses(cube: ScoreCube, keys: Sequence[dt.datetime], rows: Floats) -> dict[str, Any]:
    """Sums of losses; nan where some score was no probability, as there is no loss of it."""
    moments = cube.labelled.moments
    if not moments.shape[-1]:
        moments = np.zeros((*moments.shape[:-1], len(LOSSES)))
    summed = placed(cube, moments.sum(axis=0), keys)
    whole = summed[:, 0] >= rows
    return {name: np.where(whole, summed[:, LOSSES.index(name)], np.nan) for name in LOSSES[1:]}


def _multiclass(model: Model, cubes: Cubes, keys: Sequence[dt.datetime]) -> MulticlassOutcomes:
    names = model.classes
    own = [cubes[CLASS + name] for name in names]
    slots = max(len(cube.grid.edges) for cube in own) + 1
    confusion = np.zeros((len(keys), len(names), len(names)))
    hits, others = (np.zeros((len(keys), len(names), slots)) for _ in range(2))
    for place, cube in enumerate(own):
        for number, label in enumerate(cube.labels):
            if label not in names:
                continue
            counts = placed(cube, cube.labelled.counts[number], keys)[:, :-1]
            side = hits if label == names[place] else others
            side[:, place, : counts.shape[-1]] += counts
            chosen = placed(cube, cube.labelled.decided[number], keys).sum(axis=-1)
            confusion[:, names.index(label), place] += chosen
    losses = _losses(cubes[CONFIDENCE], keys, confusion.sum(axis=(1, 2)))
    edges = tuple(np.asarray(cube.grid.edges) for cube in own)
    return MulticlassOutcomes(names, edges, confusion, hits, others, **losses)


def _regression(cube: ScoreCube, keys: Sequence[dt.datetime]) -> RegressionOutcomes:
    counts, moments = cube.labelled.counts, cube.labelled.moments
    if not cube.labels:
        counts, moments = np.zeros((0, *cube.all.counts.shape)), np.zeros((0, len(cube.chunks), len(ERRORS)))
    summed = placed(cube, moments.sum(axis=0), keys)
    sums = {name: summed[:, place] for place, name in enumerate(ERRORS)}
    errors = placed(cube, counts.sum(axis=0), keys)[:, :-1]
    return RegressionOutcomes(
        np.asarray(cube.grid.edges), cube.grid.centre, errors, sums["n"], sums["absolute"], sums["error"],
        sums["error_2"], sums["error_4"], sums["label"], sums["label_2"], sums["label_3"], sums["label_4"],
        sums["error_2_label"], sums["error_2_label_2"], sums["relative"], sums["relative_2"],
        sums["relative_n"], sums["log_2"], sums["log_4"], sums["log_n"], sums["label_absolute"],
    )  # fmt: skip
