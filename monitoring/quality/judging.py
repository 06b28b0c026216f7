"""Checks judged: what is a fault, what is chance, and what cannot be judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from monitoring.drift.scores import FALSE_DISCOVERIES, NUMBER
from monitoring.drift.shares import share
from monitoring.drift.spans import Spans, summed
from monitoring.models import Model
from monitoring.quality.evidence import Counted, Evidence, Own
from monitoring.quality.registry import Check
from monitoring.statistics.arrays import Floats
from monitoring.statistics.multiplicity import benjamini_hochberg
from monitoring.statistics.severity import AMBER, GREEN, GREY, Codes, severity
from monitoring.statistics.shares import wilson

Part = tuple[dict[str, Floats], Codes]


@dataclass(frozen=True, eq=False)
class Rows:
    """Checks of subjects in chunks; arrays of shape (rows, chunks).

    Attributes
    ----------
    checks, subjects : tuple of str
        What each row is.
    windows : tuple of int
        Over how many chunks up to each one it looks; 1 for the chunk alone.
    value, lower, upper, effect, statistic, p_value, noise_floor, limit_low, limit, rows : ndarray
        As in the tidy frame; what is not known is nan. ``effect`` is what the check's levels are about.
    before : ndarray
        The value in the reference.
    status, reason : ndarray of int8
        Colour, and number of the reason in `monitoring.drift.scores.CODES`.
    """

    checks: tuple[str, ...]
    subjects: tuple[str, ...]
    windows: tuple[int, ...]
    value: Floats
    lower: Floats
    upper: Floats
    effect: Floats
    statistic: Floats
    p_value: Floats
    noise_floor: Floats
    limit_low: Floats
    limit: Floats
    rows: Floats
    before: Floats
    status: Codes
    reason: Codes

    def __len__(self) -> int:
        """How many rows."""
        return len(self.checks)


_NUMBERS = [one.name for one in fields(Rows)][3:-2]


def judged(
    found: Sequence[tuple[Check, Sequence[Counted] | Sequence[Own]]],
    evidence: Evidence,
    complete: NDArray[np.bool_],
) -> Rows:
    """Judge what checks counted; those of a chunk share one correction for how many they are.

    Parameters
    ----------
    found : sequence of (Check, parts)
    evidence : Evidence
    complete : ndarray of bool, shape (chunks,)
        Whether each chunk was over at the instant it is judged at.
    """
    asked = [(check, part, window) for check, some in found for part in some for window in check.windows]
    checks = [check for check, part, _ in asked for _ in part.subjects]
    subjects = [subject for _, part, _ in asked for subject in part.subjects]
    windows = [window for _, part, window in asked for _ in part.subjects]
    parts = [_measured(check, part, window, evidence) for check, part, window in asked]
    none = np.empty((0, len(evidence.spans)))
    columns = {name: np.concatenate([none, *(part[0][name] for part in parts)]) for name in _NUMBERS}
    mask = np.concatenate([none, *(part[1] for part in parts)]).astype(np.int8)
    mask[:, ~complete] = NUMBER["partial"]
    p_value = np.where(mask > 0, np.nan, columns["p_value"])
    counted = _counted(evidence.model, checks, subjects)
    rate = _rate(p_value, counted, np.array(windows, dtype=int))
    status = _status(columns, checks, rate, mask)
    # What only several chunks together show is a slow change, and nothing that broke: at most amber.
    slow = np.array(windows, dtype=int).reshape(-1, 1) > 1
    status = np.where(slow, np.minimum(status, AMBER), status).astype(np.int8)
    numbers = np.array([NUMBER[check.reason] for check in checks], dtype=np.int8).reshape(-1, 1)
    quiet = np.where((status == GREY) & (mask == 0), NUMBER["no_data"], mask)
    quiet = np.where(_within_days(columns, checks, status), NUMBER["days_explain"], quiet)
    reason = np.where(status >= AMBER, numbers, quiet).astype(np.int8)
    keys = tuple(check.key for check in checks)
    return Rows(keys, tuple(subjects), tuple(windows), status=status, reason=reason, **columns)


def _status(columns: dict[str, Floats], checks: Sequence[Check], rate: Floats, mask: Codes) -> Codes:
    """Colours: a value is one outside its limits that the correction leaves, by the size of its effect."""
    value, status = columns["value"], np.full(mask.shape, GREY, dtype=np.int8)
    with np.errstate(invalid="ignore"):
        outside = (value > columns["limit"]) | (value < columns["limit_low"])
        clear = outside & ~(rate >= FALSE_DISCOVERIES)
    for place, check in enumerate(checks):
        coloured = severity(columns["effect"][place], -1.0, clear[place], check.levels)
        status[place] = np.where(clear[place], coloured, np.where(np.isnan(value[place]), GREY, GREEN))
    return np.where(mask > 0, GREY, status).astype(np.int8)


def _within_days(columns: dict[str, Floats], checks: Sequence[Check], status: Codes) -> NDArray[np.bool_]:
    """Rises that are large and no noise of sampling, but such as the reference's own days show, too."""
    amber = np.array([one.levels.amber if one.form == "rise" else np.inf for one in checks]).reshape(-1, 1)
    with np.errstate(invalid="ignore"):
        large = (columns["effect"] >= amber) & (columns["value"] > columns["noise_floor"])
    return large & (status == GREEN)


def _counted(model: Model, checks: Sequence[Check], subjects: Sequence[str]) -> NDArray[np.bool_]:
    """Which rows are not about excluded features."""
    pairs = zip(checks, subjects, strict=True)
    return np.array([one.about != "feature" or name not in model.exclude for one, name in pairs], dtype=bool)


def _rate(p_value: Floats, counted: NDArray[np.bool_], windows: NDArray[np.int_]) -> Floats:
    """False discovery rates by chunk and window; excluded features are not in the family of the others."""
    rate = np.full(p_value.shape, np.nan)
    for window in np.unique(windows):
        some = windows == window
        rate[some] = benjamini_hochberg(p_value[some], axis=0)
        rate[some & counted] = benjamini_hochberg(p_value[some & counted], axis=0)
    return rate


def _measured(check: Check, part: Counted | Own, window: int, evidence: Evidence) -> Part:
    """The numbers of one part of a check, and why some cannot be judged, 0 where they can."""
    if isinstance(part, Own):
        return _own(part)
    return _rise(check, part, window, evidence) if check.form == "rise" else _fact(check, part, evidence)


def _own(part: Own) -> Part:
    unknown = np.full(part.value.shape, np.nan)
    columns = {
        "value": part.value,
        "lower": unknown,
        "upper": unknown,
        "effect": part.size,
        "statistic": part.statistic,
        "p_value": part.p_value,
        "noise_floor": unknown,
        "limit_low": part.low,
        # A share of all rows is above a limit of all rows: there can be no more than that.
        "limit": np.where(part.value >= part.high, np.nextafter(part.high, 0.0), part.high),
        "rows": part.rows,
        "before": part.reference,
    }
    words, place = np.unique(part.why, return_inverse=True)
    codes = np.array([NUMBER.get(why, 0) for why in words.tolist()], dtype=np.int8)
    return columns, codes[place.reshape(part.why.shape)]


def _rise(check: Check, part: Counted, window: int, evidence: Evidence) -> Part:
    """A share against the reference's: by two proportions, and by how far the reference's own days differ."""
    length, stop = window * evidence.line.per_chunk, evidence.spans.stop
    spans = Spans(np.maximum(stop - length, 0), stop)
    level = 1 - evidence.model.limits.false_alarms
    given = {"length": length, "level": level, "independent": True}
    found = share(part.hits, evidence.layout, spans, check.levels, **given)
    shape = found.value.shape
    names = ("value", "lower", "upper", "statistic", "p_value", "noise_floor", "limit", "rows")
    columns = {name: np.broadcast_to(getattr(found, name), shape) for name in names}
    columns |= {"effect": found.rise, "limit_low": np.full(shape, np.nan)}
    columns["before"] = np.broadcast_to(found.reference, shape)
    return columns, _unjudged(columns, spans, window, length, evidence)


def _unjudged(
    columns: dict[str, Floats], spans: Spans, window: int, length: int, evidence: Evidence
) -> Codes:
    """Why a share cannot be judged, 0 where it can; what is said last weighs most."""
    rows = np.nan_to_num(columns["rows"])
    mask = np.zeros(rows.shape, dtype=np.int8)
    # A limit of all rows can never be exceeded: such a share says nothing, and green would be wrong.
    mask[columns["limit"] >= 1.0] = NUMBER["days_differ"]
    mask[rows < evidence.model.limits.minimum_rows] = NUMBER["too_few_rows"]
    mask[rows == 0] = NUMBER["no_data"]
    nothing = "empty_reference" if evidence.model.reference else "no_reference"
    mask[np.isnan(columns["before"]) & (rows > 0)] = NUMBER[nothing]
    mask[:, evidence.layout.short(spans, evidence.first)] = NUMBER["short_history"]
    if window > 1:
        mask[:, evidence.layout.shared(spans)] = NUMBER["overlaps_reference"]
        mask[:, spans.stop - length < evidence.first] = NUMBER["short_history"]
    return mask


def _fact(check: Check, part: Counted, evidence: Evidence) -> Part:
    """A share that should be nought, whatever the reference holds and however few rows there are."""
    hits, rows = (summed(one, evidence.spans) for one in (part.hits.hits, part.hits.rows))
    value = hits / np.where(rows > 0, rows, np.nan)
    interval, unknown = wilson(hits, rows), np.full(value.shape, np.nan)
    whole, of = (evidence.layout.whole(one, evidence.spans) for one in (part.hits.hits, part.hits.rows))
    columns = {
        "value": value,
        "lower": interval.lower,
        "upper": interval.upper,
        "effect": value,
        "statistic": unknown,
        "p_value": unknown,
        "noise_floor": unknown,
        "limit_low": unknown,
        "limit": np.where(np.isnan(value), np.nan, check.levels.amber),
        "rows": rows,
        "before": np.broadcast_to(whole / np.where(of > 0, of, np.nan), value.shape),
    }
    return columns, np.where(rows == 0, NUMBER["no_data"], 0).astype(np.int8)
