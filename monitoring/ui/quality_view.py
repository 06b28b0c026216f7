"""The quality of data as tables and pictures: what is wrong, where, and since when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from monitoring import reasons
from monitoring.drift.scores import CODES
from monitoring.quality import CHECKS, Finding
from monitoring.quality.wording import number
from monitoring.statistics.severity import AMBER, NAMES
from monitoring.store import Span
from monitoring.ui import charts, filters
from monitoring.ui.components.heatmap import Lane
from monitoring.ui.components.ranking import Ranked
from monitoring.ui.numbers import clipped, day
from monitoring.ui.quality_session import Picture, name_of
from monitoring.ui.status import mark

MOST_ROWS, MOST_LANES, MOST_CHUNKS, MOST_SUBJECTS = 60, 30, 400, 40
EVERY = "every check"
CHECK_TITLES = {key: check.title for key, check in CHECKS.items()}
REASON_WORDS = ["" if not code else reasons.REASONS[code].words for code in CODES]


def chosen(picture: Picture, check: str) -> list[Finding]:
    """The findings of a check, or of all, the one to look at first on top.

    Parameters
    ----------
    picture : Picture
    check : str
        A key of `CHECKS`; of any other word, all.
    """
    return [one for one in picture.verdict.findings if check not in CHECKS or one.check == check]


def ranked(picture: Picture, findings: Sequence[Finding]) -> list[Ranked]:
    """A row of the table per finding."""
    return [_row(picture, one) for one in findings[:MOST_ROWS]]


def _row(picture: Picture, one: Finding) -> Ranked:
    rows, check = picture.one.rows, CHECKS[one.check]
    return Ranked(
        name=name_of(one),
        title=one.title,
        note=_note(picture, one),
        status=shown_status(one),
        importance=float(one.rows) or None,
        measure=check.title.lower(),
        value_text=number(check, one.value),
        limit_text=number(check, one.limit),
        ratio=_or_none(one.size),
        limit=_or_none(one.limit),
        floor=_or_none(float(rows.noise_floor[one.row, picture.last])),
        series=rows.value[one.row, picture.shown],
    )


def shown_status(one: Finding) -> str:
    """The colour of a finding as a mark: the one that counts where it lasts, else that of the chunk."""
    order = ("grey", "green", "amber", "red")
    return max((one.status, one.lasting), key=order.index) if one.counted else one.status


def _note(picture: Picture, one: Finding) -> str:
    """Since when, over how many chunks, and what one should know before reading the number."""
    window = picture.one.rows.windows[one.row]
    parts = [f"since {day(one.since)}"] if one.since else []
    parts += [f"{window} chunks together"] if window > 1 else []
    if one.counted and one.status in ("amber", "red") and one.lasting not in ("amber", "red"):
        parts.append("this chunk only, so far")
    if one.reason and one.status not in ("amber", "red"):
        parts.append(reasons.REASONS[one.reason].words)
    if not one.counted and one.status in ("amber", "red"):
        parts.append("judged as drift" if CHECKS[one.check].cap == "green" else "excluded from the verdict")
    return " · ".join(parts)


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def label(one: Finding) -> str:
    """What a finding is called in a list: its subject and its check."""
    return f"{one.title}: {CHECKS[one.check].title.lower()}"


def pick_cell(picture: Picture, span: Span, name: str, chunk: dt.datetime) -> None:
    """Show a finding and judge as of the end of a chunk, from a callback.

    Parameters
    ----------
    picture : Picture
    span : Span
        What the log covers: no day beyond it is chosen.
    name : str
        Of the finding.
    chunk : datetime
        The key at which the chunk begins.
    """
    filters.show_finding(name)
    place = [key.start for key in picture.one.keys].index(chunk)
    last = (picture.one.stop[place] - dt.timedelta(seconds=1)).astimezone(picture.one.model.zone).date()
    filters.judge_as_of(min(last, span.last.date()) if span.last else last)


def recent(picture: Picture) -> slice:
    """Positions of the chunks that the heatmap has room for: all that are shown, or the last of them."""
    return slice(max(picture.shown.start, picture.shown.stop - MOST_CHUNKS), picture.shown.stop)


def loudest(picture: Picture, findings: Sequence[Finding]) -> list[Finding]:
    """Findings in the order in which the heatmap shows them: with most coloured chunks on top."""
    shown = recent(picture)

    def loud(one: Finding) -> int:
        cells = picture.one.cells[picture.one.place(one.check, one.subject), shown]
        return -int((cells >= AMBER).sum())

    return sorted(findings, key=loud)


def lanes(picture: Picture, findings: Sequence[Finding]) -> list[Lane]:
    """A lane of the heatmap per finding: by chunk its colour, its value and its limit."""
    one, shown = picture.one, recent(picture)
    checks, chunks, out = list(CHECKS), np.arange(shown.start, shown.stop), []
    for finding in findings[:MOST_LANES]:
        group = one.place(finding.check, finding.subject)
        rows = one.decided[group, shown]
        status = np.asarray(NAMES)[one.cells[group, shown]]
        held = one.rows.rows[rows, chunks] > 0
        out.append(
            Lane(
                name=name_of(finding),
                title=label(finding),
                status=np.where(held, status, "").tolist(),
                value=one.rows.value[rows, chunks],
                limit=one.rows.limit[rows, chunks],
                check=np.full(len(chunks), checks.index(finding.check)),
                reason=one.rows.reason[rows, chunks],
            )
        )
    return out


def grid(picture: Picture, selected: str) -> go.Figure:
    """Subjects by checks in the judged chunk: a mark per check that a subject has.

    Parameters
    ----------
    picture : Picture
    selected : str
        The finding whose detail is shown.
    """
    findings = picture.verdict.findings
    subjects = list(dict.fromkeys(one.title for one in findings))[:MOST_SUBJECTS]
    shown = [one for one in findings if one.title in subjects]
    checks = [key for key in CHECKS if any(one.check == key for one in shown)]
    traces = []
    for status in ("grey", "green", "amber", "red"):
        some = [one for one in shown if shown_status(one) == status]
        if some:
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": mark(status).word,
                    "x": [CHECK_TITLES[one.check] for one in some],
                    "y": [charts.plain(one.title) for one in some],
                    "marker": {
                        "symbol": charts.SYMBOL[status],
                        "color": charts.STATUS[status],
                        "size": [15 if name_of(one) == selected else 10 for one in some],
                        "opacity": 0.45 if status in ("green", "grey") else 1,
                    },
                    "customdata": [name_of(one) for one in some],
                    "hovertext": [charts.plain(one.sentence) for one in some],
                    "hovertemplate": "%{hovertext}<extra>" + mark(status).word + "</extra>",
                }
            )
    return charts.figure(
        traces,
        height=90 + 22 * len(subjects),
        x={
            "categoryorder": "array",
            "categoryarray": [CHECK_TITLES[key] for key in checks],
            "side": "top",
            "tickangle": -90,
            "tickfont": {"size": 10},
            "dtick": 1,  # every name, however narrow
            "showline": False,
        },
        y={
            "categoryorder": "array",
            "categoryarray": [charts.plain(name) for name in reversed(subjects)],
            "tickvals": [charts.plain(name) for name in subjects],
            "ticktext": [charts.plain(clipped(name, 28)) for name in subjects],
            "showgrid": True,
        },
        showlegend=False,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
    )


def course(picture: Picture, one: Finding, window: int) -> go.Figure:
    """A check of a subject over the chunks shown, with limit, floor, reference and since when.

    Parameters
    ----------
    picture : Picture
    one : Finding
    window : int
        Over how many chunks together.
    """
    found, check, rows = picture.one, CHECKS[one.check], picture.one.rows
    row = row_of(picture, one, window)
    keys = found.keys[picture.shown]
    inside = [key for key in keys if found.reference.overlaps(key)]
    return charts.course(
        [key.start for key in keys],
        rows.value[row, picture.shown],
        title=title_of(check.key, window),
        shares=check.unit.startswith("share"),
        limit=rows.limit[row, picture.shown],
        floor=rows.noise_floor[row, picture.shown] if check.form == "rise" else None,
        status=np.asarray(NAMES)[rows.status[row, picture.shown]].tolist(),
        partial=~found.complete[picture.shown],
        reference=(inside[0].start, inside[-1].stop) if inside else None,
        since=one.since if one.since and one.since >= keys[0].start else None,
        interval=(rows.lower[row, picture.shown], rows.upper[row, picture.shown]),
    )


def title_of(check: str, window: int) -> str:
    """What a course shows.

    Examples
    --------
    >>> title_of("missing", 7), title_of("volume", 1)
    ('share of rows, missing, 7 chunks', 'times the usual')
    """
    known = CHECKS[check]
    length = f", {window} chunks" if window > 1 else ""
    return f"{known.unit}, {known.title.lower()}{length}" if known.unit.startswith("share") else known.unit


def windows_of(picture: Picture, one: Finding) -> list[int]:
    """Over how many chunks together a check of a subject is judged."""
    group = picture.one.place(one.check, one.subject)
    return [picture.one.rows.windows[row] for row in picture.one.members[group]]


def row_of(picture: Picture, one: Finding, window: int) -> int:
    """The row of the assessment that looks at so many chunks."""
    group = picture.one.place(one.check, one.subject)
    return picture.one.members[group][windows_of(picture, one).index(window)]
