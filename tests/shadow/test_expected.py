"""Without labels: what scores alone say of the gain, and the slices in which two versions differ."""

import numpy as np
import pandas as pd
import pytest

from monitoring import performance, shadow
from monitoring.performance import NotEstimableError
from monitoring.shadow.differing import differences
from monitoring.statistics.track_record import FEWEST
from tests.shadow.conftest import PARTS, description, logs

LIVE = pd.Timestamp("2026-01-15")


def metric(found, key):
    return next(one for one in performance.metrics_of(found.model) if one.key == key)


def by_day(store, found, *keys):
    windows = [np.array([place]) for place in range(len(found.keys))]
    return shadow.expected(store, found, [metric(found, key) for key in keys], windows)


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_on_requests_that_both_scored_each_version_is_estimated_as_on_its_own_page(both, task):
    store, _ = both(task)
    found = shadow.read(store, "m", "two")
    (one,) = by_day(store, found, "accuracy")
    for version, values in (("one", one.champion), ("two", one.shadow)):
        whole = performance.assess(
            performance.material(store, "m", version=version), metrics=["accuracy"], intervals=False
        )
        alone = performance.estimate(whole).scores["accuracy"].estimate.value
        assert values == pytest.approx(alone, abs=1e-12)
    assert one.change == pytest.approx(one.shadow - one.champion)


def test_the_record_tells_how_far_earlier_chunks_were_off_and_leaves_the_reference_out(both):
    store, _ = both("binary")
    found = shadow.read(store, "m", "two")
    (one,) = by_day(store, found, "brier")
    assert one.sign == -1
    measured = shadow.gains.course(found, metric(found, "brier"), [np.array([i]) for i in range(30)]).change
    days = slice(7, one.record.count + 7)
    assert one.record.count >= FEWEST
    assert np.isnan(one.realised[:7]).all(), "what scores mean was learnt there"
    assert one.realised[days] == pytest.approx(measured[days])
    missed = np.abs(one.change[days] - measured[days])
    assert one.record.mean_error == pytest.approx(missed.mean())
    assert np.median(one.gain) > 0, "the second version knows more"


def test_a_segment_and_a_sample_are_estimated_on_their_own_pairs(both):
    store, rows = both("binary", share=0.5)
    found = shadow.read(store, "m", "two", segment=("city", "Rome"))
    (one,) = by_day(store, found, "accuracy")
    assert one.rows.sum() == (rows["city_one"] == "Rome").sum()
    assert np.isfinite(one.change).all()


def test_what_scores_say_nothing_about_is_refused_with_its_reason(both, filled):
    store, _ = both("regression")
    found = shadow.read(store, "m", "two")
    with pytest.raises(NotEstimableError, match="not_estimable_difference"):
        by_day(store, found, "mae")
    one, two, told = logs("binary", days=12)
    fresh = filled("binary", ("predictions", one), ("predictions", two), ("labels", told.iloc[:0]))
    with pytest.raises(NotEstimableError, match="no_baseline"):
        by_day(fresh, shadow.read(fresh, "m", "two"), "accuracy")
    assert shadow.frames.expected_frame(fresh, shadow.read(fresh, "m", "two"), []).empty


def test_swapping_the_versions_turns_the_sign(both):
    store, _ = both("binary")
    ahead = by_day(store, shadow.read(store, "m", "two"), "brier")[0]
    back = by_day(store, shadow.read(store, "m", "one", champion="two"), "brier")[0]
    assert back.change == pytest.approx(-ahead.change, abs=1e-15)


# --- where they differ --------------------------------------------------------------------------------------


def planted(task):
    """A shadow that says something else for old people in Rome, after the reference."""
    one, _, told = logs(task, days=30, each=300)
    two = one.assign(version="two")
    odd = (two["city"] == "Rome") & (two["age"] > 0.8) & (two["predicted_at"] >= LIVE)
    if task == "regression":
        two.loc[odd, "prediction"] += 20
    elif task == "binary":
        two.loc[odd, "score"] = 1 - two.loc[odd, "score"]
    else:
        two.loc[odd, ["p_a", "p_c"]] = two.loc[odd, ["p_c", "p_a"]].to_numpy()
    return one, two, told


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_the_slice_in_which_they_were_made_to_differ_is_found_and_told(filled, task):
    one, two, told = planted(task)
    store = filled(task, ("predictions", one), ("predictions", two), ("labels", told))
    found = shadow.read(store, "m", "two")
    answer = shadow.differing(store, found)
    clearest = max(answer.slices, key=lambda one: one["effect"])
    where = dict(map(tuple, clearest["where"]))
    assert sorted(where) == ["age", "city"]
    assert "Rome" in where["city"]
    assert (answer.rows, answer.total) == (9000, 9000)
    again = shadow.differing(store, found)
    assert again.slices == answer.slices


def test_versions_that_always_agree_have_no_slice_and_private_features_are_never_told(filled):
    one, two, told = planted("binary")
    store = filled("binary", ("predictions", one), ("predictions", two), ("labels", told))
    store.add(description("binary").replace(PARTS, f"{PARTS}[features.city]\nprivate = true\n"))
    answer = shadow.differing(store, shadow.read(store, "m", "two"))
    assert all(name != "city" for one in answer.slices for name, _ in one["where"])
    same = filled("binary", ("predictions", one), ("predictions", one.assign(version="two")))
    quiet = shadow.differing(same, shadow.read(same, "m", "two"))
    assert (quiet.loss, quiet.slices) == (0.0, [])


def test_a_row_that_one_version_did_not_score_does_not_count():
    known = np.array([True, True, False])
    every = np.ones(3, dtype=bool)
    assert differences("regression", (np.array([1.0, 2.0, 3.0]), known), (np.zeros(3), every)).tolist()[
        :2
    ] == [1, 2]
    assert np.isnan(differences("binary", (np.zeros(3), known), (np.ones(3), every))[2])
