"""A frame says the same as CSV, as Parquet and as JSON."""

from __future__ import annotations

import datetime as dt
import io
import json
import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring import results
from monitoring.results import COLUMNS

TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r\0"), max_size=12)
NUMBERS = st.floats(allow_infinity=False)
INSTANTS = st.none() | st.datetimes(
    dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1), timezones=st.just(dt.UTC)
)
KINDS = {"str": TEXTS, "float64": NUMBERS, "Int64": st.none() | st.integers(-(2**53), 2**53)}
ROWS = st.fixed_dictionaries({name: KINDS.get(kind, INSTANTS) for name, kind in COLUMNS.items()})


@settings(max_examples=6, deadline=None)
@given(st.lists(ROWS, max_size=12))
def test_a_tidy_frame_is_the_same_as_every_kind_of_file(rows: list[dict]) -> None:
    data = results.frame({name: [row[name] for row in rows] for name in COLUMNS} if rows else {})
    for csv in (results.formatted(data, "csv").encode(), data.to_csv(index=False).encode()):
        again = pd.read_parquet(io.BytesIO(results.reformed(csv, "parquet")))
        assert list(again.columns) == list(COLUMNS)
        assert results.records(results.frame(dict(again))) == results.records(data)
        assert {name: str(kind) for name, kind in again.dtypes.items()} == {
            name: str(kind) for name, kind in data.dtypes.items()
        }
        told = json.loads(results.reformed(csv, "json"))
        assert [row["value"] for row in told] == [
            None if math.isnan(row["value"]) else row["value"] for row in rows
        ]
        assert results.reformed(csv, "csv") == csv


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_nothing_stays_nothing(form: str) -> None:
    assert results.reformed(b"", form) == b""


def test_columns_that_are_not_of_the_tidy_frame_are_kept() -> None:
    data = pd.DataFrame({"model": ["m"], "sentence": ["NA, or so"], "row": [7]})
    again = pd.read_parquet(io.BytesIO(results.reformed(data.to_csv(index=False).encode(), "parquet")))
    assert again.to_dict("records") == [{"model": "m", "sentence": "NA, or so", "row": 7}]
