"""Drift of a batch: the methods, limits and reasons of the Drift page, at the batch's own number of rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from monitoring import drift, reasons, results
from monitoring.drift import Assessment, Material, showing
from monitoring.drift.scores import CODES, Scores
from monitoring.formats import share, short
from monitoring.models import Model
from monitoring.statistics import METHODS
from monitoring.statistics.severity import GREY, NAMES
from monitoring.store import Store
from monitoring.store.batch_files import Taken
from monitoring.windows import Window

SHARES = ("out_of_range", "unseen", "missing", "non_finite")
CHECKS = {1: "chunk", 7: "pooled_7", 28: "pooled_28"}
"""The check of the distribution by how many chunks a batch stands for."""


@dataclass(frozen=True)
class Feature:
    """One feature of a batch.

    Attributes
    ----------
    feature, title, kind : str
    status : str
    measure : str
        The method, or ``out_of_range`` where that decided.
    value, limit, noise_floor : float
        Of what decided; the limit is what the value may reach before it has a colour.
    rows : int
        With a value.
    importance : float
        nan where none is known.
    high, counted, private : bool
    reason, sentence : str
    """

    feature: str
    title: str
    kind: str
    status: str
    measure: str
    value: float
    limit: float
    noise_floor: float
    rows: int
    importance: float
    high: bool
    counted: bool
    private: bool
    reason: str
    sentence: str


@dataclass(frozen=True, eq=False)
class Inputs:
    """The drift of a batch.

    Attributes
    ----------
    status : str
        Of all features together, as Drift has it for a model.
    features : tuple of Feature
        Worst first.
    frame : DataFrame
        Tidy: the distance and the shares of every feature.
    material : Material
        The profile of the reference and of the batch, for their distributions.
    window : Window
        Profile keys of the batch in it.
    reference : Window
        And of the reference.
    reference_words : str
    courses : mapping of str to ndarray
        By feature the value that decided: of the reference's own chunks, against the rest of it, then of the
        batch.
    """

    status: str
    features: tuple[Feature, ...]
    frame: pd.DataFrame
    material: Material
    window: Window
    reference: Window
    reference_words: str
    courses: Mapping[str, np.ndarray]


def inputs(store: Store, name: str, taken: Taken, absent: set[str], identifiers: set[str]) -> Inputs | None:
    """Compare every feature of a batch with the reference; None where the model names none.

    Parameters
    ----------
    store : Store
        In memory, with the batch in it.
    name : str
        The model.
    taken : Taken
    absent : set of str
        Features that the file does not have.
    identifiers : set of str
        Columns that name rows.
    """
    try:
        found = drift.material(store, name, against=drift.Against())
    except drift.NoReferenceError:
        return None
    model = found.model
    if found.log_start is not None:  # what lies between a file and the batch is empty, and known to be so
        found = replace(found, log_start=found.reference.stop)
    check = CHECKS[taken.span.length]
    one = drift.judged(found, checks=(check, *SHARES))
    place = next((i for i, key in enumerate(one.keys) if key.holds(taken.key)), None)
    if place is None or not one.features:
        return None
    known = _known(one, check, taken, absent, identifiers)
    colours = drift.signal(_as_chunk(one, check, known, place))
    window = one.keys[place]
    decided = ["chunk", "chunk", "chunk", "out_of_range"]
    weights, high = one.weights.values, drift.important(one)
    features = tuple(
        _feature(
            model, one, check, at, place, decided[colours.decided[at, place]],
            known.get(feature, ""), float(weights[at]), bool(high[at]),
        )
        for at, feature in enumerate(one.features)
    )  # fmt: skip
    status = NAMES[int(colours.unconfirmed[place])]
    parts = [drift.frames.frame(one, each, window) for each in (check, *SHARES)]
    frame = _told(results.concat(parts), known)
    shown = [i for i, key in enumerate(one.keys) if one.reference.overlaps(key)] + [place]
    courses = {
        each.feature: one.checks[check if each.measure in METHODS else "out_of_range"].value[at, shown]
        for at, each in enumerate(features)
    }
    ranked = tuple(sorted(features, key=_rank))
    return Inputs(status, ranked, frame, found, window, one.reference, one.reference_words, courses)


def _known(
    one: Assessment, check: str, taken: Taken, absent: set[str], identifiers: set[str]
) -> dict[str, str]:
    """Features that cannot be compared at all, with the code of the reason."""
    found = {name: "absent" for name in one.features if name in absent}
    found |= {name: "changed_type" for name in one.features if name in taken.retyped}
    return found | {name: "identifier" for name in one.features if name in identifiers}


def _as_chunk(one: Assessment, check: str, known: dict[str, str], place: int) -> Assessment:
    """The same with the check of the batch in the place of every check of the distribution."""
    unknown = [at for at, name in enumerate(one.features) if name in known]

    def masked(scores: Scores) -> Scores:
        status = scores.status.copy()
        status[unknown, place] = GREY
        return replace(scores, status=status)

    distance = masked(one.checks[check])
    return replace(
        one,
        checks={"chunk": distance, "pooled_7": distance, "pooled_28": distance,
                "out_of_range": masked(one.checks["out_of_range"])},
    )  # fmt: skip


def _feature(
    model: Model, one: Assessment, check: str, at: int, place: int, decided: str, known: str,
    importance: float, high: bool,
) -> Feature:  # fmt: skip
    name = one.features[at]
    alone, check = check, check if decided == "chunk" else "out_of_range"
    scores, described = one.checks[check], model.features.get(name)
    status = NAMES[GREY] if known else NAMES[int(scores.status[at, place])]
    reason = known or CODES[scores.reason[at, place]]
    value, limit = (float(x) for x in (scores.value[at, place], showing.allowed(scores)[at, place]))
    floor, rows = float(scores.noise_floor[at, place]), int(np.nan_to_num(scores.rows[at, place]))
    title = model.feature_title(name)
    measure = one.measures[at] if decided == "chunk" else "out_of_range"
    told = "" if known else numbers(measure, value, limit, floor)
    if status == "green" and decided != "chunk":
        told = _inside(one, alone, at, place, value)
    return Feature(
        feature=name,
        title=title,
        kind=one.kinds[at],
        status=status,
        measure=measure,
        value=float("nan") if known else value,
        limit=limit,
        noise_floor=floor,
        rows=rows,
        importance=importance,
        high=high,
        counted=name not in model.exclude,
        private=bool(described and described.private),
        reason=reason,
        sentence=sentence(model, title, status, told, reason, rows),
    )


def _inside(one: Assessment, check: str, at: int, place: int, outside: float) -> str:
    """A feature that stays in its range, and whose distance nobody can judge."""
    scores = one.checks[check]
    why = reasons.REASONS[CODES[scores.reason[at, place]]].words if scores.reason[at, place] else ""
    told = numbers(one.measures[at], float(scores.value[at, place]), float("nan"), float("nan"))
    inside = f"stays in the reference range ({share(outside)} of rows outside)"
    return f"{inside}; {told} is not judged, {why}" if told and why else inside


def numbers(measure: str, value: float, limit: float, floor: float) -> str:
    """A value with what it may reach and what chance reaches.

    Examples
    --------
    >>> numbers("psi", 0.31, 0.1, 0.04), numbers("out_of_range", 0.2, 0.05, float("nan"))
    ('PSI 0.310, limit 0.100, floor 0.040', 'outside the reference range in 20.0 % of rows')
    """
    if not np.isfinite(value):
        return ""
    if measure not in METHODS:
        return f"{showing.TITLES[measure]} in {showing.number(measure, value)} of rows"
    told = [f"{METHODS[measure].short} {short(value)}"]
    told += [f"limit {short(limit)}"] if np.isfinite(limit) else []
    return ", ".join(told + ([f"floor {short(floor)}"] if np.isfinite(floor) else []))


def sentence(model: Model, title: str, status: str, told: str, reason: str, rows: int) -> str:
    """A feature of a batch in one sentence.

    Parameters
    ----------
    model : Model
    title, status, told, reason : str
    rows : int
    """
    why = reasons.sentence(
        reason, rows=f"{rows:,}", minimum=model.limits.minimum_rows, feature=title
    ) if reason and reason != "drift" else ""  # fmt: skip
    if status == "grey":
        return f"{title} cannot be judged: {why or 'no value on both sides'}"
    return f"{title}: " + "; ".join(part for part in (told, why) if part)


def _rank(one: Feature) -> tuple[bool, int, bool, float, float, str]:
    order = {"red": 0, "amber": 1, "green": 2, "grey": 3}
    ratio = one.value / one.limit if np.isfinite(one.value) and one.limit > 0 else 0.0
    return (
        not one.counted, order[one.status], not one.high, -float(np.nan_to_num(one.importance)), -ratio,
        one.feature,
    )  # fmt: skip


def _told(data: pd.DataFrame, known: dict[str, str]) -> pd.DataFrame:
    """The frame without numbers of features that cannot be compared, and with the reason why."""
    out = data["subject"].map(known)
    blank = out.notna()
    if not blank.any():
        return data
    data = data.copy()
    numbers_ = ["value", "lower", "upper", "effect", "statistic", "p_value", "noise_floor", "limit_high"]
    data.loc[blank, numbers_] = np.nan
    data.loc[blank, "status"] = "grey"
    data.loc[blank, "reason"] = out[blank]
    return data


def dated(data: pd.DataFrame, taken: Taken) -> pd.DataFrame:
    """A frame with the instants of the batch's own rows in place of the day on which they were put.

    Parameters
    ----------
    data : DataFrame
        Tidy.
    taken : Taken
    """
    first, last = (_instant(at) for at in (taken.span.first, taken.span.last))
    kind = results.COLUMNS["chunk_start"]

    def always(at: pd.Timestamp | None) -> pd.Series:
        return pd.Series([pd.NaT if at is None else at] * len(data), index=data.index, dtype=kind)

    after = None if last is None else last + pd.Timedelta(microseconds=1)
    return data.assign(chunk_start=always(first), chunk_stop=always(after), data_until=always(last))


def _instant(at: dt.datetime | None) -> pd.Timestamp | None:
    return None if at is None else pd.Timestamp(at, tz="UTC")
