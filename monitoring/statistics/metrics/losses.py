"""Mean losses of predicted probabilities, for two classes or many."""

from __future__ import annotations

from typing import Protocol

from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics.agreement import CLASSES
from monitoring.statistics.metrics.estimates import ENDLESS, Estimate, mean_estimate
from monitoring.statistics.metrics.registry import performance_metric


class Scored(Protocol):
    """Outcomes with the sums of row losses."""

    @property
    def rows(self) -> Floats:
        """Labelled rows."""
        ...

    @property
    def log_loss(self) -> Floats:
        """Sum of the log losses."""
        ...

    @property
    def log_loss_square(self) -> Floats:
        """Sum of their squares."""
        ...

    @property
    def brier(self) -> Floats:
        """Sum of the squared differences."""
        ...

    @property
    def brier_square(self) -> Floats:
        """Sum of their squares."""
        ...


@performance_metric(
    "Log loss",
    short="log loss",
    unit="nats a row",
    tasks=CLASSES,
    minimum={"rows": 30},
    better="lower",
    range=(0.0, ENDLESS),
    reads="scores",
    row_mean=True,
)
def log_loss(outcomes: Scored, *, level: float = 0.95) -> Estimate:
    """The mean of minus the logarithm of the probability given to what happened.

    Probabilities are kept at least 2.2e-16 from 0 and 1, as scikit-learn does.

    Parameters
    ----------
    outcomes : BinaryOutcomes or MulticlassOutcomes with leading axes (...)
    level : float
        Confidence of Student's interval.

    Returns
    -------
    Estimate
        0 or more; nan without rows, or where scores are no probabilities.

    References
    ----------
    Good, I. (1952). Rational decisions. *Journal of the Royal Statistical Society B* 14.

    Examples
    --------
    >>> from monitoring.statistics.metrics import BinaryOutcomes
    >>> float(log_loss(BinaryOutcomes.of_rows([0.1, 0.4, 0.6, 0.9], [0, 1, 1, 1])).value.round(4))
    0.4095
    """
    return mean_estimate(outcomes.log_loss, outcomes.log_loss_square, outcomes.rows, level=level, low=0.0)


@performance_metric(
    "Brier score",
    short="Brier",
    unit="squared difference a row",
    tasks=CLASSES,
    minimum={"rows": 30},
    better="lower",
    range=(0.0, 2.0),
    reads="scores",
    row_mean=True,
)
def brier(outcomes: Scored, *, level: float = 0.95) -> Estimate:
    """The mean squared difference of probability and outcome.

    For many classes the squares are summed over classes, so that the worst is 2; for two it is 1.

    Parameters
    ----------
    outcomes : BinaryOutcomes or MulticlassOutcomes with leading axes (...)
    level : float
        Confidence of Student's interval.

    Returns
    -------
    Estimate
        0 or more; nan without rows, or where scores are no probabilities.

    References
    ----------
    Brier, G. (1950). Verification of forecasts expressed in terms of probability. *Monthly Weather Review*
    78.

    Examples
    --------
    >>> from monitoring.statistics.metrics import BinaryOutcomes
    >>> float(brier(BinaryOutcomes.of_rows([0.1, 0.4, 0.6, 0.9], [0, 1, 1, 1])).value.round(4))
    0.135
    """
    return mean_estimate(outcomes.brier, outcomes.brier_square, outcomes.rows, level=level, low=0.0)
