"""Performance in words: numbers of metrics, and how many labels there are."""

from __future__ import annotations

import datetime as dt

from monitoring.formats import count, day, share, short
from monitoring.performance.assessment import Assessment
from monitoring.statistics.metrics import Metric


def as_share(metric: Metric) -> bool:
    """Whether a metric is told in per cent: shares of rows are, areas and correlations are not."""
    return "share" in metric.unit and metric.reads != "scores" and metric.key != "r2"


def number(metric: Metric, value: float) -> str:
    """A metric's value as people read it.

    Examples
    --------
    >>> from monitoring.statistics.metrics import METRICS
    >>> number(METRICS["accuracy"], 0.6931), number(METRICS["roc_auc"], 0.6787)
    ('69.3 %', '0.679')
    """
    return share(float(value)) if as_share(metric) else short(float(value))


def titled(metric: Metric) -> str:
    """A metric's title, with the currency where it is money."""
    return f"{metric.title} ({metric.unit})" if metric.key in ("cost", "total_cost") else metric.title


def signed(metric: Metric, value: float) -> str:
    """A change of a metric with its sign; of a share in percentage points.

    Examples
    --------
    >>> from monitoring.statistics.metrics import METRICS
    >>> signed(METRICS["accuracy"], -0.097), signed(METRICS["roc_auc"], 0.0123)
    ('−9.7 points', '+0.012')
    """
    if as_share(metric):
        return f"{100 * float(value):+.1f} points".replace("-", "−")
    return ("+" if value > 0 else "") + number(metric, float(value))


def gap(metric: Metric, value: float) -> str:
    """The size of a difference of two values of a metric; of shares in percentage points.

    Examples
    --------
    >>> from monitoring.statistics.metrics import METRICS
    >>> gap(METRICS["accuracy"], 0.097), gap(METRICS["roc_auc"], 0.0123)
    ('9.7 points', '0.012')
    """
    return f"{100 * abs(float(value)):.1f} points" if as_share(metric) else number(metric, abs(float(value)))


def labels(whole: Assessment) -> str:
    """How many predictions have their label, and when labels are final.

    Parameters
    ----------
    whole : Assessment
        Of a version's every chunk.
    """
    predicted, labelled = float(whole.predicted.sum()), float(whole.labelled.sum())
    if not labelled:
        return f"None of {count(predicted)} predictions has a label yet."
    said = f"{share(labelled / predicted)} of {count(predicted)} predictions have their label. "
    horizon = whole.material.cohorts.maturity.horizon
    if horizon is None:
        return said + "How late labels come is not known yet, so none counts as final."
    unit = "hour" if whole.material.model.grain == "hour" else "day"
    final = [key for key, maturity in zip(whole.keys, whole.maturity, strict=True) if maturity == "final"]
    until = f"; they are to {day(final[-1].stop - dt.timedelta(days=1))}" if final else ""
    return f"{said}They are final after {count(horizon)} {unit}{'' if horizon == 1 else 's'}{until}."
