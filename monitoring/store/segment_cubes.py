"""One feature in every segment: where in the log did it change?"""

from __future__ import annotations

import datetime as dt

from monitoring.store import cubes, grids, profiling
from monitoring.store.cubes import Cube
from monitoring.store.slots import segment_labels
from monitoring.store.store import Store
from monitoring.store.transactions import snapshot


def segment_cubes(
    store: Store, name: str, feature: str,
    start: dt.datetime | None = None, stop: dt.datetime | None = None,
) -> dict[str, Cube]:  # fmt: skip
    """The profile of one feature in every segment that has one.

    Parameters
    ----------
    store : Store
    name, feature : str
    start, stop : datetime, optional
        The first key included and the first that is not.

    Returns
    -------
    dict of str to Cube
        By ``column=value``, the value as the profile writes it, also for all other values and for none; each
        with the one feature and the chunks that hold rows of the segment. Segments without rows are left out,
        and so is everything while there is no profile. Where two columns would spell a key alike, it is the
        first one's.

    Raises
    ------
    UnknownModel
        If the model is not registered.
    StoreError
        If the model has no such feature.
    """
    model = store.model(name)
    with store.cursor() as cursor, snapshot(cursor):
        grid = next((grid for grid in grids.read(cursor, name) if grid.feature == feature), None)
        if grid is None:
            profiling.kinds(cursor, model, [feature])  # which says so if there is no such feature
            return {}
        chosen = profiling.segments(cursor, model)
        read = cubes.read_segments(cursor, name, grid, start, stop)
    found: dict[str, Cube] = {}
    for column, values in chosen.items():
        for label in segment_labels(values):
            if (column, label) in read:
                found.setdefault(f"{column}={label}", read[column, label])
    return found
