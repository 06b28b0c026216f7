"""The monthly figures of the README, straight from the data that is committed."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.metrics import mean_absolute_error, r2_score, roc_auc_score

from flights_build.arrivals import OUTCOMES
from flights_build.source import LOCAL_ZONE


def monthly(features: pd.DataFrame, predictions: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """Figures of all models, one row per month of scoring.

    Parameters
    ----------
    features, predictions, labels : DataFrame
        As committed, aligned row by row.

    Returns
    -------
    DataFrame
        Shares, AUCs and Brier scores from 0 to 1; ``delay_mae`` and ``delay_bias`` in minutes.
    """
    rows = pd.concat(
        [features, predictions.drop(columns="flight_id"), labels.drop(columns="flight_id")], axis=1
    )
    month = rows["scored_at"].dt.tz_convert(LOCAL_ZONE).dt.strftime("%Y-%m").rename("month")
    found = {name: _figures(part) for name, part in rows.groupby(month)}
    return pd.DataFrame.from_dict(found, orient="index").rename_axis("month")


def _figures(rows: pd.DataFrame) -> dict[str, float]:
    known = rows[rows["late"].notna()]
    label = known["late"].to_numpy(float)
    found = {"rows": len(rows), "labels": len(known), "late": label.mean()}
    found |= _binary("logistic", known["logistic"].to_numpy(), label)
    found |= _binary("boosting", known["boosting"].to_numpy(), label)
    for origin, part in known.groupby("origin", observed=True):
        found[f"auc_{origin}"] = roc_auc_score(part["late"].to_numpy(float), part["logistic"])
    minutes = known["delay"].to_numpy(float)
    found["delay_mae"] = mean_absolute_error(minutes, known["minutes"])
    found["delay_r2"] = r2_score(minutes, known["minutes"])
    found["delay_bias"] = float(np.mean(known["minutes"] - minutes))
    settled = rows[rows["outcome"].notna()]
    scores = settled[[f"p_{name}" for name in OUTCOMES]].to_numpy()
    truth = settled["outcome"].astype(str).to_numpy()
    found["outcome_accuracy"] = np.mean(np.array(OUTCOMES)[scores.argmax(axis=1)] == truth)
    found["outcome_auc"] = np.mean(
        [roc_auc_score(truth == name, scores[:, i]) for i, name in enumerate(OUTCOMES)]
    )
    return found


def _binary(version: str, score: np.ndarray, label: np.ndarray) -> dict[str, float]:
    names = ("auc", "accuracy", "brier", "confidence")
    if np.isnan(score).any():
        return {f"{version}_{name}": np.nan for name in names}
    values = (
        roc_auc_score(label, score),
        np.mean((score >= 0.5) == label),
        np.mean((score - label) ** 2),
        np.mean(np.maximum(score, 1 - score)),
    )
    return {f"{version}_{name}": value for name, value in zip(names, values, strict=True)}


def tables(figures: pd.DataFrame) -> str:
    """The figures as the README's tables in Markdown: the first model, then the two others."""
    others = [name for name in figures if str(name).startswith(("delay_", "outcome_"))]
    return f"{_markdown(figures.drop(columns=others))}\n\n{_markdown(figures[others])}"


def _markdown(figures: pd.DataFrame) -> str:
    lines = [
        ["month", *(str(name).replace("_", " ") for name in figures)],
        ["---", *["---:"] * figures.shape[1]],
    ]
    for month, row in figures.iterrows():
        lines.append([str(month), *(_number(str(name), value) for name, value in row.items())])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _number(name: str, value: float) -> str:
    """Counts whole, minutes with one decimal, everything else with three."""
    if pd.isna(value):
        return ""
    if name in ("rows", "labels"):
        return f"{value:,.0f}"
    return f"{value:.1f}" if name in ("delay_mae", "delay_bias") else f"{value:.3f}"
