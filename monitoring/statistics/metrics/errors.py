"""Metrics of a regression's errors in the unit of the label: means, and the root of one."""

from __future__ import annotations

import numpy as np

from monitoring.statistics.metrics.estimates import (
    ENDLESS,
    Estimate,
    around,
    mean_estimate,
    student,
)
from monitoring.statistics.metrics.registry import Task, performance_metric
from monitoring.statistics.metrics.regression import RegressionOutcomes

REGRESSION: tuple[Task, ...] = ("regression",)
POSITIVE = (0.0, ENDLESS)


@performance_metric(
    "Mean absolute error",
    short="MAE",
    unit="unit of the label",
    tasks=REGRESSION,
    minimum={"rows": 30},
    better="lower",
    range=POSITIVE,
    row_mean=True,
)
def mae(outcomes: RegressionOutcomes, *, level: float = 0.95) -> Estimate:
    """The mean size of the error.

    Parameters
    ----------
    outcomes : RegressionOutcomes with leading axes (...)
    level : float
        Confidence of Student's interval.

    Returns
    -------
    Estimate
        0 or more; nan without rows.

    References
    ----------
    Student (1908). The probable error of a mean. *Biometrika* 6.

    Examples
    --------
    >>> found = mae(RegressionOutcomes.of_rows([11, 10, 18, 16], [10, 12, 15, 20]))
    >>> float(found.value), float(found.error.round(4))
    (2.5, 0.6455)
    """
    return mean_estimate(outcomes.absolute, outcomes.square, outcomes.rows, level=level, low=0.0)


@performance_metric(
    "Root mean squared error",
    short="RMSE",
    unit="unit of the label",
    tasks=REGRESSION,
    minimum={"rows": 30},
    better="lower",
    range=POSITIVE,
)
def rmse(outcomes: RegressionOutcomes, *, level: float = 0.95) -> Estimate:
    """The root of the mean squared error.

    Parameters
    ----------
    outcomes : RegressionOutcomes with leading axes (...)
    level : float
        Confidence; the standard error is that of the mean square by the delta method.

    Returns
    -------
    Estimate
        0 or more; nan without rows.

    References
    ----------
    Cramér, H. (1946). *Mathematical Methods of Statistics*, section 27.7. Princeton.

    Examples
    --------
    >>> found = rmse(RegressionOutcomes.of_rows([11, 10, 18, 16], [10, 12, 15, 20]))
    >>> float(found.value.round(4)), float(found.error.round(4))
    (2.7386, 0.5986)
    """
    return root(mse(outcomes), level)


@performance_metric(
    "Mean squared error",
    short="MSE",
    unit="squared unit of the label",
    tasks=REGRESSION,
    minimum={"rows": 30},
    better="lower",
    range=POSITIVE,
    row_mean=True,
)
def mse(outcomes: RegressionOutcomes, *, level: float = 0.95) -> Estimate:
    """The mean squared error.

    Parameters
    ----------
    outcomes : RegressionOutcomes with leading axes (...)
    level : float
        Confidence of Student's interval.

    Returns
    -------
    Estimate
        0 or more; nan without rows.

    References
    ----------
    Student (1908). The probable error of a mean. *Biometrika* 6.

    Examples
    --------
    >>> float(mse(RegressionOutcomes.of_rows([11, 10, 18, 16], [10, 12, 15, 20])).value)
    7.5
    """
    return mean_estimate(outcomes.square, outcomes.fourth, outcomes.rows, level=level, low=0.0)


@performance_metric(
    "Bias",
    short="bias",
    unit="unit of the label",
    tasks=REGRESSION,
    minimum={"rows": 30},
    better="zero",
    range=(-ENDLESS, ENDLESS),
    row_mean=True,
)
def bias(outcomes: RegressionOutcomes, *, level: float = 0.95) -> Estimate:
    """The mean error: above 0 where predictions are too high.

    Parameters
    ----------
    outcomes : RegressionOutcomes with leading axes (...)
    level : float
        Confidence of Student's interval.

    Returns
    -------
    Estimate
        Best at 0; nan without rows.

    References
    ----------
    Student (1908). The probable error of a mean. *Biometrika* 6.

    Examples
    --------
    >>> float(bias(RegressionOutcomes.of_rows([11, 10, 18, 16], [10, 12, 15, 20])).value)
    -0.5
    """
    return mean_estimate(outcomes.error, outcomes.square, outcomes.rows, level=level)


def root(square: Estimate, level: float) -> Estimate:
    """The root of a mean square with the error of the delta method.

    Examples
    --------
    >>> found = root(mean_estimate(30.0, 354.0, 4), 0.95)
    >>> float(found.value.round(4)), float(found.error.round(4))
    (2.7386, 0.5986)
    """
    value = np.sqrt(square.value)
    error = square.error / np.where(value > 0, 2 * value, 1.0)
    return around(value, error, square.n, low=0.0, width=student(square.n, level))
