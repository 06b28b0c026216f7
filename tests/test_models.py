"""A model's file: what is refused, in words that name the key."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import duckdb
import pytest

from monitoring.models import ModelError, parse

CHURN = 'name = "churn"\ntask = "binary"\n'
REFERENCE = CHURN + "[reference]\n"
BOOSTING = CHURN + '[versions]\nshadows = ["boosting"]\n[reference]\nfile = "a.csv"\n[reference.boosting]\n'
COSTS = CHURN + "[costs]\nfalse_positive = 3\n"
CLASSES = 'name = "churn"\ntask = "multiclass"\n'
PRICED = CLASSES + '[columns.score]\na = "p_a"\nb = "p_b"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name = ", "not a TOML file"),
        pytest.param(f"name = {'[' * 5000}{']' * 5000}", "nested too deeply", id="nested"),
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
        (CHURN + "[limits]\nfalse_alarms = 0.3", "limits.false_alarms: "),
        (CHURN + "[limits]\nfalse_alarms = 0", "limits.false_alarms: "),
        (REFERENCE, "reference: start and stop are missing, or a file"),
        (REFERENCE + "stop = 2026-01-01", "reference.start: missing"),
        (REFERENCE + "strat = 2026-01-01\nstop = 2026-01-02", "reference.strat: unknown key"),
        (
            REFERENCE + 'file = "a.csv"\nstart = 2026-01-01',
            "reference: name either a file, or start and stop",
        ),
        (REFERENCE + 'file = ""', "reference.file: "),
        (REFERENCE + "start = 2026-01-01T00:00:00Z\nstop = 2026-02-01", "with an offset, or both without"),
        (REFERENCE + 'file = "a.csv"\nkind = "sliding"', "reference.kind: "),
        (REFERENCE + 'file = "a.csv"\nchunks = 0', "reference.chunks: "),
        (REFERENCE + 'file = "a.csv"\ngap = -1', "reference.gap: "),
        (REFERENCE + 'file = "a.csv"\nweeks = 0', "reference.weeks: "),
        (REFERENCE + 'file = "a.csv"\nversions = 1', "reference.versions: unknown key"),
        (REFERENCE + 'file = "a.csv"\nboosting = 1', "reference.boosting: unknown key"),
        (BOOSTING + "start = 2026-01-01", "reference.boosting.stop: missing"),
        (BOOSTING + "start = 2026-01-02\nstop = 2026-01-01", "reference.boosting: stop must be after start"),
        (
            BOOSTING + "start = 2026-01-01\nstop = 2026-01-02\nkind = 1",
            "reference.boosting.kind: unknown key",
        ),
        (
            BOOSTING.replace('["boosting"]', "[]") + "start = 2026-01-01\nstop = 2026-01-02",
            "reference.boosting: no version is called 'boosting'",
        ),
        (BOOSTING.replace("[reference.boosting]", "[reference.kind]"), "'kind' is a key of [reference]"),
        (REFERENCE + "stop = 2026-02-01\n[reference.start]\nstart = 2026-01-01", "'start' is a key of"),
        (COSTS, "costs.false_negative: missing; every wrong decision needs its price"),
        (COSTS + "false_negative = inf", "costs.false_negative: "),
        (COSTS + "false_negative = 9\nretrain = -1", "costs.retrain: "),
        (COSTS + "false_negative = 9\nhorizon_days = 0", "costs.horizon_days: "),
        (COSTS + "false_negative = 9\ntrue_postive = 1", "costs.true_postive: unknown key"),
        (COSTS + "false_negative = 9\n[costs.matrix.a]\nb = 1", "costs.matrix: is for multiclass models"),
        (COSTS.replace("binary", "regression"), "costs: a regression makes no decisions"),
        (PRICED + "[costs]\nfalse_positive = 1", "costs.false_positive: is for binary models"),
        (PRICED + "[costs.matrix]\na = { b = 1 }", "costs.matrix.b.a: missing; every wrong decision"),
        (PRICED + "[costs.matrix]\na = { d = 1 }", "costs.matrix.a: 'd' is no class; one of: a, b"),
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
    assert all(works(name) for name in accepted - known)


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


def test_a_reference_is_a_window_or_a_file_and_says_what_chunks_are_compared_with() -> None:
    plain = parse(REFERENCE + "start = 2026-01-01\nstop = 2026-02-01").reference
    assert plain is not None
    assert (plain.start, plain.stop) == (dt.datetime(2026, 1, 1), dt.datetime(2026, 2, 1))
    assert (plain.file, plain.kind, plain.chunks, plain.gap, plain.weeks) == (None, "fixed", 28, 0, 8)
    file = parse(REFERENCE + 'file = "data/may.parquet"\nkind = "rolling"\nchunks = 14\ngap = 2').reference
    assert file is not None
    assert (file.start, file.stop, file.words) == (None, None, "may.parquet")
    assert (file.kind, file.chunks, file.gap) == ("rolling", 14, 2)
    assert parse(CHURN).limits.false_alarms == 0.01


def test_a_version_may_have_a_window_of_its_own_whatever_it_is_called() -> None:
    for name in ("boosting", "versions", "a b", "words"):
        quoted = f'"{name}"'
        text = BOOSTING.replace('"boosting"', quoted).replace(".boosting]", f".{quoted}]")
        reference = parse(text + "start = 2026-03-01\nstop = 2026-04-01").reference
        assert reference is not None
        assert list(reference.versions) == [name]
        assert reference.versions[name].start == dt.datetime(2026, 3, 1)
        assert reference.versions[name].stop == dt.datetime(2026, 4, 1)


def test_prices_stand_in_the_order_of_the_table_of_labels_and_decisions() -> None:
    assert parse(CHURN).prices is None
    assert parse(COSTS + "false_negative = 9\ntrue_positive = -2").prices == ((0, 3), (9, -2))
    model = parse(PRICED + "[costs.matrix]\nb = { a = 7 }\na = { b = 5, a = -1 }")
    assert model.prices == ((-1, 5), (7, 0))
    assert model.costs is not None
    assert model.costs.unit == "units of cost"
