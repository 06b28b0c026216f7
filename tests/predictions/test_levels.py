"""Levels and shares of outputs: those of the raw rows, exactly or within the bin."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from monitoring import performance, predictions, results
from monitoring.predictions.frames import levels
from monitoring.statistics.mean_shift import mean_shift
from tests.store.scored_logs import description, keys, opened, take
from tests.store.scored_logs import predictions as log_of

REFERENCE = "[reference]\nstart = 2026-01-01\nstop = 2026-01-09\n"
FAR = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
CLASSES = ["p_a", "p_b", "p_c"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """An assessment, its frame and its log, by task; made once."""
    stores, known = [], {}

    def make(task):
        if task not in known:
            folder = tmp_path_factory.mktemp(task)
            log = log_of(task, days=12, each=144, seed=5)
            store = opened(folder, description(task, reference=REFERENCE))
            take(store, folder, log)
            stores.append(store)
            one = predictions.assess(store, performance.material(store, "m", known_at=FAR))
            known[task] = one, predictions.frames.frame(one), log
        return known[task]

    yield make
    for store in stores:
        store.close()


def by_day(task, log):
    """The output of each row that has one, and its day."""
    if task == "multiclass":
        value = log[CLASSES].max(axis=1)
    else:
        value = log["score" if task == "binary" else "prediction"]
    rows = pd.DataFrame({"day": keys(log["predicted_at"]), "value": value, **log.filter(CLASSES)})
    return rows.dropna(subset="value")


def column(frame, measure, name="value", subject=None):
    rows = frame[frame["measure"] == measure]
    rows = rows if subject is None else rows[rows["subject"] == subject]
    days = rows["chunk_start"].dt.tz_convert("America/New_York").dt.tz_localize(None)
    return dict(zip(days, rows[name], strict=True))


MEAN = {"binary": "mean_score", "multiclass": "mean_confidence", "regression": "mean_score"}


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_means_and_quantiles_are_those_of_the_rows(made, task):
    one, frame, log = made(task)
    edges = np.asarray(one.found.cubes[performance.outcomes.main_subject(one.found.model)].grid.edges)
    for day, rows in by_day(task, log).groupby("day"):
        assert column(frame, MEAN[task])[day] == pytest.approx(rows["value"].mean(), abs=1e-9)
        ends = stats.t.interval(0.95, len(rows) - 1, rows["value"].mean(), stats.sem(rows["value"]))
        assert [column(frame, MEAN[task], end)[day] for end in ("lower", "upper")] == pytest.approx(ends)
        for measure, share in (("quantile_10", 0.1), ("quantile_90", 0.9)):
            raw = np.quantile(rows["value"], share)
            slot = np.searchsorted(edges, raw, side="right")
            width = edges[min(slot, len(edges) - 1)] - edges[max(slot - 1, 0)]
            assert column(frame, measure)[day] == pytest.approx(raw, abs=2 * width + 1e-9), (day, measure)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_the_shift_of_the_mean_has_the_interval_of_welchs_test_against_the_rest_of_the_reference(made, task):
    _, frame, log = made(task)
    rows = by_day(task, log)
    inside = rows["day"] < pd.Timestamp("2026-01-09")
    for day in (pd.Timestamp("2026-01-03"), pd.Timestamp("2026-01-11")):
        now = rows.loc[rows["day"] == day, "value"]
        before = rows.loc[inside & (rows["day"] != day), "value"]
        test = stats.ttest_ind(now, before, equal_var=False)
        ends = test.confidence_interval(0.95)
        assert column(frame, "mean_shift")[day] == pytest.approx(now.mean() - before.mean(), abs=1e-9)
        got = [column(frame, "mean_shift", end)[day] for end in ("lower", "upper")]
        assert got == pytest.approx([ends.low, ends.high], abs=1e-9)


def test_what_was_decided_is_a_share_with_wilsons_interval(made):
    _, frame, log = made("binary")
    for day, rows in by_day("binary", log).groupby("day"):
        hits = int((rows["value"] >= 0.3).sum())
        assert column(frame, "share_positive")[day] == pytest.approx(hits / len(rows))
        ends = stats.binomtest(hits, len(rows)).proportion_ci(method="wilson")
        got = [column(frame, "share_positive", end)[day] for end in ("lower", "upper")]
        assert got == pytest.approx([ends.low, ends.high])


def test_each_class_of_a_multiclass_model_has_its_share(made):
    _, frame, log = made("multiclass")
    for day, rows in by_day("multiclass", log).groupby("day"):
        chosen = rows[CLASSES].idxmax(axis=1)
        for name in "abc":
            share = column(frame, "share", subject=f"class {name}")[day]
            assert share == pytest.approx((chosen == f"p_{name}").mean())


@pytest.mark.parametrize("task", ["binary", "multiclass"])
@pytest.mark.parametrize("below", [0.55, 0.6, 0.8])
def test_the_share_below_a_confidence_and_its_mean_are_those_of_the_rows(made, task, below):
    one, _, log = made(task)
    frame = levels(one, low=below)
    for day, rows in by_day(task, log).groupby("day"):
        value = rows["value"]
        sure = np.maximum(value, 1 - value).round(9) if task == "binary" else value
        assert column(frame, "mean_confidence")[day] == pytest.approx(sure.mean(), abs=1e-9)
        # Of a binary model's rows those at exactly 1 - c may stand one cell too low.
        ties = (value.round(9) == round(1 - below, 9)).sum() if task == "binary" else 0
        few = (sure < below).sum() / len(rows)
        assert few <= column(frame, "low_confidence")[day] + 1e-12 <= few + ties / len(rows) + 1e-9


def test_the_bound_of_confidence_moves_to_the_nearest_edge(made):
    one, _, _ = made("binary")
    assert levels(one, low=0.6004).equals(levels(one, low=0.6))
    assert not levels(one, low=0.62).equals(levels(one, low=0.6))


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_entropy_is_the_mean_over_rows(made, task):
    _, frame, log = made(task)
    for day, rows in by_day(task, log).groupby("day"):
        p = np.stack([rows["value"], 1 - rows["value"]]) if task == "binary" else rows[CLASSES].to_numpy().T
        assert column(frame, "entropy")[day] == pytest.approx(stats.entropy(p.clip(1e-300)).mean(), abs=1e-3)


def test_scores_that_are_few_exact_values_are_sure_or_not_to_the_row(tmp_path):
    log = log_of("binary", days=10, each=48)
    log["score"] = np.random.default_rng(1).choice([0.2, 0.4, 0.5, 0.6, 0.9], len(log))
    with opened(tmp_path / "s", description("binary", reference=REFERENCE)) as store:
        take(store, tmp_path, log)
        one = predictions.assess(store, performance.material(store, "m", known_at=FAR))
    rows = by_day("binary", log)
    for below, low in ((0.6, [0.5]), (0.602, [0.4, 0.5, 0.6])):
        got = column(levels(one, low=below), "low_confidence")
        for day, part in rows.groupby("day"):
            assert got[day] == pytest.approx(part["value"].isin(low).mean())


def test_every_row_of_the_frame_names_its_version_and_says_why_it_has_no_colour(made):
    _, frame, _ = made("binary")
    assert list(frame.columns) == list(results.COLUMNS)
    assert set(frame["version"]) == {"one"}
    told = frame[frame["measure"].isin(["mean_score", "share_positive", "entropy"])]
    assert set(told["status"]) == {"grey"}
    assert set(told["reason"]) == {"told_only"}
    judged = frame[frame["measure"] == "kolmogorov_smirnov"]
    assert judged["limit_high"].notna().all()
    assert judged["noise_floor"].notna().all()


def test_a_mean_of_one_row_or_of_none_has_no_interval():
    found = mean_shift((10, 5.0, 4.0), ([0, 1, 3], [0.0, 1.0, 3.0], [0.0, 1.0, 3.0]))
    assert np.isnan(found.value).tolist() == [True, False, False]
    assert np.isnan(found.lower).tolist() == [True, True, False]


def test_samples_that_do_not_vary_have_a_shift_without_doubt():
    found = mean_shift((4, 4.0, 4.0), (5, 10.0, 20.0))
    assert (float(found.value), float(found.lower), float(found.upper)) == (1.0, 1.0, 1.0)
