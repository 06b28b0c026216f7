"""What the demo must be able to tell of its shadow, held against the rows themselves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

from monitoring import performance, shadow
from monitoring.shadow import gains
from monitoring.statistics.paired import areas
from monitoring.store import Store, trials

_ROWS = """
SELECT month(a._day) AS month, a._score AS one, b._score AS two, CAST(l._label AS INTEGER) AS late
FROM flights.predictions AS a JOIN flights.predictions AS b ON a._id = b._id
LEFT JOIN (SELECT _id, arg_max(_label, _labelled_at) AS _label FROM flights.labels GROUP BY 1) AS l
    ON l._id = a._id
WHERE a._version = 'logistic' AND b._version = 'boosting'"""


@pytest.fixture(scope="module")
def rows(store: Store) -> pd.DataFrame:
    with store.cursor() as cursor:
        return cursor.execute(_ROWS).df()


@pytest.fixture(scope="module")
def pairs(store: Store) -> shadow.Pairs:
    return shadow.read(store, "flights", "boosting")


def month(pairs: shadow.Pairs, number: int) -> np.ndarray:
    return np.array([place for place, key in enumerate(pairs.keys) if key.month == number])


def gain(pairs: shadow.Pairs, key: str, places: np.ndarray) -> gains.Gain:
    metric = next(one for one in performance.metrics_of(pairs.model) if one.key == key)
    return gains.gain(pairs, metric, places)


@pytest.mark.parametrize("number", range(7, 13))
def test_the_shadow_ranks_better_in_every_month(pairs, rows, number):
    known = rows[(rows["month"] == number) & rows["late"].notna()]
    exact = areas.area_difference(known["one"], known["two"], known["late"] == 1)
    found = gain(pairs, "roc_auc", month(pairs, number))
    assert float(found.gain) == pytest.approx(float(exact.difference), abs=1e-3)
    assert float(found.gain) > 0
    if number == 7:
        assert float(found.gain) == pytest.approx(0.06, abs=0.01)
        assert float(found.lower) > 0, "also where days are clusters"


def test_it_loses_by_brier_score_in_november_and_in_no_other_month(pairs, rows):
    signs = {}
    for number in range(7, 13):
        known = rows[(rows["month"] == number) & rows["late"].notna()]
        exact = sk.brier_score_loss(known["late"], known["one"]) - sk.brier_score_loss(
            known["late"], known["two"]
        )
        signs[number] = float(gain(pairs, "brier", month(pairs, number)).gain)
        # The last labels of December came after the log's last row, which is the demo's clock.
        assert signs[number] == pytest.approx(exact, abs=1e-9 if number < 12 else 2e-4)
    assert [number for number, value in signs.items() if value < 0] == [11]


def test_they_disagree_on_a_quarter_of_julys_flights_and_on_few_of_octobers(pairs, rows):
    shares = {}
    for number in (7, 10):
        own = rows[rows["month"] == number]
        alike = shadow.agreeing(pairs, [month(pairs, number)])
        shares[number] = 1 - float(alike.decisions.rate[0])
        assert shares[number] == pytest.approx(((own["one"] >= 0.5) != (own["two"] >= 0.5)).mean())
    assert shares[7] == pytest.approx(0.25, abs=0.03)
    assert shares[10] == pytest.approx(0.045, abs=0.015)


def test_a_trial_by_accuracy_still_collects_after_half_a_year_of_weather(store, pairs):
    terms = trials.Trial("flights", "logistic", "boosting", "accuracy", 0.01, 20_000, 90_000)
    judged = shadow.judged(store, pairs, trials.register(store, terms))
    codes = [one.code for place, one in enumerate(judged.path) if np.isfinite(judged.course.lower[place])]
    assert set(codes) == {"keep_collecting"}
    assert float(judged.course.design_effect[-1]) > 10, "weather makes whole days easy or hard"
    assert float(judged.course.lower[-1]) < -0.01 < 0 < float(judged.course.upper[-1])
    assert "not decided yet" in shadow.verdict.sentence(judged)
