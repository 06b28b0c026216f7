"""Every check fires on a planted fault and is silent where nothing is wrong."""

import numpy as np
import pandas as pd
import pytest

from monitoring import quality
from monitoring.quality import CHECKS
from monitoring.reasons import REASONS
from monitoring.results import COLUMNS
from monitoring.statistics.severity import AMBER, GREY
from monitoring.store import Store
from tests.quality.faults import CLEAN, clean, faulty

# Where each fault is planted, and the worst colour it must have on the last day.
PLANTED = {
    "missing": "gaps",
    "non_finite": "weight",
    "below_range": "age",
    "above_range": "hours",
    "beyond_quantiles": "hours",
    "unseen": "city",
    "varying": "only",
    "constant": "steady",
    "volume": "rows",
    "stale": "rows",
    "column_missing": "flag",
    "column_new": "extra",
    "duplicate_ids": "rows",
    "duplicate_rows": "rows",
    "changed_type": "gain",
    "rule": "a week has its hours",
    "label_unknown": "labels",
    "label_early": "labels",
}


def put(store, folder, name, frame, kind="predictions"):
    path = folder / f"{name}.{'csv' if name == 'odd' else 'parquet'}"
    frame.to_csv(path, index=False) if name == "odd" else frame.to_parquet(path)
    return store.ingest("m", path, kind)


@pytest.fixture(scope="module")
def wrong(tmp_path_factory):
    """A store with every fault, a few days after the last row."""
    folder = tmp_path_factory.mktemp("wrong")
    first, last, odd, labels = faulty()
    with Store.open(folder / "lookout.duckdb") as store:
        store.add(CLEAN)
        for name, frame in (("first", first), ("last", last), ("odd", odd)):
            put(store, folder, name, frame)
        put(store, folder, "labels", labels, "labels")
        yield store


@pytest.fixture(scope="module")
def quiet(tmp_path_factory):
    folder = tmp_path_factory.mktemp("quiet")
    with Store.open(folder / "lookout.duckdb") as store:
        store.add(CLEAN)
        put(store, folder, "log", clean())
        yield store


@pytest.fixture(scope="module")
def calm(quiet):
    return quality.read(quiet, "m")


@pytest.fixture(scope="module")
def found(wrong):
    return quality.read(wrong, "m", as_of=wrong.span("m").data_until + pd.Timedelta(days=6))


@pytest.mark.parametrize("key", CHECKS)
def test_every_check_fires_on_its_planted_fault(found, key):
    group = found.place(key, PLANTED[key])
    assert found.cells[group].max() >= AMBER, key
    day = int(np.flatnonzero(found.cells[group] >= AMBER)[0])
    assert day >= 65, "nothing was wrong before"
    row = int(found.decided[group, day])
    assert found.rows.value[row, day] > 0 or key == "volume"


def test_the_planted_faults_make_the_quality_red_in_words(found):
    one = quality.verdict(found)
    assert one.status == "red"
    assert one.findings[0].counted
    assert one.measure in CHECKS
    assert "since" in one.sentence or one.since is not None


@pytest.mark.parametrize("key", CHECKS)
def test_every_check_is_silent_on_a_clean_stream(calm, key):
    one = calm
    rows = [place for place, check in enumerate(one.rows.checks) if check == key]
    status = one.rows.status[rows]
    assert (status >= AMBER).sum() <= 0.01 * max((status > GREY).sum(), 1)


def test_a_clean_stream_is_green_from_its_second_day_on(calm):
    assert set(calm.quality[1:-1].tolist()) == {0}
    assert "nothing is wrong" in quality.verdict(calm).sentence


def test_the_tidy_frame_has_a_row_per_check_subject_window_and_chunk(calm):
    one = calm
    data = quality.frames.frame(one)
    assert list(data.columns) == list(COLUMNS)
    assert len(data) == one.rows.status.size
    assert set(data["measure"]) <= set(CHECKS)
    assert set(data["reason"]) <= {"", *REASONS}
    missing = data[(data["measure"] == "missing") & (data["subject"] == "gaps")]
    spans = (missing["chunk_stop"] - missing["chunk_start"]).dt.days
    assert set(spans) == {1, 7, 28}
    day = missing[(spans == 1) & (missing["chunk_start"] == pd.Timestamp("2026-02-10", tz="UTC"))].iloc[0]
    log = clean()
    rows = log[log["predicted_at"].dt.date == pd.Timestamp("2026-02-10").date()]
    assert day["n"] == len(rows)
    assert day["value"] == pytest.approx(rows["gaps"].isna().mean())
    longest = missing[(spans == 28) & (missing["chunk_stop"] == pd.Timestamp("2026-03-10", tz="UTC"))].iloc[0]
    inside = log["predicted_at"].between("2026-02-10", "2026-03-10", inclusive="left")
    assert longest["value"] == pytest.approx(log.loc[inside, "gaps"].isna().mean())


def test_a_segment_has_the_checks_of_the_profile_alone(tmp_path):
    log = clean(days=31, each=40)
    with Store.open(tmp_path / "lookout.duckdb") as store:
        store.add(CLEAN + '[segments]\ncolumns = ["flag"]\n')
        put(store, tmp_path, "log", log)
        one = quality.read(store, "m", segment=("flag", "no"))
        assert {CHECKS[key].needs for key in one.rows.checks} <= {"numbers", "categories", "features"}
        with pytest.raises(ValueError, match="no check 'psi'"):
            quality.read(store, "m", checks=["psi"])


def test_a_model_without_a_reference_has_what_needs_none(tmp_path):
    with Store.open(tmp_path / "lookout.duckdb") as store:
        store.add('name = "m"\ntask = "binary"\nclock = "last row"\n')
        with pytest.raises(quality.NoRowsError):
            quality.read(store, "m")
        put(store, tmp_path, "log", clean(days=31, each=40))
        one = quality.read(store, "m")
        assert set(one.rows.checks) == {"volume", "stale", "duplicate_rows", "duplicate_ids"}
        assert one.quality[-2] == 0


def test_excluded_features_are_told_and_colour_nothing(wrong):
    before = wrong.toml("m")
    try:
        wrong.add(CLEAN.replace("[reference]", 'exclude = ["gaps"]\n[reference]', 1))
        one = quality.read(wrong, "m")
        finding = next(
            one for one in quality.verdict(one).findings if (one.check, one.subject) == ("missing", "gaps")
        )
        assert finding.status in ("amber", "red")
        assert not finding.counted
    finally:
        wrong.add(before)


def test_every_check_says_what_it_counts_and_has_a_reason():
    for check in CHECKS.values():
        assert check.words.endswith("."), check.key
        assert check.reason in REASONS
        assert check.levels.amber <= check.levels.red
