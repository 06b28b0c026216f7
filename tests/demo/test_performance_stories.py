"""What the demo must be able to tell of performance: July, September, airports, and labels late by weeks."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from monitoring import advice, performance
from monitoring.statistics.metrics import METRICS
from monitoring.store import Store
from monitoring.windows import Window

LATE = "flights-late-labels"


def months(store: Store, name: str = "flights", *metrics: str, **asked: object) -> pd.DataFrame:
    """A tidy frame of calendar-like spans: 28 days counted from the reference's start in March."""
    found = performance.material(store, name, **asked)  # type: ignore[arg-type]
    one = performance.assess(found, chunk="28 days", metrics=metrics or ("accuracy", "roc_auc"))
    return performance.frames.frame(one)


def of(frame: pd.DataFrame, metric: str, day: str) -> pd.Series:
    """The span that holds a day."""
    at = pd.Timestamp(day, tz="America/New_York")
    held = frame[(frame["chunk_start"] <= at) & (frame["chunk_stop"] > at) & (frame["measure"] == metric)]
    return held.iloc[0]


def test_in_july_accuracy_is_lost_beyond_chance_and_by_more_than_a_tenth(store: Store) -> None:
    july = of(months(store), "accuracy", "2013-07-10")
    assert july["value"] == pytest.approx(0.68, abs=0.03)
    assert july["lower"] < july["value"] < july["upper"] < july["limit_low"]
    assert july["effect"] > 0.1 * 0.79
    assert (july["status"], july["reason"], july["maturity"]) == ("red", "lost_performance", "final")


def test_september_is_best_by_accuracy_while_it_ranks_worst(store: Store) -> None:
    frame = months(store)
    live = frame[
        (frame["chunk_start"] > pd.Timestamp("2013-04-01", tz="UTC")) & (frame["maturity"] == "final")
    ]
    best = live[live["measure"] == "accuracy"].sort_values("value").iloc[-1]
    assert best["chunk_start"] <= pd.Timestamp("2013-10-01", tz="UTC") <= best["chunk_stop"]
    assert best["value"] > 0.86
    assert best["status"] == "green"
    areas = live[live["measure"] == "roc_auc"].set_index("chunk_start")["value"].sort_values()
    assert of(frame, "roc_auc", "2013-09-20")["chunk_start"] in areas.index[:2]
    assert areas.iloc[1] < 0.66


def test_at_the_end_of_september_ranking_is_lost_although_accuracy_is_better(store: Store) -> None:
    at = dt.datetime(2013, 9, 28, 4, tzinfo=dt.UTC)
    found = performance.assess(performance.material(store, "flights", known_at=at))
    one = performance.signal.verdict(performance.signal.signal(found))
    assert (one.status, one.measure) == ("red", "roc_auc")
    assert "although accuracy is better" in one.sentence


@pytest.mark.parametrize("name", ["flights", "delay", "outcome", LATE])
def test_performance_hardly_alarms_on_the_references_own_days(store: Store, name: str) -> None:
    model = store.model(name)
    found = performance.assess(performance.material(store, name), metrics=performance.HEADLINES[model.task])
    one = performance.signal.signal(found)
    assert found.baseline is not None
    inside = [found.baseline.overlaps(key) for key in found.keys]
    assert (one.model[inside] > 0).sum() <= 2, "two days of storm"


def test_one_airport_ranks_as_well_as_in_march_and_two_do_not(store: Store) -> None:
    found = performance.breakdown(store, performance.material(store, "flights"), METRICS["roc_auc"])
    airports = {one.value: one for one in found.segments if one.column == "origin"}
    assert {name: one.status for name, one in airports.items()} == {
        "EWR": "amber",
        "JFK": "amber",
        "LGA": "green",
    }
    assert (airports["LGA"].lost, airports["LGA"].judged) == (0, 8)
    assert airports["EWR"].reason == "lost_performance", "over the nine months"
    assert (airports["JFK"].reason, airports["JFK"].lost) == ("lost_for_a_while", 2)


def test_labels_that_are_weeks_late_are_not_like_the_rest_and_are_not_weighted(store: Store) -> None:
    found = performance.assess(performance.material(store, LATE), metrics=["accuracy"])
    one = performance.early.early(found)
    assert one is not None
    places = performance.early.young(found, range(len(found.keys)))
    assert len(places) > 20
    assert bool(performance.early.together(one, places).biased)
    plain, weighted = performance.early.reweighted(one, places, METRICS["accuracy"])
    assert pd.isna(weighted), "late flights are labelled sooner"
    assert plain > 0.5


def test_july_is_over_confident_and_says_so(store: Store) -> None:
    found = performance.assess(performance.material(store, "flights"), chunk="28 days", metrics=[])
    one = performance.calibration.calibration(found)
    july = [place for place, key in enumerate(found.keys) if key.holds(dt.datetime(2013, 7, 10))]
    told = performance.calibration_words.told(one, july)
    assert told.status == "amber"
    assert float(told.measured.error.mean) > 10 * float(told.measured.floor)
    assert "too low (0.41 times the events that come are expected)" in told.sentence
    assert "In the reference they were off by 1.9 points." in told.sentence
    assert told.sentence.endswith("is right in 67 % of the rows: the model is over-confident.")


def test_cancelled_flights_are_no_negatives(store: Store) -> None:
    found = performance.material(store, "flights", known_at=dt.datetime(2014, 2, 1, tzinfo=dt.UTC))
    with store.cursor() as cursor:
        told = cursor.execute(
            "SELECT count(*) FROM flights.predictions AS p SEMI JOIN flights.labels AS l USING (_id) "
            "WHERE p._version = 'logistic'"
        ).fetchone()
    assert told is not None
    assert found.outcomes.rows.sum() == told[0]
    assert found.cohorts.predicted.sum() - told[0] == 2405, "cancelled or diverted: they have no label"


def test_labels_late_by_weeks_leave_young_days_provisional_and_grey(store: Store) -> None:
    at = dt.datetime(2013, 9, 1, 4, tzinfo=dt.UTC)
    found = performance.material(store, LATE, known_at=at)
    frame = performance.frames.frame(performance.assess(found, metrics=("accuracy", "prevalence")))
    accuracy = frame[frame["measure"] == "accuracy"]
    young = accuracy[accuracy["maturity"] == "provisional"]
    assert 30 <= len(young) <= 42
    assert set(young["status"]) == {"grey"}
    assert young["coverage"].iloc[0] > 0.9 > 0.2 > young["coverage"].iloc[-1]
    final = accuracy[(accuracy["maturity"] == "final") & (accuracy["chunk_start"] > "2013-04-01")]
    assert len(final) > 90
    assert final["coverage"].median() > 0.97


def test_the_first_labels_are_not_like_the_rest_and_classes_are_not_equally_slow(store: Store) -> None:
    july, later = (dt.datetime(2013, month, 1, 4, tzinfo=dt.UTC) for month in (8, 12))
    early, whole = (
        performance.frames.frame(
            performance.assess(performance.material(store, LATE, known_at=at), metrics=("prevalence",))
        )
        for at in (july, later)
    )
    days = [f"2013-07-{day}" for day in range(20, 28)]
    share = [sum(of(frame, "prevalence", day)["value"] for day in days) for frame in (early, whole)]
    assert share[0] < 0.6 * share[1], "late flights are told later"
    assert performance.material(store, LATE).cohorts.agreement.agree is False


def test_what_was_known_then_stays_what_was_known_then(store: Store) -> None:
    at = dt.datetime(2013, 8, 1, 4, tzinfo=dt.UTC)
    frame = months(store, LATE, "accuracy", known_at=at)
    assert frame["chunk_start"].max() < pd.Timestamp(at)
    again = months(store, LATE, "accuracy", known_at=at)
    pd.testing.assert_frame_equal(frame, again)
    now = months(store, LATE, "accuracy")
    assert of(now, "accuracy", "2013-07-10")["n"] > of(frame, "accuracy", "2013-07-10")["n"]
    plain = months(store, "flights", "accuracy")
    columns = ["n", "value", "lower", "upper"]
    assert of(now, "accuracy", "2013-07-10")[columns].tolist() == pytest.approx(
        of(plain, "accuracy", "2013-07-10")[columns].tolist()
    )


JULY = Window(dt.datetime(2013, 7, 1), dt.datetime(2013, 8, 1))
NOVEMBER = Window(dt.datetime(2013, 11, 1), dt.datetime(2013, 12, 1))


def without_labels(
    store: Store, window: Window
) -> tuple[performance.Weighted, performance.WindowEstimate, float]:
    """What weighted rows say of a window, its estimated accuracy, and what labels said later."""
    found = performance.material(store, "flights")
    one = performance.assess(found, metrics=["accuracy"])
    estimates = performance.estimate(one)
    weighted = performance.weigh(store, found, estimates.outputs, window)
    inside = tuple(place for place, key in enumerate(one.keys) if window.holds(key.start))
    realised = performance.together(one, inside).scores["accuracy"].estimate.value
    return weighted, performance.pooled(estimates, window, weighted=weighted)["accuracy"], float(realised)


def test_july_is_outside_the_references_support_so_its_high_estimate_is_not_believed(store: Store) -> None:
    weighted, accuracy, realised = without_labels(store, JULY)
    assert weighted.outside
    assert weighted.auc > 0.95
    assert accuracy.plain > 0.85, "the model is surer than ever"
    assert realised < 0.70
    assert (accuracy.status, accuracy.reason) == ("grey", "outside_support")
    assert accuracy.lower < realised, "the record of spring knows that estimates are too high"


def test_november_is_like_march_and_its_estimates_are_close_to_what_labels_said(store: Store) -> None:
    weighted, accuracy, realised = without_labels(store, NOVEMBER)
    assert not weighted.outside
    assert weighted.auc < 0.85
    assert abs(accuracy.plain - realised) < 0.02
    assert abs(accuracy.weighted - realised) < 0.02
    assert accuracy.lower < realised < accuracy.upper
    assert accuracy.reason == "wide_interval", "the record of summer holds misses of every size"


def test_days_whose_labels_are_weeks_away_have_an_estimate_today(store: Store) -> None:
    at = dt.datetime(2013, 9, 1, 4, tzinfo=dt.UTC)
    one = performance.assess(performance.material(store, LATE, known_at=at), metrics=["accuracy"])
    found = performance.estimate(one).scores["accuracy"]
    young = np.array(one.maturity) == "provisional"
    assert young.sum() >= 30
    assert np.isfinite(found.estimate.value[young]).all()
    assert np.isnan(found.realised[young]).all(), "what is provisional is no record"
    assert found.record.count == (np.array(one.maturity) == "final").sum() - 31, "March is the reference"
    assert found.learnt[-1]
    now = performance.latest(performance.estimate(one), "accuracy")
    assert now is not None
    assert now.rows > 1500


def advised(store: Store, year: int, month: int, name: str = "flights") -> advice.Recommendation:
    """What is advised at the first moment of a month in New York."""
    found = advice.read(store, name, pd.Timestamp(year, month, 1, tz="America/New_York").to_pydatetime())
    assert found is not None
    return advice.advise(found)


def test_after_july_retraining_is_advised_and_pays(store: Store) -> None:
    found = advised(store, 2013, 8)
    assert (found.state, found.measure) == ("degraded", "accuracy")
    assert found.sentence.startswith("Retrain")
    assert found.onset is not None
    assert found.onset.month == 6
    assert "retraining pays" in found.cost


def test_after_september_the_metrics_disagree_and_the_rarer_events_are_named(store: Store) -> None:
    found = advised(store, 2013, 10)
    assert (found.state, found.measure) == ("degraded", "roc_auc")
    assert "accuracy is better" in found.note
    assert "AUC is worse" in found.note
    assert "Events have become rarer" in found.note
    assert "does not pay" in found.cost


def test_after_december_the_loss_is_dated_to_its_first_storms(store: Store) -> None:
    found = advised(store, 2014, 1)
    assert (found.state, found.measure) == ("degraded", "accuracy")
    assert found.onset is not None
    assert pd.Timestamp(found.onset).month == 12
