"""Instants as logs write them: in any order of dates, without an offset, or counted since 1970."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.instants import Instants
from monitoring.models import ModelError, parse
from monitoring.store import Store
from monitoring.store.conversion import instant

AT = dt.datetime(2024, 7, 4, 10, 30)


@pytest.fixture(scope="module")
def cursor():
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def read(cursor, value, zone="UTC", **written):
    kind = {int: "BIGINT", float: "DOUBLE", str: "VARCHAR"}[type(value)]
    text = instant("x", "text" if kind == "VARCHAR" else "number", kind, zone, Instants(**written)).value
    return cursor.execute(f"SELECT {text} FROM (SELECT CAST($1 AS {kind}) AS x)", [value]).fetchone()[0]


@pytest.mark.parametrize(
    ("value", "written", "expected"),
    [
        ("04/07/2024 10:30", {}, None),
        ("04/07/2024 10:30", {"dates": "dmy"}, AT),
        ("07/04/2024 10:30", {"dates": "mdy"}, AT),
        ("4.7.24, 10:30", {"dates": "dmy"}, AT),
        ("7/4/2024 10:30:00 AM", {"dates": "mdy"}, AT),
        ("2024/7/4 10:30", {"dates": "ymd"}, AT),
        ("2024/7/4 10:30", {}, None),
        ("31/02/2024 10:30", {"dates": "dmy"}, None),
        ("2024-07-04T10:30", {"dates": "dmy"}, AT),
        ("2024-07-04T12:30", {"timezone": "Europe/Paris"}, AT),
        ("2024-07-04T12:30+02:00", {"timezone": "America/New_York"}, AT),
        ("2024-07-04T10:30Z", {"timezone": "America/New_York"}, AT),
        (1720089000, {}, None),
        (1720089000, {"numbers": "seconds"}, AT),
        ("1720089000", {"numbers": "seconds"}, AT),
        (1720089000.0, {"numbers": "seconds"}, AT),
        (1720089000000, {"numbers": "milliseconds"}, AT),
        (1e300, {"numbers": "seconds"}, None),
    ],
)
def test_an_instant_is_read_as_the_models_file_says_and_else_refused(cursor, value, written, expected):
    assert read(cursor, value, **written) == expected


def test_a_date_alone_begins_with_the_models_local_day(cursor):
    assert read(cursor, "04/07/2024", "Europe/Paris", dates="dmy") == dt.datetime(2024, 7, 3, 22)


@settings(max_examples=5, deadline=None)
@given(
    st.datetimes(dt.datetime(1981, 1, 1), dt.datetime(2030, 1, 1)).map(lambda at: at.replace(microsecond=0))
)
def test_every_way_of_writing_gives_the_same_instant(at):
    with duckdb.connect() as cursor:
        cursor.execute("SET TimeZone = 'UTC'")
        seconds = int(at.replace(tzinfo=dt.UTC).timestamp())
        assert read(cursor, at.isoformat()) == at
        assert read(cursor, f"{at:%d.%m.%Y %H:%M:%S}", dates="dmy") == at
        assert read(cursor, f"{at:%m/%d/%Y %H:%M:%S}", dates="mdy") == at
        assert read(cursor, f"{at:%Y/%m/%d %H:%M:%S}", dates="ymd") == at
        assert read(cursor, seconds * 1000, numbers="milliseconds") == at


def test_a_log_and_its_labels_are_taken_in_as_their_clocks_say(tmp_path: Path):
    log = "id,predicted_at,score,label,labelled_at\na,05/04/2024 12:00,0.5,1,1712400000\nb,13/04/2024,0.2,,\n"
    (tmp_path / "log.csv").write_text(log, "utf-8")
    text = 'name = "m"\ntask = "binary"\n[instants]\n'
    text += 'timezone = "Europe/Paris"\ndates = "dmy"\nnumbers = "seconds"'
    with Store.open(tmp_path / "lookout.duckdb") as store:
        store.add(text)
        assert store.ingest("m", tmp_path / "log.csv").accepted == 2
        with store.cursor() as cursor:
            rows = cursor.execute("SELECT _predicted_at FROM m.requests ORDER BY _id").fetchall()
            (known,) = cursor.execute("SELECT _labelled_at FROM m.labels").fetchall()
    assert rows == [(dt.datetime(2024, 4, 5, 10),), (dt.datetime(2024, 4, 13),)]
    assert known == (dt.datetime(2024, 4, 6, 10, 40),)


def test_a_zone_that_nobody_knows_is_refused():
    with pytest.raises(ModelError, match="is not a time zone"):
        parse('name = "m"\ntask = "binary"\n[instants]\ntimezone = "Mars"')
