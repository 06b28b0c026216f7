"""How much each model leans on each feature, measured on the reference and written into its TOML."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd
from sklearn.inspection import permutation_importance
from sklearn.pipeline import Pipeline

from flights_build.features import FEATURES
from flights_build.training import inputs

REPEATS = 5


def importances(model: Pipeline, features: pd.DataFrame, label: pd.Series, scoring: str) -> dict[str, float]:
    """What the model loses when one feature is shuffled among the rows.

    Parameters
    ----------
    model : Pipeline
        Fitted.
    features : DataFrame
        The reference's rows.
    label : Series
        Aligned with `features`; rows without one are left out.
    scoring : str
        A scikit-learn scorer; the loss is measured in its unit.

    Returns
    -------
    dict of str to float
        Mean loss over five shuffles by feature, no less than 0, rounded to 4 decimals.
    """
    known = label.notna()
    values = label[known].to_numpy(object if scoring == "roc_auc_ovr" else float)
    found = permutation_importance(
        model, inputs(features[known]), values, scoring=scoring, n_repeats=REPEATS, random_state=0
    )
    losses = np.clip(found.importances_mean, 0, None).round(4)
    return dict(zip(FEATURES, losses.tolist(), strict=True))


def rewritten(text: str, found: Mapping[str, float]) -> str:
    r"""Put new importances into a model's TOML and leave everything else as it is.

    Parameters
    ----------
    text : str
        The TOML, with a table ``[features.NAME]`` that holds ``importance = ...`` for each feature.
    found : mapping of str to float
        By feature.

    Raises
    ------
    ValueError
        If a feature has no such table.

    Examples
    --------
    >>> print(rewritten('[features.temp]\nunit = "F"\nimportance = 0.5', {"temp": 0.0123}))
    [features.temp]
    unit = "F"
    importance = 0.0123
    """
    for name, value in found.items():
        pattern = re.compile(
            rf"(^\[features\.{re.escape(name)}\]\n(?:[^\[\n][^\n]*\n)*?importance = )[0-9.]+", re.MULTILINE
        )
        text, replaced = pattern.subn(rf"\g<1>{value}", text)
        if replaced != 1:
            raise ValueError(f"[features.{name}] with a line 'importance = ...' is needed exactly once")
    return text
