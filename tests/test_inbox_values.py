"""The values of a logged record: ids, instants, scalars and names, and what is refused."""

import datetime as dt
import decimal
import json
import uuid

import duckdb
import numpy as np
import pandas as pd
import pytest

from monitoring.inbox import PredictionLog
from monitoring.inbox.records import line
from tests.inbox_records import records


@pytest.mark.parametrize(
    ("given", "written"),
    [(7, "7"), (np.int64(7), "7"), (np.str_("a"), "a"), (uuid.UUID(int=7), str(uuid.UUID(int=7)))],
)
def test_an_id_is_written_as_text(tmp_path, given, written):
    with PredictionLog(tmp_path, "churn") as log:
        assert log.predict(given, features={}) == written
        log.label(given, 0)
    assert records(tmp_path)[0]["_id"] == records(tmp_path, "labels")[0]["_id"] == written


@pytest.mark.parametrize("given", [True, 7.5, b"a", ("a",)])
def test_an_id_that_is_not_a_name_is_refused(tmp_path, given):
    with PredictionLog(tmp_path, "churn") as log, pytest.raises(TypeError, match="id"):
        log.predict(given, features={})
    assert records(tmp_path) == []


def test_an_empty_id_is_refused(tmp_path):
    with PredictionLog(tmp_path, "churn") as log, pytest.raises(ValueError, match="id: empty"):
        log.predict("", features={})


def test_instants_are_utc_to_the_microsecond():
    paris = dt.timezone(dt.timedelta(hours=1))
    instant = dt.datetime(2026, 3, 1, 12, tzinfo=paris)
    for value in (instant, pd.Timestamp(instant), np.datetime64("2026-03-01T11:00:00.000000001")):
        assert json.loads(line({"x": value})) == {"x": "2026-03-01T11:00:00.000000Z"}


def test_a_prediction_is_now_unless_told_otherwise(tmp_path):
    before = dt.datetime.now(dt.UTC)
    with PredictionLog(tmp_path, "churn") as log:
        log.predict(features={})
    at = dt.datetime.fromisoformat(records(tmp_path)[0]["_predicted_at"])
    assert before <= at <= dt.datetime.now(dt.UTC)


@pytest.mark.parametrize("at", ["2026-03-01", 5, pd.NaT, dt.date(2026, 3, 1)])
def test_an_instant_must_be_a_datetime(tmp_path, at):
    with PredictionLog(tmp_path, "churn") as log, pytest.raises(TypeError, match="at: "):
        log.predict(features={}, at=at)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (np.float32(0.5), 0.5),
        (np.float64(0.5), 0.5),
        (np.int8(3), 3),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (np.array(3), 3),
        (np.float64("nan"), None),
        (np.datetime64("NaT"), None),
        (float("nan"), None),
        (pd.NA, None),
        (pd.NaT, None),
        (decimal.Decimal("1.5"), 1.5),
        (decimal.Decimal("NaN"), None),
        (dt.date(2026, 3, 1), "2026-03-01"),
        (uuid.UUID(int=7), str(uuid.UUID(int=7))),
        ('a"\n\\\u2028é😀', 'a"\n\\\u2028é😀'),
        (2**70, 2**70),
        (1e308, 1e308),
    ],
)
def test_scalars_are_written_as_plain_json(value, written):
    text = line({"x": value}).decode()
    assert text.count("\n") == 1
    assert json.loads(text) == {"x": written}
    assert type(json.loads(text)["x"]) is type(written)


def test_what_is_written_is_strict_json_even_when_not_finite():
    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    text = line({"a": float("inf"), "b": -np.float64("inf"), "c": float("nan"), "d": 1})
    assert json.loads(text, parse_constant=refuse) == {
        "a": float("inf"), "b": float("-inf"), "c": None, "d": 1
    }  # fmt: skip


def test_duckdb_reads_infinity_back_as_a_number(tmp_path):
    with PredictionLog(tmp_path, "churn") as log:
        for x in (1.5, float("inf"), float("-inf"), float("nan")):
            log.predict(features={"x": x})
    rows = duckdb.execute("SELECT x, typeof(x) FROM read_json($p)", {"p": f"{tmp_path}/*/*.jsonl"}).fetchall()
    assert rows == [(1.5, "DOUBLE"), (float("inf"), "DOUBLE"), (float("-inf"), "DOUBLE"), (None, "DOUBLE")]


@pytest.mark.parametrize(
    "value", [[1, 2], {"a": 1}, b"a", object(), np.array([1, 2]), {1}, 1j, np.complex128(1), np.longdouble(1),
              "a\ud800"]
)  # fmt: skip
def test_a_value_that_cannot_be_logged_is_named_and_nothing_is_written(tmp_path, value):
    with PredictionLog(tmp_path, "churn") as log:
        log.predict("before", features={"income": 1})
        with pytest.raises(TypeError, match="income"):
            log.predict("refused", features={"income": value})
        log.predict("after", features={"income": 2})
    assert [record["_id"] for record in records(tmp_path)] == ["before", "after"]


@pytest.mark.parametrize("name", ["_id", "_", "", "_score"])
def test_a_feature_must_not_use_our_names(tmp_path, name):
    with PredictionLog(tmp_path, "churn") as log:
        for _ in range(2):
            with pytest.raises(ValueError, match=f"feature '{name}'"):
                log.predict(features={"age": 1, name: 1})
    assert records(tmp_path) == []


@pytest.mark.parametrize("name", [3, "a\ud800"])
def test_a_feature_name_must_be_text(tmp_path, name):
    with PredictionLog(tmp_path, "churn") as log, pytest.raises(TypeError, match="feature"):
        log.predict(features={name: 1})


@pytest.mark.parametrize("given", [{"score": "0.5"}, {"latency": [1]}, {"scores": {"a": None}}])
def test_scores_and_latency_are_numbers(tmp_path, given):
    with PredictionLog(tmp_path, "churn") as log, pytest.raises(TypeError, match="is not a number"):
        log.predict(features={}, **given)


@pytest.mark.parametrize("label", [None, float("nan"), pd.NA, np.float64("nan")])
def test_a_missing_label_is_refused(tmp_path, label):
    with PredictionLog(tmp_path, "churn") as log, pytest.raises(ValueError, match="label: missing"):
        log.label("r-1", label)


@pytest.mark.parametrize("model", ["", "Churn", "../churn", "a/b", "-a", "a\n", "x" * 64])
def test_a_model_name_cannot_leave_the_inbox(tmp_path, model):
    with pytest.raises(ValueError, match="model"):
        PredictionLog(tmp_path, model)
