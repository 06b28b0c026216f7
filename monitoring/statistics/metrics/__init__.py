"""How good a model is: performance metrics as pure functions of sums over labelled rows.

Outcomes (`BinaryOutcomes`, `MulticlassOutcomes`, `RegressionOutcomes`) are additive counts; a metric turns
them into an `Estimate` for every chunk at once. Importing the package enters every metric into `METRICS`, in
the order in which people read them.
"""

# isort: off
from monitoring.statistics.metrics import agreement, decisions, ranking, retrieval, losses
from monitoring.statistics.metrics import averages, classes, errors, relative_errors, quantiles

# isort: on
from monitoring.statistics.metrics.binary import BinaryOutcomes
from monitoring.statistics.metrics.estimates import Estimate
from monitoring.statistics.metrics.multiclass import MulticlassOutcomes
from monitoring.statistics.metrics.registry import METRICS, Metric, metrics_for, performance_metric
from monitoring.statistics.metrics.regression import RegressionOutcomes

__all__ = [
    "METRICS",
    "BinaryOutcomes",
    "Estimate",
    "Metric",
    "MulticlassOutcomes",
    "RegressionOutcomes",
    "agreement",
    "averages",
    "classes",
    "decisions",
    "errors",
    "losses",
    "metrics_for",
    "performance_metric",
    "quantiles",
    "ranking",
    "relative_errors",
    "retrieval",
]
