"""A champion beside its shadow: every number as raw rows have it, and laws that hold for any pair."""

import datetime as dt

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as sk

from monitoring import health, performance, shadow
from monitoring.arguments import QuestionError
from monitoring.questions import QUESTIONS
from monitoring.shadow import gains
from monitoring.statistics.paired import areas
from monitoring.store import Refused, trials
from monitoring.windows import Window
from tests.shadow.conftest import logs


def metric(found, key):
    return {one.key: one for one in performance.metrics_of(found.model)}[key]


def every(found):
    return np.arange(len(found.keys))


def sides(task, rows):
    """Decisions and scores of both versions, champion first."""
    names = ("one", "two")
    if task == "multiclass":
        chances = [rows[[f"p_{c}_{v}" for c in "abc"]].to_numpy() for v in names]
        return [np.array(list("abc"))[c.argmax(1)] for c in chances], chances
    column = "score" if task == "binary" else "prediction"
    scores = [rows[f"{column}_{v}"].to_numpy() for v in names]
    return [np.where(s >= 0.4, "1", "0") for s in scores], scores


# --- as raw rows have it ------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [1.0, 0.4])
def test_a_binary_shadow_is_measured_on_the_shared_rows_as_scikit_learn_measures_it(both, share):
    store, rows = both("binary", share)
    found = shadow.read(store, "m", "two")
    decided, scores = sides("binary", rows)
    y = (rows["label"] == "1").astype(int)
    oracle = {
        "accuracy": [sk.accuracy_score(rows["label"], d) for d in decided],
        "f1": [sk.f1_score(y, d == "1") for d in decided],
        "mcc": [sk.matthews_corrcoef(y, d == "1") for d in decided],
        "brier": [sk.brier_score_loss(y, s) for s in scores],
        "log_loss": [sk.log_loss(y, np.clip(s, 1e-12, 1)) for s in scores],
    }
    assert found.labelled.sum() == found.rows.sum() == len(rows)
    for key, (ours, theirs) in oracle.items():
        one = gains.gain(found, metric(found, key), every(found))
        assert float(one.champion.value) == pytest.approx(ours, rel=1e-6), key
        assert float(one.shadow.value) == pytest.approx(theirs, rel=1e-6), key
        sign = -1 if key in ("brier", "log_loss") else 1
        assert float(one.gain) == pytest.approx(sign * (theirs - ours), abs=1e-7), key
        assert one.lower <= one.gain <= one.upper
    area = gains.gain(found, metric(found, "roc_auc"), every(found))
    exact = areas.area_difference(*scores, y)
    assert float(area.gain) == pytest.approx(float(exact.difference), abs=1e-3)
    assert abs(float(area.gain) - float(exact.difference)) <= float(area.bound)
    coarse = gains.course(found, metric(found, "roc_auc"), [every(found)])
    assert float(coarse.error[0]) == pytest.approx(float(exact.error), rel=0.03)


def test_a_row_mean_has_the_error_of_the_paired_t_test_and_of_days(both):
    store, rows = both("binary")
    found = shadow.read(store, "m", "two")
    y, scores = (rows["label"] == "1").astype(float), sides("binary", rows)[1]
    d = (scores[1] - y) ** 2 - (scores[0] - y) ** 2
    one = gains.course(found, metric(found, "brier"), [np.array([3]), np.array([4, 5])])
    day = rows["predicted_at_one"].dt.normalize().rank(method="dense").astype(int) - 1
    for place, chosen in enumerate(([3], [4, 5])):
        part = d[day.isin(chosen)]
        assert float(one.n[place]) == len(part)
        assert float(one.error[place]) == pytest.approx(part.std(ddof=1) / np.sqrt(len(part)), rel=1e-6)
        oracle = stats.ttest_1samp(part, 0.0)
        assert float(one.p_value[place]) == pytest.approx(oracle.pvalue, rel=1e-6)


def test_several_classes_are_measured_as_scikit_learn_measures_them(both):
    store, rows = both("multiclass", 0.6)
    found = shadow.read(store, "m", "two")
    decided, chances = sides("multiclass", rows)
    truth = np.array(rows["label"].to_numpy()[:, None] == np.array(list("abc")), float)
    oracle = {
        "accuracy": [sk.accuracy_score(rows["label"], d) for d in decided],
        "macro_f1": [sk.f1_score(rows["label"], d, average="macro") for d in decided],
        "brier": [((c - truth) ** 2).sum(axis=1).mean() for c in chances],
    }
    for key, (ours, theirs) in oracle.items():
        one = gains.gain(found, metric(found, key), every(found))
        assert float(one.champion.value) == pytest.approx(ours, rel=1e-6), key
        assert float(one.shadow.value) == pytest.approx(theirs, rel=1e-6), key
        assert one.lower < one.gain < one.upper


def test_a_regression_is_measured_row_by_row(both):
    store, rows = both("regression", 0.6)
    found = shadow.read(store, "m", "two")
    scores, label = sides("regression", rows)[1], rows["label"].to_numpy()
    errors = [s - label for s in scores]
    oracle = {
        "mae": [np.abs(e).mean() for e in errors], "rmse": [np.sqrt((e**2).mean()) for e in errors],
        "bias": [e.mean() for e in errors],
    }  # fmt: skip
    for key, (ours, theirs) in oracle.items():
        one = gains.gain(found, metric(found, key), every(found))
        assert float(one.change) == pytest.approx(theirs - ours, rel=1e-6), key
    d = np.abs(errors[1]) - np.abs(errors[0])
    one = gains.course(found, metric(found, "mae"), [every(found)])
    assert float(one.error[0]) >= d.std(ddof=1) / np.sqrt(len(d)) * (1 - 1e-9)
    root = gains.course(found, metric(found, "rmse"), [every(found)])
    means = [np.sqrt((e**2).mean()) for e in errors]
    gradient = errors[1] ** 2 / (2 * means[1]) - errors[0] ** 2 / (2 * means[0])
    assert float(root.error[0]) == pytest.approx(gradient.std() / np.sqrt(len(d)), rel=0.01)


def test_what_decisions_cost_is_compared_row_by_row(both):
    store, rows = both("binary")
    found = shadow.read(store, "m", "two")
    y = rows["label"].to_numpy()
    cost = [np.where(d == y, 0, np.where(y == "1", 5, 1)) for d in sides("binary", rows)[0]]
    one = gains.gain(found, metric(found, "cost"), every(found))
    assert float(one.change) == pytest.approx((cost[1] - cost[0]).mean())
    n, total, squares = gains.loss_sums(found, "cost")
    assert total.sum() == pytest.approx((cost[1] - cost[0]).sum())
    assert squares.sum() == pytest.approx(((cost[1] - cost[0]) ** 2).sum())
    assert n.sum() == len(rows)


def test_agreement_needs_no_labels_and_says_how_many_requests_are_paired(both):
    store, rows = both("binary", 0.4)
    found = shadow.read(store, "m", "two")
    alike = shadow.agreeing(found, [every(found)])
    decided = sides("binary", rows)[0]
    assert float(alike.decisions.rate[0]) == pytest.approx((decided[0] == decided[1]).mean())
    assert float(alike.decisions.kappa[0]) == pytest.approx(sk.cohen_kappa_score(*decided))
    assert float(alike.pairing[0]) == pytest.approx(0.4, abs=0.01)
    gap = np.subtract(*sides("binary", rows)[1][::-1])
    assert float(alike.score[0].value) == pytest.approx(gap.mean())
    edges, counts = shadow.score_differences(store, found)
    np.testing.assert_array_equal(
        counts, np.bincount(np.searchsorted(edges, gap, side="right"), minlength=len(edges) + 1)
    )


def test_segments_are_ordered_by_how_much_versions_differ_there(both):
    store, rows = both("binary")
    found = shadow.read(store, "m", "two")
    parts = shadow.by_segment(shadow.every_segment(store, found))
    decided = sides("binary", rows)[0]
    alike = decided[0] == decided[1]
    for one in parts:
        assert one.rate == pytest.approx(alike[rows["city_one"] == one.segment[1]].mean())
    assert [one.rate for one in parts] == sorted(one.rate for one in parts)


# --- laws ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_exchanged_roles_flip_every_sign_exactly(both, task):
    store, _ = both(task)
    there, back = shadow.read(store, "m", "two"), shadow.read(store, "m", "one", champion="two")
    for one in performance.metrics_of(there.model):
        if one.better == "neither" or one.costly:
            continue
        ahead, behind = (gains.course(side, one, [every(side)]) for side in (there, back))
        np.testing.assert_array_equal(ahead.change, -behind.change)
        if one.reads != "decisions" or task == "regression":
            np.testing.assert_allclose(ahead.error, behind.error, rtol=1e-9)


def test_a_version_beside_its_copy_agrees_always_and_gets_no_verdict(filled):
    one, _, told = logs("binary")
    copy = one.assign(version="two")
    store = filled("binary", ("predictions", one), ("predictions", copy), ("labels", told))
    found = shadow.read(store, "m", "two")
    assert float(shadow.agreeing(found, [every(found)]).decisions.rate[0]) == 1.0
    for key in ("accuracy", "brier", "roc_auc", "f1"):
        same = gains.gain(found, metric(found, key), every(found))
        assert float(same.gain) == 0.0
        assert float(same.p_value) == 1.0
    trial = trials.register(store, trials.Trial("m", "one", "two", "brier", 0.01, 900, 9000))
    assert {one.code for one in shadow.judged(store, found, trial).path} <= {"keep_collecting", "not_worse"}
    for key, step in (("accuracy", 1), ("cost", 5)):  # what one more row would change bounds what is known
        same = gains.gain(found, metric(found, key), every(found))
        n = float(same.n)
        assert float(same.error) == pytest.approx(step * np.sqrt(2 / (n - 1) / n))
        terms = trials.Trial("m", "one", "two", key, step * 1e-4, 900, 9000)
        judged = shadow.judged(store, found, trials.register(store, terms))
        assert {one.code for one in judged.path} == {"keep_collecting"}


def test_days_added_up_are_one_pass(both):
    store, _ = both("binary")
    found = shadow.read(store, "m", "two")
    by_day = gains.course(found, metric(found, "brier"), [np.array([i]) for i in range(len(found.keys))])
    whole = gains.gain(found, metric(found, "brier"), every(found))
    mean = np.nansum(by_day.change * by_day.n) / by_day.n.sum()
    assert float(whole.change) == pytest.approx(mean, rel=1e-9)


# --- trials -------------------------------------------------------------------------------------------------


def test_a_trial_is_followed_over_final_pairs_in_the_metrics_own_direction(both):
    store, _ = both("binary")
    found = shadow.read(store, "m", "two")
    trial = trials.register(
        store, trials.Trial("m", "one", "two", "brier", 0.01, 1000, 5000, segments=(("city", "Rome"),))
    )
    judged = shadow.judged(store, found, trial)
    assert judged.rows == found.labelled[found.final].sum()
    assert float(judged.course.value[-1]) > 0  # a smaller loss is a gain
    assert judged.verdict.code == "better"
    assert judged.verdict.promote
    assert "is better by Brier" in shadow.verdict.sentence(judged)
    assert judged.segments[0][0] == ("city", "Rome")
    late = trials.Trial("m", "one", "two", "brier", 0.01, 1000, 5000, since=dt.datetime(2026, 1, 20))
    assert shadow.judged(store, found, late).rows < judged.rows / 2


def test_a_trial_is_kept_as_it_was_registered_and_a_new_entry_is_in_force(both):
    store, _ = both("binary")
    first = trials.Trial("m", "one", "two", "accuracy", 0.02, 100, 1000, author="Ada", note="first")
    trials.register(store, first)
    second = trials.Trial("m", "one", "two", "brier", 0.01, 100, 1000, author="Bob")
    trials.register(store, second)
    kept = trials.registered(store, "m")
    assert [one.author for one in kept] == ["Bob", "Ada"]
    assert kept[1].note == "first"
    assert trials.in_force(kept, "two", "one") == kept[0]
    assert trials.in_force(kept, "one", "three") is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"margin": 0.0}, "margin"),
        ({"planned": 0}, "planned"),
        ({"planned": 2000}, "planned"),
        ({"shadow": "one"}, "two versions"),
        ({"level": 1.0}, "confidence"),
    ],
)
def test_a_trial_that_makes_no_sense_is_refused_in_words(both, change, said):
    store, _ = both("binary")
    given = {"model": "m", "champion": "one", "shadow": "two", "metric": "brier", "margin": 0.01,
             "planned": 100, "most": 1000} | change  # fmt: skip
    with pytest.raises(Refused, match=said):
        trials.register(store, trials.Trial(**given))
    assert trials.registered(store, "m") == []


def test_a_decision_needs_a_reason_and_stays_with_the_words_it_was_made_on(both):
    store, _ = both("binary")
    with pytest.raises(Refused, match="say why"):
        trials.decide(store, trials.Decision("m", "one", "two", "promote", " "))
    trials.decide(store, trials.Decision("m", "one", "two", "extend", "more data", "not decided yet", "Ada"))
    (kept,) = trials.decisions(store, "m")
    assert (kept.decided, kept.reason, kept.verdict, kept.author) == (
        "extend", "more data", "not decided yet", "Ada",
    )  # fmt: skip
    store.remove("m")
    assert trials.decisions(store, "m") == []


# --- the frame and the command ------------------------------------------------------------------------------


def test_the_frame_tells_every_measure_of_every_chunk_and_judges_none(both):
    store, _ = both("binary")
    trials.register(store, trials.Trial("m", "one", "two", "brier", 0.01, 1000, 5000))
    model = store.model("m")
    data = QUESTIONS["shadow"](store, model, {"metric": "brier"}, "1 day")
    by_chunk = data[~data["measure"].str.startswith("verdict")]
    assert set(by_chunk["measure"]) == {
        "pairing",
        "agreement",
        "kappa",
        "score_difference",
        "brier",
        "estimated_brier",
    }
    assert set(by_chunk["status"]) == {"grey"}
    assert set(by_chunk["reason"]) == {"trial_judges"}
    verdict = data[data["measure"] == "verdict_brier"]
    assert verdict["status"].iloc[-1] == "green"
    assert verdict["reason"].iloc[-1] == "shadow_better"
    assert verdict["reason"].iloc[0] == "trial_young"
    found = shadow.read(store, "m", "two")
    part = shadow.frames.frame(
        found, [metric(found, "brier")], window=Window(dt.datetime(2026, 1, 3), dt.datetime(2026, 1, 5))
    )
    assert part["chunk_start"].nunique() == 2


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"version": "three"}, "no request"),
        ({"version": "one"}, "another one"),
        ({"metric": "size"}, "unknown"),
    ],
)
def test_a_wrong_question_is_answered_in_words(both, asked, said):
    store, _ = both("binary")
    with pytest.raises(QuestionError, match=said):
        QUESTIONS["shadow"](store, store.model("m"), asked, "1 day")


def test_health_tells_of_a_running_trial_and_is_never_coloured_by_it(both):
    store, _ = both("binary")
    model = store.model("m")
    before = health.health(store, model)
    assert "shadow" not in {one.name for one in before.signals}
    version = store.data_version("m")
    trials.register(store, trials.Trial("m", "two", "one", "brier", 0.001, 1000, 5000))
    assert store.data_version("m") != version, "what a page remembers is forgotten"
    after = health.health(store, store.model("m"))
    assert after.status == before.status
    told = next(one for one in after.signals if one.name == "shadow")
    assert (told.status, told.reason, told.page) == ("red", "shadow_worse", "shadow")
    assert told.value < 0
