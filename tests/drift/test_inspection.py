"""A closer look at rows: changes that no single feature shows, and nothing more, from a bounded sample."""

import json
import tracemalloc

import numpy as np
import pandas as pd
import pytest

from monitoring import drift
from monitoring.drift import CONSECUTIVE, inspection
from monitoring.drift.tables import recoded, tables
from monitoring.statistics.reconstruction import fit_reconstruction, reconstruction_error
from monitoring.store import findings
from monitoring.windows import Window
from tests.drift.inspected_rows import (
    DAY,
    HEAD,
    LIVE,
    REFERENCE,
    SEGMENTS,
    START,
    WEEK,
    drawn,
    everything,
    odd,
    rows,
)


def test_features_that_begin_to_go_together_are_found_where_none_of_them_has_changed(filled):
    store = filled(rows(seed=1, correlation=0.8))
    found = drift.inspect(store, "m", WEEK)
    assert found.drifted
    assert found.status == "amber"
    leading = sorted(found.attribution, key=lambda name: -found.attribution[name][0])[:2]
    assert set(leading) == {"a", "b"}
    assert found.sentence(store.model("m")).startswith(
        "A classifier tells these rows from the reference, most by "
    )
    assessment = drift.read(store, "m")
    live = [WEEK.holds(key.start) for key in assessment.keys]
    assert (assessment.checks["chunk"].status[:, live] <= 0).all()
    assert drift.verdict(assessment).status == "green"


def test_a_feature_that_moved_is_the_one_that_is_named(filled):
    store = filled(rows(shift=1.0))
    found = drift.inspect(store, "m", WEEK)
    assert found.drifted
    fall, error = found.attribution["b"]
    assert fall > 5 * error
    assert all(fall > 10 * other for name, (other, _) in found.attribution.items() if name != "b")
    assert "most by b: AUC " in found.sentence(store.model("m"))
    assert found.embedding["p_value"] < 0.01
    assert found.embedding["value"] > found.embedding["noise"]


def test_a_window_in_which_nothing_changed_is_not_drifted(filled):
    found = drift.inspect(filled(rows()), "m", WEEK)
    assert not found.drifted
    assert found.status == "green"


def test_days_that_differ_by_nature_raise_the_limit(filled):
    log = rows(days=44)
    day = (log["predicted_at"] - pd.Timestamp(START)).dt.days.to_numpy()
    log["a"] += np.random.default_rng(5).normal(0, 1.0, 44)[day]
    found = drift.inspect(filled(log), "m", Window(LIVE, LIVE + 2 * DAY))
    assert found.classifier["limit"] > 0.6
    assert drift.inspect(filled(rows()), "m", WEEK).classifier["limit"] < found.classifier["limit"]


def test_every_part_is_there_with_its_numbers(filled):
    chunks = [Window(LIVE + i * DAY, LIVE + (i + 1) * DAY) for i in range(7)]
    said = []
    found = drift.inspect(
        filled(rows(correlation=0.8)),
        "m",
        WEEK,
        chunks=chunks,
        progress=lambda share, what: said.append((share, what)),
    )
    assert found.notes == {}
    assert (found.reference_rows, found.reference_total, found.current_rows, found.current_total) == (
        2800,
        2800,
        700,
        700,
    )
    assert found.features == ("a", "b", "quiet", "city", "grade")
    area = found.classifier
    assert area["lower"] < area["auc"] < area["upper"]
    assert 0.55 <= area["limit"] < 1
    assert len(area["attribution"]) == 5
    assert 0 < found.embedding["p_value"] <= 1
    course = found.reconstruction
    assert course["chunks"] == [one.start.isoformat() for one in chunks]
    assert course["n"] == [100] * 7
    assert all(np.isfinite(course["mean"]))
    assert all(error > 0 for error in course["error"])
    assert course["low"] < course["high"]
    assert [share for share, _ in said] == sorted(share for share, _ in said)
    assert said[0] == (0.0, "drawing rows")
    assert said[-1] == (1.0, "done")


def test_chunks_without_rows_are_gaps_in_the_reconstruction_error(filled):
    chunks = [Window(LIVE + i * DAY, LIVE + (i + 1) * DAY) for i in range(9)]
    course = drift.inspect(filled(rows()), "m", WEEK, chunks=chunks).reconstruction
    assert course["n"] == [100] * 7 + [0, 0]
    assert course["mean"][-2:] == course["error"][-2:] == [None, None]


@pytest.mark.parametrize(
    "toml",
    [
        HEAD + REFERENCE,
        HEAD + REFERENCE + SEGMENTS,
        HEAD + "[reference]\nstart = 2026-01-01\nstop = 2026-01-02\n",
    ],
    ids=["plain", "segments", "one day"],
)
def test_an_answer_is_kept_and_comes_back_equal(filled, monkeypatch, toml):
    store = filled(odd(rows(correlation=0.5)), toml)
    first = drift.inspect(store, "m", WEEK)
    kept = findings.recall(store, "m", key_of(store, WEEK), store.data_version("m"))
    assert kept is not None
    monkeypatch.setattr(inspection, "_looked", None)
    again = drift.inspect(store, "m", WEEK)
    assert again == first
    assert (
        drift.Inspection(
            WEEK.start, WEEK.stop, **{**json.loads(json.dumps(kept)), "features": first.features}
        )
        == first
    )
    with pytest.raises(TypeError):  # another question has no answer yet
        drift.inspect(store, "m", Window(LIVE, LIVE + DAY))
    with pytest.raises(TypeError):
        drift.inspect(store, "m", WEEK, against=CONSECUTIVE)


def key_of(store, window):
    with store.cursor() as cursor:
        keys = cursor.execute("SELECT key FROM findings WHERE key LIKE 'inspection%'").fetchall()
    found = [key for (key,) in keys if window.start.isoformat() in key]
    assert len(found) == 1
    return found[0]


def test_a_changed_log_is_looked_at_again(filled, tmp_path):
    store = filled(rows())
    before = drift.inspect(store, "m", WEEK)
    rows(seed=3, days=7, first=LIVE, shift=2.0).to_parquet(tmp_path / "more.parquet", index=False)
    store.ingest("m", tmp_path / "more.parquet")
    after = drift.inspect(store, "m", WEEK)
    assert (before.current_total, after.current_total) == (700, 1400)
    assert after.drifted


def test_rows_and_memory_are_bounded(filled, monkeypatch):
    store = filled(rows(days=54, each=1500))
    drawn_rows = []
    real = inspection.tables

    def counting(reference, current, features=None):
        drawn_rows.append((len(reference), len(current)))
        return real(reference, current, features)

    monkeypatch.setattr(inspection, "tables", counting)
    window = Window(LIVE, LIVE + 26 * DAY)
    tracemalloc.start()
    small = drift.inspect(store, "m", window, rows=2_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert drawn_rows == [(2_000, 2_000)]
    assert (small.reference_rows, small.current_rows) == (2_000, 2_000)
    assert (small.reference_total, small.current_total) == (42_000, 39_000)
    assert peak < 100e6
    assert len(everything(small)) < 100_000
    usual = drift.inspect(store, "m", window)
    assert (usual.reference_rows, usual.current_rows) == (20_000, 20_000)


def test_codes_of_other_rows_are_those_of_the_samples():
    rng = np.random.default_rng(0)
    first, second = drawn(rng, 50), drawn(rng, 40)
    matrix = tables(first, second)
    np.testing.assert_array_equal(recoded(matrix, first), matrix.reference)
    np.testing.assert_array_equal(recoded(matrix, second), matrix.current)
    strange = drawn(rng, 3, c=np.array(["never seen", None, "x"], object))
    assert recoded(matrix, strange)[:, 2].tolist() == [3.0, -1.0, float(matrix.names[2].index("x"))]
    many = drawn(rng, 600, c=np.array([f"n{i}" for i in range(600)], object))
    pooled = tables(many, many)
    assert pooled.reference[:, 2].max() == 254
    assert pooled.names[2][-1] == "(all others)"
    np.testing.assert_array_equal(recoded(pooled, many), pooled.reference)
    assert recoded(pooled, strange)[0, 2] == 254


def test_a_new_category_shows_in_the_course_of_the_reconstruction_error():
    rng = np.random.default_rng(1)

    def alike(count, new):
        city = rng.choice(np.array(["x", "x", "x", "y", "z"], object), count)
        number = np.where(city == "x", 1.0, -1.0) + 0.3 * rng.normal(size=count)
        return drawn(rng, count, a=number, c=np.where(rng.random(count) < new, "new", city).astype(object))

    reference, quiet, changed = alike(2000, 0.0), alike(500, 0.0), alike(500, 0.5)
    matrix = tables(reference, quiet)
    fitted = fit_reconstruction(matrix.reference, matrix.categorical)
    calm, loud = (reconstruction_error(fitted, recoded(matrix, rows)).mean() for rows in (quiet, changed))
    missing = recoded(matrix, changed)
    missing[missing[:, 2] == 3, 2] = -1
    assert loud > 1.2 * calm
    assert loud > 1.1 * reconstruction_error(fitted, missing).mean()
