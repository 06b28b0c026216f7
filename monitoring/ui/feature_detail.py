"""One feature beside its reference: the counts behind the pictures, and the facts a table tells better."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from monitoring.drift.distributions import OUTSIDE, Histogram, Outside, Sample, labels, outside, sample
from monitoring.statistics.ratios import moved, ratio
from monitoring.store.cubes import Cube
from monitoring.ui.distributions import categorical, continuous, discrete, label
from monitoring.ui.frequencies import frequencies
from monitoring.ui.numbers import count, day, share, short

__all__ = [
    "Sample", "distribution", "facts", "moved_words", "outside", "sample", "unseen_words",
]  # fmt: skip


def distribution(
    cube: Cube,
    reference: Sample,
    current: Sample,
    axis: str,
    *,
    names: bool,
    ratios: bool = False,
    outside: Outside = OUTSIDE,
) -> go.Figure | None:
    """How the feature was distributed and how it is; None when one side has no value at all.

    Parameters
    ----------
    cube : Cube
        Of one feature.
    reference, current : Sample
    axis : str
        Title of the feature's axis.
    names : bool
        Whether categories may be called by their names and bins by their bounds, which are values of single
        rows; without, they are numbered and drawn alike.
    ratios : bool
        Whether to draw how many times as frequent each value is as in the reference, instead of shares.
    outside : Outside
        What is said of rows that no bin and no name was frozen for.
    """
    grid = cube.grids[0]
    if not reference.values or not current.values:
        return None
    names_of = labels(cube, names, outside)
    if ratios:
        return frequencies(names_of, reference.counts, current.counts)
    if not grid.numeric:
        return categorical(names_of[:-2], reference.counts, current.counts, outside)
    if not names or grid.discrete or len(grid.edges) < 2:
        return discrete(names_of, reference.counts, current.counts, axis)
    before, now = (
        Histogram(np.asarray(grid.edges), side.counts, side.minimum, side.maximum)
        for side in (reference, current)
    )
    return continuous(before, now, axis, outside=outside)


def moved_words(
    cube: Cube, reference: Sample, current: Sample, most: int = 2, *, outside: Outside = OUTSIDE
) -> str:
    """Which values have become more or less frequent than chance explains; empty where none has.

    Rare ones too: a category that goes from 0.2 % to 0.4 % of rows hardly moves a distance.

    Parameters
    ----------
    cube : Cube
        Of one feature whose names may be told.
    reference, current : Sample
    most : int
        How many are named.
    outside : Outside
        What unseen categories are called.
    """
    if not reference.values or not current.values:
        return ""
    places = moved(current.counts, reference.counts, most=most)
    names_of = labels(cube, True, outside)
    said = []
    for place in places:
        found = ratio(current.counts[place], current.values, reference.counts[place], reference.values)
        before = float(reference.counts[place]) / reference.values
        now = float(current.counts[place]) / current.values
        times, low, high = (short(float(part)) for part in (found.value, found.lower, found.upper))
        said.append(
            f"{label(names_of[place])}: {share(before)} of rows before, {share(now)} now, "
            f"{times} times ({low} to {high})"
        )
    return f"Moved most: {'; '.join(said)}." if said else ""


def unseen_words(
    unseen: pd.DataFrame, stop: dt.datetime, most: int = 6, *, outside: Outside = OUTSIDE
) -> str:
    """Which categories came that the model's reference never held, and since when; empty where there is none.

    Parameters
    ----------
    unseen : DataFrame
        As `Store.unseen` gives it: ``value``, ``first`` (a profile key) and ``n``, oldest first.
    stop : datetime
        The first profile key that is not looked at.
    most : int
        How many are named.
    outside : Outside
        What they are called.

    Examples
    --------
    >>> data = pd.DataFrame({"value": ["OO"], "first": [dt.datetime(2013, 5, 2)], "n": [9]})
    >>> unseen_words(data, dt.datetime(2013, 7, 1))
    'Never seen in the reference: OO (since 2 May 2013).'
    >>> unseen_words(data, dt.datetime(2013, 4, 1))
    ''
    """
    known = unseen[unseen["first"] < stop]
    values, firsts = known["value"].tolist()[:most], known["first"].tolist()[:most]
    named = [
        f"{value or 'an empty text'} (since {day(first)})"
        for value, first in zip(values, firsts, strict=True)
    ]
    more = f" and {len(known) - most} more" if len(known) > most else ""
    return f"{_capital(outside.unseen)}: {', '.join(named)}{more}." if named else ""


def facts(
    cube: Cube,
    reference: Sample,
    current: Sample,
    *,
    extent: bool = True,
    misfits: int = 0,
    outside: Outside = OUTSIDE,
) -> list[tuple[str, str, str]]:
    """What a table tells better than a picture: name, in the reference, now.

    Parameters
    ----------
    cube : Cube
        Of one feature.
    reference, current : Sample
    extent : bool
        Whether the smallest and largest value may be told; they are those of single rows.
    misfits : int
        Rows in the quarantine because their value has another type.
    outside : Outside
        What is said of rows that no bin and no name was frozen for.
    """
    sides = (reference, current)

    def shares(name: str, part: str | int) -> tuple[str, str, str]:
        found = [getattr(side, part) if isinstance(part, str) else side.counts[part] for side in sides]
        totals = [side.rows if isinstance(part, str) else side.values for side in sides]
        ratio = [share(hits / total if total else None) for hits, total in zip(found, totals, strict=True)]
        return name, ratio[0], ratio[1]

    rows = [("Rows", count(reference.rows), count(current.rows)), shares("Missing", "missing")]
    rows += [("Of another type, set aside (all days)", "–", count(misfits))] if misfits else []
    if not cube.grids[0].numeric:
        return [*rows, shares("Other categories", -2), shares(_capital(outside.unseen), -1)]
    rare = [
        shares("Not finite", "non_finite"),
        shares(f"Below {outside.range}", 0),
        shares(f"Above {outside.range}", -1),
    ]
    return [
        *rows,
        *(row for row in rare if row[1:] != ("0 %", "0 %")),
        ("Mean", short(reference.mean), short(current.mean)),
        *([("Smallest to largest", _extent(reference), _extent(current))] if extent else []),
    ]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _extent(side: Sample) -> str:
    return f"{short(side.minimum)} to {short(side.maximum)}"
