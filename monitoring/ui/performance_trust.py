"""How a performance number came about: the choices behind it, and the command that gives the same numbers."""

from __future__ import annotations

import datetime as dt
import shlex

import numpy as np

from monitoring import performance, results
from monitoring.performance import Scores, Together, frames
from monitoring.statistics.metrics import Metric
from monitoring.ui import performance_session
from monitoring.ui.drift_view import words
from monitoring.ui.numbers import count, share
from monitoring.ui.performance_view import View
from monitoring.ui.performance_words import as_share, horizon_words, number
from monitoring.ui.scopes import Scope, local_time
from monitoring.windows import Window

_CORRELATIONS = ("mcc", "cohen_kappa", "balanced_accuracy")
_QUANTILES = ("median_absolute_error", "error_quantile_10", "error_quantile_90")


def facts(view: View, metric: Metric, one: Together | None) -> dict[str, str]:
    """Metric, interval, labels, rows, reference, colours and data cut-off.

    Parameters
    ----------
    view : View
    metric : Metric
    one : Together or None
        The newest final chunks as one.
    """
    model, material = view.model, view.assessment.material
    scores = view.assessment.scores[metric.key] if one is None else one.scores[metric.key]
    better = {"zero": "nearer to 0 is better", "neither": "neither good nor bad"}
    direction = better.get(metric.better, f"{metric.better} is better")
    until = material.data_until
    return {
        "Metric": f"{metric.title} ({metric.unit}); {direction}",
        "Interval": interval_method(metric),
        "Labels": f"those known at {local_time(material.at, model.zone)}; {horizon_words(view)}",
        **(_window_facts(view, metric, one) if one is not None else {}),
        **_reference_facts(view, metric, scores),
        "Trivial model": "always the middle of the reference's predictions"
        if model.task == "regression"
        else "always the most frequent class of the same rows, with the shares of the classes as scores",
        "Version": material.version,
        "Segment": "=".join(material.segment) if material.segment[0] else "all rows",
        "Read from": f'table "{model.name}".scores: rows counted by score, label and day of the label',
        "Data to": local_time(until, model.zone) if until else "no data yet",
    }


def _window_facts(view: View, metric: Metric, one: Together) -> dict[str, str]:
    """What is known of the newest final chunks as one."""
    value = one.scores[metric.key].estimate
    ends = f"{number(metric, float(value.lower))} to {number(metric, float(value.upper))}"
    chunks = f"the newest {count(len(one.places))} final chunks of {view.assessment.chunk}"
    return {
        "Window": f"{words(one.window)}: {chunks}; its days are clusters from ten on",
        "Value": f"{number(metric, float(value.value))}"
        + (f", 95 % interval {ends}" if np.isfinite(value.lower) else ""),
        "Rows": f"{count(float(value.n))} in its own denominator; {count(one.labelled)} labelled of "
        f"{count(one.predicted)} predicted ({share(one.coverage)})",
        "Binning": f"within {float(value.bound):.2g} of the raw rows, because scores are kept in bins"
        if float(value.bound) > 0
        else "none: as exact as from raw rows",
    }


def _reference_facts(view: View, metric: Metric, scores: Scores) -> dict[str, str]:
    """What the metric is compared with, and when it gets a colour."""
    if not np.isfinite(scores.baseline.value):
        return {"Reference": "none whose labels are mature, so nothing is coloured"}
    told = {"Reference": f"{frames.words(view.assessment)}: {number(metric, float(scores.baseline.value))}"}
    if np.isfinite(scores.amber):
        told["Colours"] = (
            "amber where the interval of the difference excludes 0 and the loss is at least "
            f"{_amount(metric, scores.amber)}; red at twice as much; final chunks alone"
        )
    return told


def _amount(metric: Metric, amber: float) -> str:
    """A loss in the metric's own unit."""
    return f"{100 * amber:.2g} points" if as_share(metric) else number(metric, amber)


def interval_method(metric: Metric) -> str:
    """How a metric's interval is computed.

    Examples
    --------
    >>> from monitoring.statistics.metrics import METRICS
    >>> interval_method(METRICS["roc_auc"])
    'DeLong’s on the logit scale'
    """
    if metric.costly:
        return "500 draws of the counts, the middle 95 %"
    if metric.key == "f1":
        return "Wilson’s, through Jaccard’s index"
    if metric.key in ("roc_auc", "macro_roc_auc"):
        return "DeLong’s on the logit scale" if metric.key == "roc_auc" else "DeLong’s, class by class"
    if metric.key in _QUANTILES:
        return "order statistics"
    if metric.key in _CORRELATIONS or metric.key.startswith(("macro_", "weighted_", "cost", "total_cost")):
        return "multinomial delta method"
    return "Wilson’s, in its own denominator" if as_share(metric) and metric.key != "mape" else "Student’s t"


def command(view: View) -> str:
    """The command that gives the frame this page was drawn from."""
    scope, keys = view.scope, view.assessment.keys[view.shown]
    parts = ["python", "-m", "monitoring", "show", "performance", scope.model.name]
    parts += ["--start", f"{keys[0].start:%Y-%m-%d}", "--stop", f"{_next_day(keys[-1].stop):%Y-%m-%d}"]
    parts += ["--chunk", scope.chunk] if scope.chunk != scope.model.chunk else []
    parts += ["--segment", "=".join(scope.segment)] if scope.segment[0] else []
    parts += ["--version", scope.version] if scope.version != scope.model.versions.only else []
    day = known_day(scope, view.known_at)
    parts += ["--known-at", f"{day:%Y-%m-%d}"] if day else []
    return shlex.join([*parts, "--csv"])


def known_day(scope: Scope, known_at: dt.datetime | None) -> dt.date | None:
    """The last local day whose labels count; None where all that are known do."""
    if known_at is None:
        return scope.as_of
    return (known_at - dt.timedelta(seconds=1)).astimezone(scope.model.zone).date()


def _next_day(key: dt.datetime) -> dt.datetime:
    """The first midnight at or after a key, so that an hour inside a day is not cut off."""
    midnight = key.replace(hour=0, minute=0)
    return key if midnight == key else midnight + dt.timedelta(days=1)


def csv(view: View) -> bytes:
    """The frame behind the page, every metric with its interval in the chunks shown, as a CSV file."""
    keys = view.assessment.keys[view.shown]
    found = performance.assess(
        performance_session.material(view.scope, view.known_at), chunk=view.assessment.chunk
    )
    data = frames.frame(found, window=Window(keys[0].start, keys[-1].stop))
    return results.formatted(data, "csv").encode()
