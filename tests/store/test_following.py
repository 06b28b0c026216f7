"""A place that is followed: what is new or changed there goes in once, and what stands in the way is told."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring import health
from monitoring.models import ModelError, parse
from monitoring.store import Store, followed, places
from monitoring.store.following import Look, follow
from tests.laws import examples
from tests.store.conftest import CHURN
from tests.store.test_store_laws import picture

SOURCE = '[source]\npath = "log"\n'
FOLLOWING = f'name = "churn"\ntask = "binary"\n[features.city]\nkind = "categorical"\n{SOURCE}'


def rows(first: int, stop: int, **more: object) -> pd.DataFrame:
    """A row an hour from 1 January 2026 on."""
    number = np.arange(first, stop)
    at = pd.Timestamp("2026-01-01T12:00") + pd.to_timedelta(number, "h")
    city = np.where(number % 2, "Rome", "Oslo")
    told = {"age": number % 7.0, "city": city, "version": "a", "score": 0.5, **more}
    return pd.DataFrame({"id": number.astype(str), "predicted_at": at, **told})


def put(file: Path, data: pd.DataFrame | bytes, seconds: float = 60.0) -> Path:
    """Write a file as it was so long ago."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(data, bytes):
        file.write_bytes(data)
    elif file.suffix == ".csv":
        data.to_csv(file, index=False)
    else:
        data.to_parquet(file)
    at = time.time() - seconds
    os.utime(file, (at, at))
    return file


@pytest.fixture
def log(tmp_path: Path) -> Path:
    folder = tmp_path / "log"
    folder.mkdir()
    return folder


@pytest.fixture
def following(store: Store, tmp_path: Path) -> Store:
    store.add(FOLLOWING, folder=tmp_path)
    return store


def looked(store: Store) -> Look:
    return follow(store, "churn")


def codes(store: Store) -> list[str]:
    return [one.code for one in followed.troubles(store, "churn")]


def ids(store: Store) -> set[int]:
    with store.cursor() as cursor:
        return {int(one) for (one,) in cursor.execute("SELECT _id FROM churn.requests").fetchall()}


def test_a_new_file_goes_in_once_and_one_that_is_being_written_waits(following: Store, log: Path) -> None:
    put(log / "a.parquet", rows(0, 20))
    first, before = looked(following), following.data_version("churn")
    assert [(one.file, one.accepted) for one in first.receipts] == [("a.parquet", 20)]
    put(log / "b.parquet", rows(20, 30), 0)
    assert looked(following) == Look(waiting=["b.parquet"])
    assert following.data_version("churn") == before


def test_a_file_that_grew_takes_its_own_place(following: Store, log: Path) -> None:
    put(log / "a.csv", rows(0, 20))
    looked(following)
    put(log / "a.csv", rows(0, 30), 30)
    found = looked(following)
    assert found.rewritten == ["a.csv"]
    assert ids(following) == set(range(30))
    assert following.files("churn")[["name", "rows", "accepted"]].to_numpy().tolist() == [["a.csv", 30, 30]]
    with following.cursor() as cursor:
        assert cursor.execute("SELECT count(*) FROM churn.requests_spare").fetchall() == [(0,)]


def test_a_file_that_is_removed_keeps_its_rows_and_is_told(following: Store, log: Path) -> None:
    put(log / "a.parquet", rows(0, 20))
    put(log / "b.parquet", rows(20, 30))
    looked(following)
    (log / "a.parquet").unlink()
    assert looked(following).receipts == []
    assert (ids(following), codes(following)) == (set(range(30)), ["source_removed"])
    put(log / "a.parquet", rows(0, 20))
    assert looked(following).receipts == []
    assert codes(following) == []


def test_a_torn_file_is_told_and_its_earlier_rows_stay_until_it_is_whole(following: Store, log: Path) -> None:
    file = put(log / "a.parquet", rows(0, 20))
    looked(following)
    whole = put(log / "x", rows(0, 30)).read_bytes()
    put(file, whole[:200], 40)
    looked(following)
    assert (ids(following), codes(following)) == (set(range(20)), ["source_unusable"])
    assert looked(following).receipts == []
    put(file, whole, 20)
    looked(following)
    assert (ids(following), codes(following)) == (set(range(30)), [])
    assert following.quarantine("churn").empty


def test_a_file_of_another_schema_is_told_and_the_others_go_in(following: Store, log: Path) -> None:
    put(log / "a.parquet", rows(0, 20).rename(columns={"id": "key"}))
    put(log / "b.parquet", rows(20, 30).assign(fresh=1.0))
    put(log / "c.parquet", rows(30, 40).assign(age="old"))
    looked(following)
    assert (ids(following), codes(following)) == (set(range(20, 30)), ["source_unusable"])
    assert following.quarantine("churn")["reason"].value_counts().to_dict() == {
        "changed_type": 10, "unreadable_file": 1}  # fmt: skip


def test_parts_of_the_path_are_columns_where_the_model_names_them(following: Store, log: Path) -> None:
    bare = rows(0, 20).drop(columns="city")
    put(log / "city=O%27slo" / "junk=1" / "a.parquet", bare)
    put(log / "city=__HIVE_DEFAULT_PARTITION__" / "b.csv", bare.assign(id=range(20, 40)))
    put(log / "_tmp" / "c.parquet", rows(50, 60))
    put(log / ".d.parquet", rows(60, 70))
    looked(following)
    with following.cursor() as cursor:
        found = cursor.execute(
            "SELECT city, count(*) FROM churn.requests GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    assert found == [("O'slo", 20), (None, 20)]
    assert set(following.features("churn")) == {"age", "city"}


def test_a_folder_that_may_not_be_read_is_told(
    following: Store, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(log / "a.parquet", rows(0, 20))

    def refuse(path: str) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patched:  # whoever runs the tests may be allowed everything
        patched.setattr(os, "scandir", refuse)
        looked(following)
    assert codes(following) == ["source_denied"]
    looked(following)
    assert (ids(following), codes(following)) == (set(range(20)), [])


def test_a_trouble_is_told_on_health_as_long_as_it_stands(
    following: Store, log: Path, tmp_path: Path
) -> None:
    put(log / "a.parquet", rows(0, 400))
    looked(following)
    model = following.model("churn")
    at = pd.Timestamp("2026-01-18T04:00", tz="UTC").to_pydatetime()
    assert health.health(following, model, at).signals[0].status == "green"
    log.rename(tmp_path / "elsewhere")
    looked(following)
    fresh = health.health(following, model).signals[0]
    assert (fresh.status, fresh.reason) == ("red", "source_gone")  # red for its age: no row came for months
    assert fresh.sentence.startswith(f"the source is not there: {log}; no data for")
    assert health.health(following, model, at).signals[0].status == "green"  # nobody knew of it then
    last = parse(f'clock = "last row"\n{FOLLOWING}')
    assert health.health(following, last).signals[0].status == "amber"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('path = "a"\ndatabase = "b"\ntable = "c"', "either a path"),
        ('labels = "a"', "either a path"),
        ('database = "b"', "name the table"),
        ('path = "a"\ntable = "c"', "files have none"),
        ('database = "b"\ntable = "a.b.c"', "in double quotes"),
        ('database = "b"\ntable = "a."', "in double quotes"),
        ('path = "a\\u0000b"', "none can hold"),
        ('path = "a"\noverlap_days = 0', "source.overlap_days"),
        ('path = "a"\nspeed = 3', "source.speed: unknown key"),
    ],
)
def test_a_source_that_cannot_be_followed_is_refused_in_words(text: str, why: str) -> None:
    with pytest.raises(ModelError, match=why):
        parse(f'name = "churn"\ntask = "binary"\n[source]\n{text}')


def test_a_pattern_in_a_name_is_no_pattern_where_the_file_is_there(tmp_path: Path) -> None:
    put(tmp_path / "a[1]" / "x.parquet", rows(0, 1))
    assert [one.title for one in places.files(str(tmp_path / "a[1]"))] == ["x.parquet"]


STEPS = st.lists(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 4), st.integers(1, 5)), min_size=1, max_size=3),
    min_size=1, max_size=3,
)  # fmt: skip


@examples(1, 60)
@given(steps=STEPS)
def test_following_in_whatever_steps_equals_taking_in_what_lies_there_at_the_end(
    tmp_path_factory: pytest.TempPathFactory, steps: list[list[tuple[str, int, int]]]
) -> None:
    folder, last = tmp_path_factory.mktemp("law"), {}
    with Store.open(folder / "steps.duckdb") as store:
        store.add(f"{CHURN}{SOURCE}", folder=folder)
        for number, step in enumerate(steps):
            for name, first, length in step:
                last[name] = rows(60 * first, 60 * (first + length), age=number + ord(name) / 1000)
                put(folder / "log" / f"{name}.parquet", last[name], 1000 - number)
            looked(store)
        followed_picture = picture(store)
    with Store.open(folder / "once.duckdb") as store:
        store.add(CHURN)
        for name in sorted(last, key=lambda name: _order(steps, name)):
            store.ingest("churn", folder / "log" / f"{name}.parquet")
        assert picture(store) == followed_picture


def _order(steps: list[list[tuple[str, int, int]]], name: str) -> tuple[int, str]:
    """When a file last changed: the rows of an earlier one win."""
    return max(number for number, step in enumerate(steps) if any(one == name for one, _, _ in step)), name
