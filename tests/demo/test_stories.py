"""What the demo must be able to tell, from its store: July, September, the shadow, and what finds July."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, brier_score_loss, roc_auc_score

from monitoring import drift, health, performance, predictions
from monitoring.drift import Assessment
from monitoring.store import Store

CHAMPION, SHADOW = "logistic", "boosting"
AUC_TOLERANCE = 0.03


@pytest.fixture(scope="module")
def months(store: Store) -> pd.DataFrame:
    """Figures of every month and version, computed from the log and the labels as the store keeps them."""
    with store.cursor() as cursor:
        rows = cursor.execute(
            """
            SELECT month(p._day) AS month, p._version AS version, p._score AS score,
                   CAST(l._label AS INTEGER) AS late
            FROM flights.predictions AS p JOIN flights.labels AS l USING (_id)
            """
        ).df()
    figures = []
    for (month, version), part in rows.groupby(["month", "version"]):
        decided = part["score"] >= 0.5
        figures.append(
            {
                "month": month,
                "version": version,
                "auc": roc_auc_score(part["late"], part["score"]),
                "accuracy": accuracy_score(part["late"], decided),
                "confidence": np.maximum(part["score"], 1 - part["score"]).mean(),
                "brier": brier_score_loss(part["late"], part["score"]),
                "late": part["late"].mean(),
            }
        )
    return pd.DataFrame(figures).set_index(["version", "month"])


@pytest.fixture(scope="module")
def assessment(store: Store) -> Assessment:
    return drift.read(store, "flights")


def test_in_july_confidence_rises_while_accuracy_falls(months: pd.DataFrame) -> None:
    march, july = months.loc[(CHAMPION, 3)], months.loc[(CHAMPION, 7)]
    assert march["accuracy"] == pytest.approx(0.79, abs=0.02)
    assert july["accuracy"] == pytest.approx(0.69, abs=0.02)
    assert march["confidence"] == pytest.approx(0.79, abs=0.02)
    assert july["confidence"] == pytest.approx(0.89, abs=0.02)
    assert july["auc"] == pytest.approx(0.684, abs=AUC_TOLERANCE)


def test_september_looks_best_by_accuracy_and_is_worst_by_auc(months: pd.DataFrame) -> None:
    champion = months.loc[CHAMPION]
    assert champion["accuracy"].idxmax() == 9
    assert champion["auc"].idxmin() == 9
    assert champion.loc[9, "accuracy"] == pytest.approx(0.87, abs=0.02)
    assert champion.loc[9, "auc"] == pytest.approx(0.63, abs=AUC_TOLERANCE)
    assert champion.loc[9, "late"] < 0.6 * champion.loc[3, "late"], "the late rate about halved"


def test_the_shadow_wins_on_auc_in_every_month_and_loses_on_brier_in_november(months: pd.DataFrame) -> None:
    champion, shadow = months.loc[CHAMPION].loc[7:], months.loc[SHADOW]
    assert shadow.index.tolist() == [7, 8, 9, 10, 11, 12]
    assert (shadow["auc"] > champion["auc"]).all()
    assert shadow.loc[7, "auc"] == pytest.approx(0.745, abs=AUC_TOLERANCE)
    assert (shadow["brier"] > champion["brier"]).loc[lambda worse: worse].index.tolist() == [11]


def place(assessment: Assessment, day: dt.datetime) -> int:
    return [key.start for key in assessment.keys].index(day)


@pytest.mark.parametrize(("feature", "least"), [("dewp", 0.5), ("temp", 0.9)])
def test_july_is_flagged_for_dew_point_and_temperature_by_the_reference_range(
    assessment: Assessment, feature: str, least: float
) -> None:
    colours = drift.signal(assessment)
    row = assessment.features.index(feature)
    july = [place(assessment, dt.datetime(2013, 7, day)) for day in range(1, 32)]
    decided = [drift.VERDICT_CHECKS[colours.decided[row, at]] for at in july]
    outside = assessment.checks["out_of_range"]
    flagged = np.array([colours.cells[row, at] for at in july])
    assert (flagged == 2).mean() > 0.9, "red on nearly every day of July"
    assert float(np.mean(outside.value[row, july])) > least
    assert set(decided) <= {"out_of_range", "pooled_7", "pooled_28"}, "one day alone cannot show it"
    assert (outside.status[row, july] == 2).mean() > 0.5, "the range share finds it"
    assert (assessment.checks["chunk"].status[row, july] == 2).mean() < 0.1, "days differ too much"


def test_the_references_own_days_are_not_flagged(assessment: Assessment) -> None:
    colours = drift.signal(assessment)
    march = [place(assessment, dt.datetime(2013, 3, day)) for day in range(1, 32)]
    assert (colours.lasting[:, march] < 1).all()
    assert (colours.model[march] < 1).all()


def test_the_sentence_of_mid_july_names_dew_point_and_temperature(store: Store) -> None:
    report = health.health(store, store.model("flights"), dt.datetime(2013, 7, 16, 4, tzinfo=dt.UTC))
    assert report.status == "red", "final performance is"
    assert report.sentence.startswith(
        "accuracy 63.0 % from 8 Jul to 14 Jul 2013 against 79.0 % in the reference"
    )
    found = next(signal for signal in report.signals if signal.name == "drift")
    assert found.status == "red"
    assert "Dew point" in found.sentence
    assert "outside the reference range" in found.sentence
    assert "Temperature" in found.sentence


def test_destinations_appear_that_the_reference_never_saw(store: Store) -> None:
    with store.cursor() as cursor:
        rows = cursor.execute(
            "SELECT value, min(chunk) FROM flights.unseen WHERE feature = 'dest' GROUP BY value ORDER BY 2"
        ).fetchall()
    assert len(rows) >= 5
    assert all(first >= dt.datetime(2013, 4, 1) for _, first in rows)


def test_in_july_the_champion_is_surer_than_in_march_and_its_score_lies_lower(
    store: Store, months: pd.DataFrame
) -> None:
    one = predictions.assess(store, performance.material(store, "flights"), chunk="28 days")
    frame = predictions.frames.levels(one)

    def of(measure: str, day: str) -> pd.Series:
        at = pd.Timestamp(day, tz="America/New_York")
        held = frame[(frame["chunk_start"] <= at) & (frame["chunk_stop"] > at)]
        return held[held["measure"] == measure].iloc[0]

    march, july = (of("mean_confidence", day)["value"] for day in ("2013-03-10", "2013-07-25"))
    assert march == pytest.approx(months.loc[(CHAMPION, 3), "confidence"], abs=0.01)
    assert july == pytest.approx(months.loc[(CHAMPION, 7), "confidence"], abs=0.02)
    assert july > march + 0.07
    assert of("mean_shift", "2013-07-25")["upper"] < 0
    assert of("low_confidence", "2013-07-25")["value"] < of("low_confidence", "2013-03-10")["value"]
