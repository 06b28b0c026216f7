"""Drift of a model straight from the store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from monitoring.drift.assessment import CHECKS, Assessment, assess
from monitoring.models import Model
from monitoring.windows import Window

if TYPE_CHECKING:
    from monitoring.store import Store


class NoReferenceError(ValueError):
    """The model's file names no reference, so nothing can be compared with it."""


def reference_of(model: Model) -> Window:
    """The model's reference as a window of profile keys.

    Raises
    ------
    NoReferenceError
        If the model has none.
    """
    from monitoring.store.profiling import reference_window

    window = reference_window(model)
    if window is None:
        raise NoReferenceError(f"{model.name}: no [reference] with start and stop in the model's file")
    return window


def read(
    store: Store,
    name: str,
    *,
    chunk: str | None = None,
    method: str = "auto",
    as_of: dt.datetime | None = None,
    segment: tuple[str, str] = ("", ""),
    checks: Sequence[str] = CHECKS,
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

    Raises
    ------
    NoReferenceError
        If the model has none.
    ValueError
        If the method is unknown or the chunk is shorter than the profile's grain.
    """
    model = store.model(name)
    return assess(
        store.cubes(name, segment=segment),
        model,
        reference=reference_of(model),
        chunk=chunk,
        method=method,
        as_of=as_of or store.now(model),
        data_until=store.span(name).data_until,
        segment="=".join(segment) if segment[0] else "",
        checks=checks,
    )
