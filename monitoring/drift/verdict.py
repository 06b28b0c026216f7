"""What drift means at an instant: per feature and for the model, since when, and in one sentence."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from monitoring import reasons
from monitoring.drift.assessment import POOLED, VERDICT_CHECKS, Assessment
from monitoring.drift.onset import run_start
from monitoring.drift.scores import CODES
from monitoring.drift.signal import Signal, important, signal
from monitoring.drift.wording import beside, day, feature_sentence, listed, title
from monitoring.statistics.severity import AMBER, NAMES, RED
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
        nan where none is known.
    high, counted : bool
        Whether it is of high importance, and whether it counts for the model.
    since : datetime or None
        Key of the first chunk of the present run of amber or red.
    reason : str
        Code, see `monitoring.reasons`.
    beside : str
        What else is wrong with it: missing, non-finite or never seen values.
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
    beside: str
    sentence: str


@dataclass(frozen=True)
class Verdict:
    """A model's drift at an instant.

    Attributes
    ----------
    status, sentence : str
    since : datetime or None
        Key of the chunk since which it has the present colour or a worse one; None for green and grey.
    chunk : Window or None
        The last complete chunk, which was judged; None where there is none.
    features : tuple of FeatureVerdict
        Those that count first, then worst first.
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
    high, weights = important(assessment), assessment.weights.values
    found = (
        _feature(assessment, colours, place, last, float(weights[place]), bool(high[place]))
        for place in range(len(assessment.features))
    )
    features = tuple(sorted(found, key=_rank))
    code = int(colours.model[last])
    since = run_start(assessment, colours.model, colours.unconfirmed, last, code) if code >= AMBER else None
    first = run_start(assessment, colours.model, colours.unconfirmed, last) if code >= AMBER else None
    return Verdict(
        NAMES[code],
        _sentence(assessment, code, since, first, features, last),
        since,
        assessment.keys[last],
        features,
    )


def _last(assessment: Assessment, at: dt.datetime | None) -> int | None:
    """The last complete chunk that begins no later than a key."""
    begun = np.array([at is None or window.start <= at for window in assessment.keys], dtype=bool)
    usable = np.flatnonzero(assessment.complete & begun)
    return int(usable[-1]) if len(usable) else None


def _feature(
    assessment: Assessment, colours: Signal, place: int, last: int, importance: float, high: bool
) -> FeatureVerdict:
    """One feature's verdict."""
    check = VERDICT_CHECKS[colours.decided[place, last]]
    scores = assessment.checks[check]
    single = assessment.checks["chunk"]
    reason = CODES[scores.reason[place, last]] or CODES[single.reason[place, last]]
    return FeatureVerdict(
        feature=assessment.features[place],
        title=title(assessment, place),
        kind=assessment.kinds[place],
        status=NAMES[colours.cells[place, last]],
        lasting=NAMES[colours.lasting[place, last]],
        check=check,
        measure=assessment.measures[place] if check in POOLED else check,
        value=float(scores.value[place, last]),
        limit=float(scores.limit[place, last]),
        noise_floor=float(scores.noise_floor[place, last]),
        rows=int(np.nan_to_num(scores.rows[place, last])),
        importance=importance,
        high=high,
        counted=bool(assessment.counted[place]),
        since=run_start(assessment, colours.lasting[place], colours.cells[place], last),
        reason=reason,
        beside=beside(assessment, place, last),
        sentence=_said(assessment, colours, place, last),
    )


def _said(assessment: Assessment, colours: Signal, place: int, last: int) -> str:
    """A feature's sentence; where its colour comes from an earlier chunk than this one, that chunk's."""
    cells = colours.cells[place]
    shown = last
    if colours.lasting[place, last] >= AMBER > cells[last]:
        shown = int(np.flatnonzero(cells[: last + 1] >= AMBER)[-1])
    check = VERDICT_CHECKS[colours.decided[place, shown]]
    said = feature_sentence(assessment, place, shown, check, int(cells[shown]))
    if shown != last:
        said = f"{said} on {day(assessment.keys[shown].start, assessment.keys[last].start)}"
    also = beside(assessment, place, last)
    return f"{said}; {also}" if also else said


def _rank(feature: FeatureVerdict) -> tuple[bool, int, int, bool, float, float, str]:
    """Counted first, worst first, important first, then the larger value."""
    order = {"red": 0, "amber": 1, "green": 2, "grey": 3}
    return (
        not feature.counted,
        min(order[feature.lasting], 2),
        order[feature.status],
        not feature.high,
        -float(np.nan_to_num(feature.importance)),
        -float(np.nan_to_num(feature.value)),
        feature.feature,
    )


def _sentence(
    assessment: Assessment,
    code: int,
    since: dt.datetime | None,
    first: dt.datetime | None,
    features: tuple[FeatureVerdict, ...],
    last: int,
) -> str:
    """The model's drift in one sentence."""
    counted = [one for one in features if one.counted]
    loud = [one for one in counted if one.lasting in ("amber", "red")]
    if code >= AMBER:
        return _alarm(assessment, code, since, first, loud, last)
    if NAMES[code] == "grey":
        nothing = "no feature counts for the verdict" if features else "no feature is profiled yet"
        return f"grey: {counted[0].sentence if counted else nothing}"
    if loud:
        return f"green: {listed([one.title for one in loud])} drifted, but nothing of high importance did"
    small = [one.title for one in counted if one.reason == "detectable_small"]
    note = f"; detectable, small: {listed(small)}" if small else ""
    gaps = [one.title for one in counted if one.beside]
    note += f"; but missing, never seen or not finite values rose in {listed(gaps)}" if gaps else ""
    judged = sum(one.status != "grey" for one in counted)
    many = f"{judged} features" if judged != 1 else "one feature"
    rest = f", {len(counted) - judged} could not be judged" if judged < len(counted) else ""
    return f"green: no lasting drift in {many}{rest}{note}"


def _alarm(
    assessment: Assessment,
    code: int,
    since: dt.datetime | None,
    first: dt.datetime | None,
    loud: list[FeatureVerdict],
    last: int,
) -> str:
    """The sentence of an amber or red model: since when, the feature that weighs most, and the others."""
    today = assessment.keys[last].start
    # Of the features as bad as the model is, the important ones made it so.
    lead = min(loud, key=lambda one: (one.lasting != NAMES[code], not one.high, *_rank(one)))
    others = [one.title for one in loud if one is not lead]
    also = f"; also {listed(others)}" if others else ""
    when = f" since {day(since, today)}" if since else ""
    before = f" (amber since {day(first, today)})" if code == RED and first and first != since else ""
    return f"{NAMES[code]}{when}{before}: {lead.sentence}{also}"
