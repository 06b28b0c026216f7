"""Drift of a model straight from the store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from monitoring.drift import importance
from monitoring.drift.against import Against, own
from monitoring.drift.assessment import CHECKS, Assessment, Learnt, assess
from monitoring.drift.placing import placed
from monitoring.drift.reference_days import own_days, reference_of
from monitoring.drift.sides import part
from monitoring.models import Model
from monitoring.windows import Window

if TYPE_CHECKING:
    from monitoring.store import Store
    from monitoring.store.cubes import Cube, Cubes


@dataclass(frozen=True)
class Material:
    """What drift is computed from: a profile with its reference, and what the reference is.

    Attributes
    ----------
    model : Model
    cubes : Cubes
        The log's profile; before it that of the file, where the reference is one.
    reference : Window
    against : Against
    words : str
        What to call the reference; empty for its days.
    log_start : datetime or None
        The first key that is shown, where the reference is a file.
    data_until : datetime or None
    segment : str
    learnt : Learnt or None
    """

    model: Model
    cubes: Cubes
    reference: Window
    against: Against
    words: str
    log_start: dt.datetime | None
    data_until: dt.datetime | None
    segment: str
    learnt: Learnt | None

    def only(self, feature: str) -> Material:
        """The same of one feature.

        Raises
        ------
        ValueError
            If there is no such feature.
        """
        return replace(self, cubes=replace(self.cubes, **_only(self.cubes, feature)))

    @property
    def cube(self) -> Cube:
        """The profile of the only feature."""
        return self.cubes.numeric if self.cubes.numeric.features else self.cubes.categorical


def _only(cubes: Cubes, feature: str) -> dict[str, Cube]:
    """Both halves of a profile with one feature left."""
    halves = {"numeric": cubes.numeric, "categorical": cubes.categorical}
    if not any(feature in cube.features for cube in halves.values()):
        raise ValueError(f"no feature {feature!r}")
    return {
        name: part(cube, [place for place, one in enumerate(cube.features) if one == feature])
        for name, cube in halves.items()
    }


def material(
    store: Store,
    name: str,
    *,
    against: Against | None = None,
    segment: tuple[str, str] = ("", ""),
    features: Sequence[str] | None = None,
) -> Material:
    """What a model's drift is computed from.

    Parameters
    ----------
    store : Store
    name : str
        Of the model.
    against : Against, optional
        What chunks are compared with; the model's own choice by default.
    segment : tuple of two str
        Column and value; empty for all rows.
    features : sequence of str, optional
        Those wanted; all by default.

    Raises
    ------
    NoReferenceError
        If the model has none.
    AgainstError
        If it names a version without rows.
    """
    model = store.model(name)
    against = against or own(model)
    cubes = store.cubes(name, segment=segment, features=features)
    words, start = "", None
    file = store.reference_cubes(name, segment=segment, features=features)
    if against.form == "version":
        window = own_days(store, model, against.version)
    elif file is not None:
        cubes, window, start = placed(file, cubes, model.grain)
        words = store.reference_title(name)
        against = replace(against, since=start)  # the file's rows are not what came before a chunk
    else:
        window = reference_of(model)
    return Material(
        model=model,
        cubes=cubes,
        reference=window,
        against=against,
        words=words,
        log_start=start,
        data_until=store.span(name).data_until,
        segment="=".join(segment) if segment[0] else "",
        learnt=importance.learnt(store, model),
    )


def by_segment(
    store: Store, name: str, feature: str, *, against: Against | None = None
) -> dict[str, Material]:
    """What the drift of one feature is computed from, in every segment that has rows.

    Parameters
    ----------
    store : Store
    name : str
        Of the model.
    feature : str
    against : Against, optional
        What chunks are compared with; the model's own choice by default.

    Returns
    -------
    dict of str to Material
        By ``column=value``; empty for a model without segments.

    Raises
    ------
    NoReferenceError
        If the model has none.
    """
    from monitoring.store.segment_cubes import segment_cubes

    whole = material(store, name, against=against, features=[feature])
    if whole.log_start is None:
        cubes = segment_cubes(store, name, feature)
        return {
            label: replace(whole, cubes=replace(whole.cubes, **_held(whole.cubes, cube)), segment=label)
            for label, cube in cubes.items()
        }
    labels = [label.partition("=") for label in segment_cubes(store, name, feature)]
    return {
        f"{column}={value}": material(
            store, name, against=against, segment=(column, value), features=[feature]
        )
        for column, _, value in labels
    }


def _held(cubes: Cubes, cube: Cube) -> dict[str, Cube]:
    """A feature's cube in the half that it belongs to."""
    half = "numeric" if cubes.numeric.features else "categorical"
    return {half: cube}


def judged(
    found: Material,
    *,
    chunk: str | None = None,
    method: str = "auto",
    as_of: dt.datetime | None = None,
    checks: Sequence[str] = CHECKS,
    intervals: bool = True,
    model: Model | None = None,
) -> Assessment:
    """Judge what was read; arguments as in `monitoring.drift.assess`.

    Parameters
    ----------
    model : Model, optional
        The same model with other limits; as it was read by default.
    """
    return assess(
        found.cubes,
        model or found.model,
        reference=found.reference,
        against=found.against,
        reference_words=found.words,
        log_start=found.log_start,
        chunk=chunk,
        method=method,
        as_of=as_of,
        data_until=found.data_until,
        segment=found.segment,
        checks=checks,
        learnt=found.learnt,
        intervals=intervals,
    )


def read(
    store: Store,
    name: str,
    *,
    chunk: str | None = None,
    method: str = "auto",
    as_of: dt.datetime | None = None,
    segment: tuple[str, str] = ("", ""),
    checks: Sequence[str] = CHECKS,
    against: Against | None = None,
    intervals: bool = True,
) -> Assessment:
    """Judge a model's features from its profile; arguments as in `monitoring.drift.assess`.

    Parameters
    ----------
    store : Store
    name : str
        Of the model.
    as_of : datetime, optional
        The instant to judge at; by default the model's clock.
    segment : tuple of two str
        Column and value; empty for all rows.
    against : Against, optional
        What chunks are compared with; the model's own choice by default.
    intervals : bool
        Whether values get a confidence interval.

    Raises
    ------
    NoReferenceError
        If the model has none.
    AgainstError
        If it names a version without rows.
    ValueError
        If the method is unknown or the chunk is shorter than the profile's grain.
    """
    found = material(store, name, against=against, segment=segment)
    at = as_of or store.now(found.model)
    return judged(found, chunk=chunk, method=method, as_of=at, checks=checks, intervals=intervals)
