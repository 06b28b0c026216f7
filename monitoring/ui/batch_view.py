"""What the Batch page shows of a file: columns, features, distributions, scores, checks and rows."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from monitoring import reasons, reports, results
from monitoring.batch import Checked, Feature, Finding, Inputs, Part, Said, wording
from monitoring.batch.schema import TITLES
from monitoring.drift import showing
from monitoring.drift.distributions import sample
from monitoring.statistics import METHODS
from monitoring.ui import cards, feature_detail
from monitoring.ui.components.ranking import Ranked
from monitoring.ui.predictions_charts import CELL, Sides, cells, side_by_side
from monitoring.ui.status import mark

SHOWN = 200
_BARS = 40


def word(status: str) -> str:
    """A status in a table: its shape and its word."""
    shown = mark(status)
    return f"{shown.shape} {shown.word}"


def columns(found: Checked) -> list[dict[str, str]]:
    """The columns that differ, as rows of a table."""
    return [
        {
            "Column": one.column, "What": TITLES[one.what], "Status": word(one.status),
            "Found": one.found, "Known": one.expected, "What it means": one.consequence,
            "What to do": one.fix,
        }
        for one in found.schema
    ]  # fmt: skip


def ranked(found: Inputs) -> list[Ranked]:
    """A row per feature, the one to look at first on top; its course is the reference's, then the file."""
    return [_row(found, one) for one in found.features]


def _row(found: Inputs, one: Feature) -> Ranked:
    method = METHODS.get(one.measure)
    check = "chunk" if method else one.measure
    known = np.isfinite(one.value)
    note = "" if one.reason in ("", "drift") else reasons.REASONS[one.reason].words
    left_out = reasons.REASONS["excluded"].words
    return Ranked(
        name=one.feature,
        title=one.title,
        note=" · ".join(part for part in (note, "" if one.counted else left_out) if part),
        status=one.status,
        importance=_or_none(one.importance),
        measure=method.short if method else showing.TITLES[one.measure],
        value_text=showing.number(check, one.value) if known else "–",
        limit_text=showing.number(check, one.limit) if np.isfinite(one.limit) else "–",
        ratio=_or_none(one.value / one.limit if known and one.limit > 0 else np.nan),
        limit=_or_none(one.limit),
        floor=_or_none(one.noise_floor),
        series=found.courses[one.feature] if known else np.full_like(found.courses[one.feature], np.nan),
    )


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def distribution(found: Inputs, one: Feature) -> tuple[go.Figure | None, list[tuple[str, str, str]]]:
    """A feature in the reference and in the file, as a picture and as a table."""
    material = found.material.only(one.feature)
    before, now = (sample(material.cube, [window]) for window in (found.reference, found.window))
    outside = feature_detail.outside(material.against)
    described = material.model.features.get(one.feature)
    unit = f" ({described.unit})" if described and described.unit else ""
    figure = feature_detail.distribution(
        material.cube, before, now, f"{one.title}{unit}", names=not one.private, outside=outside
    )
    facts = feature_detail.facts(material.cube, before, now, extent=not one.private, outside=outside)
    return figure, facts


def scores(said: Said, task: str) -> list[tuple[str, go.Figure]]:
    """The score of the reference and of the file, and how sure the model is, each with its title."""
    if said.before is None or said.now is None or not said.now.scored.any():
        return []
    edges = np.asarray(said.edges)
    inner = [side.counts[0][1:-1] for side in (said.before, said.now)]
    place = np.unique(np.linspace(0, len(edges) - 1, _BARS + 1).astype(int))
    coarse = [np.add.reduceat(side, place[:-1]) for side in inner]
    title = {"binary": "score", "multiclass": "confidence", "regression": "predicted value"}[task]
    found = [(title.capitalize(), side_by_side(
        [Sides(said.version, edges[place], coarse[0], coarse[1])], title=title, density=True
    ))]  # fmt: skip
    if task == "binary":
        first = len(said.now.confidence[0]) // 2 // CELL * CELL
        (before, ends), (now, _) = (cells(side.confidence[0], first) for side in (said.before, said.now))
        figure = side_by_side([Sides(said.version, ends, before, now)], title="confidence", mark=0.6)
        found.append(("How sure it is", figure))
    return found


def findings(part: Part, most: int = SHOWN) -> list[dict[str, str]]:
    """What was found, worst first, as rows of a table."""
    return [
        {"Status": word(one.status), "What": one.title, "Found": _short(one)} for one in part.findings[:most]
    ]


def _short(one: Finding) -> str:
    """A sentence without the name that stands before it."""
    return one.sentence.removeprefix(f"{one.title}: ").removeprefix(f"{one.title} ")


def loud(findings_: Sequence[Finding]) -> list[Finding]:
    """Those that are amber or red and count."""
    return [one for one in findings_ if one.counted and one.status in ("amber", "red")]


def parts(found: Checked) -> list[Part]:
    """What was asked of the file, its columns and inputs first."""
    bad = [one.column for one in found.schema if one.status == "red"]
    said = f"{len(bad)} not as known" if bad else "every known column is there"
    more = [one.column for one in found.schema if one.what == "extra"]
    said += f"; {len(more)} more than is known" if more else ""
    first = [Part("columns", "Columns", "red" if bad else "green", said)]
    if found.inputs is not None:
        first.append(Part("drift", "Inputs", *wording.inputs(found.inputs)))
    return [*first, *found.parts]


def line(one: Part) -> None:
    """A part in one line: its mark, its name and its sentence."""
    st.markdown(cards.said(one.title, one.status, one.sentence))


def rows_csv(found: Checked) -> bytes:
    """The rows worth a look as CSV."""
    return found.rows.to_csv(index=False).encode()


def rows_parquet(found: Checked) -> bytes:
    """The rows worth a look as Parquet."""
    out = io.BytesIO()
    data = found.rows
    texts = {name: data[name].astype("string") for name in data.columns if data[name].dtype == object}
    data.assign(**texts).to_parquet(out, index=False)
    return out.getvalue()


def frame_csv(found: Checked) -> bytes:
    """Everything that was measured, as the tidy frame."""
    return results.formatted(found.frame, "csv").encode()


def report(found: Checked) -> bytes:
    """The report as one file of HTML."""
    return reports.batch_part.html(found).encode()


def shown_rows(found: Checked) -> pd.DataFrame:
    """The rows as the page shows them: numbers and texts, nothing else."""
    return found.rows.head(SHOWN)
