"""Counting values over a grid while rows stream by: sums by group and slot, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from monitoring.store.sql import Array

BATCH = 122_880  # rows; what is computed of so many stays in the processor's cache
KEYS = ("chunk", "segment", "label", "key")
COUNTS, SUMS = ("counts", "logged", "decided"), ("sums", "squares")
_CELLS = 16  # of dense counts for each row; beyond that sorting costs less
_HELD = 2_000_000  # sums that are kept before they are merged
_HOUR = 3_600_000_000  # microseconds
_NONE = np.empty(0, dtype=np.int64)  # a column that says the same of every row


@dataclass(frozen=True, eq=False)
class Slots:
    """Where rows are counted.

    Attributes
    ----------
    many : int
        How many slots there are, from 0 on; -1 is that of rows without one.
    of : callable
        From a batch and its column ``s`` to the slot of each row.
    """

    many: int
    of: Callable[[pa.RecordBatch, Array], Array]


@dataclass(frozen=True, eq=False)
class Counted:
    """Sums by group and slot, and by group alone, in ascending order of both.

    Attributes
    ----------
    keys : ndarray of int64, shape (groups, 4)
        Hour of the profile key since 1970, number of the segment, place of the label, hour of its instant.
    group : ndarray of int64, shape (cells,)
        Place in ``keys`` of each cell; a cell is a slot of a group that holds rows.
    slot : ndarray of int32, shape (cells,)
        -1 for rows without a number.
    sums : ndarray of shape (5, cells)
        Rows, rows with a decision, rows decided for, sums of the value and of its square.
    moments : ndarray of shape (groups, moments)
    """

    keys: Array
    group: Array
    slot: Array
    sums: Array
    moments: Array


def counted(
    batches: Iterable[pa.RecordBatch], slots: Slots, labels: dict[str, int], centre: float, moments: int
) -> Counted | None:
    """Count rows.

    Parameters
    ----------
    batches : iterable of RecordBatch
        Columns ``chunk`` (timestamp), ``segment`` (number), ``label`` (text, or null without one), ``key``
        (timestamp or null), ``sign``, ``s`` (the value), ``d`` (1 decided for, 0 against, null unknown) and
        ``m0``, ``m1`` ... to be summed.
    slots : Slots
    labels : dict of str to int
        Receives the place of each label that comes.
    centre : float
        What values are summed around.
    moments : int
        How many columns are to be summed.

    Returns
    -------
    Counted or None
        None without rows.
    """
    held: list[Counted] = []
    for batch in batches:
        if len(batch):
            held.append(_batch(batch, slots, labels, centre, moments))
            if sum(len(one.slot) for one in held[1:]) > _HELD:
                held = [_merged(held)]
    return _merged(held) if held else None


def _batch(
    batch: pa.RecordBatch, slots: Slots, labels: dict[str, int], centre: float, moments: int
) -> Counted:
    keys, group = _groups(batch, labels)
    value = numbers(batch["s"])
    slot = slots.of(batch, value)
    width = slots.many + 1
    code, place = _compressed(group * width + (slot + 1), len(keys) * width)
    sign = None if batch["label"].null_count else numbers(batch["sign"])

    def summed(values: Array | None, where: Array = place, many: int = len(code)) -> Array:
        """Sums of values, or of ones, by cell or by group."""
        if sign is not None:
            values = sign if values is None else values * sign
        return np.bincount(where, values, many)

    offset = value - centre
    offset[np.isnan(offset)] = 0.0
    sums = np.zeros((5, len(code)))
    sums[0], sums[3], sums[4] = summed(None), summed(offset), summed(offset * offset)
    decided = batch["d"]
    if decided.null_count < len(decided):
        sums[1], sums[2] = summed(numbers(decided.is_valid())), summed(numbers(decided.fill_null(0)))
    added = np.empty((len(keys), moments))
    for i in range(moments):
        added[:, i] = summed(numbers(batch[f"m{i}"]), group, len(keys))
    return Counted(keys, code // width, (code % width - 1).astype(np.int32), sums, added)


def _groups(batch: pa.RecordBatch, labels: dict[str, int]) -> tuple[Array, Array]:
    """The groups of a batch, and the place of each row's among them."""
    columns = [
        _hours(batch["chunk"]),
        numbers(batch["segment"]).astype(np.int64),
        _places_of(batch["label"], labels),
        _hours(batch["key"]),
    ]
    code, size, parts = np.zeros(len(batch), dtype=np.int64), 1, []
    for column in columns:
        low = int(column.min()) if len(column) else 0
        width = int(column.max()) - low + 1 if len(column) else 1
        if width > 1:
            code, size = code * width + (column - low), size * width
        parts.append((low, width))
    found, place = _compressed(code, size) if size > 1 else (np.zeros(1, dtype=np.int64), code)
    keys = []
    for low, width in reversed(parts):
        found, rest = np.divmod(found, width)
        keys.append(rest + low)
    return np.stack(keys[::-1], axis=-1), place


def _compressed(code: Array, size: int) -> tuple[Array, Array]:
    """The distinct codes, ascending, and the place of each row's among them."""
    if size > _CELLS * len(code):
        return np.unique(code, return_inverse=True)
    there = np.bincount(code, minlength=size) > 0
    return np.flatnonzero(there), (np.cumsum(there) - 1)[code]


def _merged(parts: Sequence[Counted]) -> Counted:
    """Sums of several batches, added up."""
    keys = np.concatenate([one.keys for one in parts])
    groups, place = np.unique(keys, axis=0, return_inverse=True)
    starts = np.cumsum([0, *(len(one.keys) for one in parts[:-1])])
    group = place[np.concatenate([one.group + start for one, start in zip(parts, starts, strict=True)])]
    slot = np.concatenate([one.slot for one in parts])
    order = np.lexsort([slot, group])
    group, slot = group[order], slot[order]
    first = np.flatnonzero((np.diff(group, prepend=-1) != 0) | (np.diff(slot, prepend=-2) != 0))
    sums = np.concatenate([one.sums for one in parts], axis=1)[:, order]
    moments = np.zeros((len(groups), parts[0].moments.shape[1]))
    np.add.at(moments, place, np.concatenate([one.moments for one in parts]))
    return Counted(groups, group[first], slot[first], np.add.reduceat(sums, first, axis=1), moments)


def numbers(column: pa.Array) -> Array:
    """A column as floats, nan where it is null."""
    return column.to_numpy(zero_copy_only=False).astype(float, copy=False)


def _hours(column: pa.Array) -> Array:
    """Hours since 1970; nothing where there are none."""
    if column.null_count == len(column):
        return _NONE
    return column.cast(pa.int64()).to_numpy() // _HOUR


def _places_of(column: pa.Array, labels: dict[str, int]) -> Array:
    """The place of each row's label; nothing where there are none."""
    if column.null_count == len(column):
        return _NONE
    coded = column.dictionary_encode()
    texts = coded.dictionary.to_pylist()
    places = np.array([labels.setdefault(text, len(labels)) for text in texts], dtype=np.int64)
    return places[coded.indices.to_numpy(zero_copy_only=False)]
