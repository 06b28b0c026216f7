"""The tidy frame: one row is one number about one chunk, with its limits.

Every question answers with this frame, so that one chart, one status rule, one export and one command line
serve them all. Others script against its columns: they are added to, never renamed.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import pandas as pd

COLUMNS: dict[str, str] = {
    "model": "str",
    "version": "str",
    "subject": "str",
    "measure": "str",
    "segment": "str",
    "chunk_start": "datetime64[us, UTC]",
    "chunk_stop": "datetime64[us, UTC]",
    "n": "Int64",
    "value": "float64",
    "lower": "float64",
    "upper": "float64",
    "effect": "float64",
    "statistic": "float64",
    "p_value": "float64",
    "noise_floor": "float64",
    "limit_low": "float64",
    "limit_high": "float64",
    "reference": "str",
    "coverage": "float64",
    "maturity": "str",
    "data_until": "datetime64[us, UTC]",
    "status": "str",
    "reason": "str",
}
STATUSES = ("green", "amber", "red", "grey")
MATURITIES = ("final", "provisional", "partial")


def frame(columns: Mapping[str, Any]) -> pd.DataFrame:
    """Build a tidy frame from columns; those not given are empty.

    Parameters
    ----------
    columns : mapping of str to array-like or scalar
        Values by column name; a scalar is repeated.

    Returns
    -------
    DataFrame
        With exactly the columns of `COLUMNS`, in their order and types.

    Raises
    ------
    KeyError
        If a column is not part of the tidy frame.

    Examples
    --------
    >>> row = frame({"model": ["flights"], "subject": ["dewp"], "value": [0.31], "status": ["red"]})
    >>> row.columns.tolist() == list(COLUMNS), row["value"].item(), row["status"].item()
    (True, 0.31, 'red')
    """
    unknown = set(columns) - set(COLUMNS)
    if unknown:
        raise KeyError(f"not columns of the tidy frame: {sorted(unknown)}")
    data = pd.DataFrame(dict(columns)) if columns else pd.DataFrame()
    for name, kind in COLUMNS.items():
        if name not in data:
            data[name] = pd.Series(
                [None] * len(data), index=data.index, dtype=kind if kind != "str" else "str"
            )
    return data[list(COLUMNS)].astype(COLUMNS)


def concat(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Stack tidy frames; none at all gives an empty one.

    Examples
    --------
    >>> len(concat([]))
    0
    """
    parts = [part for part in frames if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else frame({})


def records(data: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON-ready objects: instants as ISO 8601 in UTC, what is not known as None.

    Examples
    --------
    >>> records(frame({"model": ["flights"], "n": [3]}))[0]["n"]
    3
    """
    columns = {}
    for name in data.columns:
        missing = data[name].isna().to_numpy(dtype=bool)
        columns[str(name)] = [
            None if absent else _plain(value)
            for value, absent in zip(data[name].tolist(), missing, strict=True)
        ]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def formatted(data: pd.DataFrame, form: str, extra: Mapping[str, list[Any]] | None = None) -> str:
    r"""Write a frame as JSON (one array of objects), CSV or a table for people.

    Examples
    --------
    >>> formatted(pd.DataFrame({"n": [1]}), "json")
    '[{"n": 1}]\n'
    """
    if form == "text":
        return _table(data)
    rows = records(data)
    for name, values in (extra or {}).items():
        rows = [{**row, name: value} for row, value in zip(rows, values, strict=True)]
    if form == "json":
        return json.dumps(rows, ensure_ascii=False, allow_nan=False, default=str) + "\n"
    out = io.StringIO()
    writer = csv.DictWriter(out, [*data.columns, *(extra or {})], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def reformed(csv: bytes, form: Literal["csv", "json", "parquet"]) -> bytes:
    r"""The same records as another kind of file; numbers, instants and texts stay what they are.

    Parameters
    ----------
    csv : bytes
        As `formatted` or ``DataFrame.to_csv`` write it: columns of the tidy frame have its types, others
        those that they look like.
    form : {'csv', 'json', 'parquet'}

    Examples
    --------
    >>> reformed(b"model,n,value\nflights,3,0.25\n", "json")
    b'[{"model": "flights", "n": 3, "value": 0.25}]\n'
    """
    if form == "csv" or not csv:
        return csv
    data = parsed(csv)
    if form == "json":
        return formatted(data, "json").encode()
    out = io.BytesIO()
    data.to_parquet(out, index=False)
    return out.getvalue()


def parsed(csv: bytes) -> pd.DataFrame:
    r"""Read what `formatted` wrote as CSV; an empty text and one that is not known are both empty there.

    Parameters
    ----------
    csv : bytes

    Examples
    --------
    >>> parsed(b"subject,chunk_start,value\nNA,2013-07-01T04:00:00+00:00,\n")["subject"].item()
    'NA'
    """
    names = pd.read_csv(io.BytesIO(csv), nrows=0).columns
    stated = {str(name): COLUMNS.get(str(name), "") for name in names}
    kinds: dict[str, Any] = {name: kind for name, kind in stated.items() if kind in ("str", "Int64")}
    unknown = {name: [] if kind == "str" else ["", "nan", "NaN"] for name, kind in stated.items()}
    data = pd.read_csv(io.BytesIO(csv), dtype=kinds, na_values=unknown, keep_default_na=False)
    for name, kind in stated.items():
        if kind.startswith("datetime"):
            data[name] = pd.to_datetime(data[name], utc=True, format="ISO8601").astype("datetime64[us, UTC]")
        elif kind == "float64":
            data[name] = data[name].astype("float64")
    return data


def _table(data: pd.DataFrame) -> str:
    """Lay a frame out for reading: columns that say nothing are left out."""
    if data.empty:
        return "nothing to show\n"
    told = [
        name for name in data.columns if data[name].notna().any() and (data[name].astype(str) != "").any()
    ]
    shown = data[told].copy()
    for name in shown.select_dtypes(["datetimetz", "datetime"]).columns:
        shown[name] = shown[name].dt.strftime("%Y-%m-%d %H:%M")
    return shown.to_string(index=False, na_rep="", float_format=lambda value: f"{value:.4g}") + "\n"


def _plain(value: Any) -> Any:
    """Turn a scalar into what JSON holds: an instant into ISO 8601, an infinity into None."""
    if isinstance(value, dt.date):
        return value.isoformat()
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not math.isfinite(value) else value
