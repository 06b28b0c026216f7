"""How a number of the quality of data came about, and the command that gives the same numbers."""

from __future__ import annotations

import datetime as dt
import shlex

import numpy as np

from monitoring import quality
from monitoring.quality import CHECKS, Finding
from monitoring.quality.wording import number
from monitoring.ui.drift_view import words
from monitoring.ui.numbers import count
from monitoring.ui.quality_session import Picture
from monitoring.ui.quality_view import row_of
from monitoring.ui.scopes import Scope, local_time
from monitoring.windows import Window

_FORMS = {
    "rise": "two proportions compared (z), the larger p-value of that and of how far the reference's own "
    "days differ; corrected for all checks of the chunk (Benjamini-Hochberg)",
    "fact": "none: what should never be is a fault at once, however few rows there are",
    "own": "a test of its own, see the description; corrected for all checks of the chunk "
    "(Benjamini-Hochberg)",
}
_SOURCES = {
    "numbers": "the profile of the feature",
    "categories": "the profile of the feature",
    "features": "the profile of the feature",
    "counters": "counters kept at ingest",
    "arrivals": "rows by day and their newest instant",
    "files": "the columns of every file",
    "labels": "labels joined to their requests",
}


def facts(picture: Picture, one: Finding, window: int) -> dict[str, str]:
    """Check, test, n, limit, colours, reference and data cut-off of one number.

    Parameters
    ----------
    picture : Picture
    one : Finding
    window : int
        Over how many chunks together.
    """
    found, check, row = picture.one, CHECKS[one.check], row_of(picture, one, window)
    rows, last = found.rows, picture.last
    low, high, limit, least = (
        float(part[row, last]) for part in (rows.lower, rows.upper, rows.limit, rows.limit_low)
    )
    interval = (
        f"; 95 % {number(check, low)} to {number(check, high)}" if np.isfinite([low, high]).all() else ""
    )
    p_value = float(rows.p_value[row, last])
    chance = (
        "" if np.isnan(p_value) else f"; p {'< 0.001' if p_value < 0.001 else f'{p_value:.3f}'} before it"
    )
    until = found.data_until
    return {
        "Check": f"{check.title}: {check.words}",
        "Value": f"{number(check, float(rows.value[row, last]))} ({check.unit}){interval}",
        "In the reference": number(check, float(rows.before[row, last])),
        "Rows counted": count(rows.rows[row, last]),
        "Compared": f"{words(found.keys[last])}" + (f", with the {window - 1} before" if window > 1 else ""),
        "Test": _FORMS[check.form] + chance,
        "Limit": number(check, limit) + (f"; not below {number(check, least)}" if np.isfinite(least) else ""),
        "Colours": _colours(check),
        "Counts": _counts(check, one),
        "Reference": found.reference_words or "none",
        "Segment": found.segment or "all rows",
        "Read from": _SOURCES[check.needs],
        "Data to": local_time(until, found.model.zone) if until else "no data yet",
    }


def _colours(check: quality.Check) -> str:
    amber, red = check.levels.amber, check.levels.red
    if check.form == "rise":
        return f"amber from {amber:.1%} more than in the reference, red from {red:.0%}".replace("%", " %")
    if check.key == "volume":
        return "amber from 1.5 times the usual or less than two thirds of it, red from 3 times or a third"
    if check.form == "own":
        what = "usual gaps" if check.key == "stale" else "of all rows"
        return f"amber from {amber:g}, red from {red:g} {what}"
    start = "amber at once" if amber == 0 else f"amber above {amber:.1%}".replace("%", " %")
    return start if red > 1 else f"{start}, red from {red:.0%}".replace("%", " %")


def _counts(check: quality.Check, one: Finding) -> str:
    """Whether and when the check colours the model."""
    if not one.counted:
        return "told here and judged elsewhere" if check.cap == "green" else "excluded in the model's file"
    when = "once two of the last three chunks show it" if check.lasting else "at once"
    most = "; several chunks together at most amber" if len(check.windows) > 1 else ""
    return f"for the model's quality, {when}, at most {check.cap}{most}"


def command(picture: Picture, scope: Scope, check: str = "") -> str:
    """The command that gives the frame of this page, or of one check.

    Parameters
    ----------
    picture : Picture
    scope : Scope
    check : str
        All by default.
    """
    given = ["python", "-m", "monitoring", "show", "quality", scope.model.name]
    keys = picture.one.keys[picture.shown]
    given += ["--start", _day(keys[0].start, picture), "--stop", _day(keys[-1].stop, picture)]
    if scope.chunk != scope.model.chunk:
        given += ["--chunk", scope.chunk]
    if scope.segment[0]:
        given += ["--segment", "=".join(scope.segment)]
    if check:
        given += ["--metric", check]
    return shlex.join([*given, "--csv"])


def _day(at: dt.datetime, picture: Picture) -> str:
    """A key as the command line takes it: a local day."""
    if picture.one.model.grain == "day":
        return f"{at:%Y-%m-%d}"
    local = at.replace(tzinfo=dt.UTC).astimezone(picture.one.model.zone)
    return f"{local:%Y-%m-%d}"


def csv(picture: Picture, one: Finding | None = None) -> bytes:
    """The tidy frame of the chunks shown as a CSV file: all of it, or one finding's part."""
    keys = picture.one.keys[picture.shown]
    data = quality.frames.frame(picture.one, Window(keys[0].start, keys[-1].stop))
    if one is not None:
        data = data[(data["subject"] == one.subject) & (data["measure"] == one.check)]
    return data.to_csv(index=False).encode()
