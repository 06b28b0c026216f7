"""The report as JSON: what it says, and the tidy frames that it was drawn from."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pandas as pd

from monitoring import health, predictions, results, windows
from monitoring.drift import showing
from monitoring.formats import full
from monitoring.reports import calibration_part, drift_part, head_part, performance_part
from monitoring.reports.gathered import Gathered
from monitoring.reports.rendering import SOFTWARE, sections


def record(found: Gathered, made_at: dt.datetime | None = None) -> dict[str, Any]:
    """Everything a report tells, as JSON can hold it.

    Parameters
    ----------
    found : Gathered
    made_at : datetime, optional
        Now by default.

    Returns
    -------
    dict
        ``report`` says what it is about, ``health`` what it says, ``frames`` holds the tidy frames by name.
    """
    about = found.scope
    instants = {
        name: windows.instant_of(at, about.model.grain, about.model.zone).isoformat()
        for name, at in (("start", about.window.start), ("stop", about.window.stop))
    }
    made = (made_at or dt.datetime.now(windows.UTC)).isoformat()
    until = found.health.data_until
    return {
        "report": {
            "model": about.model.name, "title": about.model.title, "task": about.model.task, **instants,
            "as_of": about.at.isoformat(), "version": about.version, "segment": about.segment_words,
            "chunk": about.chunk, "data_until": until.isoformat() if until else None,
            "data_version": found.data, "made_at": made, "software": SOFTWARE, "command": about.command,
        },
        "health": {
            "status": found.health.status, "plain": head_part.plain(found),
            "sentence": full(found.health.sentence), "changes": list(found.health.changes),
            "signals": [
                {"name": one.name, "status": one.status, "sentence": full(one.sentence), "reason": one.reason}
                for one in found.health.signals
            ],
        },
        "answers": [
            {"key": one.key, "title": one.title, "question": one.question, "status": one.status,
             "sentence": one.sentence, "words": list(one.words)}
            for one in (head_part.advice(found), *sections(found))
        ],
        "frames": {name: results.records(data) for name, data in frames(found).items()},
    }  # fmt: skip


def text(found: Gathered, made_at: dt.datetime | None = None) -> str:
    """The same as a file of JSON."""
    return json.dumps(record(found, made_at), ensure_ascii=False, allow_nan=False, default=str) + "\n"


def frames(found: Gathered) -> dict[str, pd.DataFrame]:
    """The tidy frames behind a report, by name.

    Parameters
    ----------
    found : Gathered
    """
    window, made = found.scope.window, {"health": health.frame(found.health), "status": _inside(found)}
    if found.outputs is not None:
        made["performance"] = performance_part.frame(found, found.outputs)
        made["calibration"] = calibration_part.errors(found)
    if found.inputs is not None:
        made["drift"] = _drift(found)
    if found.said is not None:
        made["predictions"] = predictions.frames.frame(found.said.one, window)
    for one in found.shadows:
        made[f"shadow {one.version}"] = one.frame
    return made


def _inside(found: Gathered) -> pd.DataFrame:
    """The model's colour in the chunks of the window."""
    about, data = found.scope, found.ribbon
    start, stop = (
        windows.instant_of(at, about.model.grain, about.model.zone)
        for at in (about.window.start, about.window.stop)
    )
    return data[(data["chunk_start"] >= start) & (data["chunk_start"] < stop)]


def _drift(found: Gathered) -> pd.DataFrame:
    """Of every feature the check whose course is shown."""
    one = found.inputs
    if one is None:
        return results.frame({})
    chosen = {each.feature: showing.shown_check(each) for each in one.verdict.features}
    made = {check: drift_part.frame(one, check, found) for check in dict.fromkeys(chosen.values())}
    parts = [made[check][made[check]["subject"] == feature] for feature, check in chosen.items()]
    return results.concat(parts)
