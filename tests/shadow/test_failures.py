"""How often either version failed, request by request."""

import numpy as np
import pytest

from monitoring import shadow
from monitoring.inbox import PredictionLog
from monitoring.store import Store
from tests.inbox_records import records
from tests.shadow.conftest import description, logs
from tests.store.scored_logs import take

NAMED = description("binary").replace("[costs]", '[columns]\nerror = "failure"\n[costs]')


def failing(kind, seed=5):
    """Both logs with a column of failures, and which rows failed; a failed row has no score."""
    rng = np.random.default_rng(seed)
    one, two, told = logs("binary", days=12)
    out = []
    for rows, rate in ((one, 0.05), (two, 0.1)):
        failed = rng.random(len(rows)) < rate
        said = {
            "text": np.where(failed, "timeout after 2 s", ""),
            "boolean": failed,
            "number": np.where(failed, 500, 0),
        }[kind]
        out.append((rows.assign(failure=said, score=rows["score"].where(~failed)), failed))
    return out, told


def put(store, folder, parts, told):
    for rows, _ in parts:
        take(store, folder, rows, "predictions")
    take(store, folder, told, "labels")


@pytest.mark.parametrize("kind", ["text", "boolean", "number"])
def test_failures_are_counted_on_the_requests_of_both_and_turn_with_the_roles(tmp_path, kind):
    parts, told = failing(kind)
    (_, ours), (_, theirs) = parts
    with Store.open(tmp_path / "lookout.duckdb") as store:
        store.add(NAMED)
        put(store, tmp_path, parts, told)
        assert "failure" not in store.features("m"), "a named column of failures is no feature"
        found = shadow.read(store, "m", "two")
        every = np.arange(len(found.keys))
        one = shadow.failures(found, every)
        back = shadow.failures(shadow.read(store, "m", "one", champion="two"), every)
    assert (one.champion, one.shadow, one.both) == pytest.approx(
        (ours.mean(), theirs.mean(), (ours & theirs).mean())
    )
    assert float(one.difference.value) == pytest.approx(theirs.mean() - ours.mean())
    spread = np.sqrt(np.var(theirs.astype(float) - ours, ddof=1) / len(ours))
    assert one.difference.row_error == pytest.approx(spread, rel=0.02), "two imaginary rows widen it a little"
    assert (back.champion, back.shadow) == (one.shadow, one.champion)
    assert float(back.difference.value) == pytest.approx(-float(one.difference.value))


def test_without_a_named_column_nothing_is_said_and_a_feature_may_be_called_error(filled):
    one, two, told = logs("binary", days=12)
    one, two = (rows.assign(error=rows["age"] * 2) for rows in (one, two))
    store = filled("binary", ("predictions", one), ("predictions", two), ("labels", told))
    found = shadow.read(store, "m", "two")
    assert shadow.failures(found, np.arange(len(found.keys))) is None
    assert "error" in store.features("m")


def test_words_that_mean_no_error_are_none(tmp_path):
    parts, _ = failing("text")
    words = ["", " ", "none", "OK", "False", "0", None, "nan", "boom"]
    rows = parts[0][0].head(len(words)).assign(failure=words)
    with Store.open(tmp_path / "lookout.duckdb") as store:
        store.add(NAMED)
        take(store, tmp_path, rows, "predictions")
        with store.cursor() as cursor:
            found = cursor.execute("SELECT _error FROM m.predictions ORDER BY _predicted_at").fetchall()
    assert [one for (one,) in found] == [False] * 8 + [True]


def test_the_logging_client_tells_failures(tmp_path):
    with PredictionLog(tmp_path, "m") as log:
        log.predict("a", features={"age": 1.0}, error="timeout")
        log.predict("b", features={"age": 2.0}, score=0.5, error="")
        log.predict("c", features={"age": 3.0}, score=0.5)
    assert [one.get("_error") for one in records(tmp_path)] == [True, False, None]
