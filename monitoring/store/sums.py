"""Adding up rows of the profile: everything adds but the minimum and the maximum."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from monitoring.store.sql import Array

_FIRST = ("chunk", "segment_column", "segment_value", "feature")


def summed(rows: pa.Table, key: str) -> pa.Table:
    """One row of the profile for each run of rows of the same key.

    Parameters
    ----------
    rows : pyarrow.Table
        With the profile's columns and the key, rows of a key next to each other.
    key : str
        The name of an integer column, which is left out of the result.

    Returns
    -------
    pyarrow.Table

    Examples
    --------
    >>> rows = pa.table({"place": [1, 1], "feature": ["age", "age"], "n": [2, 3], "minimum": [4.0, None],
    ...     "counts": pa.array([[1, 1], [0, 3]])})
    >>> summed(rows, "place").to_pylist()
    [{'feature': 'age', 'n': 5, 'minimum': 4.0, 'counts': [1, 4]}]
    """
    keys = rows[key].to_numpy()
    starts = np.flatnonzero(np.diff(keys, prepend=keys[:1] - 1)) if len(keys) else np.empty(0, np.int64)
    return pa.table(
        {
            name: _summed(name, rows[name].combine_chunks(), starts)
            for name in rows.column_names
            if name != key
        }
    )


def _summed(name: str, column: pa.Array, starts: Array) -> pa.Array:
    if name in _FIRST or not len(starts):
        return column.take(pa.array(starts))
    if pa.types.is_list(column.type):
        return _summed_lists(column, starts)
    values = column.to_numpy(zero_copy_only=False)
    if name == "minimum":
        result = np.fmin.reduceat(values, starts)
    elif name == "maximum":
        result = np.fmax.reduceat(values, starts)
    else:
        result = np.add.reduceat(values, starts)
    empty = (
        np.asarray(column.take(pa.array(starts)).is_null())
        if name in ("total", "square")
        else np.isnan(result)
    )
    return pa.array(result, column.type, mask=empty)


def _summed_lists(column: pa.ListArray, starts: Array) -> pa.ListArray:
    """Add lists element by element; those of a run are equally long."""
    widths = np.asarray(column.value_lengths())
    flat = column.flatten().to_numpy(zero_copy_only=False)
    kept = widths[starts]
    offsets = np.concatenate([[0], np.cumsum(kept)])
    result = np.zeros(offsets[-1], flat.dtype)
    runs = np.diff(np.append(starts, len(widths)))
    for width in np.unique(kept[kept > 0]):
        chosen = kept == width
        block = flat[np.repeat(np.repeat(chosen, runs), widths)].reshape(-1, width)
        firsts = np.cumsum(runs[chosen]) - runs[chosen]
        result[np.repeat(chosen, kept)] = np.add.reduceat(block, firsts, axis=0).ravel()
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(result))
