"""Early labels: whether they are like the rest, and weights only where those are right."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from monitoring import commands, performance
from monitoring.performance.early import SUBJECT, early, frame, reweighted, together, young
from monitoring.statistics.metrics import METRICS
from tests.store.scored_logs import description, labels, predictions

UTC = dt.UTC
PLAIN = 'name = "m"\ntask = "binary"\n[reference]\nstart = 2026-01-01\nstop = 2026-01-21\n'
NOW = dt.datetime(2026, 2, 10, tzinfo=UTC)
LATE = 5


def logged(soon, days=40, each=250, seed=0):
    """Rows whose label comes at once with a chance given by score and label, and else after five days."""
    rng = np.random.default_rng(seed)
    count = days * each
    at = pd.Timestamp("2026-01-01 12:00") + pd.to_timedelta(np.arange(count) // each, unit="D")
    score = rng.random(count).round(3)
    label = (rng.random(count) < score).astype(int)
    waits = np.where(rng.random(count) < soon(score, label), 0, LATE)
    return pd.DataFrame(
        {
            "id": [f"r{i}" for i in range(count)],
            "predicted_at": at,
            "score": score,
            "label": label,
            "labelled_at": at + pd.to_timedelta(waits, unit="D"),
        }
    )


def by_extremes(score, label):
    return np.where(np.abs(score - 0.5) > 0.25, 0.8, 0.3)


def by_label(score, label):
    return np.where(label == 1, 0.3, 0.8)


def at_random(score, label):
    return np.full(len(score), 0.5)


def put(filled, log):
    told = log[["id", "label", "labelled_at"]]
    before = told[told["labelled_at"] < "2026-02-10"]
    return filled(PLAIN, ("predictions", log[["id", "predicted_at", "score"]]), ("labels", before))


def looked(filled, log):
    store = put(filled, log)
    found = performance.assess(performance.material(store, "m", known_at=NOW), intervals=False)
    one = early(found)
    return one, young(found, range(len(found.keys)))


@pytest.mark.parametrize(("soon", "unlike"), [(by_extremes, True), (by_label, True), (at_random, False)])
def test_provisional_chunks_whose_labels_are_unlike_the_rest_are_told_by_their_scores(filled, soon, unlike):
    log = logged(soon)
    one, places = looked(filled, log)
    assert len(places) == LATE
    found = together(one, places)
    assert bool(found.biased) is unlike
    rows = log[log["predicted_at"] >= "2026-02-05"]
    known = rows["labelled_at"] < "2026-02-10"
    ks = stats.ks_2samp(rows.loc[known, "score"], rows.loc[~known, "score"]).statistic
    assert float(found.kolmogorov_smirnov) == pytest.approx(ks, abs=2e-3)


def test_the_frame_tells_each_chunk_and_judges_none(filled):
    one, places = looked(filled, logged(by_extremes, each=900))
    data = frame(one)
    assert set(data["subject"]) == {SUBJECT}
    assert set(data["status"]) == {"grey"}
    rows = data[data["measure"] == "kolmogorov_smirnov"].reset_index(drop=True)
    assert set(rows.loc[places, "reason"]) == {"unlike_the_rest"}
    assert (rows.loc[places, "value"] > rows.loc[places, "limit_high"]).all()
    assert set(rows.drop(places)["reason"]) == {"few_to_compare"}, "where all have theirs nothing is compared"


def test_weights_mend_labels_that_are_early_by_score_and_equally_late_by_class(filled):
    log = logged(by_extremes, each=900)
    one, places = looked(filled, log)
    assert one.assessment.material.cohorts.agreement.agree
    rows = log[log["predicted_at"] >= "2026-02-05"]
    right = ((rows["score"] >= 0.5) == rows["label"]).mean()
    plain, weighted = reweighted(one, places, METRICS["accuracy"])
    assert plain > right + 0.04
    assert weighted == pytest.approx(right, abs=0.02)
    assert np.isnan(reweighted(one, places, METRICS["brier"])[1]), "losses are not kept by score"


def test_weights_are_not_offered_where_one_class_is_slower(filled):
    log = logged(by_label)
    one, places = looked(filled, log)
    plain, weighted = reweighted(one, places, METRICS["recall"])
    assert np.isnan(weighted)
    assert 0 < plain < 1


def test_weights_change_nothing_once_every_label_has_come(filled):
    one, _ = looked(filled, logged(at_random))
    final = [place for place, maturity in enumerate(one.assessment.maturity) if maturity == "final"]
    plain, weighted = reweighted(one, final, METRICS["roc_auc"])
    assert weighted == pytest.approx(plain, abs=1e-12)


def test_the_command_line_tells_it_on_request(filled):
    store = put(filled, logged(by_extremes))
    asked = {"question": "performance", "model": "m", "format": "csv", "known_at": "2026-02-09"}
    asked |= {"metric": SUBJECT}
    said = commands.answer(store, "show", {**asked, "start": "2026-02-08"}).stdout
    assert said.count(f",{SUBJECT},") == 2 * 2
    log = predictions("regression")
    store = filled(
        description("regression"), ("predictions", log), ("labels", labels("regression", log)), name="b"
    )
    said = commands.answer(store, "show", asked)
    assert (said.code, "regression" in said.stderr) == (2, True)
    assert early(performance.assess(performance.material(store, "m"), intervals=False)) is None
