"""Performance without labels, from a log through the profile: as from raw rows, and judged with care."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy import special
from sklearn import metrics as sk
from sklearn.isotonic import IsotonicRegression

from monitoring import performance, results
from monitoring.performance.judging import CODES
from tests.store.scored_logs import description

UTC = dt.UTC
FAR = dt.datetime(2027, 1, 1, tzinfo=UTC)
START = pd.Timestamp("2026-01-01 12:00")
PLAIN = 'name = "m"\ntask = "binary"\n[reference]\nstart = 2026-01-01\nstop = 2026-01-15\n'
CLASSES = np.array(["a", "b", "c"])


def scored(days=24, each=300, seed=0, moved=0.0, since=14):
    """Scores that mean less than they say, lower by ``moved`` on the logit scale since a day; and labels.

    Moving scores is a covariate shift: the probability behind each score stays what it was.
    """
    rng = np.random.default_rng(seed)
    day = np.repeat(np.arange(days), each)
    z = rng.normal(0, 1.5, days * each) + np.where(day >= since, moved, 0.0)
    label = (rng.uniform(size=day.size) < special.expit(0.7 * z - 0.3)).astype(int)
    at = START + pd.to_timedelta(day, unit="D") + pd.to_timedelta(np.tile(np.arange(each), days), unit="s")
    names = [f"r{i}" for i in range(day.size)]
    log = pd.DataFrame({"id": names, "predicted_at": at, "score": special.expit(z).round(4)})
    told = pd.DataFrame({"id": names, "label": label, "labelled_at": at + pd.Timedelta(hours=1)})
    return log, told


def estimated(store, *metrics, chunk="1 day", known_at=FAR, **asked):
    found = performance.material(store, "m", known_at=known_at, **asked)
    return performance.estimate(
        performance.assess(found, chunk=chunk, metrics=metrics or None, intervals=False)
    )


def soft(c, s, d):
    """Metrics of rows that are events with probability c, by scikit-learn with each row as both labels."""
    y = np.repeat([1, 0], len(c))
    weight, both, decision = np.concatenate([c, 1 - c]), np.tile(s, 2), np.tile(d, 2)
    return {
        "accuracy": sk.accuracy_score(y, decision, sample_weight=weight),
        "precision": sk.precision_score(y, decision, sample_weight=weight),
        "recall": sk.recall_score(y, decision, sample_weight=weight),
        "f1": sk.f1_score(y, decision, sample_weight=weight),
        "mcc": sk.matthews_corrcoef(y, decision, sample_weight=weight),
        "cohen_kappa": sk.cohen_kappa_score(y, decision, sample_weight=weight),
        "roc_auc": sk.roc_auc_score(y, both, sample_weight=weight),
        "average_precision": sk.average_precision_score(y, both, sample_weight=weight),
        "brier": sk.brier_score_loss(y, both, sample_weight=weight),
        "log_loss": sk.log_loss(y, both, sample_weight=weight),
        "prevalence": np.average(y, weights=weight),
    }


def test_estimates_from_the_profile_are_those_of_isotonic_regression_on_raw_rows(filled):
    log, told = scored()
    store = filled(PLAIN, ("predictions", log), ("labels", told))
    found = estimated(store)
    healthy = log["predicted_at"] < "2026-01-15"
    oracle = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
    oracle.fit(log.loc[healthy, "score"], told.loc[healthy, "label"])
    for place, (_, rows) in enumerate(log.groupby(log["predicted_at"].dt.date)):
        s = rows["score"].to_numpy()
        for metric, expected in soft(oracle.predict(s), s, s >= 0.5).items():
            value = found.scores[metric].estimate.value[place]
            assert value == pytest.approx(expected, abs=0.004), metric


def test_several_classes_are_estimated_one_against_the_rest(filled):
    rng = np.random.default_rng(1)
    log, _ = scored(days=20)
    p = rng.dirichlet([1.0, 1.5, 1.0], len(log)).round(4)
    true = (
        rng.uniform(size=(len(log), 1)) > (p**1.5 / (p**1.5).sum(axis=1, keepdims=True)).cumsum(axis=1)
    ).sum(1)
    log = log.drop(columns="score").assign(p_a=p[:, 0], p_b=p[:, 1], p_c=p[:, 2])
    told = pd.DataFrame(
        {"id": log["id"], "label": CLASSES[true.clip(0, 2)], "labelled_at": log["predicted_at"]}
    )
    text = description("multiclass", segments=False).replace("2026-01-03", "2026-01-15")
    store = filled(text.replace('champion = "one"', ""), ("predictions", log), ("labels", told))
    found = estimated(store, chunk="7 days")
    healthy = (log["predicted_at"] < "2026-01-15").to_numpy()
    mapped = np.column_stack(
        [
            IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
            .fit(p[healthy, k], told.loc[healthy, "label"] == CLASSES[k])
            .predict(p[:, k])
            for k in range(3)
        ]
    )
    week = ((log["predicted_at"].dt.normalize() - pd.Timestamp("2026-01-01")).dt.days // 7 == 2).to_numpy()
    decided = p.argmax(axis=1)
    each = [soft(mapped[week, k], p[week, k], decided[week] == k) for k in range(3)]
    for metric, of_class in (("macro_f1", "f1"), ("macro_recall", "recall"), ("macro_roc_auc", "roc_auc")):
        expected = np.mean([one[of_class] for one in each])
        assert found.scores[metric].estimate.value[2] == pytest.approx(expected, abs=0.006), metric
        assert found.classes["b"][of_class].value[2] == pytest.approx(each[1][of_class], abs=0.006)
    brier = sum(one["brier"] for one in each)
    assert found.scores["brier"].estimate.value[2] == pytest.approx(brier, abs=0.006)
    sure = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
    sure.fit(p[healthy].max(axis=1), CLASSES[decided[healthy]] == told.loc[healthy, "label"])
    right = sure.predict(p[week].max(axis=1)).mean()
    assert found.scores["accuracy"].estimate.value[2] == pytest.approx(right, abs=0.004)
    frame = performance.estimate_frames.frame(found)
    assert set(frame.loc[frame["subject"] == "class c", "measure"]) == {
        "estimated_precision", "estimated_recall", "estimated_f1", "estimated_roc_auc",
    }  # fmt: skip


def test_without_shift_what_labels_say_lies_within_the_interval_and_nothing_is_coloured(filled):
    log, told = scored(days=40)
    store = filled(PLAIN, ("predictions", log), ("labels", told))
    found = estimated(store, "accuracy", "roc_auc", "log_loss", "brier")
    for one in found.scores.values():
        told_of = ~np.isnan(one.realised)
        inside = (one.estimate.lower <= one.realised) & (one.realised <= one.estimate.upper)
        assert told_of.sum() == 26, "chunks of the reference are no record"
        assert inside[told_of].mean() >= 0.8
        assert (one.status < 1).all()
        assert {CODES[code] for code in one.reason[:14]} == {"of_reference"}
        assert one.record.count == 26
    assert (found.scores["accuracy"].status[14:] == 0).mean() > 0.85


def test_an_interval_that_holds_both_a_loss_and_none_is_grey(filled):
    log, told = scored(each=60)
    one = estimated(filled(PLAIN, ("predictions", log), ("labels", told)), "accuracy").scores["accuracy"]
    assert {CODES[code] for code in one.reason[14:]} == {"wide_interval"}
    assert (one.status == -1).all()
    assert (one.difference.upper[14:] >= 2 * one.amber).all()


@pytest.mark.parametrize(("moved", "colour"), [(0.0, "green"), (-2.0, "green"), (0.45, "amber")])
def test_an_estimated_loss_is_amber_and_never_red_and_a_gain_is_no_loss(filled, moved, colour):
    """Of rows that move towards 1/2 fewer are decided right; nobody has to tell their labels."""
    log, told = scored(each=2000, moved=moved)
    log["score"] = np.where(
        moved > 0.1, (log["score"] - 0.5) * np.where(np.arange(len(log)) < 28_000, 1, 0.2) + 0.5, log["score"]
    )
    told = told[: 14 * 2000]
    store = filled(PLAIN, ("predictions", log), ("labels", told))
    found = estimated(store, "accuracy")
    frame = performance.estimate_frames.frame(found)
    late = frame[frame["chunk_start"] >= "2026-01-15"]
    assert late["status"].value_counts().idxmax() == colour
    if colour == "amber":
        assert (late["effect"] > 2 * found.scores["accuracy"].amber).all(), "a realised loss so large is red"
        assert set(late["reason"]) == {"estimated_loss"}
        assert (late["upper"] < late["limit_low"] + found.scores["accuracy"].amber).all()


def test_a_chunks_own_labels_never_enter_its_interval(filled):
    log, told = scored(days=40)
    wrong = told.assign(label=np.where(np.arange(len(told)) >= 39 * 300, 1 - told["label"], told["label"]))
    frames = [
        performance.estimate_frames.frame(
            estimated(filled(PLAIN, ("predictions", log), ("labels", one), name=name), "accuracy")
        )
        for name, one in (("right", told), ("wrong", wrong))
    ]
    columns = ["value", "lower", "upper", "status"]
    pd.testing.assert_frame_equal(frames[0][columns].iloc[:40], frames[1][columns].iloc[:40])


def test_the_interval_comes_from_the_record_once_ten_earlier_chunks_are_mature(filled):
    log, told = scored(days=40)
    told["labelled_at"] += pd.Timedelta(days=3)
    found = estimated(filled(PLAIN, ("predictions", log), ("labels", told)), "accuracy").scores["accuracy"]
    assert found.learnt.tolist() == [False] * 26 + [True] * 14, (
        "14 of the reference, ten, and the labels of the last"
    )
    misses = np.sort(np.abs(found.estimate.value - found.realised)[14:37])
    half = (found.estimate.upper - found.estimate.lower)[39] / 2
    assert half == pytest.approx(misses[int(np.ceil(0.9 * 24)) - 1])


def test_rows_without_labels_count_and_later_labels_change_no_estimate_but_that_of_the_reference(filled):
    log, told = scored()
    few = told[(np.arange(len(told)) < 14 * 300)]
    whole, without = (
        estimated(filled(PLAIN, ("predictions", log), ("labels", one), name=name), "accuracy", "f1")
        for name, one in (("whole", told), ("few", few))
    )
    for metric in ("accuracy", "f1"):
        one, other = (found.scores[metric].estimate.value for found in (whole, without))
        np.testing.assert_allclose(one, other)
    assert without.scores["accuracy"].estimate.n.tolist() == [300.0] * 24
    assert without.scores["accuracy"].record.count == 0


def test_decisions_that_were_logged_go_before_the_threshold(filled):
    log, told = scored()
    never = log.assign(prediction=0)
    store = filled(PLAIN, ("predictions", never), ("labels", told))
    found = estimated(store, "recall", "accuracy", "prevalence")
    np.testing.assert_allclose(found.scores["recall"].estimate.value, 0.0)
    np.testing.assert_allclose(
        found.scores["accuracy"].estimate.value, 1 - found.scores["prevalence"].estimate.value
    )


def test_costs_are_estimated_where_the_models_file_prices_decisions(filled):
    log, told = scored()
    priced = PLAIN + '[costs]\ncurrency = "EUR"\nfalse_positive = 2\nfalse_negative = 9\n'
    found = estimated(filled(priced, ("predictions", log), ("labels", told)), "cost", "precision", "recall")
    rows = log[log["predicted_at"] >= "2026-01-24"]
    decided = (rows["score"] >= 0.5).sum()
    precision, recall = (found.scores[key].estimate.value[23] for key in ("precision", "recall"))
    hits = precision * decided
    paid = 2 * (decided - hits) + 9 * (hits / recall - hits)
    assert found.scores["cost"].estimate.value[23] == pytest.approx(paid / len(rows))


def grey(store, **asked):
    found = estimated(store, "accuracy", "roc_auc", **asked)
    frame = performance.estimate_frames.frame(found)
    assert set(frame["status"]) == {"grey"}
    assert frame["value"].isna().all()
    assert list(frame.columns) == list(results.COLUMNS)
    assert set(frame["measure"]) == {"estimated_accuracy", "estimated_roc_auc"}
    (reason,) = set(frame["reason"])
    assert reason == found.reason
    return found


@pytest.mark.parametrize(
    ("rows", "events", "reason"),
    [(0, 0, "no_baseline"), (150, 40, "few_reference_labels"), (400, 4, "few_reference_labels")],
)
def test_a_reference_without_labels_enough_is_no_ground_for_estimates(filled, rows, events, reason):
    log, told = scored()
    first = told[:rows].assign(label=np.arange(rows) < events)
    store = filled(PLAIN, ("predictions", log), ("labels", pd.concat([first, told[4200:]])))
    found = grey(store)
    assert found.reason == reason
    if events == 4:
        assert found.facts == {"have": "4", "kind": "events", "minimum": "10"}


def test_scores_that_are_no_probabilities_and_decisions_alone_give_no_estimate(filled):
    log, told = scored()
    wide = log.assign(score=log["score"] * 3 - 1)
    assert (
        grey(filled(PLAIN, ("predictions", wide), ("labels", told), name="wide")).reason
        == "not_probabilities"
    )
    bare = log.assign(prediction=(log["score"] >= 0.5).astype(int)).drop(columns="score")
    assert grey(filled(PLAIN, ("predictions", bare), ("labels", told), name="bare")).reason == "no_scores"


def test_a_version_is_grey_until_its_own_reference_is_complete(filled):
    log, told = scored(days=50)
    young = log[log["predicted_at"] >= "2026-01-20"].assign(version="two")
    store = filled(
        PLAIN.replace("[ref", '[versions]\nshadows = ["two"]\n[ref'),
        ("predictions", log.assign(version="champion")), ("predictions", young), ("labels", told),
    )  # fmt: skip
    before = grey(store, version="two", known_at=dt.datetime(2026, 2, 10, tzinfo=UTC))
    assert before.reason == "own_reference_incomplete"
    assert before.facts == {"version": "two", "start": "2026-01-20", "stop": "2026-02-17"}
    after = estimated(store, "accuracy", version="two")
    assert np.isfinite(after.scores["accuracy"].estimate.value).all()


def test_a_reference_file_with_labels_is_what_scores_are_learnt_from(filled, tmp_path):
    log, told = scored()
    file = log[:4200].merge(told[["id", "label"]], on="id").assign(age=1.0)
    file.to_parquet(tmp_path / "reference.parquet")
    text = f'name = "m"\ntask = "binary"\n[reference]\nfile = "{tmp_path}/reference.parquet"\n'
    by_file = estimated(filled(text, ("predictions", log), name="file"), "accuracy")
    by_window = estimated(filled(PLAIN, ("predictions", log), ("labels", told), name="window"), "accuracy")
    one, other = (found.scores["accuracy"].estimate.value for found in (by_file, by_window))
    np.testing.assert_allclose(one[-10:], other[-10:], atol=0.002)


def test_the_latest_chunks_are_pooled_and_judged_without_labels(filled):
    log, told = scored(days=35)
    store = filled(PLAIN, ("predictions", log), ("labels", told[: 14 * 300]))
    daily, weekly = (estimated(store, "accuracy", "roc_auc", chunk=chunk) for chunk in ("1 day", "7 days"))
    for metric in ("accuracy", "roc_auc"):
        now, week = performance.latest(daily, metric, chunks=7), weekly.scores[metric]
        assert now is not None
        assert now.value == pytest.approx(week.estimate.value[-1])
        assert now.lower == pytest.approx(week.estimate.lower[-1])
        assert now.loss == pytest.approx(week.difference.loss[-1])
        assert (now.rows, now.status, now.window.start) == (2100, "green", dt.datetime(2026, 1, 29))
    assert performance.latest(daily, "f1") is None


def test_the_errors_of_a_regression_need_rows(filled):
    log, told = scored()
    store = filled(
        PLAIN.replace("binary", "regression"),
        ("predictions", log.rename(columns={"score": "prediction"})), ("labels", told),
    )  # fmt: skip
    found = performance.estimate(performance.assess(performance.material(store, "m", known_at=FAR)))
    assert (found.reason, dict(found.scores)) == ("needs_rows", {})
