"""What `show` can answer: one function per question, each giving the tidy frame."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pandas as pd

from monitoring import (
    drift,
    outliers,
    performance,
    predictions,
    quality,
    reasons,
    results,
    review,
    shadow,
    windows,
)
from monitoring.arguments import Arguments, QuestionError, instant_of, segment_of, window_of
from monitoring.models import Model
from monitoring.store import Store, trials
from monitoring.store.outliers import oddest

ALL = "all"
"""What ``--segment`` says for every segment beside the rest."""


def _performance(store: Store, model: Model, arguments: Arguments, chunk: str) -> pd.DataFrame:
    """Every metric of a version, or one, in every chunk, with the labels known at an instant."""
    if (arguments.get("labels") or "log") != "log":
        return _audited(store, model, arguments, chunk)
    if arguments.get("segment") == ALL:
        return _segments(store, model, arguments)
    asked = arguments.get("metric") or None
    if asked == performance.early.SUBJECT:
        return _early(store, model, arguments, chunk)
    one = performance.assess(
        _outputs(store, model, arguments), chunk=chunk, metrics=[asked] if asked else None
    )
    return performance.frames.frame(one, window=window_of(model, arguments))


def _audited(store: Store, model: Model, arguments: Arguments, chunk: str) -> pd.DataFrame:
    """What the random audit estimates in every chunk, alone or together with the labels of the log."""
    if arguments["labels"] not in ("review", "both"):
        raise QuestionError(f"unknown --labels {arguments['labels']!r}; one of: log, review, both")
    known_at = instant_of(model, arguments.get("known_at"), "--known-at", last=True)
    if (
        arguments.get("segment")
        or (arguments.get("version") or model.versions.champion) != model.versions.champion
    ):
        raise QuestionError("an audit is of the champion and of all rows; leave --segment and --version out")
    if model.review is not None:
        review.fill(store, model.name)
    found = review.sample(store, model.name, known_at)
    if found is None:
        raise QuestionError(f"{model.name}: {reasons.sentence('no_audit')}. {reasons.fix('no_audit')}")
    asked = arguments.get("metric") or None
    log = review.logged(store, found, known_at) if arguments["labels"] == "both" else None
    return review.frames.frame(found, chunk, [asked] if asked else None, window_of(model, arguments), log)


def _early(store: Store, model: Model, arguments: Arguments, chunk: str) -> pd.DataFrame:
    """Whether labelled rows are like the rest, in every chunk."""
    one = performance.assess(_outputs(store, model, arguments), chunk=chunk, metrics=[], intervals=False)
    found = performance.early.early(one)
    if found is None:
        raise QuestionError(
            f"{model.name}: labelled rows of a regression are not counted by their prediction"
        )
    return performance.early.frame(found, window_of(model, arguments))


def _segments(store: Store, model: Model, arguments: Arguments) -> pd.DataFrame:
    """Every segment of a window by a metric: the model's first headline unless another is named."""
    key = arguments.get("metric") or performance.HEADLINES[model.task][0]
    chosen = {metric.key: metric for metric in performance.metrics_of(model)}
    if key not in chosen:
        raise QuestionError(f"unknown metric {key!r} of a {model.task} model; one of: {', '.join(chosen)}")
    if not model.segments.columns:
        raise QuestionError(f"{model.name}: the model's file names no [segments] columns")
    found = _outputs(store, model, {**arguments, "segment": ""})
    asked = window_of(model, arguments)
    return performance.segment_frames.frame(performance.breakdown(store, found, chosen[key], asked), model)


def _estimate(store: Store, model: Model, arguments: Arguments, chunk: str) -> pd.DataFrame:
    """Every metric that can be estimated without labels, or one, in every chunk."""
    named = arguments.get("metric") or ""
    wanted = [named.removeprefix(performance.estimate_frames.PREFIX)] if named else None
    if wanted and not performance.estimable(model, wanted):
        raise QuestionError(f"{wanted[0]!r} cannot be estimated without labels")
    found, window = _outputs(store, model, arguments), window_of(model, arguments)
    one = performance.assess(found, chunk=chunk, metrics=wanted, intervals=False)
    errors = performance.expected_errors(store, found) if model.task == "regression" else None
    estimates = performance.estimate(one, errors=errors)
    method = arguments.get("method") or "auto"
    if method != "auto" and (method != "weighted" or model.task == "regression"):
        raise QuestionError("--method of an estimate is auto or, unless it is a regression's, weighted")
    if method == "auto" or estimates.reason:
        return performance.estimate_frames.frame(estimates, wanted, window)
    shown = _shown(store, model, window, dt.timedelta(days=28))
    weighted = performance.weigh(store, found, estimates.outputs, shown)
    pooled = performance.pooled(estimates, shown, weighted=weighted)
    return performance.estimate_frames.window_frame(estimates, pooled, weighted)


def _calibration(store: Store, model: Model, arguments: Arguments, chunk: str) -> pd.DataFrame:
    """Whether scores mean what they say, in every chunk."""
    if model.task == "regression":
        raise QuestionError(
            f"{model.name}: a regression gives no probabilities; ask for its bias instead: "
            f"show performance {model.name} --metric bias"
        )
    told = performance.calibration_frames
    asked, bins = arguments.get("metric") or None, arguments.get("bins") or "mass"
    if asked and asked not in told.MEASURES:
        raise QuestionError(f"unknown measure {asked!r} of calibration; one of: {', '.join(told.MEASURES)}")
    if bins not in ("mass", "width"):
        raise QuestionError(f"unknown --bins {bins!r}; one of: mass, width")
    one = performance.assess(_outputs(store, model, arguments), chunk=chunk, metrics=[], intervals=False)
    try:
        return told.every_output(one, asked, window_of(model, arguments), equal_width=bins == "width")
    except performance.NotEstimableError as error:
        said = f"{reasons.sentence(error.code, **error.facts)}. {reasons.fix(error.code)}"
        raise QuestionError(f"{model.name}: {said}") from error


def _outputs(store: Store, model: Model, arguments: Arguments) -> performance.Material:
    """What a version predicted, and the labels that were known."""
    return performance.material(
        store,
        model.name,
        version=arguments.get("version") or None,
        segment=segment_of(store, model, arguments.get("segment")),
        known_at=instant_of(model, arguments.get("known_at"), "--known-at", last=True),
    )


def _shadow(store: Store, model: Model, arguments: Arguments, chunk: str) -> pd.DataFrame:
    """A shadow beside the champion in every chunk, by all metrics or one, and the verdict of its trial."""
    version = arguments.get("version") or next(iter(model.versions.shadows), "")
    if not version:
        raise QuestionError(f"{model.name}: the model's file names no shadow; name one with --version")
    segment = segment_of(store, model, arguments.get("segment"))
    known_at = instant_of(model, arguments.get("known_at"), "--known-at", last=True)
    try:
        found = shadow.read(store, model.name, version, segment=segment, known_at=known_at)
    except shadow.NoPairsError as error:
        raise QuestionError(str(error)) from error
    asked, known = arguments.get("metric") or "", performance.metrics_of(model)
    if asked and asked not in {one.key for one in known}:
        keys = ", ".join(one.key for one in known)
        raise QuestionError(f"unknown metric {asked!r} of a {model.task} model; one of: {keys}")
    wanted = [one for one in known if asked in ("", one.key)]
    window = window_of(model, arguments)
    told = results.concat(
        [
            shadow.frames.frame(found, wanted, chunk=chunk, window=window),
            shadow.frames.expected_frame(store, found, wanted, chunk=chunk, window=window),
        ]
    )
    trial = trials.in_force(trials.registered(store, model.name), found.champion, version)
    if trial is None or segment[0]:
        return told
    return results.concat([told, shadow.frames.verdict_frame(found, shadow.judged(store, found, trial))])


def _predictions(store: Store, model: Model, arguments: Arguments, chunk: str) -> pd.DataFrame:
    """Drift of a version's output by a method or by all, and levels and shares beside it, in every chunk."""
    method, every = arguments.get("method") or "auto", arguments.get("method") == drift.EVERY
    against = drift.parsed(arguments.get("reference") or "", model)
    found = _outputs(store, model, arguments)
    one = predictions.assess(store, found, chunk=chunk, method="auto" if every else method, against=against)
    told = predictions.frames.every_method if every else predictions.frames.frame
    return told(one, window_of(model, arguments))


def _quality(store: Store, model: Model, arguments: Arguments, chunk: str) -> pd.DataFrame:
    """Every check of the data, or one, in every chunk."""
    asked = arguments.get("metric") or ""
    if asked and asked not in quality.CHECKS:
        raise QuestionError(f"unknown check {asked!r}; one of: {', '.join(quality.CHECKS)}")
    segment = segment_of(store, model, arguments.get("segment"))
    one = quality.read(store, model.name, chunk=chunk, segment=segment, checks=[asked] if asked else None)
    return quality.frames.frame(one, window_of(model, arguments))


def _drift(store: Store, model: Model, arguments: Arguments, chunk: str) -> pd.DataFrame:
    window, method = window_of(model, arguments), arguments.get("method") or "auto"
    segment = segment_of(store, model, arguments.get("segment"))
    against = drift.parsed(arguments.get("reference") or "", model)
    if method == drift.INSPECTION:
        return _inspected(store, model, window, against, segment, chunk)
    found = drift.material(store, model.name, against=against, segment=segment)
    return _features(store, found, window, chunk, method)


def _features(
    store: Store, found: drift.Material, window: windows.Window | None, chunk: str, method: str
) -> pd.DataFrame:
    """Every feature in every chunk, by one method or by all of them."""
    at = store.now(found.model)
    if method == drift.EVERY:
        return drift.every_method(found, window, chunk=chunk, as_of=at)
    one = drift.judged(found, chunk=chunk, method=method, as_of=at, checks=drift.CHUNK_CHECKS)
    return results.concat(drift.frames.frame(one, check, window) for check in drift.CHUNK_CHECKS)


def _inspected(
    store: Store,
    model: Model,
    window: windows.Window | None,
    against: drift.Against,
    segment: tuple[str, str],
    chunk: str,
) -> pd.DataFrame:
    """All features at once in one window; without --start and --stop, in the last seven days of the log."""
    shown = _shown(store, model, window, dt.timedelta(days=7))
    found = drift.inspect(store, model.name, shown, against=against, segment=segment, chunk=chunk)
    words = against.words(chunk) or (model.reference.words if model.reference else "")
    return drift.inspected(found, model, words, "=".join(segment) if segment[0] else "")


def _shown(store: Store, model: Model, window: windows.Window | None, length: dt.timedelta) -> windows.Window:
    """The window that was asked for, up to the end of the log; by default the log's last days."""
    last = store.span(model.name).last
    if last is None:
        raise QuestionError(f"{model.name}: no rows")
    step = dt.timedelta(hours=1) if model.grain == "hour" else dt.timedelta(days=1)
    whole = window or windows.Window(last + step - length, last + step)
    return windows.Window(whole.start, min(whole.stop, last + step))


def _outliers(store: Store, model: Model, arguments: Arguments, chunk: str) -> pd.DataFrame:
    """How many rows of each chunk are unlike the reference, by which features, and the oddest one by one."""
    told = outliers.frames
    asked, window = arguments.get("metric") or "", window_of(model, arguments)
    if asked not in ("", *told.MEASURES):
        raise QuestionError(f"unknown measure {asked!r} of outliers; one of: {', '.join(told.MEASURES)}")
    if arguments.get("segment"):
        raise QuestionError("outliers are not counted by segment; ask without --segment")
    try:
        found = outliers.read(store, model.name)
    except outliers.NotScoredError as error:
        raise QuestionError(f"{model.name}: {error}") from error
    if asked == told.ROW:
        shown = _shown(store, model, window, dt.timedelta(days=7))
        return told.row_frame(found, oddest(store, model.name, shown))
    one = outliers.judged(found, chunk, store.now(model))
    parts = {told.RATE: told.rate_frame, told.UNUSUAL: told.unusual_frame, told.LEAD: told.lead_frame}
    return results.concat(part(one, window) for name, part in parts.items() if asked in ("", name))


QUESTIONS: dict[str, Callable[[Store, Model, Arguments, str], pd.DataFrame]] = {
    "drift": _drift,
    "estimate": _estimate,
    "outliers": _outliers,
    "calibration": _calibration,
    "performance": _performance,
    "predictions": _predictions,
    "quality": _quality,
    "shadow": _shadow,
}
