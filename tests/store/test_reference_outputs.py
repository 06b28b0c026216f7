"""Scores and labels of a reference file give the baseline that a window of the same rows gives."""

import datetime as dt

import duckdb
import numpy as np
import pandas as pd
import pytest

from monitoring import performance
from monitoring.statistics.metrics import metrics_for
from monitoring.store import Store, outputs
from monitoring.store.database import connect
from monitoring.store.reference_rows import UNDATED
from tests.store.scored_logs import description, keys, known, labels, opened, predictions, take

FAR = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
FILE = '[reference]\nfile = "reference.parquet"\n'
TASKS = ("binary", "multiclass", "regression")
SEGMENTS = (("", ""), ("city", "Rome"), ("city", "(missing)"))


def with_labels(log: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """A log with the label that each row has at last, as a reference file holds it."""
    last = told.sort_values(["labelled_at", "label"], kind="stable").drop_duplicates("id", keep="last")
    return log.merge(last, on="id", how="left")


def in_window(log: pd.DataFrame, *, hours: bool = False) -> pd.Series:
    start, stop = pd.Timestamp("2026-01-01"), pd.Timestamp("2026-01-03")
    moved = pd.Timedelta(hours=5) if hours else pd.Timedelta(0)
    return keys(log["predicted_at"], hours).between(start + moved, stop + moved, inclusive="left")


def filed(path, text: str, rows: pd.DataFrame) -> Store:
    path.mkdir()
    rows.to_parquet(path / "reference.parquet", index=False)
    store = Store.open(path / "lookout.duckdb")
    store.add(text, folder=path)
    return store


def measured(
    store: Store, version: str = "one", segment: tuple[str, str] = ("", "")
) -> performance.Assessment:
    found = performance.material(store, "m", version=version, segment=segment, known_at=FAR)
    return performance.assess(found, intervals=False)


def assert_same_baselines(one: performance.Assessment, two: performance.Assessment) -> None:
    assert one.scores["accuracy" if "accuracy" in one.scores else "mae"].baseline.n > 0
    for key, scores in one.scores.items():
        for name in ("value", "lower", "upper", "error", "n"):
            left, right = (getattr(each.baseline, name) for each in (scores, two.scores[key]))
            np.testing.assert_allclose(left, right, rtol=1e-9, err_msg=f"{key} {name}")
        shared = min(
            len(scores.status), len(two.scores[key].status)
        )  # a window's chunks count from its start
        np.testing.assert_array_equal(scores.status[-shared:], two.scores[key].status[-shared:])


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("hours", [False, True], ids=["days", "hours"])
def test_a_file_of_the_rows_of_a_window_gives_the_same_baseline(tmp_path, task, hours):
    log = predictions(task, days=3 if hours else 5, each=120)
    told = labels(task, log)
    inside = in_window(log, hours=hours)
    reference = with_labels(log[inside], told)
    text = description(task, hours=hours)
    file = filed(tmp_path / "f", description(task, hours=hours, reference=FILE), reference)
    with opened(tmp_path / "w", text) as window, file:
        for store in (window, file):
            take(store, tmp_path, log)
            take(store, tmp_path, told, "labels")
        assert outputs.references(file, "m") == {"one": None}
        assert outputs.grids(file, "m") == outputs.grids(window, "m")
        for segment in SEGMENTS:
            one, two = (measured(store, segment=segment) for store in (window, file))
            assert_same_baselines(one, two)
        assert (one.baseline is None, two.baseline) == (False, None)
        assert performance.frames.words(two) == "reference.parquet"
        assert set(measured(file).scores) == {metric.key for metric in metrics_for(task)}


def test_versions_of_the_file_have_it_as_reference_and_others_their_own_days(tmp_path):
    one = predictions("binary", each=90)
    two, three = (
        predictions("binary", seed=seed, each=90, version=name) for seed, name in ((5, "two"), (6, "3"))
    )
    told = labels("binary", one)
    both = pd.concat([one, two])
    with filed(tmp_path / "f", description("binary", reference=FILE), with_labels(both, told)) as store:
        take(store, tmp_path, pd.concat([both, three]))
        take(store, tmp_path, told, "labels")
        assert [window is None for window in outputs.references(store, "m").values()] == [False, True, True]
        found = measured(store, "two").scores["brier"].baseline
        rows = two.merge(known(told).rename("label"), left_on="id", right_index=True).dropna(subset="score")
        expected = np.mean((rows["score"] - (rows["label"] == "1")) ** 2)
        assert float(found.value) == pytest.approx(expected)
        assert performance.frames.words(measured(store, "3")).startswith("own reference of 3")


def test_a_file_without_ids_and_instants_is_one_day_of_labelled_rows(tmp_path):
    log = predictions("binary", each=90)
    told = labels("binary", log)
    rows = with_labels(log, told)[["score", "age", "city", "label"]]
    with filed(tmp_path / "f", description("binary", reference=FILE), rows) as store:
        take(store, tmp_path, log)
        take(store, tmp_path, told, "labels")
        (grid,) = outputs.grids(store, "m")
        cube = outputs.reference_cube(store, "m", grid)
        assert cube.chunks == (UNDATED,)
        found = measured(store).scores["accuracy"].baseline
        scored = rows.dropna(subset=["score", "label"])
        assert float(found.value) == pytest.approx(
            np.mean((scored["score"] >= 0.3) == (scored["label"] == "1"))
        )


def test_labels_that_cannot_be_read_are_in_the_quarantine_and_their_rows_stay(tmp_path):
    log = predictions("regression", each=40).dropna(subset="prediction")
    rows = log.assign(label=["12.5"] * (len(log) - 2) + ["many", None])
    with filed(tmp_path / "f", description("regression", reference=FILE), rows) as store:
        take(store, tmp_path, log)
        refused = store.quarantine("m")
        assert refused["reason"].tolist() == ["changed_type"]
        assert store.reference_title("m") == f"reference.parquet, {len(log):,} rows"
        found = performance.material(store, "m", known_at=FAR)
        assert performance.reference_outcomes(found).rows.sum() == len(log) - 2


def test_a_file_without_scores_or_without_labels_is_no_baseline(tmp_path):
    log = predictions("binary", each=60)
    told = labels("binary", log)
    with filed(tmp_path / "a", description("binary", reference=FILE), log.drop(columns="score")) as store:
        take(store, tmp_path, log)
        take(store, tmp_path, told, "labels")
        found = measured(store)
        assert found.baseline is not None, "its own first days stand in where the file has no scores"
    with filed(tmp_path / "b", description("binary", reference=FILE), log) as store:
        take(store, tmp_path, log)
        take(store, tmp_path, told, "labels")
        found = measured(store)
        assert performance.frames.words(found) == ""
        frame = performance.frames.frame(found, ["accuracy"])
        assert set(frame["status"]) == {"grey"}
        assert "no_baseline" in set(frame["reason"])


def test_another_content_takes_the_place_of_all_that_the_file_before_brought(tmp_path):
    log = predictions("binary", each=60)
    told = labels("binary", log)
    text = description("binary", reference=FILE)
    first, second = (with_labels(log[log.index % 2 == part], told) for part in (0, 1))
    with filed(tmp_path / "a", text, first) as store, filed(tmp_path / "b", text, second) as other:
        for one in (store, other):
            take(one, tmp_path, log)
            take(one, tmp_path, told, "labels")
        second.to_parquet(tmp_path / "a" / "reference.parquet", index=False)
        store.add(text, folder=tmp_path / "a")
        assert_same_baselines(measured(store), measured(other))
        store.add(description("binary"))
        with store.cursor() as cursor:
            for table in ("reference_predictions", "reference_labels", "reference_scores"):
                assert cursor.execute(f"SELECT count(*) FROM m.{table}").fetchone() == (0,), table
        store.add(text, folder=tmp_path / "a")
        assert_same_baselines(measured(store), measured(other))


def test_forgetting_a_file_of_the_log_leaves_the_baseline(tmp_path):
    log = predictions("binary", each=60)
    told = labels("binary", log)
    half = predictions("binary", seed=9, each=60).assign(id=lambda rows: "x" + rows["id"])
    with filed(tmp_path / "a", description("binary", reference=FILE), with_labels(log, told)) as store:
        take(store, tmp_path, log)
        before = measured(store)
        name = take(store, tmp_path, half)
        store.forget("m", name)
        assert_same_baselines(before, measured(store))


def test_a_store_made_before_has_the_champions_scores_and_reads_the_file_again_when_it_is_added(tmp_path):
    log = predictions("binary", each=60)
    text = description("binary", reference=FILE)
    rows = with_labels(log, labels("binary", log))
    with filed(tmp_path / "a", text, rows) as store:
        take(store, tmp_path, log)
        grids = outputs.grids(store, "m")
        expected = measured(store)
    path = tmp_path / "a" / "lookout.duckdb"
    with duckdb.connect(str(path)) as older:
        for table in ("reference_predictions", "reference_labels", "reference_scores"):
            older.execute(f"DROP TABLE m.{table}")
        older.execute("DELETE FROM migrations WHERE name LIKE 'm006%'")
    connect(path).close()
    with Store.open(path) as store:
        assert outputs.grids(store, "m") == grids
        assert performance.frames.words(measured(store)) == "", "its labels were not kept then"
        store.add(text, folder=tmp_path / "a")
        assert_same_baselines(expected, measured(store))
