"""Counting values over a grid while rows stream by: sums by group and slot, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from monitoring.store.sql import Array

BATCH = 61_440  # rows; of twice as many, what is computed leaves the processor's cache
KEYS = ("chunk", "segment", "label", "key")
COUNTS, SUMS = ("counts", "logged", "decided"), ("sums", "squares")
_CELLS = 16  # of dense counts for each row; beyond that sorting costs less
_HELD = 2_000_000  # sums that are kept before they are merged
_HOUR = 3_600_000_000  # microseconds
_NONE = np.empty(0, dtype=np.int64)
_ALIKE = (_NONE, 0, 1)  # of a column that says the same of every row


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


@dataclass(frozen=True)
class Computed:
    """What is summed beside, computed here: of many rows at once that is quicker than in the database.

    Attributes
    ----------
    many : int
        How many sums.
    of : callable
        From a batch and its column ``s`` to an array of rows for each.
    """

    many: int
    of: Callable[[pa.RecordBatch, Array], Sequence[Array]]


NOTHING = Computed(0, lambda _, __: ())


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
    batches: Iterable[pa.RecordBatch], slots: Slots, labels: dict[str, int], centre: float, moments: int,
    computed: Computed = NOTHING,
) -> Counted | None:  # fmt: skip
    """Count rows.

    Parameters
    ----------
    batches : iterable of RecordBatch
        Columns ``chunk`` (timestamp), ``s`` (the value), ``d`` (1 decided for, 0 against, null unknown) and
        ``m0``, ``m1`` ... to be summed; of a segment ``segment`` (number), of labelled rows ``label`` (text),
        ``key`` (timestamp) and ``sign``.
    slots : Slots
    labels : dict of str to int
        Receives the place of each label that comes.
    centre : float
        What values are summed around.
    moments : int
        How many columns are to be summed.
    computed : Computed
        What is summed after these.

    Returns
    -------
    Counted or None
        None without rows.
    """
    held: list[Counted] = []
    for batch in batches:
        if len(batch):
            held.append(_batch(batch, slots, labels, centre, moments, computed))
            if sum(len(one.slot) for one in held[1:]) > _HELD:
                held = [_merged(held)]
    return _merged(held) if held else None


def _batch(
    batch: pa.RecordBatch, slots: Slots, labels: dict[str, int], centre: float, moments: int,
    computed: Computed,
) -> Counted:  # fmt: skip
    keys, group, starts = _groups(batch, labels)
    value, width = numbers(batch["s"]), slots.many + 1
    finite = np.isfinite(value)
    if not finite.all():
        value = np.where(finite, value, np.nan)
    slot = slots.of(batch, value)
    if starts is None:
        cell = group * width + (slot + 1)
    else:
        cell = np.repeat(np.arange(len(keys)) * width + 1, np.diff([*starts, len(batch)])) + slot
    sign = numbers(batch["sign"]) if "sign" in batch.schema.names else None
    code, sums = _by_cell(batch, value - centre if centre else value, cell, len(keys) * width, sign)
    columns = [numbers(batch[f"m{i}"]) for i in range(moments)]
    added = np.empty((len(keys), moments + computed.many))
    for i, column in enumerate([*columns, *computed.of(batch, value)]):
        one = column if sign is None else column * sign
        added[:, i] = np.bincount(group, one, len(keys)) if starts is None else np.add.reduceat(one, starts)
    return Counted(keys, code // width, (code % width - 1).astype(np.int32), sums, added)


def _by_cell(
    batch: pa.RecordBatch, value: Array, cell: Array, size: int, sign: Array | None
) -> tuple[Array, Array]:
    """The cells that hold rows, ascending, and their sums as `Counted` has them."""
    dense = size <= len(batch)  # then cells without rows are left out after they were summed
    code, place = (np.arange(size), cell) if dense else _compressed(cell, size)

    def summed(values: Array | None) -> Array:
        """Sums of values, or of ones."""
        if sign is not None:
            values = sign if values is None else values * sign
        return np.bincount(place, values, len(code))

    known = np.nan_to_num(value) if np.isnan(value).any() else value
    sums = np.zeros((5, len(code)))
    sums[0], sums[3], sums[4] = summed(None), summed(known), summed(known * known)
    decided = batch["d"]
    if not decided.null_count:
        sums[1], sums[2] = sums[0], summed(numbers(decided))
    elif decided.null_count < len(decided):
        sums[1], sums[2] = summed(numbers(decided.is_valid())), summed(numbers(decided.fill_null(0)))
    if not dense:
        return code, sums
    held = np.flatnonzero(sums[0] if sign is None else np.bincount(cell, minlength=size))
    return held, sums[:, held]


def _groups(batch: pa.RecordBatch, labels: dict[str, int]) -> tuple[Array, Array, Array | None]:
    """The groups of a batch, and the place of each row's; or, if they lie in order, where each begins."""
    told = "label" in batch.schema.names
    columns: list[tuple[Array, int, int]] = [_ALIKE] * 4
    if "segment" in batch.schema.names:
        columns[1] = _spread(batch["segment"].cast(pa.int64()).to_numpy())
    if told:
        columns[2:] = [_spread(_places_of(batch["label"], labels)), _hours(batch["key"])]
    elif columns[1][2] == 1:
        starts, hours = _runs(batch["chunk"])
        if (np.diff(hours) > 0).all():
            keys = np.zeros((len(hours), 4), dtype=np.int64)
            keys[:, 0], keys[:, 1] = hours, columns[1][1]
            return keys, _NONE, starts
    columns[0] = _hours(batch["chunk"])
    code, size = np.zeros(len(batch), dtype=np.int64), 1
    for column, low, width in columns:
        if width > 1:
            code, size = code * width + (column - low), size * width
    found, place = _compressed(code, size) if size > 1 else (np.zeros(1, dtype=np.int64), code)
    keys = []
    for _, low, width in reversed(columns):
        found, rest = np.divmod(found, width)
        keys.append(rest + low)
    return np.stack(keys[::-1], axis=-1), place, None


def _runs(column: pa.Array) -> tuple[Array, Array]:
    """Where moments begin that follow each other unchanged, and their hours since 1970."""
    instants = column.cast(pa.int64()).to_numpy()
    starts = np.append(0, np.flatnonzero(instants[1:] != instants[:-1]) + 1)
    return starts, instants[starts] // _HOUR


def _spread(column: Array) -> tuple[Array, int, int]:
    """A column of whole numbers with the least of them and how many there may be from it on."""
    low = int(column.min())
    return column, low, int(column.max()) - low + 1


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


def _hours(column: pa.Array) -> tuple[Array, int, int]:
    """Hours since 1970, as `_spread` has them."""
    instants = column.cast(pa.int64()).to_numpy()
    low, high = (int(end) // _HOUR for end in (instants.min(), instants.max()))
    return (instants // _HOUR if high > low else _NONE), low, high - low + 1


def _places_of(column: pa.Array, labels: dict[str, int]) -> Array:
    """The place of each row's label."""
    coded = column.dictionary_encode()
    texts = coded.dictionary.to_pylist()
    places = np.array([labels.setdefault(text, len(labels)) for text in texts], dtype=np.int64)
    return places[coded.indices.to_numpy(zero_copy_only=False)]
