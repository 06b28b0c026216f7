"""A model's file: what is refused, in words that name the key."""

from __future__ import annotations

import zoneinfo

import duckdb
import pytest

from monitoring.models import ModelError, parse

CHURN = 'name = "churn"\ntask = "binary"\n'
CLASSES = 'name = "churn"\ntask = "multiclass"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name = ", "not a TOML file"),
        ('name = "churn"', "task: missing"),
        ('name = "Churn 2"\ntask = "binary"', "name: "),
        ('name = "system"\ntask = "binary"', "reserved by the database"),
        (CHURN + 'timezone = "Mars"', "timezone: 'Mars' is not a time zone"),
        (CHURN + 'timezone = "localtime"', "timezone: 'localtime'"),
        (CHURN + 'timezone = "posix/Europe/Paris"', "timezone: 'posix/Europe/Paris'"),
        (CHURN + 'chunk = "3 days"', "chunk: "),
        (CHURN + "[reference]\nstart = 2026-02-01\nstop = 2026-01-01", "stop must be after start"),
        (CHURN + '[segments]\ncolumns = ["a", "b", "c", "d", "e", "f"]', "segments.columns: "),
        (CHURN + '[features.age]\nkind = "colour"', "features.age.kind: "),
        (CHURN + "[limits]\ncolour = 1", "limits.colour: unknown key"),
        (CLASSES, "one probability column per class"),
        (CLASSES + '[columns.score]\nA = "x"\na = "y"', "differ only by case"),
        (CLASSES + '[columns.scores.v]\na = "x"\nb = "y"\n[columns.scores.w]\na = "z"', "columns.scores.w: "),
    ],
)
def test_a_wrong_file_is_refused_with_the_key_that_is_wrong(text: str, words: str) -> None:
    with pytest.raises(ModelError) as caught:
        parse(text)
    assert words in str(caught.value)


def test_every_time_zone_that_is_accepted_is_known_to_the_database() -> None:
    with duckdb.connect() as connection:
        connection.execute("SET python_enable_replacements = false")
        known = {name for (name,) in connection.execute("SELECT name FROM pg_timezone_names()").fetchall()}
    accepted = {name for name in zoneinfo.available_timezones() if accepts(name)}
    assert len(accepted) > 400
    assert accepted <= known | {name for name in accepted if works(name)}


def accepts(name: str) -> bool:
    try:
        return parse(CHURN + f'timezone = "{name}"').timezone == name
    except ModelError:
        return False


def works(name: str) -> bool:
    with duckdb.connect() as connection:
        text = "SELECT TIMESTAMP '2026-01-01' AT TIME ZONE 'UTC' AT TIME ZONE $zone IS NOT NULL"
        try:
            return connection.execute(text, {"zone": name}).fetchone() == (True,)
        except duckdb.Error:
            return False


def test_classes_and_the_event_are_written_the_way_labels_are_stored() -> None:
    assert parse(CHURN + "positive = 1").positive == "1"
    assert parse(CHURN + "positive = true").positive == "1"
    assert parse(CHURN + 'positive = "yes"').positive == "yes"
