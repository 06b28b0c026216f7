"""Metrics of a regression's errors without the label's unit: as shares, and in logarithms."""

from __future__ import annotations

import numpy as np

from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics.errors import POSITIVE, REGRESSION, root
from monitoring.statistics.metrics.estimates import ENDLESS, Estimate, around, mean_estimate, some, student
from monitoring.statistics.metrics.registry import performance_metric
from monitoring.statistics.metrics.regression import RegressionOutcomes


@performance_metric(
    "R²",
    short="R²",
    unit="share of the labels’ variance",
    tasks=REGRESSION,
    minimum={"rows": 30},
    range=(-ENDLESS, 1.0),
)
def r2(outcomes: RegressionOutcomes, *, level: float = 0.95) -> Estimate:
    """One less the squared errors as a share of the labels' squared distances from their own mean.

    Parameters
    ----------
    outcomes : RegressionOutcomes with leading axes (...)
    level : float
        Confidence; the standard error is that of a ratio of means by the delta method.

    Returns
    -------
    Estimate
        1 at best, 0 for a model that always says the window's mean; nan without two different labels. It
        needs the labels' spread to be more than a millionth of their distance from ``centre``.

    References
    ----------
    Cochran, W. (1977). *Sampling Techniques*, section 6.4. Wiley.

    Examples
    --------
    >>> found = r2(RegressionOutcomes.of_rows([11, 10, 18, 16], [10, 12, 15, 20]))
    >>> float(found.value.round(4)), float(found.error.round(4))
    (0.4714, 0.2515)
    """
    n = some(outcomes.rows)
    mean = outcomes.label / n
    spread = outcomes.label_square - n * mean**2
    spread = np.where(spread > 1e-12 * outcomes.label_square, spread, np.nan)
    share = outcomes.square / spread
    variance = _ratio_variance(outcomes, mean, spread, share) / np.where(n > 1, n - 1, np.nan)
    error = np.sqrt(variance / n) / (spread / n)
    return around(1 - share, error, outcomes.rows, high=1.0, width=student(outcomes.rows, level))


def _ratio_variance(outcomes: RegressionOutcomes, mean: Floats, spread: Floats, share: Floats) -> Floats:
    """The sum of squares of ``e^2 - share (y - mean)^2``, whose own sum is 0."""
    o = outcomes
    crossed = o.square_label_square - 2 * mean * o.square_label + mean**2 * o.square
    fourth = o.label_fourth - 4 * mean * o.label_cube + 6 * mean**2 * o.label_square - 3 * mean**3 * o.label
    return np.maximum(o.fourth - 2 * share * crossed + share**2 * fourth, 0.0) + 0 * spread


@performance_metric(
    "Mean absolute percentage error",
    short="MAPE",
    unit="share of the label",
    tasks=REGRESSION,
    minimum={"rows": 30, "nonzero": 30},
    better="lower",
    range=POSITIVE,
    row_mean=True,
)
def mape(outcomes: RegressionOutcomes, *, level: float = 0.95) -> Estimate:
    """The mean size of the error as a share of the label's size, over rows whose label is not 0.

    Parameters
    ----------
    outcomes : RegressionOutcomes with leading axes (...)
    level : float
        Confidence of Student's interval.

    Returns
    -------
    Estimate
        0 or more, of n rows whose label is not 0; nan where there is none. scikit-learn keeps labels of 0 and
        divides by 2.2e-16 there.

    References
    ----------
    Hyndman, R. and Koehler, A. (2006). Another look at measures of forecast accuracy. *International Journal
    of Forecasting* 22.

    Examples
    --------
    >>> float(mape(RegressionOutcomes.of_rows([11, 10, 18, 16], [10, 12, 15, 20])).value.round(4))
    0.1667
    """
    return mean_estimate(outcomes.relative, outcomes.relative_square, outcomes.nonzero, level=level, low=0.0)


@performance_metric(
    "Mean squared logarithmic error",
    short="MSLE",
    unit="squared log unit",
    tasks=REGRESSION,
    minimum={"rows": 30, "logged": 30},
    better="lower",
    range=POSITIVE,
    row_mean=True,
)
def msle(outcomes: RegressionOutcomes, *, level: float = 0.95) -> Estimate:
    """The mean squared difference of the logarithms of one plus prediction and one plus label.

    Parameters
    ----------
    outcomes : RegressionOutcomes with leading axes (...)
    level : float
        Confidence of Student's interval.

    Returns
    -------
    Estimate
        0 or more, of n rows where both are above -1; nan where there is none.

    References
    ----------
    Tofallis, C. (2015). A better measure of relative prediction accuracy for model selection and model
    estimation. *Journal of the Operational Research Society* 66.

    Examples
    --------
    >>> float(msle(RegressionOutcomes.of_rows([11, 10, 18, 16], [10, 12, 15, 20])).value.round(4))
    0.0274
    """
    return mean_estimate(outcomes.log_square, outcomes.log_fourth, outcomes.logged, level=level, low=0.0)


@performance_metric(
    "Root mean squared logarithmic error",
    short="RMSLE",
    unit="log units",
    tasks=REGRESSION,
    minimum={"rows": 30, "logged": 30},
    better="lower",
    range=POSITIVE,
)
def rmsle(outcomes: RegressionOutcomes, *, level: float = 0.95) -> Estimate:
    """The root of the mean squared logarithmic error: about the usual error as a share of the label.

    Parameters
    ----------
    outcomes : RegressionOutcomes with leading axes (...)
    level : float
        Confidence; the standard error is that of the mean square by the delta method.

    Returns
    -------
    Estimate
        0 or more, of n rows where both are above -1; nan where there is none.

    References
    ----------
    Tofallis, C. (2015). A better measure of relative prediction accuracy for model selection and model
    estimation. *Journal of the Operational Research Society* 66.

    Examples
    --------
    >>> float(rmsle(RegressionOutcomes.of_rows([11, 10, 18, 16], [10, 12, 15, 20])).value.round(4))
    0.1656
    """
    return root(msle(outcomes), level)
