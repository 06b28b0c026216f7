"""Whole answers as tidy frames: every method at once, and the closer look at one window."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pandas as pd

from monitoring import results, windows
from monitoring.drift import frames
from monitoring.drift.assessment import CHUNK_CHECKS
from monitoring.drift.inspection import Inspection
from monitoring.drift.reading import Material, judged
from monitoring.models import Model
from monitoring.statistics import METHODS
from monitoring.windows import Window

EVERY = "all"
INSPECTION = "multivariate"


def every_method(
    found: Material,
    window: Window | None = None,
    *,
    chunk: str | None = None,
    as_of: dt.datetime | None = None,
) -> pd.DataFrame:
    """Every method's distance of every feature for whose kind it is defined, and the shares once.

    Parameters
    ----------
    found : Material
    window : Window, optional
        Keep the chunks that begin inside; all by default.
    chunk, as_of
        As in `monitoring.drift.assess`.

    Returns
    -------
    DataFrame
        Columns of `monitoring.results.COLUMNS`, method by method.
    """
    parts = []
    for key in METHODS:
        one = judged(found, chunk=chunk, method=key, as_of=as_of, checks=("chunk",))
        data = frames.frame(one, "chunk", window)
        parts.append(data[data["measure"] == key])
    shares = judged(found, chunk=chunk, as_of=as_of, checks=CHUNK_CHECKS[1:])
    parts += [frames.frame(shares, check, window) for check in CHUNK_CHECKS[1:]]
    return results.concat(parts)


def inspected(found: Inspection, model: Model, reference: str, segment: str = "") -> pd.DataFrame:
    """A closer look at a window as a tidy frame.

    Parameters
    ----------
    found : Inspection
    model : Model
    reference : str
        What to call the reference.
    segment : str

    Returns
    -------
    DataFrame
        A row for the domain classifier and one for the distance of mean embeddings (subject ``features``), an
        ``attribution`` per feature, ``mix`` and ``rate`` per segment column and value, and a ``slice`` per
        slice whose mean score changed most, its predicates in ``segment``.
    """
    rows = [*_together(found), *_mixes(found), *_slices(found)]
    start, stop = (windows.instant_of(key, model.grain, model.zone) for key in (found.start, found.stop))
    shared = {
        "model": model.name,
        "chunk_start": start,
        "chunk_stop": stop,
        "reference": reference,
        "maturity": "final",
    }
    blank = {"segment": segment, "n": found.current_rows, "status": "grey", "reason": "told_only"}
    columns: dict[str, list[Any]] = {name: [] for row in rows for name in row}
    columns |= {name: [] for name in (*shared, *blank)}
    for row in rows:
        whole = {**blank, **shared, **row}
        for name, values in columns.items():
            values.append(whole.get(name))
    return results.frame(columns) if rows else results.frame({})


def _together(found: Inspection) -> Iterator[dict[str, Any]]:
    area, distance = found.classifier, found.embedding
    if area:
        yield {
            "subject": "features", "measure": "domain_classifier", "value": area["auc"],
            "lower": area["lower"], "upper": area["upper"], "p_value": area["p_value"],
            "limit_high": area["limit"],
            "status": found.status, "reason": _reason(found),
        }  # fmt: skip
    if distance:
        yield {
            "subject": "features", "measure": "mean_embedding", "value": distance["value"],
            "noise_floor": distance["noise"], "p_value": distance["p_value"],
        }  # fmt: skip
    for name, fall, error in area.get("attribution", []):
        ends = {"lower": fall - 1.96 * error, "upper": fall + 1.96 * error}
        yield {"subject": name, "measure": "attribution", "value": fall, **ends}


def _reason(found: Inspection) -> str:
    if not found.calibrated:
        return "uncalibrated"
    if not found.telling:
        return "days_differ"
    return "drift" if found.drifted else ""


def _mixes(found: Inspection) -> Iterator[dict[str, Any]]:
    for mix in found.mixes:
        for measure in ("mix", "rate"):
            value, lower, upper = mix[measure]
            yield {
                "subject": found.target, "measure": measure, "segment": mix["column"], "value": value,
                "lower": lower, "upper": upper,
            }  # fmt: skip
            for one in mix["slices"]:
                value, lower, upper = one[measure]
                yield {
                    "subject": found.target, "measure": measure, "segment": f"{mix['column']}={one['value']}",
                    "value": value, "lower": lower, "upper": upper,
                    "n": round(one["current_share"] * found.current_rows),
                }  # fmt: skip


def _slices(found: Inspection) -> Iterator[dict[str, Any]]:
    for one in found.slices:
        yield {
            "subject": found.target, "measure": "slice", "n": one["current_rows"], "value": one["change"],
            "segment": " and ".join(f"{name} {words}" for name, words in one["where"]),
            "lower": one["lower"], "upper": one["upper"], "effect": one["contribution"],
            "p_value": one["rate"],
        }  # fmt: skip
