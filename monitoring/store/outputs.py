"""What the profile of outputs answers: scores, the labels they met and how late, each version's days."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from monitoring.store import score_cubes, score_grids
from monitoring.store.score_cubes import ScoreCube
from monitoring.store.score_grids import ScoreGrid
from monitoring.store.store import Store
from monitoring.store.version_references import windows_of
from monitoring.windows import Window

Segment = tuple[str, str]


def grids(store: Store, name: str) -> list[ScoreGrid]:
    """The outputs that have a profile, version by version.

    Parameters
    ----------
    store : Store
    name : str
        Of the model.
    """
    model = store.model(name)
    with store.cursor() as cursor:
        return score_grids.read(cursor, model.name)


def cube(
    store: Store, name: str, grid: ScoreGrid, start: dt.datetime | None = None,
    stop: dt.datetime | None = None, *, segment: Segment = ("", ""), known_at: dt.datetime | None = None,
) -> ScoreCube:  # fmt: skip
    """One output and the labels it met as arrays; see `monitoring.store.score_cubes.read`."""
    model = store.model(name)
    with store.cursor() as cursor:
        return score_cubes.read(cursor, model.name, grid, start, stop, segment, known_at)


def segments(
    store: Store, name: str, grid: ScoreGrid, start: dt.datetime | None = None,
    stop: dt.datetime | None = None, *, known_at: dt.datetime | None = None,
) -> score_cubes.Segments:  # fmt: skip
    """One output and the labels it met in every segment; see `monitoring.store.score_cubes.Segments`."""
    model = store.model(name)
    with store.cursor() as cursor:
        return score_cubes.read_segments(cursor, model.name, grid, start, stop, known_at)


def reference_cube(store: Store, name: str, grid: ScoreGrid, segment: Segment = ("", "")) -> ScoreCube | None:
    """One output in a reference file, and the labels it met; None where that is not the version's reference.

    Its chunks are the file's own days or hours; a file without instants is one chunk, and its labels count as
    known.
    """
    model = store.model(name)
    with store.cursor() as cursor:
        if windows_of(cursor, model).get(grid.version, ()) is not None:
            return None
        return score_cubes.read_reference(cursor, model.name, grid, segment)


def delays(store: Store, name: str, grid: ScoreGrid, segment: Segment = ("", "")) -> pd.DataFrame:
    """How many labels of each chunk had become known by when; see `monitoring.store.score_cubes.delays`."""
    model = store.model(name)
    with store.cursor() as cursor:
        return score_cubes.delays(cursor, model.name, grid, segment)


def references(store: Store, name: str) -> dict[str, Window | None]:
    """The days on which each version is known to have been healthy; None where they are a file.

    Parameters
    ----------
    store : Store
    name : str
        Of the model.
    """
    model = store.model(name)
    with store.cursor() as cursor:
        return windows_of(cursor, model)
