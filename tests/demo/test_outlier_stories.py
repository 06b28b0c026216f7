"""What the demo tells of odd rows: storms of July, days of March itself, and a day without weather."""

from __future__ import annotations

import datetime as dt

import pytest

from monitoring import outliers
from monitoring.outliers import Judged
from monitoring.store import Store
from monitoring.store.outliers import oddest


@pytest.fixture(scope="module")
def judged(store: Store) -> Judged:
    found = outliers.read(store, "flights")
    return outliers.judged(found, as_of=store.now(found.model))


def place(judged: Judged, month: int, day: int) -> int:
    return [key.start for key in judged.keys].index(dt.datetime(2013, month, day))


def words(store: Store, judged: Judged, at: int, most: int = 50) -> list[str]:
    """What makes the oddest rows of a day odd."""
    odd = oddest(store, "flights", judged.keys[at], most)
    found = judged.found
    return [" ".join(outliers.row_words(found.fit, odd, row, found.model)) for row in range(len(odd.ids))]


def test_the_storms_of_july_are_red_and_said_in_words(store: Store, judged: Judged) -> None:
    july = [place(judged, 7, day) for day in range(1, 32)]
    for day in (1, 13, 23, 28):  # thunderstorms over New York
        at = place(judged, 7, day)
        assert judged.status[at] == "red", day
        assert judged.rate[at] > 0.05
    told = " ".join(words(store, judged, place(judged, 7, 1)))
    assert "Precipitation in the hour 0.65, higher than all of the reference" in told
    assert "Temperature 75.02 °F, higher than all of the reference" in told
    _, sentence = outliers.sentence(judged, july)
    assert "1 Jul 2013 (24 %)" in sentence
    assert "Led by Temperature" in sentence


def test_the_storm_of_8_march_stands_out_within_the_reference(store: Store, judged: Judged) -> None:
    march = [place(judged, 3, day) for day in range(1, 32)]
    assert [judged.keys[at].start.day for at in outliers.standing_out(judged, march)] == [12, 8]
    sentence = outliers.reference_sentence(judged)
    assert "8 Mar 2013 (27 %)" in sentence
    assert any(
        "Visibility 0.5 mi, as low as 0.4 % of the reference" in one for one in words(store, judged, march[7])
    )


def test_a_quiet_reference_has_its_rate_and_weather_that_was_not_logged_is_odd(
    store: Store, judged: Judged
) -> None:
    inside = judged.inside(judged.found.reference)
    hits, rows = judged.outlying[inside].sum(), judged.rows[inside].sum()
    assert hits / rows < 0.002
    last = place(judged, 12, 31)
    assert (judged.status[last], judged.reason[last]) == ("grey", "partial")
    assert judged.outlying[last] == judged.rows[last]
    assert " and Temperature missing, as in none of the reference" in words(store, judged, last, 1)[0]


def test_two_models_of_the_same_flights_call_the_same_rows_odd(store: Store, judged: Judged) -> None:
    other = outliers.judged(outliers.read(store, "delay"))
    assert other.outlying.tolist() == judged.outlying.tolist()
