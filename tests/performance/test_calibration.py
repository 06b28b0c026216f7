"""Calibration through a store: that of raw rows, judged beside noise, and said in words."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy import special
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss

from monitoring import commands, performance, results
from monitoring.performance.calibration import RARE
from monitoring.performance.calibration_signal import latest
from monitoring.statistics.calibration import reliability
from tests.store.scored_logs import description, known, labels, predictions

UTC = dt.UTC
FAR = dt.datetime(2027, 1, 1, tzinfo=UTC)
PLAIN = 'name = "m"\ntask = "binary"\n[reference]\nstart = 2026-01-01\nstop = 2026-01-11\n'
HOSTILE = "<b>a</b> | $x$"


def scored(days=30, each=300, shift=0.0, slope=1.0, turn=10, seed=0):
    """Scores that are right in the reference; from day ``turn`` on the event's logit is another line."""
    rng = np.random.default_rng(seed)
    count = days * each
    day = np.arange(count) // each
    at = pd.Timestamp("2026-01-01 12:00") + pd.to_timedelta(day, unit="D")
    score = special.expit(rng.normal(-0.5, 1.2, count)).round(4)
    logit = special.logit(score)
    chance = special.expit(np.where(day >= turn, shift + slope * logit, logit))
    return pd.DataFrame(
        {
            "id": [f"r{i}" for i in range(count)],
            "predicted_at": at,
            "score": score,
            "label": (rng.random(count) < chance).astype(int),
            "labelled_at": at,
        }
    )


def assessed(store, chunk=None, **asked):
    found = performance.material(store, "m", **{"known_at": FAR, **asked})
    return performance.assess(found, chunk=chunk, metrics=[], intervals=False)


def calibrated(store, chunk=None, subject=None, wide=False, **asked):
    return performance.calibration.calibration(
        assessed(store, chunk, **asked), subject=subject, equal_width=wide
    )


def framed(store, chunk=None, measure=None, **asked):
    return performance.calibration_frames.every_output(assessed(store, chunk, **asked), measure)


def in_bins(one, score, label):
    """The expected and the largest calibration error of rows, over the bins of the store."""
    edges = np.asarray(one.assessment.material.cubes[one.subject].grid.edges)
    place = one.groups[np.searchsorted(edges, score, side="right")]
    parts = [
        (np.mean(place == b), abs(np.mean(score[place == b]) - np.mean(label[place == b])), sum(place == b))
        for b in np.unique(place)
    ]
    return sum(w * gap for w, gap, _ in parts), max((gap for _, gap, n in parts if n >= 20), default=np.nan)


@pytest.mark.parametrize("until", [None, dt.datetime(2026, 1, 3)])
@pytest.mark.parametrize("wide", [False, True])
def test_every_chunk_is_measured_as_its_rows_are(filled, wide, until):
    log = predictions("binary", each=200)
    told = labels("binary", log)
    store = filled(description("binary"), ("predictions", log), ("labels", told))
    at = FAR if until is None else until.replace(tzinfo=UTC) + dt.timedelta(hours=29)
    one = calibrated(store, wide=wide, known_at=at)
    joined = log.dropna(subset="score").merge(
        known(told, until).rename("label"), left_on="id", right_index=True
    )
    day = joined["predicted_at"].dt.tz_localize("UTC").dt.tz_convert("America/New_York").dt.tz_localize(None)
    for place, key in enumerate(one.assessment.keys):
        rows = joined[day.dt.normalize() == key.start]
        score, label = rows["score"].to_numpy(), (rows["label"] == "1").to_numpy(dtype=float)
        found = one.measured
        assert found.rows[place] == len(rows)
        if not len(rows):
            continue
        ece, mce = in_bins(one, score, label)
        assert found.error.mean[place] == pytest.approx(ece, abs=1e-9)
        assert found.error.largest[place] == pytest.approx(mce, abs=1e-9, nan_ok=True)
        assert found.brier.score[place] == pytest.approx(brier_score_loss(label, score), abs=1e-9)
        z = ((label - score) * (1 - 2 * score)).sum()
        z /= np.sqrt(((1 - 2 * score) ** 2 * score * (1 - score)).sum())
        assert found.spiegelhalter.statistic[place] == pytest.approx(z, abs=1e-4)


def test_reliability_and_recalibration_agree_with_scikit_learn(filled):
    log = scored(slope=0.6)
    one = calibrated(filled(PLAIN, ("predictions", log)), "28 days", wide=True)
    rows = log[log["predicted_at"] < "2026-01-29"]
    score, label = rows["score"].to_numpy(), rows["label"].to_numpy()
    rate, mean = calibration_curve(label, score, n_bins=10)
    found = reliability(one.measured.bins)
    assert found.rate[0] == pytest.approx(rate, abs=2e-3)  # of its bins the right edge is inside
    assert found.score[0] == pytest.approx(mean, abs=2e-3)
    line = LogisticRegression(C=np.inf).fit(special.logit(score)[:, None], label)
    assert one.measured.line.slope[0] == pytest.approx(line.coef_[0, 0], abs=2e-3)
    assert one.measured.line.intercept[0] == pytest.approx(line.intercept_[0], abs=2e-3)


@pytest.mark.parametrize(
    ("turned", "words", "status"),
    [
        ({}, ["Scores mean what they say"], "green"),
        ({"slope": 0.3}, ["Scores are over-confident, more extreme", "In the reference they were"], "amber"),
        ({"slope": 2.5}, ["Scores are under-confident, less extreme"], "amber"),
        ({"shift": 0.9}, ["too low", "times the events that come", "the model is over-confident"], "amber"),
        ({"shift": -0.9}, ["too high", "times the events that come"], "amber"),
    ],
)
def test_a_window_says_in_which_way_scores_are_off(filled, turned, words, status):
    store = filled(PLAIN, ("predictions", scored(**turned)))
    found = calibrated(store)
    one = performance.calibration_words.told(found, range(16, 30))
    assert one.status == status
    assert all(part in one.sentence for part in words), one.sentence
    assert (float(one.measured.error.mean) > float(one.measured.limit)) is (status != "green")
    newest = latest(found, 14)
    assert (newest.status, newest.n) == (status, 14 * 300)
    assert newest.value == pytest.approx(float(one.measured.error.mean))


def test_an_error_beyond_noise_that_is_small_stays_green_and_is_named(filled):
    store = filled(PLAIN, ("predictions", scored(days=20, each=5000, shift=0.09)))
    one = calibrated(store, "7 days")
    place = next(i for i, key in enumerate(one.assessment.keys) if key.start >= dt.datetime(2026, 1, 11))
    assert one.measured.limit[place] < one.measured.error.mean[place]
    assert performance.calibration.excess(one.measured, one.reference)[place] < one.tolerance
    frame = performance.calibration_frames.frame(one, "ece")
    assert frame.iloc[place][["status", "reason"]].tolist() == ["green", "small_miscalibration"]
    assert "but little" in performance.calibration_words.told(one, [place]).sentence


def test_what_matters_of_a_rare_event_is_a_tenth_of_its_share(filled):
    log = scored(days=20, each=2000)
    rare = np.clip(log["score"] / 40, 0.0005, 1).round(4)
    rng = np.random.default_rng(5)
    doubled = np.where(log["predicted_at"] < "2026-01-11", 1.0, 2.5)
    log = log.assign(score=rare, label=(rng.random(len(log)) < rare * doubled).astype(int))
    one = calibrated(filled(PLAIN, ("predictions", log)), "7 days")
    share = log.loc[log["predicted_at"] < "2026-01-11", "label"].mean()
    assert one.tolerance == pytest.approx(RARE * share, abs=1e-12)
    told = performance.calibration_words.told(one, [2])
    assert told.status == "amber"
    assert "too low" in told.sentence


def test_a_day_is_compared_with_what_days_of_the_reference_show(filled):
    rng = np.random.default_rng(2)
    log = scored(days=30, each=400)
    day = (log["predicted_at"] - log["predicted_at"].min()).dt.days.to_numpy()
    moved = rng.normal(0, 0.8, 30)[day]
    chance = special.expit(special.logit(log["score"]) + moved)
    log["label"] = (rng.random(len(log)) < chance).astype(int)
    store = filled(PLAIN.replace("2026-01-11", "2026-01-21"), ("predictions", log))
    one = calibrated(store)
    above = one.measured.error.mean > one.measured.limit
    assert above.mean() > 0.5, "rows of a day are alike"
    assert (one.status > 0).mean() < 0.2
    inside = (one.measured.error.mean - one.measured.floor)[:20]
    assert one.usual == pytest.approx(np.quantile(inside, 0.95))


def test_few_labels_are_grey_and_not_called_calibrated(filled):
    store = filled(PLAIN, ("predictions", scored(days=12, each=150)))
    frame = framed(store, measure="ece")
    assert set(frame["status"]) == {"grey"}
    assert set(frame["reason"]) == {"not_enough"}
    assert frame["limit_high"].notna().all()


def test_labels_that_are_not_mature_are_measured_and_never_judged(filled):
    log = scored(shift=1.5)
    log["labelled_at"] += pd.to_timedelta(np.arange(len(log)) % 5, unit="D")
    store = filled(PLAIN, ("predictions", log))
    now = dt.datetime(2026, 1, 29, tzinfo=UTC)
    frame = framed(store, measure="ece", known_at=now)
    young = frame[frame["maturity"] == "provisional"]
    assert len(young)
    assert set(young["status"]) == {"grey"}
    assert set(young["reason"]) == {"immature"}
    assert young["value"].notna().all()
    live = frame["chunk_start"] >= pd.Timestamp("2026-01-11", tz="UTC")
    assert set(frame[live & (frame["maturity"] == "final")]["status"]) == {"amber"}
    one = calibrated(store, known_at=now)
    assert "still come" in performance.calibration_words.told(one, [len(one.fine.rows) - 2]).sentence


def test_the_order_in_which_labels_come_changes_nothing(filled):
    log = predictions("multiclass", each=60)
    told = labels("multiclass", log)
    parts = [("labels", told.iloc[rows]) for rows in np.array_split(np.arange(len(told)), 3)]
    one = filled(description("multiclass"), ("predictions", log), *parts)
    two = filled(description("multiclass"), *reversed(parts), ("predictions", log), name="b")
    frames = [framed(store) for store in (one, two)]
    pd.testing.assert_frame_equal(*frames)
    assert list(frames[0].columns) == list(results.COLUMNS)


def test_of_many_classes_the_decided_one_is_judged_and_each_is_told(filled):
    rng = np.random.default_rng(3)
    count = 6000
    p = rng.dirichlet([2, 1, 1], count).round(4)
    names = np.array(["a", "b", HOSTILE])
    label = names[(rng.random((count, 1)) > p.cumsum(axis=1)).sum(axis=1).clip(0, 2)]
    at = pd.Timestamp("2026-01-01 12:00") + pd.to_timedelta(np.arange(count) // 300, unit="D")
    log = pd.DataFrame(
        {
            "id": [f"r{i}" for i in range(count)], "predicted_at": at, "p_a": p[:, 0], "p_b": p[:, 1],
            "p_c": p[:, 2], "label": label, "labelled_at": at,
        }
    )  # fmt: skip
    text = (
        PLAIN.replace("binary", "multiclass")
        + f'[columns.score]\na = "p_a"\nb = "p_b"\n"{HOSTILE}" = "p_c"\n'
    )
    frame = framed(filled(text, ("predictions", log)), "7 days")
    first = frame[frame["measure"] == "ece"].drop_duplicates("subject").set_index("subject")
    assert list(first.index) == [
        "calibration",
        "calibration of a",
        "calibration of b",
        f"calibration of {HOSTILE}",
    ]
    assert first["status"].tolist() == ["green", "grey", "grey", "grey"]
    rows = log[log["predicted_at"] < "2026-01-08"]
    score = rows[["p_a", "p_b", "p_c"]].to_numpy()
    right = names[score.argmax(axis=1)] == rows["label"]
    store = filled(text, ("predictions", log), name="b")
    one, a = (calibrated(store, "7 days", subject) for subject in ("confidence", "class a"))
    assert one.measured.error.mean[0] == pytest.approx(in_bins(one, score.max(axis=1), right)[0], abs=1e-9)
    event = (rows["label"] == "a").to_numpy(dtype=float)
    assert a.measured.error.mean[0] == pytest.approx(in_bins(a, score[:, 0], event)[0], abs=1e-9)
    assert a.measured.brier.score[0] == pytest.approx(brier_score_loss(event, score[:, 0]), abs=1e-9)


def test_the_command_line_answers_or_says_what_to_ask_instead(filled):
    store = filled(PLAIN, ("predictions", scored(days=14, shift=1.0)))
    asked = {"question": "calibration", "model": "m", "format": "csv"}
    said = commands.answer(store, "show", {**asked, "start": "2026-01-12"})
    assert said.code == 0
    assert said.stdout.count("calibration") == 3 * len(performance.calibration_frames.MEASURES)
    for wrong, words in (({"metric": "mae"}, "unknown measure 'mae'"), ({"bins": "x"}, "unknown --bins 'x'")):
        said = commands.answer(store, "show", {**asked, **wrong})
        assert (said.code, words in said.stderr) == (2, True)
    log = scored(days=12)
    store = filled(PLAIN, ("predictions", log.assign(score=log["score"] * 3)), name="c")
    said = commands.answer(store, "show", asked)
    assert (said.code, "so they are no probabilities" in said.stderr) == (2, True)
    log = predictions("regression")
    store = filled(description("regression"), ("predictions", log), name="b")
    said = commands.answer(store, "show", asked)
    assert said.code == 2
    assert "show performance m --metric bias" in said.stderr
