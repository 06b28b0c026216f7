"""The models, what each is trained on, and its scores.

A model is trained on flights whose label was known when its training window closed, never on flights merely
scheduled before. Gradient boosting runs on one thread and without early stopping, so that the same data gives
the same trees.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from flights_build.arrivals import OUTCOMES
from flights_build.features import CATEGORICAL, FEATURES, NUMERIC
from flights_build.source import LOCAL_ZONE

LOG_START = pd.Timestamp("2013-03-01", tz=LOCAL_ZONE)
SHADOW_START = pd.Timestamp("2013-07-01", tz=LOCAL_ZONE)


@dataclass(frozen=True)
class Trained:
    """The fitted models, by the name of the monitored model or, for the shadow, its version."""

    flights: Pipeline
    boosting: Pipeline
    delay: Pipeline
    outcome: Pipeline


def trained(features: pd.DataFrame, labels: pd.DataFrame) -> Trained:
    """Fit all models.

    Parameters
    ----------
    features, labels : DataFrame
        Of the whole year, aligned row by row.
    """
    outcome_at = labels["arrived_at"].fillna(labels["cancelled_at"])

    def fitted(model: Pipeline, label: str, until: pd.Timestamp) -> Pipeline:
        known = labels[label].notna() & (outcome_at < until)
        return model.fit(inputs(features[known]), labels.loc[known, label].to_numpy(_dtype(label)))

    return Trained(
        flights=fitted(make_pipeline(linear_inputs(), LogisticRegression(max_iter=2000)), "late", LOG_START),
        boosting=fitted(boosted(rounds=120), "late", SHADOW_START),
        delay=fitted(make_pipeline(linear_inputs(), Ridge(alpha=10)), "delay", LOG_START),
        outcome=fitted(boosted(rounds=80), "outcome", LOG_START),
    )


def _dtype(label: str) -> Any:
    return object if label == "outcome" else float


def inputs(features: pd.DataFrame) -> pd.DataFrame:
    """What a model sees: numbers as floats with NaN for missing, categories as text."""
    return features[list(FEATURES)].astype(
        dict.fromkeys(NUMERIC, "float64") | dict.fromkeys(CATEGORICAL, object)
    )


def linear_inputs() -> Any:
    """Median-imputed, standardised numbers and one-hot categories.

    Categories below one percent of the training rows share a column, and so do those never seen in training.
    """
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    categories = OneHotEncoder(min_frequency=0.01, handle_unknown="infrequent_if_exist")
    return make_column_transformer((numbers, list(NUMERIC)), (categories, list(CATEGORICAL)))


def boosted(rounds: int) -> Pipeline:
    """Histogram gradient boosting that splits on categories as they are; one never seen counts as missing."""
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    return make_pipeline(
        make_column_transformer((codes, list(CATEGORICAL)), remainder="passthrough"),
        HistGradientBoostingClassifier(
            max_iter=rounds,
            learning_rate=0.07,
            min_samples_leaf=30,
            categorical_features=list(range(len(CATEGORICAL))),
            early_stopping=False,
            random_state=0,
        ),
    )


def predictions(models: Trained, features: pd.DataFrame) -> pd.DataFrame:
    """The scores of all models.

    Parameters
    ----------
    models : Trained
    features : DataFrame

    Returns
    -------
    DataFrame
        ``flight_id``; ``logistic`` and ``boosting``, the probabilities of being late, the second empty before
        1 July; ``minutes``, the predicted arrival delay; ``p_<outcome>``, one probability for each outcome.
    """
    rows = inputs(features)
    live = features["scored_at"] >= SHADOW_START
    shadow = pd.Series(models.boosting.predict_proba(rows)[:, 1], features.index).round(4)
    classes = list(models.outcome.classes_)
    outcome = models.outcome.predict_proba(rows).round(4)
    return pd.DataFrame(
        {
            "flight_id": features["flight_id"],
            "logistic": models.flights.predict_proba(rows)[:, 1].round(4),
            "boosting": shadow.where(live),
            "minutes": models.delay.predict(rows).round(1),
        }
        | {f"p_{name}": outcome[:, classes.index(name)] for name in OUTCOMES}
    )
