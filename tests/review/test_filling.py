"""The queue: every source finds what it is for, a day has its budget, and chances are what was drawn with."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from monitoring import review
from monitoring.models import Review
from monitoring.review import slices
from monitoring.review.sources import sources_of
from monitoring.store import Store, case_intake, case_rows, cases, review_rows, trials
from monitoring.store.review_rows import Asked
from tests.review.logs import description, logged
from tests.store.scored_logs import take

EVERY_TASK = pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
SETTINGS = Review(audit=0.05, budget=20)


def asked(store, most=1000):
    return Asked(store, store.model("m"), dt.date(2026, 1, 1), dt.date(2026, 1, 19), most)


@EVERY_TASK
def test_every_source_finds_rows_of_known_weight_once(filled, task):
    store = filled(task)
    for source in sources_of(task, SETTINGS):
        found = source.find(asked(store), SETTINGS)
        if source.key == "outlying":  # the reference of this log is too small to tell
            assert not len(found)
            continue
        assert len(found), source.key
        assert ((found.weight > 0) & (found.weight <= 1)).all(), source.key
        assert ((found.order >= 0) & (found.order < 1)).all()
        assert len(set(zip(found.id, found.day, strict=True))) == len(found)
        assert (np.diff(found.looked.astype(int)) >= 0).all()


def test_sources_find_what_they_are_for(filled):
    store, (log, told) = filled(), logged()
    ours = log[log["version"] == "one"].set_index("id").join(told.set_index("id")["label"])
    theirs = log[log["version"] == "two"].set_index("id")["score"]
    found = {one.key: one.find(asked(store, 10_000), SETTINGS) for one in sources_of("binary", SETTINGS)}
    before = ours["predicted_at"] < "2026-01-20"
    assert set(found["uncertain"].id) == set(ours.index[before & ((ours["score"] - 0.5).abs() < 0.1)])
    wrong = (ours["score"] >= 0.5).astype(int).astype(str) != ours["label"]
    sure = np.maximum(ours["score"], 1 - ours["score"]) >= 0.9
    in_time = ours["predicted_at"] + pd.Timedelta(hours=5) < "2026-01-20"
    assert set(found["confident_wrong"].id) == set(ours.index[in_time & wrong & sure])
    other = (ours["score"] >= 0.5) != (theirs.reindex(ours.index) >= 0.5)
    assert set(found["disagreement"].id) == set(ours.index[before & other])
    assert set(found["unseen"].id) == set(ours.index[before & (ours["city"] == "Bern")])
    assert set(found["unseen"].detail) == {"city = Bern"}
    assert ours.loc[found["drifted_slice"].id, "predicted_at"].min() >= pd.Timestamp("2026-01-14")
    assert ours.loc[found["drifted_slice"].id, "age"].min() > 40


def test_outlying_rows_come_into_the_queue_with_their_score(tmp_path):
    log, _ = logged(days=14, each=400)
    odd = log["id"].isin(["r5000", "r5001"])
    log.loc[odd, "age"] = 4000.0
    log.loc[odd, "city"] = "Atlantis"
    with Store.open(tmp_path / "lookout.duckdb") as store:
        store.add(description())
        take(store, tmp_path, log, "predictions")
        wanted = Asked(store, store.model("m"), dt.date(2026, 1, 1), dt.date(2026, 1, 14), 50)
        found = review.SOURCES["outlying"].find(wanted, SETTINGS)
        assert {"r5000", "r5001"} <= set(found.id)
        order = np.argsort(-found.weight)
        assert set(found.id[order[:2]]) == {"r5000", "r5001"}
        assert all("on one in a thousand" in detail for detail in found.detail)


def test_the_audit_draws_its_share_whatever_rows_hold(filled):
    store = filled()
    half = Review(audit=0.3)
    found = review.SOURCES["audit"].find(asked(store), half)
    rows = 1140
    assert abs(len(found) - 0.3 * rows) < 4 * np.sqrt(rows * 0.3 * 0.7)
    fewer = review.SOURCES["audit"].find(asked(store), SETTINGS)
    assert set(fewer.id) < set(found.id), "a smaller share is part of a larger one"


@EVERY_TASK
def test_a_day_has_its_budget_and_no_row_stands_twice(filled, task):
    store = filled(task)
    found = cases.listed(store, "m", state="all", most=10_000)
    assert len({(one.id, one.day) for one in found}) == len(found) > 50
    by_day = pd.DataFrame(
        [(one.day, one.chosen) for one in case_intake.fills(store, "m")], columns=["day", "chosen"]
    )
    assert by_day.groupby("day")["chosen"].sum().max() <= SETTINGS.budget
    assert all(one.why for one in found)
    assert max(one.day for one in found) < dt.date(2026, 1, 20), "the last day is not over"


def test_filling_again_changes_nothing_and_what_comes_late_has_its_part(tmp_path):
    """Late rows come by the audit alone; late labels have a seventh of the budget, for seven reasons."""
    log, told = logged()
    late = log["id"].isin([f"r{i}" for i in range(0, 1200, 4)])

    def standing(store):
        return {(one.id, one.day): one.why for one in cases.listed(store, "m", state="all", most=9999)}

    with Store.open(tmp_path / "lookout.duckdb") as store:
        store.add(description(review="[review]\naudit = 0.05\nbudget = 14\nconfident = 0.5\n"))
        take(store, tmp_path, log[~late], "predictions")
        take(store, tmp_path, told[::3], "labels")
        review.fill(store, "m")
        before = standing(store)
        assert review.fill(store, "m") == 0
        take(store, tmp_path, log[late], "predictions")
        take(store, tmp_path, told[1::3], "labels")
        assert review.fill(store, "m") > 0
        after = standing(store)
        fresh = {one.reason for key, why in after.items() if key not in before for one in why}
        assert fresh == {"audit", "confident_wrong"}
        kept = {key: [one for one in after[key] if one.reason != "confident_wrong"] for key in before}
        assert kept == {
            key: [one for one in why if one.reason != "confident_wrong"] for key, why in before.items()
        }
        assert review.fill(store, "m") == 0
        chosen = [one.chosen for one in case_intake.fills(store, "m") if one.reason == "confident_wrong"]
        assert max(chosen) == 2


def test_the_chance_of_a_case_is_the_union_of_its_sources(filled):
    store = filled()
    seen = 0
    for one in cases.listed(store, "m", state="all", most=9999):
        timely = [why for why in one.why if review.SOURCES[why.reason].timely]
        if not timely:
            assert np.isnan(one.chance), "only its label chose it"
            continue
        assert 0 < one.chance <= 1
        assert one.chance >= 0.05 - 1e-12
        assert np.isnan(one.audit) or one.audit == 0.05
        seen += 1
    assert seen > 50


def test_an_audit_larger_than_the_budget_draws_what_the_budget_has(empty):
    store = empty("[review]\naudit = 0.5\nbudget = 10\n")
    review.fill(store, "m")
    found = cases.listed(store, "m", state="all", most=9999)
    days = pd.Series([one.day for one in found if not np.isnan(one.audit)]).value_counts()
    assert (days == 10).all()
    assert {round(one.audit, 9) for one in found if not np.isnan(one.audit)} == {round(10 / 60, 9)}
    assert review.fill(store, "m") == 0


def test_chances_are_right_over_many_draws():
    """A row's chance is how often it is drawn where the random numbers change with the model's name."""
    weights, drawn = np.array([0.1, 0.5, 1.0, 0.2, 0.9] * 8), np.zeros(40)
    from monitoring.review.filling import _start
    from monitoring.statistics import draws

    chance = draws.proportional(weights, 10)
    for run in range(4000):
        start = _start(f"m{run}", dt.date(2026, 1, 1), "uncertain")
        drawn += draws.systematic(chance, start)
    assert drawn / 4000 == pytest.approx(chance, abs=0.035)


def test_a_slice_is_the_part_that_has_grown(filled):
    store = filled()
    (first, *_) = slices.grown(store, store.model("m"), dt.date(2026, 1, 16), dt.date(2026, 1, 16))
    assert first.feature == "age"
    assert first.low > 40
    assert first.excess > 0.3
    assert first.words.startswith("age from 4")


def test_a_private_feature_is_never_told_of(empty):
    store = empty("[features.city]\nprivate = true\n[review]\naudit = 0.05\n")
    review.fill(store, "m")
    (case, *_) = cases.listed(store, "m", reason="unseen")
    assert [why.detail for why in case.why if why.reason == "unseen"] == ["city"]
    assert "city" not in case_rows.row(store, store.model("m"), case.id, case.day)
    assert "city" not in review.training_set(store, "m").column_names


def test_a_model_without_rows_has_nothing_to_fill(tmp_path):
    with Store.open(tmp_path / "lookout.duckdb") as store:
        store.add(description())
        assert review.fill(store, "m") == 0
        assert cases.backlog(store, "m").open == 0


def test_the_population_counts_predictions_and_how_sure_they_are(filled):
    store, (log, _) = filled(), logged()
    ours = log[log["version"] == "one"]
    day = ours[ours["predicted_at"].dt.date == dt.date(2026, 1, 5)]["score"]
    found = review_rows.population(store, store.model("m"), dt.date(2026, 1, 5), dt.date(2026, 1, 5))
    assert found.rows.tolist() == [60]
    assert found.total[0] == pytest.approx(np.maximum(day, 1 - day).sum())


def test_a_removed_model_leaves_no_case_behind(filled):
    store = filled()
    store.remove("m")
    with store.cursor() as cursor:
        for table in cases.TABLES:
            assert cursor.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_a_day_before_a_promotion_is_asked_about_the_version_that_served_on_it(filled):
    store = filled()
    served = sources_of("binary", SETTINGS)[1]
    before = served.find(asked(store), SETTINGS)
    at = dt.datetime(2026, 1, 10, tzinfo=dt.UTC)
    trials.promote(store, trials.Decision("m", "one", "two", "promote", "better"), at)
    after = served.find(asked(store), SETTINGS)

    def early(found):
        return set(found.id[found.day < np.datetime64("2026-01-10")])

    assert served.key == "uncertain"
    assert early(after) == early(before)
    assert set(after.id) != set(before.id), "from then on it is the other version's score"
