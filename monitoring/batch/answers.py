"""What versions said of the rows of a batch, and how good that was where labels tell it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd

from monitoring import drift, performance, predictions, reasons, results, windows
from monitoring.batch.inputs import CHECKS, SHARES, numbers
from monitoring.batch.parts import ORDER, Finding, Part, Said, also, worst
from monitoring.drift.scores import NUMBER
from monitoring.models import Model
from monitoring.performance.outcomes import main_subject
from monitoring.statistics.metrics import METRICS
from monitoring.statistics.severity import GREY, NAMES
from monitoring.store import Store
from monitoring.store.batch_files import Taken
from monitoring.windows import Window

LATER = dt.timedelta(days=4000)
"""How long after the batch its labels are looked at: whatever is in it is final."""


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
    wanted = CHECKS[length]
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
    status, loud = worst([each for each in findings if each.counted])
    many = f"{int(one.labelled[place]):,} of {int(one.predicted[place]):,} rows have a label"
    lead = [each for each in findings if each.counted]
    sentence = f"{also(loud) if loud else '; '.join(each.sentence for each in lead)}; {many}"
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
