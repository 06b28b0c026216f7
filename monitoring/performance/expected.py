"""Which metrics scores say something about, and what is expected of them, by the names of the registry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from monitoring.models import Model
from monitoring.performance.meaning import Counted
from monitoring.statistics.confusions import Costs
from monitoring.statistics.expectation import Estimated, estimated_metrics
from monitoring.statistics.multiclass import macro_metrics
from monitoring.store.score_grids import CLASS, CONFIDENCE, SCORE

BINARY = {
    key: key
    for key in (
        "accuracy", "balanced_accuracy", "mcc", "precision", "recall", "specificity", "npv", "f1",
        "prevalence", "roc_auc", "average_precision", "log_loss", "brier",
    )
} | {"cohen_kappa": "kappa", "cost": "cost"}  # fmt: skip
"""Metrics of a binary model, with the names that `monitoring.statistics.expectation` has for them."""
MACRO = {
    "macro_precision": "precision", "macro_recall": "recall", "macro_f1": "f1", "macro_roc_auc": "roc_auc",
    "balanced_accuracy": "recall", "brier": "brier",
}  # fmt: skip
"""Metrics of several classes that are means over classes, or the sum of each class's own."""
RIGHT = ("accuracy", "weighted_recall")
"""Those that are the share of rows whose label was predicted."""
ERRORS = ("mae", "rmse", "mse")
"""Those of a regression, which are estimated from rows."""
PER_CLASS = ("precision", "recall", "f1", "roc_auc")


def estimable(model: Model, wanted: Iterable[str]) -> list[str]:
    """Which of these metrics can be estimated without labels, by the model's task.

    Parameters
    ----------
    model : Model
    wanted : iterable of str
        Keys of metrics.
    """
    known = {"binary": [*BINARY], "multiclass": [*RIGHT, *MACRO], "regression": ERRORS}[model.task]
    return [key for key in wanted if key in known]


def expected_metrics(
    model: Model,
    outputs: Mapping[str, Counted],
    wanted: Iterable[str],
) -> dict[str, Estimated]:
    """Estimates by the keys of the registry of metrics; those that cannot be estimated are left out.

    Parameters
    ----------
    model : Model
    outputs : mapping of str to Counted
        As `monitoring.performance.meaning.outputs_of` gives them, over the chunks that are asked for.
    wanted : iterable of str
        Keys of metrics.

    Returns
    -------
    dict of str to Estimated
    """
    keys = list(wanted)
    if model.task == "binary":
        return _binary(model, outputs[SCORE], keys)
    classes = [outputs[CLASS + name] for name in model.classes]
    found = _means(classes, [key for key in keys if key in MACRO])
    sure = outputs[CONFIDENCE]
    for key in keys:
        if key in RIGHT:
            one = estimated_metrics(sure.rows, sure.rows, sure.known, metrics=["accuracy"])
            found[key] = one["accuracy"]
    return {key: found[key] for key in keys if key in found}


def expected_of_class(one: Counted) -> dict[str, Estimated]:
    """Precision, recall, F1 and area under the ROC curve of one class against all others.

    Parameters
    ----------
    one : Counted
        Of that class.
    """
    return estimated_metrics(one.rows, one.decided, one.known, metrics=PER_CLASS)


def _binary(model: Model, one: Counted, keys: list[str]) -> dict[str, Estimated]:
    named = {key: BINARY[key] for key in keys if key in BINARY}
    if not named:
        return {}
    prices, costs = model.prices, None
    if prices:
        (right, false_alarm), (missed, hit) = prices
        costs = Costs(hit, false_alarm, missed, right)
    found = estimated_metrics(one.rows, one.decided, one.known, metrics=named.values(), costs=costs)
    return {key: found[name] for key, name in named.items()}


def _means(classes: list[Counted], keys: list[str]) -> dict[str, Estimated]:
    """Means over classes; the Brier score of several is the sum of each class's own."""
    if not keys:
        return {}
    mean = macro_metrics(
        [one.rows for one in classes],
        [one.decided for one in classes],
        [one.known for one in classes],
        {MACRO[key] for key in keys},
    )
    found = {key: mean[MACRO[key]] for key in keys}
    if "brier" in found:
        parts = (found["brier"].value, found["brier"].sampling, found["brier"].learning)
        found["brier"] = Estimated(*(len(classes) * part for part in parts))
    return found
