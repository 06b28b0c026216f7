"""What the quality of the demo's data must be able to tell, in words."""

from __future__ import annotations

import datetime as dt

import pytest

from monitoring import health, quality
from monitoring.store import Store


@pytest.fixture(scope="module")
def assessment(store: Store) -> quality.Assessment:
    return quality.read(store, "flights")


def finding(assessment: quality.Assessment, day: dt.datetime, check: str, subject: str) -> quality.Finding:
    found = quality.verdict(assessment, day).findings
    return next(one for one in found if (one.check, one.subject) == (check, subject))


def test_wind_gust_is_missing_in_three_rows_of_four(store: Store, assessment: quality.Assessment) -> None:
    frame = quality.frames.frame(assessment)
    days = frame[(frame["measure"] == "missing") & (frame["subject"] == "wind_gust")]
    days = days[(days["chunk_stop"] - days["chunk_start"]).dt.days < 2]
    share = (days["value"] * days["n"].astype(float)).sum() / days["n"].astype(float).sum()
    assert share == pytest.approx(0.77, abs=0.01)
    said = quality.verdict(assessment, dt.datetime(2013, 12, 20)).sentence
    assert "Wind gust" in said
    assert "missing" in said
    late = quality.verdict(assessment, dt.datetime(2013, 12, 30))
    assert late.status == "amber", "four weeks of which more lack it than days of March differ"
    assert late.sentence.startswith(
        "Wind gust, last 28 days: 83 % of 8,463 rows missing, 61 % in the reference"
    )


def test_pressure_is_missing_more_often_in_december_and_said_to_be_within_what_march_shows(
    assessment: quality.Assessment,
) -> None:
    one = finding(assessment, dt.datetime(2013, 12, 28), "missing", "pressure")
    assert one.value == pytest.approx(0.18, abs=0.03)
    assert one.before == pytest.approx(0.10, abs=0.01)
    assert one.reason == "days_explain"
    september = finding(assessment, dt.datetime(2013, 9, 30), "missing", "pressure")
    assert september.value < 0.12
    assert "Pressure, last 28 days" in quality.verdict(assessment, dt.datetime(2013, 12, 20)).sentence


def test_two_december_days_almost_without_pressure_are_a_fault_in_words(
    assessment: quality.Assessment,
) -> None:
    said = quality.verdict(assessment, dt.datetime(2013, 12, 6))
    assert said.status == "red"
    assert said.sentence.startswith("Pressure: 59 % of 295 rows missing, 9.9 % in the reference, since 5 Dec")
    assert said.measure == "missing"


def test_new_destinations_are_told_with_their_first_day_and_judged_as_drift(
    store: Store, assessment: quality.Assessment
) -> None:
    one = finding(assessment, dt.datetime(2013, 7, 20), "unseen", "dest")
    assert one.status == "amber"
    assert not one.counted
    assert "never seen in the reference" in one.sentence
    names = store.unseen("flights", "dest")
    assert len(names) >= 5
    assert names["first"].is_monotonic_increasing
    found = quality.material(store, "flights")
    window = next(key for key in assessment.keys if key.start == dt.datetime(2013, 7, 20))
    rows = quality.drilling.rows(store, found, "unseen", "dest", window)
    assert rows.total == len(rows.rows) == round(one.value * one.rows)
    assert set(rows.rows["dest"]) <= set(names["value"])


def test_the_references_own_days_are_sound_and_july_is_a_matter_of_drift(
    assessment: quality.Assessment,
) -> None:
    days = {key.start: int(code) for key, code in zip(assessment.keys, assessment.quality, strict=True)}
    assert {days[dt.datetime(2013, 3, day)] for day in range(2, 32)} == {0}
    assert max(days[dt.datetime(2013, 7, day)] for day in range(1, 32)) < 2, "heat is no fault of the data"
    assert days[dt.datetime(2013, 7, 20)] == 0
    said = quality.verdict(assessment, dt.datetime(2013, 7, 20)).sentence
    assert "judged as drift: Dew point (above the range), Temperature (above the range)" in said


def test_health_has_quality_as_a_signal(store: Store) -> None:
    at = dt.datetime(2013, 12, 31, 6, tzinfo=dt.UTC)
    report = health.health(store, store.model("flights"), at)
    signal = next(one for one in report.signals if one.name == "quality")
    assert signal.status == "amber"
    assert signal.measure == "missing"
    assert signal.page == "quality"
    assert report.status == "red", "final performance is"
