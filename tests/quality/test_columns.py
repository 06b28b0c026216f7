"""Which columns files lack or bring, by the rows that came in them."""

import datetime as dt

import pandas as pd
import pytest

from monitoring import quality
from monitoring.statistics.severity import AMBER, GREEN
from monitoring.store import Store, tallies
from tests.quality.faults import CLEAN, clean


def test_a_small_file_without_an_optional_column_is_no_fault_and_a_large_one_is(tmp_path):
    log = clean(days=34, each=300).drop(columns="only")
    early, day = log[log["predicted_at"] < "2026-02-05"], log[log["predicted_at"] >= "2026-02-05"]
    parts = {
        "early": early,
        "most": day[2:].assign(fresh=1.0),
        "few": day[:2].drop(columns="gaps").assign(fresh=2.0),
    }
    with Store.open(tmp_path / "lookout.duckdb") as store:
        store.add(CLEAN)
        for name, frame in parts.items():
            frame.to_parquet(tmp_path / f"{name}.parquet")
            store.ingest("m", tmp_path / f"{name}.parquet")
        found = tallies.columns(store, "m")
        missing, new = found["column_missing"], found["column_new"]
        at = missing.keys.index(dt.datetime(2026, 2, 5))
        row = missing.subjects.index("gaps")
        assert missing.hits[row, at] == 2
        assert missing.hits.sum() == 2
        assert new.subjects == ("fresh",)
        assert new.hits[0].tolist() == [0.0] * at + [pytest.approx(len(parts["most"]) / 3), 0.0, 0.0]
        one = quality.read(store, "m")
        assert one.cells[one.place("column_missing", "gaps")].max() == GREEN
        assert one.cells[one.place("column_new", "fresh")].tolist().count(AMBER) == 1


def test_days_of_an_hourly_model_begin_at_its_own_midnight(tmp_path):
    text = CLEAN.replace("[reference]", 'timezone = "America/New_York"\nchunk = "1 hour"\n[reference]', 1)
    log = clean(days=31, each=24)
    with Store.open(tmp_path / "lookout.duckdb") as store:
        store.add(text)
        log.to_parquet(tmp_path / "log.parquet")
        store.ingest("m", tmp_path / "log.parquet")
        keys = tallies.columns(store, "m")["column_missing"].keys
        assert {key.hour for key in keys} == {5}
        one = quality.read(store, "m", chunk="1 day")
        assert one.cells[one.place("column_missing", "city")][1:-1].tolist() == [GREEN] * (len(one.keys) - 2)
        hours = quality.read(store, "m")
        assert hours.rows.rows[hours.members[hours.place("volume", "rows")][0]].max() == 1


def test_a_model_without_a_reference_has_no_columns_to_lack(tmp_path):
    with Store.open(tmp_path / "lookout.duckdb") as store:
        store.add('name = "m"\ntask = "binary"\n')
        pd.DataFrame(
            {"id": ["a"], "predicted_at": [pd.Timestamp("2026-01-01")], "score": [0.5], "x": [1.0]}
        ).to_parquet(tmp_path / "log.parquet")
        store.ingest("m", tmp_path / "log.parquet")
        assert tallies.columns(store, "m") == {}
