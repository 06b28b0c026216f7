"""Why performance moved, through a store: planted streams are told apart, what cannot be split says why."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy import special

from monitoring import performance
from monitoring.performance import moved_words
from monitoring.performance.label_mix import by_label
from monitoring.performance.moved import moved
from monitoring.windows import Window
from tests.store.scored_logs import description, labels, predictions

FAR = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
HEAD = 'name = "m"\ntask = "{task}"\n[reference]\nstart = 2026-01-01\nstop = 2026-01-15\n'
LIVE = Window(dt.datetime(2026, 1, 15), dt.datetime(2026, 1, 29))
DAYS, TURN = 28, 14


def stream(kind, each=220, seed=0):
    """Two weeks of a reference and two of a kind; the model knows the first feature only."""
    rng = np.random.default_rng(seed)
    count = DAYS * each
    day = np.arange(count) // each
    now = day >= TURN
    x = rng.normal(size=(count * 6, 2))
    day, now = (np.repeat(part, 6) for part in (day, now))
    x[:, 1] += np.where(now, 0.7, 0.0) if kind == "covariate" else 0.0
    slope = np.where(now, 0.2, 2.0) if kind == "concept" else 2.0
    label = (rng.random(len(x)) < special.expit(slope * x[:, 0] + 1.5 * x[:, 1] - 1)).astype(int)
    # Of six rows one is kept: any, or one by its label.
    wanted = rng.random(count) < 0.62
    rows = []
    for place, first in enumerate(range(0, len(x), 6)):
        six = label[first : first + 6]
        hits = np.flatnonzero(six == wanted[place]) if kind == "label share" and now[first] else np.arange(6)
        rows.append(first + (hits[0] if len(hits) else 0))
    x, day, label = x[rows], day[rows], label[rows]
    at = pd.Timestamp("2026-01-01 12:00") + pd.to_timedelta(day, unit="D")
    return pd.DataFrame(
        {
            "id": [f"r{i}" for i in range(count)],
            "predicted_at": at,
            "labelled_at": at,
            "a": x[:, 0].round(4),
            "b": x[:, 1].round(4),
            "score": special.expit(2 * x[:, 0] - 1.5).round(4),
            "label": label,
        }
    )


def looked(store, window=LIVE, **asked):
    found = performance.material(store, "m", known_at=FAR)
    return moved(store, found, window, **asked)


@pytest.mark.parametrize("kind", ["concept", "covariate", "label share"])
def test_planted_streams_are_told_apart(filled, kind):
    store = filled(HEAD.format(task="binary"), ("predictions", stream(kind)))
    found = looked(store)
    assert found.reason == ""
    assert found.cause == kind
    assert found.certain
    parts = found.covariate[0] + found.label_share[0] + found.concept[0]
    assert parts == pytest.approx(found.change[0], abs=1e-9)
    assert found.now - found.before == pytest.approx(found.change[0], abs=1e-9)
    told = moved_words.sentence(found)
    assert ("Same inputs, different outcomes" in told) is (kind == "concept")
    said = []
    assert looked(store, progress=lambda *step: said.append(step)) == found
    assert said == [], "an answer that is still true is not worked out again"


def test_without_a_change_none_is_claimed(filled):
    store = filled(HEAD.format(task="binary"), ("predictions", stream("none")))
    found = looked(store)
    assert not found.certain
    assert "has not moved beyond chance" in moved_words.sentence(found)


def test_rows_unlike_the_reference_are_grey_with_the_reason(filled):
    log = stream("none")
    log["b"] += np.where(log["predicted_at"] >= "2026-01-15", 6.0, 0.0)
    found = looked(filled(HEAD.format(task="binary"), ("predictions", log)))
    assert found.reason == "unlike_reference"
    assert found.auc > 0.85
    assert np.isnan(found.covariate[0])
    assert "AUC 1.00, more than 0.85" in moved_words.sentence(found)


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_the_split_by_label_is_that_of_the_rows(filled, task):
    log = predictions(task, days=8, each=200)
    told = labels(task, log, revised=0)
    told["labelled_at"] = told["id"].map(log.set_index("id")["predicted_at"])
    store = filled(description(task, segments=False), ("predictions", log), ("labels", told))
    one = performance.assess(performance.material(store, "m", known_at=FAR), intervals=False)
    places = [place for place, key in enumerate(one.keys) if key.start >= dt.datetime(2026, 1, 3)]
    found = by_label(one, places)
    joined = log.merge(told[["id", "label"]], on="id").dropna(
        subset=["score"] if task == "binary" else ["p_a"]
    )
    if task == "binary":
        right = (joined["score"] >= 0.3).astype(int).astype(str) == joined["label"]
        names = ["0", "1"]
    else:
        names = ["a", "b", "c"]
        right = np.array(names)[joined[["p_a", "p_b", "p_c"]].to_numpy().argmax(axis=1)] == joined["label"]
    local = (
        joined["predicted_at"].dt.tz_localize("UTC").dt.tz_convert("America/New_York").dt.tz_localize(None)
    )
    now = local >= "2026-01-03"
    shares = [
        joined.loc[side, "label"].value_counts(normalize=True)[names].to_numpy() for side in (~now, now)
    ]
    means = [right[side].groupby(joined.loc[side, "label"]).mean()[names].to_numpy() for side in (~now, now)]
    assert found.split.change.value == pytest.approx(right[now].mean() - right[~now].mean(), abs=1e-12)
    assert found.split.mix.value == pytest.approx(((shares[1] - shares[0]) * means[0]).sum(), abs=1e-12)
    assert found.current == pytest.approx(means[1], abs=1e-12)
    assert found.rows == ((~now).sum(), now.sum())


def test_the_errors_of_a_regression_are_split_by_features_and_not_by_class(filled):
    log = stream("none").drop(columns="score")
    rng = np.random.default_rng(4)
    late = (log["predicted_at"] >= "2026-01-15").to_numpy()
    log["prediction"] = log["a"]
    log["label"] = log["a"] + rng.normal(0, np.where(late, 1.5, 0.5))
    store = filled(HEAD.format(task="regression"), ("predictions", log))
    found = looked(store)
    assert (found.measure, found.cause) == ("mae", "concept")
    assert found.change[0] == pytest.approx(0.8, abs=0.08)
    one = performance.assess(performance.material(store, "m", known_at=FAR), intervals=False)
    assert by_label(one, [20]) is None


def test_what_cannot_be_looked_at_says_why(filled):
    log = stream("none", each=60)
    store = filled(HEAD.format(task="binary"), ("predictions", log.drop(columns=["a", "b"])))
    assert looked(store).reason == "no_features"
    store = filled(HEAD.format(task="binary"), ("predictions", log.drop(columns=["label"])), name="b")
    assert looked(store).reason == "immature"
    store = filled(HEAD.format(task="binary"), ("predictions", log.iloc[::15]), name="c")
    assert looked(store).reason == "few_rows_to_weigh"
    store = filled(HEAD.format(task="binary"), ("predictions", log), name="d")
    inside = Window(dt.datetime(2026, 1, 1), dt.datetime(2026, 1, 15))
    assert looked(store, inside).reason == "overlaps_reference"
