"""The counters of faults as arrays; see `monitoring.store.counters` for how they come about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from monitoring.store import breaches, layout
from monitoring.store.counters import RETYPED, SAME_ID
from monitoring.store.misfits import spelled
from monitoring.store.sql import query
from monitoring.store.store import Store
from monitoring.store.tallies import Tally


def read(store: Store, name: str) -> tuple[dict[str, Tally], dict[str, str]]:
    """The counters of a model by check, and the rules that cannot be asked, with the reason.

    Parameters
    ----------
    store : Store
    name : str
        The model.

    Raises
    ------
    UnknownModel
        If the model is not registered.
    """
    model = store.model(name)
    with store.cursor() as cursor:
        columns = layout.features(cursor, model)
        rows = cursor.execute(query("counters", schema=name)).fetchall()
        volume = cursor.execute(query("volume", schema=name)).fetchall()
    trouble = {one.rule.name: one.trouble for one in breaches.written(model, columns) if one.trouble}
    arrived = {key: int(n) for key, version, n, _ in volume if not version}
    names = spelled(columns)
    cells: dict[str, list[tuple[str, dt.datetime, int, int]]] = {}
    for key, measure, subject, _, hits, n in rows:
        told = names.get(layout.folded(subject), "") if measure == RETYPED else subject
        if told:  # else it is the column of a score, a label or a latency
            cells.setdefault(measure, []).append((told, key, hits, n))
    if arrived:  # that no id came twice is worth knowing, too
        cells.setdefault(SAME_ID, []).append(("rows", min(arrived), 0, 0))
    came = {measure: arrived if measure in (SAME_ID, RETYPED) else {} for measure in cells}
    return {measure: _tally(some, came[measure]) for measure, some in cells.items()}, trouble


def _tally(cells: Sequence[tuple[str, dt.datetime, int, int]], arrived: dict[dt.datetime, int]) -> Tally:
    """Counters laid out; rows that were set aside are compared with all that came."""
    subjects = {name: at for at, name in enumerate(dict.fromkeys(name for name, *_ in cells))}
    keys = {key: at for at, key in enumerate(sorted({*arrived, *(key for _, key, *_ in cells)}))}
    hits, rows = np.zeros((len(subjects), len(keys))), np.zeros((len(subjects), len(keys)))
    for name, key, hit, n in cells:
        hits[subjects[name], keys[key]] += hit
        rows[subjects[name], keys[key]] += n
    if arrived:
        came = np.array([arrived.get(key, 0) for key in keys], dtype=float)
        rows += came + hits.sum(axis=0)
    return Tally(tuple(subjects), tuple(keys), hits, rows)
