"""What the profile of pairs answers: two versions on the requests that both scored."""

from __future__ import annotations

import datetime as dt

from monitoring.store import pair_cubes, pairing, score_cubes, score_grids
from monitoring.store.pair_cubes import PairCube
from monitoring.store.pair_subjects import DIFFERENCE
from monitoring.store.score_cubes import ScoreCube
from monitoring.store.score_grids import ScoreGrid
from monitoring.store.store import Store

Segment = tuple[str, str]


def cube(
    store: Store, name: str, first: str, second: str, start: dt.datetime | None = None,
    stop: dt.datetime | None = None, *, segment: Segment = ("", ""), known_at: dt.datetime | None = None,
) -> PairCube:  # fmt: skip
    """How two versions went together; see `monitoring.store.pair_cubes.read`."""
    model = store.model(name)
    with store.cursor() as cursor:
        return pair_cubes.read(cursor, model, first, second, start, stop, segment, known_at)


def side(
    store: Store, name: str, grid: ScoreGrid, beside: str, start: dt.datetime | None = None,
    stop: dt.datetime | None = None, *, segment: Segment = ("", ""), known_at: dt.datetime | None = None,
) -> ScoreCube:  # fmt: skip
    """One version's output on requests that another scored too; see `monitoring.store.score_cubes.read`."""
    model = store.model(name)
    with store.cursor() as cursor:
        return score_cubes.read(cursor, model.name, grid, start, stop, segment, known_at, beside)


def differences(
    store: Store, name: str, first: str, second: str, start: dt.datetime | None = None,
    stop: dt.datetime | None = None, *, segment: Segment = ("", ""),
) -> ScoreCube:  # fmt: skip
    """How far the score of the second of two versions lay from that of the first, on all their pairs.

    The first is the one whose name comes first; whoever wants the other way round turns the edges.
    """
    model = store.model(name)
    pair = pairing.ordered(first, second)
    with store.cursor() as cursor:
        known = score_grids.read(cursor, model.name)
        own = [[grid for grid in known if grid.version == version] for version in pair]
        edges = pairing.difference_edges(model, own)
        grid = ScoreGrid(pair[0], DIFFERENCE, edges)
        return score_cubes.read(cursor, model.name, grid, start, stop, segment, beside=pair[1])
