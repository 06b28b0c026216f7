"""Outputs and labels as what the drift machinery takes: one or two features of a profile with its reference.

Scores, decided classes and labels are judged by the methods, limits and words of features. Only what they are
compared with differs: a version that the model's reference does not hold has days of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from monitoring import drift, windows
from monitoring.drift.placing import placed as before_the_log
from monitoring.drift.reference_days import own_days
from monitoring.models import Feature, Model
from monitoring.performance import Material
from monitoring.performance.outcomes import Cubes, decided, labelled_subject, main_subject, placed
from monitoring.predictions.binning import bins, categorical, numeric
from monitoring.statistics.arrays import Floats
from monitoring.store import Store, cubes
from monitoring.store.reference_rows import reference_window
from monitoring.store.score_cubes import ScoreCube, Tally
from monitoring.store.score_grids import CLASS, LABEL
from monitoring.windows import Window

SCORE, CONFIDENCE, DECIDED, LABELS = "score", "confidence", "class", "label"
"""What outputs are called where features have their names."""
_TITLES = {
    "binary": {SCORE: "Score", LABELS: "Label"},
    "multiclass": {CONFIDENCE: "Confidence", DECIDED: "Class mix", LABELS: "Label"},
    "regression": {SCORE: "Predicted value", LABELS: "Label"},
}


@dataclass(frozen=True, eq=False)
class Classes:
    """Rows by what was decided.

    Attributes
    ----------
    names : tuple of str
        Of a binary model the event and its opposite.
    counts : ndarray of shape (keys, classes)
    rows : ndarray of shape (keys,)
        All rows, those without a decision included.
    """

    names: tuple[str, ...]
    counts: Floats
    rows: Floats


def outputs(store: Store, found: Material, against: drift.Against | None = None) -> drift.Material:
    """A version's output as features: its score; of a multiclass model its confidence and decided class.

    Parameters
    ----------
    store : Store
    found : monitoring.performance.Material
        The version's outputs as known at an instant.
    against : Against, optional
        What chunks are compared with; by default as the model's file says, with the version's own days
        wherever days are fixed.

    Returns
    -------
    monitoring.drift.Material
        Ready for `monitoring.predictions.judged`.

    Raises
    ------
    AgainstError
        If it names a version without rows.
    """
    if found.model.task == "multiclass":
        return _material(store, found, against, [_scored(found, CONFIDENCE), _decided(found)])
    return _material(store, found, against, [_scored(found, SCORE)])


def labels(store: Store, found: Material, against: drift.Against | None = None) -> drift.Material:
    """The labels of predictions as a feature, by the day of the prediction, of days with mature labels alone.

    Parameters
    ----------
    store, found, against
        As in `outputs`.
    """
    if found.model.task == "regression":
        return _material(store, found, against, [_labelled_values(found)])
    return _material(store, found, against, [_labelled_classes(found)])


def labels_known(found: Material) -> dt.datetime:
    """The instant up to which labels are mature: chunks that reach beyond are not over for a label."""
    young = np.flatnonzero(~found.cohorts.final)
    if not len(young):
        return found.at
    return windows.instant_of(found.keys[int(young[0])], found.model.grain, found.model.zone)


def classes(found: Material, source: Cubes | None = None) -> Classes | None:
    """Rows by what was decided, of the log or of a reference file; None for a regression.

    Parameters
    ----------
    found : Material
    source : dict of str to ScoreCube, optional
        ``found.filed`` for what the reference's file holds.
    """
    model, held = found.model, source or found.cubes
    if model.task == "regression":
        return None
    main = held[main_subject(model)]
    rows = main.all.counts.sum(axis=-1)
    if model.task == "binary":
        cut = int(np.argmin(np.abs(np.asarray(main.grid.edges) - model.threshold))) + 1
        known = (main.all.counts[:, :-1].sum(axis=-1) + main.all.logged[:, -1])[:, None]
        chosen = decided(main.all, cut).sum(axis=-1)[:, None]
        return Classes((model.positive, f"not {model.positive}"), np.hstack([chosen, known - chosen]), rows)
    counts = [
        placed(held[CLASS + name], held[CLASS + name].all.decided, main.chunks) for name in model.classes
    ]
    return Classes(model.classes, np.stack([one.sum(axis=-1) for one in counts], axis=-1), rows)


def reference_words(found: Material) -> str:
    """What a version is compared with: the days of the model's reference or its own, or a file."""
    window, model = found.reference, found.model
    if window is None:
        return model.reference.words if model.reference else ""
    days = f"{window.start:%Y-%m-%d} to {window.stop:%Y-%m-%d}"
    return days if window == reference_window(model) else f"own reference of {found.version}, {days}"


def _scored(found: Material, name: str) -> tuple[cubes.Cube, cubes.Cube | None]:
    """Log and file of a numeric output."""
    subject = main_subject(found.model)
    cube = found.cubes[subject]
    file = found.filed[subject] if found.filed else None
    return _numeric(found, name, (cube, cube.all), (file, file.all) if file else None)


def _labelled_values(found: Material) -> tuple[cubes.Cube, cubes.Cube | None]:
    """Log and file of a regression's labels."""
    known = _mature(found)
    cube = found.cubes[LABEL]
    file = found.filed[LABEL] if found.filed else None
    kept = [place for place, key in enumerate(cube.chunks) if key in known]
    log = replace(cube, chunks=tuple(cube.chunks[place] for place in kept))
    return _numeric(found, LABELS, (log, _summed(cube, kept)), (file, _summed(file, None)) if file else None)


def _numeric(
    found: Material, name: str, log: tuple[ScoreCube, Tally], file: tuple[ScoreCube, Tally] | None
) -> tuple[cubes.Cube, cubes.Cube | None]:
    """An output of the log, and of the reference's file, over bins that the reference gives."""
    cube, tally = log
    inside = [found.reference is not None and found.reference.holds(key) for key in cube.chunks]
    grid, place = bins(cube.grid, file[1] if file else _some(tally, np.flatnonzero(inside)), name)
    edges = np.asarray(cube.grid.edges)
    filed = numeric(grid, place, file[1], file[0].chunks, edges) if file else None
    return numeric(grid, place, tally, cube.chunks, edges), filed


def _decided(found: Material) -> tuple[cubes.Cube, cubes.Cube | None]:
    """Log and file of what was decided."""
    main = main_subject(found.model)
    log, file = classes(found), classes(found, found.filed) if found.filed else None
    if log is None:
        raise ValueError("a regression decides for no class")
    return _classes(
        found, DECIDED, log.names, (log.counts, log.rows, found.cubes[main].chunks),
        (file.counts, file.rows, found.filed[main].chunks) if file and found.filed else None,
    )  # fmt: skip


def _labelled_classes(found: Material) -> tuple[cubes.Cube, cubes.Cube | None]:
    """Log and file of labels that are classes."""
    known, subject = _mature(found), labelled_subject(found.model)
    cube = found.cubes[subject]
    file = found.filed[subject] if found.filed else None
    names = tuple(dict.fromkeys((*cube.labels, *(file.labels if file else ()))))

    def laid(source: ScoreCube, kept: Sequence[int]) -> tuple[Floats, Floats, Sequence[dt.datetime]]:
        counts = np.zeros((len(kept), len(names)))
        for number, label in enumerate(source.labels):
            counts[:, names.index(label)] = source.labelled.counts[number].sum(axis=-1)[list(kept)]
        return counts, counts.sum(axis=1), tuple(source.chunks[place] for place in kept)

    kept = [place for place, key in enumerate(cube.chunks) if key in known]
    whole = laid(file, range(len(file.chunks))) if file else None
    return _classes(found, LABELS, names, laid(cube, kept), whole)


def _classes(
    found: Material, name: str, names: Sequence[str], log: tuple[Floats, Floats, Sequence[dt.datetime]],
    file: tuple[Floats, Floats, Sequence[dt.datetime]] | None,
) -> tuple[cubes.Cube, cubes.Cube | None]:  # fmt: skip
    counts, _, chunks = file or log
    inside = [file is not None or (found.reference or _NEVER).holds(key) for key in chunks]
    reference = counts[inside].sum(axis=0)
    both = [categorical(name, names, *part, reference) if part else None for part in (log, file)]
    if both[0] is None:
        raise ValueError("no log")
    return both[0], both[1]


def _mature(found: Material) -> set[dt.datetime]:
    """The keys whose labels are mature."""
    return {key for key, final in zip(found.keys, found.cohorts.final, strict=True) if final}


def _some(tally: Tally, chosen: Sequence[int] | np.ndarray) -> Tally:
    """A few of the chunks of all predictions."""
    parts = {name: getattr(tally, name)[chosen] for name in _PARTS}
    return Tally(**parts)


def _summed(cube: ScoreCube, kept: Sequence[int] | None) -> Tally:
    """Labelled rows whatever their label, of some chunks or all."""
    chosen = slice(None) if kept is None else list(kept)
    return Tally(**{name: getattr(cube.labelled, name).sum(axis=0)[chosen] for name in _PARTS})


_PARTS = ("counts", "logged", "decided", "sums", "squares", "moments")
_NEVER = Window(dt.datetime.min, dt.datetime.min)


def _material(
    store: Store, found: Material, against: drift.Against | None,
    parts: Sequence[tuple[cubes.Cube, cubes.Cube | None]],
) -> drift.Material:  # fmt: skip
    """Features of the log, and of the reference's file, with what they are compared with."""
    model = found.model
    against = against or drift.own(model)
    log = _halves([one for one, _ in parts])
    file = _halves([one for _, one in parts if one is not None]) if parts[0][1] is not None else None
    window, words, start = found.reference, reference_words(found), None
    if against.form == "version":
        window, words = own_days(store, model, against.version), ""
    elif file is not None:
        log, window, start = before_the_log(file, log, model.grain)
        against = replace(against, since=start)
    if window is None:
        raise ValueError(
            f"{model.name}: version {found.version!r} has neither days nor a file to compare with"
        )
    return drift.Material(
        model=_described(model),
        cubes=log,
        reference=window,
        against=against,
        words="" if against.moves else words,
        log_start=start,
        data_until=found.data_until,
        segment="=".join(found.segment) if found.segment[0] else "",
        learnt=None,
    )


def _described(model: Model) -> Model:
    """The same model with its outputs in place of its features."""
    titles = {name: Feature(title=title) for name, title in _TITLES[model.task].items()}
    return model.model_copy(update={"features": titles, "exclude": (), "star": ()})


def _halves(found: Sequence[cubes.Cube]) -> cubes.Cubes:
    """Cubes of one feature each, told apart as a profile does."""
    chunks = found[0].chunks
    halves = {True: _empty(chunks), False: _empty(chunks)}
    for one in found:
        halves[one.grids[0].numeric] = one
    return cubes.Cubes(halves[True], halves[False])


def _empty(chunks: tuple[dt.datetime, ...]) -> cubes.Cube:
    shape = (0, len(chunks))
    nothing = np.zeros(shape)
    return cubes.Cube(
        (), (), chunks, np.zeros((*shape, 0)), np.zeros((*shape, 0)), nothing, nothing, nothing, nothing,
        nothing, nothing, nothing,
    )  # fmt: skip
