"""What a file that is no log nearly was: scores of another form, a first line that holds values."""

from __future__ import annotations

import re

from monitoring.onboarding.names import likeness
from monitoring.store.sampled import Sample, Summary

MOST = 3  # columns that are told
_VALUE = re.compile(r"-?\d+(\.\d+)?|\d{4}-\d\d-\d\d.*|\d\d?[/.]\d\d?[/.]\d{2,4}.*")
_COMMA = re.compile(r"\s*-?\d*,\d+\s*")


def near_misses(sample: Sample) -> str:
    """What keeps columns that are named like a score from being one, as the end of a sentence.

    Parameters
    ----------
    sample : Sample

    Returns
    -------
    str
        Empty where no column is named so.

    Examples
    --------
    >>> one = Summary("risk", "DOUBLE", "number", 9, 9, 9, numbers=9, low=0.0, high=97.5)
    >>> near_misses(Sample("a.csv", "csv", 9, 9, True, True, (one,)))
    "; 'risk' is named like a score, but its values run from 0 to 97.5, and a probability is between 0 and 1"
    """
    named = [one for one in sample.columns if likeness(one.name, "score") and one.present]
    return "".join(
        f"; {one.name!r} is named like a score, but {why}" for one in named[:MOST] if (why := _why(one))
    )


def without_head(sample: Sample) -> str:
    """Words for a file whose columns are named by values, as where its first line has no names; else empty.

    Parameters
    ----------
    sample : Sample

    Examples
    --------
    >>> named = [Summary(name, "VARCHAR", "text", 9, 9, 9) for name in ("r0", "2026-09-01", "0.63", "39")]
    >>> without_head(Sample("a.csv", "csv", 9, 9, True, True, tuple(named)))[:66]
    "the names of columns look like values ('2026-09-01', '0.63', '39')"
    """
    valued = [one.name for one in sample.columns if _VALUE.fullmatch(one.name)]
    if not sample.lenient or len(valued) < 2 or 2 * len(valued) < len(sample.columns):
        return ""
    shown = ", ".join(map(repr, valued[:MOST]))
    return f"the names of columns look like values ({shown}): give the file a first line with names"


def _why(one: Summary) -> str:
    shown = [value for value, _ in one.values]
    commas = [value for value in shown if _COMMA.fullmatch(value)]
    if one.family == "text" and commas and len(commas) >= 0.5 * len(shown):
        return (
            f"holds numbers like {commas[0]!r} with a decimal comma, which are text here: save the file with "
            "decimal points"
        )
    if not one.numeric:
        return f"only {one.numbers:,} of its {one.present:,} values are numbers"
    if one.low < 0 or one.high > 1:
        return f"its values run from {one.low:g} to {one.high:g}, and a probability is between 0 and 1"
    return ""
