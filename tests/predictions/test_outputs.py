"""Outputs and labels by the drift machinery: what raw rows say, against the reference of their version."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from monitoring import drift, performance, predictions
from monitoring.predictions.binning import bins
from monitoring.statistics import METHODS
from monitoring.statistics.merging import group_count, merged, quantile_groups
from monitoring.store.score_cubes import Tally
from monitoring.store.score_grids import ScoreGrid
from monitoring.windows import Window
from tests.store.scored_logs import description, keys, labels, opened, take
from tests.store.scored_logs import predictions as log_of

REFERENCE = "[reference]\nstart = 2026-01-01\nstop = 2026-01-15\n[reference.two]\nstart = 2026-01-08\n"
REFERENCE += "stop = 2026-01-18\n"
REFERENCE_OF_WEEK = "[reference]\nstart = 2026-01-01\nstop = 2026-01-08\n"
FIRST_DAYS = pd.Timestamp("2026-01-15")
FAR = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)


def moved(log, column):
    """The same log with lower outputs from 20 January on."""
    late = log["predicted_at"] >= pd.Timestamp("2026-01-20 06:00")
    return log.assign(**{column: np.where(late, log[column] * 0.6, log[column])})


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A store and a log for each task, made once."""
    stores, known = [], {}

    def make(task):
        if task not in known:
            folder = tmp_path_factory.mktemp(task)
            log = log_of(task, days=26, each=96, seed=3)
            if task != "multiclass":
                log = moved(log, "score" if task == "binary" else "prediction")
            shadow = log.assign(version="two")
            store = opened(folder, description(task, reference=REFERENCE))
            told = labels(task, log, share=0.9)
            take(store, folder, pd.concat([log, shadow], ignore_index=True))
            take(store, folder, told, "labels")
            stores.append(store)
            known[task] = store, log, told
        return known[task]

    yield make
    for store in stores:
        store.close()


def scores(task, log):
    if task == "multiclass":
        return log[["p_a", "p_b", "p_c"]].max(axis=1)
    return log["score" if task == "binary" else "prediction"]


def judged(store, task, method, version="one", against=None, **asked):
    found = performance.material(store, "m", version=version, known_at=FAR, **asked)
    material = predictions.outputs(store, found, against)
    return material, predictions.judged(found, material, method=method)


def by_bin(grid, values):
    """Rows counted over the bins of a grid, those outside and exactly at the minimum apart."""
    values = values.dropna().to_numpy()
    inner = np.histogram(values, [*grid.edges[:-1], np.nextafter(grid.edges[-1], -np.inf)])[0]
    return np.array([(values < grid.edges[0]).sum(), 0, *inner, (values >= grid.edges[-1]).sum()], float)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("method", ["kolmogorov_smirnov", "psi", "welch_t"])
def test_the_distance_of_a_score_is_that_of_its_rows_over_the_same_bins(made, task, method):
    store, log, _ = made(task)
    material, found = judged(store, task, method)
    day, value = keys(log["predicted_at"]), scores(task, log)
    grid = material.cubes.numeric.grids[0]
    inside = day < FIRST_DAYS
    reference = by_bin(grid, value[inside])
    for place in (16, 23):
        rows = value[day == pd.Timestamp(found.keys[place].start)]
        current = by_bin(grid, rows)
        given = {}
        if method == "psi":
            usual = np.array([float(np.median(value[inside].groupby(day[inside]).count()))])
            groups = quantile_groups(reference[None], group_count(usual))
            reference_bins, current = (
                merged(side[None, None], groups)[0, 0] for side in (reference, current)
            )
        else:
            reference_bins = reference
            if method == "welch_t":
                given = {
                    f"{name}_moments": [side.mean(), side.var(ddof=1)]
                    for name, side in (("reference", value[inside].dropna()), ("current", rows.dropna()))
                }
        expected = METHODS[method](reference_bins, current, **given)
        assert found.checks["chunk"].value[0, place] == pytest.approx(float(expected), abs=1e-9)
        assert found.checks["chunk"].rows[0, place] == rows.notna().sum()


def test_a_score_that_fell_is_told_with_its_size_its_limit_and_since_when(made):
    store, _, _ = made("binary")
    _, found = judged(store, "binary", "auto")
    before, after = (predictions.verdict(found, at=dt.datetime(2026, 1, day)) for day in (18, 25))
    assert (before.status, after.status) == ("green", "red")
    assert after.value > after.limit > 0
    assert after.since == dt.datetime(2026, 1, 20)
    assert "Score" in after.sentence
    assert after.n > 80


def test_rows_without_a_score_are_counted_as_missing(made):
    store, log, _ = made("binary")
    material, _ = judged(store, "binary", "auto")
    cube = material.cubes.numeric
    assert cube.missing.sum() == log["score"].isna().sum() > 0
    assert cube.n.sum() == len(log)


def test_a_versions_own_days_are_its_reference_and_what_lies_before_them_is_measured_and_grey(made):
    store, _, _ = made("binary")
    _, found = judged(store, "binary", "auto", "two")
    assert found.reference_words == "own reference of two, 2026-01-08 to 2026-01-18"
    assert found.keys[0].start == dt.datetime(2026, 1, 1)
    for scores in found.checks.values():
        assert set(scores.status[0, :7]) == {-1}
        assert {drift.frames.CODES[code] for code in scores.reason[0, :7]} == {"before_reference"}
    assert np.isfinite(found.checks["chunk"].value[0, :7]).all()
    assert (found.checks["chunk"].status[0, 7:] >= 0).any()


def test_a_reference_that_moves_is_respected(made):
    store, _, _ = made("binary")
    against = drift.parsed("rolling:7", store.model("m"))
    _, found = judged(store, "binary", "kolmogorov_smirnov", against=against)
    assert found.reference_words == "the 7 days before"
    fixed = judged(store, "binary", "kolmogorov_smirnov")[1]
    assert found.checks["chunk"].value[0, 20] != fixed.checks["chunk"].value[0, 20]


def test_the_class_mix_of_a_multiclass_model_is_judged_beside_its_confidence(made):
    store, log, _ = made("multiclass")
    material, found = judged(store, "multiclass", "auto")
    assert found.features == ("confidence", "class")
    chosen = log[["p_a", "p_b", "p_c"]].idxmax(axis=1).str.removeprefix("p_").value_counts()
    cube = material.cubes.categorical
    counted = dict(zip(cube.grids[0].categories, cube.counts[0].sum(axis=0), strict=False))
    assert counted == chosen.to_dict()


def test_decisions_of_a_binary_model_without_any_in_the_log_follow_its_threshold(made):
    store, log, _ = made("binary")
    found = predictions.classes(performance.material(store, "m", known_at=FAR))
    assert found is not None
    assert found.counts[:, 0].sum() == (log["score"] >= 0.3).sum()
    assert found.counts.sum() == log["score"].notna().sum()


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_labels_are_counted_by_day_of_prediction_on_mature_days_alone(made, task):
    store, log, told = made(task)
    at = dt.datetime(2026, 1, 24, 12, tzinfo=dt.UTC)
    found = performance.material(store, "m", known_at=at)
    assert not found.cohorts.final.all()
    material = predictions.labels(store, found)
    cube = material.cubes.categorical
    until = predictions.labels_known(found)
    assert cube.chunks == tuple(np.array(found.keys)[found.cohorts.final])
    assert until.replace(tzinfo=None) <= at.replace(tzinfo=None)
    when = told.assign(key=keys(told["labelled_at"]))
    when = when[when["key"] <= pd.Timestamp("2026-01-24")].sort_values(["labelled_at", "label"])
    last = when.groupby("id")["label"].last()
    rows = log.assign(day=keys(log["predicted_at"]), label=log["id"].map(last)).dropna(subset="label")
    for place, key in enumerate(cube.chunks):
        expected = rows.loc[rows["day"] == pd.Timestamp(key), "label"].value_counts().to_dict()
        got = dict(zip(cube.grids[0].categories, cube.counts[0, place], strict=False))
        assert {name: many for name, many in got.items() if many} == expected
    assert not drift.judged(material, as_of=until).complete[len(cube.chunks) :].any()


def test_labels_of_a_regression_are_values_over_the_references_bins(made):
    store, _, told = made("regression")
    found = performance.material(store, "m", known_at=FAR)
    cube = predictions.labels(store, found).cubes.numeric
    assert cube.features == ("label",)
    assert cube.counts.sum() == told["id"].nunique()


def tally_of(grid, values):
    slot = np.searchsorted(grid.edges, values, side="right")
    width = len(grid.edges) + 2
    parts = [np.bincount(slot, weight, width).astype(float) for weight in (values * 0 + 1, values, values**2)]
    nothing = np.zeros(width)
    return Tally(parts[0], nothing, nothing, parts[1], parts[2], nothing)


def test_probabilities_of_exactly_one_belong_to_the_highest_bin():
    grid = ScoreGrid("a", "score", tuple(np.arange(101) / 100))
    values = np.concatenate([np.random.default_rng(0).uniform(0.3, 1, 2000), np.ones(50)])
    found, place = bins(grid, tally_of(grid, values), "score")
    assert place[-1] == found.slots - 2
    assert np.bincount(place, tally_of(grid, values).counts[:-1], found.slots)[[0, -1]].tolist() == [0, 0]
    assert found.edges[0] == 0.3
    assert len(found.edges) <= 23


def test_a_score_that_is_always_the_same_is_constant_and_any_other_is_news(made):
    grid = ScoreGrid("a", "score", tuple(np.arange(101) / 100))
    found, place = bins(grid, tally_of(grid, np.full(90, 0.25)), "score")
    assert (found.edges, found.discrete) == ((0.25,), True)
    assert [place[np.searchsorted(grid.edges, one, side="right")] for one in (0.2, 0.25, 0.9)] == [0, 1, 2]


def test_a_version_without_rows_in_its_reference_is_grey_with_the_reason(made):
    store, _, _ = made("binary")
    found = performance.material(store, "m", known_at=FAR)
    nowhere = replace(found, reference=Window(dt.datetime(2026, 3, 1), dt.datetime(2026, 3, 15)))
    found = predictions.judged(nowhere, predictions.outputs(store, nowhere))
    answer = predictions.verdict(found, at=dt.datetime(2026, 1, 20))
    assert (answer.status, answer.reason) == ("grey", "before_reference")


def test_hours_are_chunks_where_the_model_has_them(tmp_path):
    log = log_of("binary", days=9, each=24 * 6)
    with opened(tmp_path / "s", description("binary", hours=True, reference=REFERENCE_OF_WEEK)) as store:
        take(store, tmp_path, log)
        one = predictions.assess(store, performance.material(store, "m", known_at=FAR))
    assert one.drift.keys[1].start - one.drift.keys[0].start == dt.timedelta(hours=1)
    assert one.rows.rows.sum() == len(log)
    at = one.drift.keys[40].start
    rows = log.loc[log["predicted_at"].dt.floor("h") == at, "score"]
    assert one.level.mean.value[40] == pytest.approx(rows.mean())
