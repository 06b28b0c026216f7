"""What drift means at an instant, in words: per feature and for the model, and since when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from monitoring import reasons
from monitoring.drift import shares
from monitoring.drift.assessment import POOLED, VERDICT_CHECKS, Assessment
from monitoring.drift.judging import CODES, Scores
from monitoring.drift.signal import Signal, importances, important, signal
from monitoring.statistics import METHODS
from monitoring.statistics.changepoint import Change, change
from monitoring.statistics.severity import AMBER, GREY, NAMES, Codes
from monitoring.windows import Window


@dataclass(frozen=True)
class FeatureVerdict:
    """One feature at an instant.

    Attributes
    ----------
    feature, title, kind : str
    status : str
        Green, amber, red or grey: the worst of the checks.
    lasting : str
        The colour reached in two of the last three chunks, which is what counts for the model.
    check : str
        Which check decided, one of `VERDICT_CHECKS`.
    measure : str
        Its method, or ``out_of_range``.
    value, limit, noise_floor : float
        Of that check; nan where unknown.
    rows : int
    importance : float
        nan where the model's file gives none.
    high, counted : bool
        Whether it is of high importance, and whether it counts for the model.
    since : datetime or None
        First chunk of the present run of amber or red.
    reason : str
        Code, see `monitoring.reasons`.
    sentence : str
    """

    feature: str
    title: str
    kind: str
    status: str
    lasting: str
    check: str
    measure: str
    value: float
    limit: float
    noise_floor: float
    rows: int
    importance: float
    high: bool
    counted: bool
    since: dt.datetime | None
    reason: str
    sentence: str


@dataclass(frozen=True)
class Verdict:
    """A model's drift at an instant: one colour, one sentence, and every feature, worst first.

    ``chunk`` is the last complete chunk that was judged, None where there is none.
    """

    status: str
    sentence: str
    since: dt.datetime | None
    chunk: Window | None
    features: tuple[FeatureVerdict, ...]


def verdict(assessment: Assessment, colours: Signal | None = None, at: dt.datetime | None = None) -> Verdict:
    """The model's drift and that of each feature in the last complete chunk.

    Parameters
    ----------
    assessment : Assessment
        With every check of `VERDICT_CHECKS`.
    colours : Signal, optional
        If already computed.
    at : datetime, optional
        A key: judge the chunk that holds it, or the last complete one before; the last one by default.

    Returns
    -------
    Verdict
    """
    colours = colours or signal(assessment)
    last = _last(assessment, at)
    if last is None:
        return Verdict("grey", f"grey: {reasons.sentence('no_data')}", None, None, ())
    features = tuple(
        sorted((_feature(assessment, colours, i, last) for i in range(len(assessment.features))), key=_rank)
    )
    status = NAMES[colours.model[last]]
    since = _run_start(
        assessment, colours.model, colours.cells[assessment.counted].max(axis=0, initial=GREY), last
    )
    return Verdict(
        status, _sentence(assessment, status, since, features, last), since, assessment.keys[last], features
    )


@dataclass(frozen=True)
class Started:
    """When a feature's drift most likely began, with the keys between which it lies with 90 % confidence."""

    at: dt.datetime
    earliest: dt.datetime
    latest: dt.datetime
    p_value: float
    change: Change


def started(
    assessment: Assessment, feature: str, check: str = "chunk", until: int | None = None
) -> Started | None:
    """The most likely start of a lasting change of one feature.

    Parameters
    ----------
    assessment : Assessment
    feature : str
    check : str
        ``out_of_range`` or another share looks at the share; every other check at the distance of single
        chunks, because trailing windows smear a start.
    until : int, optional
        Position of the last chunk to look at; all complete ones by default.

    Returns
    -------
    Started or None
        None where the series is too short or does not vary.

    Raises
    ------
    ValueError
        If the feature is unknown.
    """
    place = assessment.features.index(feature)
    scores = assessment.checks["chunk" if check in POOLED else check]
    stop = len(assessment.keys) if until is None else until + 1
    usable = assessment.complete & (scores.rows[place] >= assessment.model.limits.minimum_rows)
    value = np.where(usable, scores.value[place], np.nan)[:stop]
    # Distances are skewed like chi-square variables and shares like binomial ones: both are made even first.
    power = METHODS[assessment.measures[place]].power if check in POOLED else 0
    found = change(np.cbrt(value**power) if power else np.arcsin(np.sqrt(value)))
    if found is None:
        return None
    dates = [assessment.keys[i].start for i in (found.at, found.earliest, found.latest)]
    return Started(dates[0], dates[1], dates[2], found.p_value, found)


def day(at: dt.datetime, beside: dt.datetime | None = None) -> str:
    """A key as people write it: ``3 Jul``, with the year where it is another, with the hour if there is one.

    Examples
    --------
    >>> day(dt.datetime(2013, 7, 3), dt.datetime(2013, 7, 31)), day(dt.datetime(2013, 7, 3, 14))
    ('3 Jul', '3 Jul 2013 14:00')
    """
    year = "" if beside is not None and beside.year == at.year else f" {at.year}"
    hour = f" {at:%H:%M}" if at.hour or at.minute else ""
    return f"{at.day} {at:%b}{year}{hour}"


def _last(assessment: Assessment, at: dt.datetime | None) -> int | None:
    """The last complete chunk that begins no later than a key."""
    usable = [
        i
        for i, window in enumerate(assessment.keys)
        if assessment.complete[i] and (at is None or window.start <= at)
    ]
    return usable[-1] if usable else None


def _feature(assessment: Assessment, colours: Signal, place: int, last: int) -> FeatureVerdict:
    """One feature's verdict."""
    name = assessment.features[place]
    check = VERDICT_CHECKS[colours.decided[place, last]]
    scores = assessment.checks[check]
    known = assessment.model.features.get(name)
    status = int(colours.cells[place, last])
    reason = CODES[scores.reason[place, last]]
    since = _run_start(assessment, colours.lasting[place], colours.cells[place], last, now=status)
    return FeatureVerdict(
        feature=name,
        title=(known.title if known else None) or name,
        kind=assessment.kinds[place],
        status=NAMES[status],
        lasting=NAMES[colours.lasting[place, last]],
        check=check,
        measure=assessment.measures[place] if check in POOLED else check,
        value=float(scores.value[place, last]),
        limit=float(scores.limit[place, last]),
        noise_floor=float(scores.noise_floor[place, last]),
        rows=int(np.nan_to_num(scores.rows[place, last])),
        importance=float(importances(assessment.model, (name,))[0]),
        high=bool(important(assessment.model, assessment.features)[place]),
        counted=name not in assessment.model.exclude,
        since=since,
        reason=reason,
        sentence=_feature_sentence(assessment, place, last, check, status),
    )


def _rank(feature: FeatureVerdict) -> tuple[object, ...]:
    """Counted first, worst first, important first, then the larger value."""
    order = {"red": 0, "amber": 1, "green": 2, "grey": 3}
    weight = 0.0 if np.isnan(feature.importance) else feature.importance
    value = 0.0 if np.isnan(feature.value) else feature.value
    return (
        not feature.counted,
        order[feature.lasting] if feature.lasting in ("red", "amber") else 2,
        order[feature.status],
        not feature.high,
        -weight,
        -value,
        feature.feature,
    )


def _run_start(
    assessment: Assessment, lasting: Codes, cells: Codes, last: int, now: int = GREY
) -> dt.datetime | None:
    """When the present run of amber or red began: the first coloured chunk of those that made it last."""
    if lasting[last] < AMBER:
        return assessment.keys[last].start if now >= AMBER else None
    quiet = np.flatnonzero(lasting[: last + 1] < AMBER)
    first = int(quiet[-1]) + 1 if len(quiet) else 0
    early = max(first - 2, 0)
    coloured = np.flatnonzero(cells[early : first + 1] >= AMBER)
    return assessment.keys[early + int(coloured[0]) if len(coloured) else first].start


def _feature_sentence(assessment: Assessment, place: int, last: int, check: str, status: int) -> str:
    """A feature in words: what was found, how large, against which noise."""
    name = assessment.features[place]
    known = assessment.model.features.get(name)
    title = (known.title if known else None) or name
    weight = f" (importance {known.importance:g})" if known and known.importance is not None else ""
    if status == GREY:
        return f"{title}{weight} cannot be judged: {_why_grey(assessment, place, last)}"
    scores = assessment.checks[check]
    if check == "out_of_range" and status >= AMBER:
        share = f"{title}{weight} is {shares.TITLES[check]} in {scores.value[place, last]:.0%} of rows"
        distance = _numbers(assessment, "chunk", place, last)
        return share.replace("%", " %") + (f", {distance}" if distance else "")
    code = CODES[scores.reason[place, last]]
    numbers = _numbers(assessment, check if check in POOLED else "chunk", place, last)
    span = f" over the last {POOLED[check]} chunks" if POOLED.get(check, 1) > 1 else ""
    note = reasons.REASONS[code].words if code and code != "drift" else ""
    return f"{title}{weight}: " + ", ".join(part for part in (numbers + span, note) if part)


def _numbers(assessment: Assessment, check: str, place: int, last: int) -> str:
    """The distance and its noise floor; empty where there is none."""
    scores = assessment.checks[check]
    value, floor = scores.value[place, last], scores.noise_floor[place, last]
    if np.isnan(value):
        return ""
    method = assessment.measures[place]
    title = "PSI" if method == "psi" else METHODS[method].title
    return f"{title} {value:.2f}" + ("" if np.isnan(floor) else f", floor {floor:.2f}")


def _why_grey(assessment: Assessment, place: int, last: int) -> str:
    """Why the chunk check has no colour, with its numbers."""
    scores: Scores = assessment.checks["chunk"]
    window = assessment.keys[last]
    return reasons.sentence(
        CODES[scores.reason[place, last]],
        rows=int(np.nan_to_num(scores.rows[place, last])),
        minimum=assessment.model.limits.minimum_rows,
        feature=assessment.features[place],
        start=day(window.start),
        stop=day(window.stop),
    )


def _sentence(
    assessment: Assessment,
    status: str,
    since: dt.datetime | None,
    features: tuple[FeatureVerdict, ...],
    last: int,
) -> str:
    """The model's drift in one sentence."""
    counted = [one for one in features if one.counted]
    loud = [one for one in counted if one.lasting in ("amber", "red")]
    if status in ("amber", "red"):
        lead = max(loud, key=lambda one: (one.lasting == "red", one.high, -_rank(one)[4]))  # type: ignore[operator]
        others = [one.title for one in loud if one is not lead]
        also = f"; also {_listed(others)}" if others else ""
        when = f" since {day(since, assessment.keys[last].start)}" if since else ""
        return f"{status}{when}: {lead.sentence}{also}"
    if status == "grey":
        reason = counted[0].sentence if counted else "no feature counts for the verdict"
        return f"grey: {reason}"
    if loud:
        return f"green: {_listed([one.title for one in loud])} drifted, but nothing of high importance did"
    small = [one.title for one in counted if one.reason == "detectable_small"]
    note = f"; detectable, small: {_listed(small)}" if small else ""
    return f"green: no lasting drift in {len(counted)} features{note}"


def _listed(names: list[str], most: int = 3) -> str:
    """Names in a sentence, the rest counted."""
    shown = names[:most]
    rest = len(names) - len(shown)
    if rest:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]
