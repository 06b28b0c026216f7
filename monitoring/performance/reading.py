"""Performance from the store: what one version predicted and which labels were known at an instant."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from monitoring import windows
from monitoring.models import Model
from monitoring.performance.cohorts import Cohorts, cohorts
from monitoring.performance.outcomes import (
    Cubes,
    Outcomes,
    labelled_subject,
    main_subject,
    outcomes,
)
from monitoring.statistics.metrics.additive import part
from monitoring.store import Store, outputs
from monitoring.store.score_grids import ScoreGrid
from monitoring.windows import Window


class NoOutputError(ValueError):
    """A version has no predictions that could be measured; the message says why."""


@dataclass(frozen=True, eq=False)
class Material:
    """What performance is computed from.

    Attributes
    ----------
    model : Model
    version : str
    segment : (column, value)
        As the profile writes them; ('', '') for all rows.
    keys : tuple of datetime
        Profile keys that hold predictions, oldest first.
    cubes : dict of str to ScoreCube
    outcomes : outcomes of the model's task
        Labelled rows by key.
    cohorts : Cohorts
    reference : Window or None
        Keys of the days on which this version is known to have been healthy; None where they are a file.
    filed : dict of str to ScoreCube or None
        What that file holds of the version, by subject, over its own days; None where they are a window.
    at : datetime
        The instant whose knowledge it is: labels from then on do not count.
    data_until : datetime or None
    """

    model: Model
    version: str
    segment: tuple[str, str]
    keys: tuple[dt.datetime, ...]
    cubes: Cubes
    outcomes: Outcomes
    cohorts: Cohorts
    reference: Window | None
    filed: Cubes | None
    at: dt.datetime
    data_until: dt.datetime | None

    @property
    def step(self) -> dt.timedelta:
        """Length of a profile key."""
        return step_of(self.model)

    @property
    def until(self) -> dt.datetime:
        """The last profile key whose labels count."""
        return _last_key(self.model, self.at)


def _last_key(model: Model, at: dt.datetime) -> dt.datetime:
    """The profile key that holds the last instant before another."""
    return windows.key_of(at - dt.timedelta(microseconds=1), model.grain, model.zone)


def step_of(model: Model) -> dt.timedelta:
    """Length of a profile key."""
    return dt.timedelta(hours=1) if model.grain == "hour" else dt.timedelta(days=1)


def material(
    store: Store,
    name: str,
    *,
    version: str | None = None,
    segment: tuple[str, str] = ("", ""),
    known_at: dt.datetime | None = None,
) -> Material:
    """Read one version's outputs and labels.

    Parameters
    ----------
    store : Store
    name : str
        Of the model.
    version : str, optional
        By default the one that serves at the instant.
    segment : (column, value)
        As the profile writes them.
    known_at : datetime, optional
        An aware instant: labels are known up to the end of the last profile key that begins before it. By
        default the model's clock.

    Returns
    -------
    Material

    Raises
    ------
    UnknownModel
        If no model has the name.
    NoOutputError
        If the version has no predictions.
    """
    model = store.model(name)
    at = known_at or store.now(model)
    wanted = version or model.versions.serving(at)
    grids = {grid.subject: grid for grid in outputs.grids(store, name) if grid.version == wanted}
    if not grids:
        raise NoOutputError(f"{name}: no predictions of version {wanted!r} yet")
    until, passed = _last_key(model, at), windows.key_of(at, model.grain, model.zone)
    step = step_of(model)
    stop = (
        until + step if until <= dt.datetime.max - step else None
    )  # a clock set by an instant that is wrong
    cubes = {
        subject: outputs.cube(store, name, grid, None, stop, segment=segment, known_at=until)
        for subject, grid in grids.items()
    }
    whole = cubes[main_subject(model)]
    window = outputs.references(store, name).get(wanted)
    delays = outputs.delays(store, name, grids[labelled_subject(model)], segment)
    delays = delays[delays["label_key"] <= until]
    found = cohorts(whole.chunks, whole.all.counts.sum(axis=-1), delays, passed, step)
    return Material(
        model=model,
        version=wanted,
        segment=segment,
        keys=whole.chunks,
        cubes=cubes,
        outcomes=outcomes(model, cubes, whole.chunks),
        cohorts=found,
        reference=window,
        filed=filed(store, name, grids, segment, window),
        at=at,
        data_until=min(one for one in (store.span(name).data_until, at) if one),
    )


def filed(
    store: Store, name: str, grids: dict[str, ScoreGrid], segment: tuple[str, str], window: Window | None
) -> Cubes | None:
    """What a reference file holds of a version over its grids; None where its reference is a window."""
    if window is not None:
        return None
    found = {subject: outputs.reference_cube(store, name, grid, segment) for subject, grid in grids.items()}
    return {subject: cube for subject, cube in found.items() if cube is not None} or None


def reference_outcomes(found: Material) -> Outcomes | None:
    """Labelled rows of the version's reference by its keys; None where it has none that are final.

    Of a window these are the keys whose labels are mature, of a file all of its days, since it was labelled
    when it was made.

    Parameters
    ----------
    found : Material

    Returns
    -------
    outcomes of the model's task, or None
    """
    if found.filed is not None:
        rows = outcomes(found.model, found.filed, found.filed[main_subject(found.model)].chunks)
        return rows if np.asarray(rows.rows).any() else None
    if found.reference is None:
        return None
    chosen = np.array([found.reference.holds(key) for key in found.keys], dtype=bool) & found.cohorts.final
    return part(found.outcomes, np.flatnonzero(chosen)) if chosen.any() else None
