"""What else the pages ask, asked of a batch: quality, odd rows, scores and performance."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from monitoring import drift, outliers, performance, predictions, quality, reasons, results, windows
from monitoring.batch.inputs import CHECKS as LENGTHS
from monitoring.batch.inputs import SHARES, numbers
from monitoring.drift.scores import NUMBER
from monitoring.drift.wording import listed
from monitoring.models import Model
from monitoring.outliers.wording import row_words
from monitoring.outliers.wording import share as small_share
from monitoring.performance.outcomes import main_subject
from monitoring.predictions.rows import Rows
from monitoring.quality.assessment import counts_for
from monitoring.quality.registry import CAPS
from monitoring.quality.registry import CHECKS as QUALITY
from monitoring.quality.wording import said
from monitoring.quality.wording import title as subject_title
from monitoring.statistics.metrics import METRICS
from monitoring.statistics.severity import GREY, NAMES
from monitoring.store import Store
from monitoring.store.batch_files import Taken
from monitoring.store.outliers import oddest
from monitoring.windows import Window

LATER = dt.timedelta(days=4000)
"""How long after the batch its labels are looked at: whatever is in it is final."""
ODDEST = 20
MADE = tuple(
    key for key, one in QUALITY.items() if one.needs not in ("arrivals", "files") and key != "label_early"
)
"""The checks that a batch alone can answer: when rows came is the log's, and the schema tells of columns."""
_WHOLE_ROWS = ("duplicate_rows",)
"""Checks that mean something only where every column is there."""
ORDER = {"red": 0, "amber": 1, "green": 2, "grey": 3}


@dataclass(frozen=True)
class Finding:
    """A number in words, with its colour."""

    subject: str
    title: str
    measure: str
    status: str
    sentence: str
    counted: bool = True


@dataclass(frozen=True, eq=False)
class Part:
    """One question that was asked of a batch.

    Attributes
    ----------
    key, title : str
    status, sentence : str
    frame : DataFrame
        Tidy.
    findings : tuple of Finding
        The one to look at first on top.
    counted : bool
        Whether it colours the batch; what a shadow says does not.
    """

    key: str
    title: str
    status: str
    sentence: str
    frame: pd.DataFrame = field(default_factory=lambda: results.frame({}))
    findings: tuple[Finding, ...] = ()
    counted: bool = True


@dataclass(frozen=True, eq=False)
class Said(Part):
    """The part about scores, with what a histogram of them and of their confidence is drawn from."""

    version: str = ""
    before: Rows | None = None
    now: Rows | None = None
    edges: tuple[float, ...] = ()


def data_quality(store: Store, model: Model, taken: Taken, skipped: set[str]) -> Part:
    """Every check of the registry and every rule of the model's file that a batch alone can answer.

    Parameters
    ----------
    store : Store
    model : Model
    taken : Taken
    skipped : set of str
        Columns that the schema tells of already.
    """
    found = quality.material(store, model.name)
    one = quality.judged(found, checks=[key for key in MADE if not (skipped and key in _WHOLE_ROWS)])
    place = next(i for i, key in enumerate(one.keys) if key.holds(taken.key))
    frame = quality.frames.frame(one, one.keys[place])
    rows, length = one.rows, taken.span.length
    several = {(rows.checks[i], rows.subjects[i]) for i in range(len(rows)) if rows.windows[i] == length}
    kept = [
        i for i in range(len(rows))
        if rows.windows[i] == (length if (rows.checks[i], rows.subjects[i]) in several else 1)
        and not (rows.subjects[i] in skipped and rows.checks[i] not in ("rule",))
    ]  # fmt: skip
    findings = sorted(
        (_quality_finding(one, i, place) for i in kept),
        key=lambda each: (not each.counted, ORDER[each.status]),
    )
    frame = frame.iloc[kept].reset_index(drop=True)
    counted = [each for each in findings if each.counted]
    status, loud = _worst(counted)
    judged = sum(each.status != "grey" for each in findings)
    sentence = (
        _also(loud)
        if loud
        else f"nothing is wrong by {judged} checks"
        if judged
        else "no check could be made"
    )
    return Part("quality", "Quality", status, sentence, frame, tuple(findings))


def _quality_finding(one: quality.Assessment, row: int, place: int) -> Finding:
    check, subject = QUALITY[one.rows.checks[row]], one.rows.subjects[row]
    code = int(one.rows.status[row, place])
    told = subject_title(one, row)
    words = said(one, row, place)
    for length in LENGTHS:
        words = words.replace(f", last {length} days", "").replace(f", last {length} hours", "")
    return Finding(
        subject,
        "the file" if told == "the log" else told,
        check.key,
        NAMES[min(code, CAPS[check.cap])] if code > GREY else "grey",
        words.replace("the log", "the file"),
        counts_for(one.model, check, subject),
    )


def odd_rows(store: Store, model: Model, taken: Taken, skipped: set[str]) -> Part:
    """How many rows are unlike all of the reference, and the oddest by the features that make them so.

    Parameters
    ----------
    store : Store
    model : Model
    taken : Taken
    skipped : set of str
        Features that the file does not have, or not in their type: without them no row can be scored.
    """
    title = "Odd rows"
    try:
        found = outliers.read(store, model.name)
    except outliers.NotScoredError as error:
        return Part("outliers", title, "grey", f"{reasons.sentence(error.code, **error.facts)}")
    lacking = [each for each in found.fit.features if each in skipped]
    if lacking:
        return Part("outliers", title, "grey", f"no row can be scored without {listed(lacking)}")
    one = outliers.judged(found)
    place = next((i for i, key in enumerate(one.keys) if key.holds(taken.key)), None)
    if place is None:
        return Part("outliers", title, "grey", reasons.sentence("no_data"))
    window = one.keys[place]
    odd = oddest(store, model.name, window, ODDEST)
    told = outliers.frames
    frame = results.concat(
        [told.rate_frame(one, window), told.lead_frame(one, window), told.row_frame(found, odd)]
    )
    rate, limit, many = float(one.rate[place]), float(one.limit[place]), int(one.outlying[place])
    rows = int(one.rows[place])
    words = f"{many:,} of {rows:,} rows ({small_share(rate)}) are unlike all of the reference"
    words += f", where {small_share(limit)} could be chance" if np.isfinite(limit) else ""
    if one.status[place] == "grey":
        words = reasons.sentence(one.reason[place], rows=rows, minimum=model.limits.minimum_rows)
    findings = tuple(
        Finding(one_id, one_id, "row", "grey", "; ".join(row_words(found.fit, odd, at, model)), False)
        for at, one_id in enumerate(odd.ids)
    )
    return Part("outliers", title, one.status[place], words, frame, findings)


def versions(store: Store, name: str, taken: Taken) -> list[str]:
    """The versions whose output stands in the batch, the one that serves first."""
    model, volume = store.model(name), store.volume(name)
    here = volume[(volume["chunk"] == taken.key) & (volume["version"] != "")]
    found = here["version"].tolist()
    return sorted(found, key=lambda one: (one != model.versions.champion, one))


def outputs(store: Store, model: Model, taken: Taken, version: str) -> tuple[Said | None, Part | None]:
    """What a version said of the rows, and how good that was where labels tell it.

    Returns
    -------
    (Said or None, Part or None)
        None of what is not in the file.
    """
    at = windows.instant_of(taken.key, model.grain, model.zone) + LATER
    try:
        found = performance.material(store, model.name, version=version, known_at=at)
    except performance.NoOutputError:
        return None, None
    said, good = _scores(store, model, found, _chunk(model, taken), taken), _performance(found, taken)
    if version == model.versions.champion:
        return said, good
    return said and replace(said, counted=False), good and replace(good, counted=False)


def _chunk(model: Model, taken: Taken) -> Window:
    return Window(taken.key, windows.chunk_stop(taken.key, model.chunk))


def _scores(
    store: Store, model: Model, found: performance.Material, window: Window, taken: Taken
) -> Said | None:
    title = f"Scores of {found.version}"
    try:
        one = predictions.assess(store, found, against=drift.Against(), intervals=True)
    except (drift.NoReferenceError, drift.CalendarError, ValueError) as error:
        return Said("predictions", title, "grey", str(error), version=found.version)
    place = next((i for i, key in enumerate(one.drift.keys) if key.overlaps(window)), None)
    if place is None:
        return None
    shown = one.drift.keys[place]
    check = _check(one.drift, taken.span.length, place)
    frame = results.concat(
        [
            drift.frames.frame(one.drift, check, shown).assign(version=found.version),
            *(drift.frames.frame(one.drift, each, shown).assign(version=found.version) for each in SHARES),
            predictions.frames.levels(one, shown).assign(version=found.version),
        ]
    )
    status = NAMES[max((int(code) for code in one.drift.checks[check].status[:, place]), default=GREY)]
    mine = frame[frame["measure"].isin(set(one.drift.measures))]
    findings = tuple(_score_finding(row) for row in mine.to_dict("records"))
    compared = predictions.reference_windows(store, one, shown)
    grid = one.found.cubes[main_subject(model)].grid
    return Said(
        "predictions", title, status, _score_words(frame, findings), frame, findings,
        version=found.version, before=one.over(compared), now=one.over([shown]), edges=tuple(grid.edges),
    )  # fmt: skip


def _check(one: drift.Assessment, length: int, place: int) -> str:
    """The check of as many chunks as a batch stands for; of one where the reference's file leaves no more."""
    wanted = LENGTHS[length]
    code = one.checks[wanted].reason[:, place]
    return "chunk" if (code == NUMBER["short_history"]).any() else wanted


def _score_finding(row: dict) -> Finding:
    told = numbers(row["measure"], row["value"], row["limit_high"], row["noise_floor"])
    why = reasons.REASONS[row["reason"]].words if row["reason"] and row["reason"] != "drift" else ""
    words = "; ".join(part for part in (told, why) if part)
    return Finding(
        row["subject"], row["subject"], row["measure"], row["status"], f"{row['subject']}: {words}"
    )


def _score_words(frame: pd.DataFrame, findings: tuple[Finding, ...]) -> str:
    lead = min(findings, key=lambda one: ORDER[one.status], default=None)
    parts = [lead.sentence] if lead else []
    by_measure = {row["measure"]: row for row in frame.to_dict("records")}
    for measure, words in (
        ("mean_confidence", "mean confidence"),
        ("low_confidence", "not sure (confidence below 0.6)"),
    ):
        row = by_measure.get(measure)
        if row and np.isfinite(row["value"]):
            told = (
                f"{row['value']:.2f}"
                if measure == "mean_confidence"
                else f"{row['value']:.0%} of rows".replace("%", " %")
            )
            parts.append(f"{words} {told}")
    return "; ".join(parts)


def _performance(found: performance.Material, taken: Taken) -> Part | None:
    model, title = found.model, f"Performance of {found.version}"
    one = performance.assess(found)
    place = next((i for i, key in enumerate(one.keys) if key.holds(taken.key)), None)
    if place is None or not one.labelled[place]:
        return None
    frame = performance.frames.frame(one, window=one.keys[place]).assign(maturity="final")
    heads = performance.HEADLINES[model.task]
    findings = tuple(
        sorted(
            (_metric_finding(row, heads) for row in frame.to_dict("records")),
            key=lambda each: (each.measure not in heads, ORDER[each.status]),
        )
    )
    status, loud = _worst([each for each in findings if each.counted])
    many = f"{int(one.labelled[place]):,} of {int(one.predicted[place]):,} rows have a label"
    lead = [each for each in findings if each.counted]
    sentence = f"{_also(loud) if loud else '; '.join(each.sentence for each in lead)}; {many}"
    return Part("performance", title, status, sentence, frame, findings)


def _metric_finding(row: dict, heads: tuple[str, ...]) -> Finding:
    metric = METRICS.get(row["measure"])
    name = metric.title if metric else row["measure"]
    if not np.isfinite(row["value"]):
        words = f"{name}: {reasons.REASONS[row['reason']].words if row['reason'] else 'not known'}"
    else:
        words = f"{name} {row['value']:.3g}"
        if np.isfinite(row["lower"]):
            words += f" ({row['lower']:.3g} to {row['upper']:.3g})"
        if np.isfinite(row["effect"]):
            words += _beside(row["effect"])
    return Finding("performance", name, row["measure"], row["status"], words, row["measure"] in heads)


def _beside(loss: float) -> str:
    """A loss against the reference in words.

    Examples
    --------
    >>> _beside(0.021), _beside(-0.3), _beside(1e-9)
    (', worse than the reference by 0.021', ', better than the reference by 0.3', ', as in the reference')
    """
    if abs(loss) < 5e-4:
        return ", as in the reference"
    return f", {'worse' if loss > 0 else 'better'} than the reference by {abs(loss):.2g}"


def _worst(findings: list[Finding]) -> tuple[str, list[Finding]]:
    """The worst colour, and the findings that are amber or red."""
    loud = [one for one in findings if one.status in ("amber", "red")]
    known = [one.status for one in findings]
    return min(known, key=lambda one: ORDER[one], default="grey"), sorted(
        loud, key=lambda one: ORDER[one.status]
    )


def _also(loud: list[Finding], most: int = 3) -> str:
    words = "; ".join(one.sentence for one in loud[:most])
    return words + (f"; and {len(loud) - most} more" if len(loud) > most else "")
