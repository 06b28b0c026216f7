"""Odd rows in words: what makes one odd, and what a chunk or a window holds."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import numpy as np

from monitoring.drift.inspection import private_among
from monitoring.drift.wording import listed
from monitoring.models import Model
from monitoring.outliers.judging import Judged
from monitoring.statistics.outliers import rates
from monitoring.store.outlier_counts import UNUSUAL
from monitoring.store.outlier_fits import Column, Fit
from monitoring.store.outliers import Odd

LISTED_DAYS = 30  # chunks that are offered to look into
NAMED = 3  # features that a row or a chunk is explained by
STANDS_OUT = 4.0  # times as many unusual rows as usual make a chunk stand out
LEAST = 0.5  # nats beyond its usual from which a feature is named


def share(value: float) -> str:
    """A small share as per cent, never rounded to nothing.

    Examples
    --------
    >>> share(0.25), share(0.0123), share(0.0004), share(0.000004)
    ('25 %', '1.2 %', '0.04 %', '0.0004 %')
    """
    per_cent = 100 * value
    if per_cent == 0 or per_cent >= 10:
        return f"{per_cent:.0f} %"
    digits = max(1, -math.floor(math.log10(per_cent)) + (per_cent >= 1))
    return f"{per_cent:.{digits}f} %"


def row_words(fit: Fit, odd: Odd, row: int, model: Model) -> list[str]:
    """What makes a row odd, the most telling feature first.

    Parameters
    ----------
    fit : Fit
    odd : Odd
        As the store gives them.
    row : int
        Which of them.
    model : Model

    Returns
    -------
    list of str
        Plain text, at most three; empty where the row's values are gone. The value of a private feature is
        not told.
    """
    told: dict[str, list[str]] = {}  # features of which the same is to be said, such as missing, together
    for place, term in telling(fit, odd, row):
        column = fit.columns[place]
        what = _feature_words(column, odd.values[column.feature][row], term, model)
        told.setdefault(what, []).append(model.feature_title(column.feature))
    return [f"{listed(names)}{what}" for what, names in told.items()]


def telling(fit: Fit, odd: Odd, row: int) -> list[tuple[int, float]]:
    """The places of the features that make a row odd and what each adds, in nats; most telling first."""
    terms = odd.contributions[row]
    if not np.isfinite(terms).all():
        return []
    excess = terms - np.array([column.usual for column in fit.columns])
    order = np.argsort(-excess, kind="stable")[:NAMED]
    return [(int(i), float(terms[i])) for i in order if excess[i] >= LEAST or i == order[0]]


def _feature_words(column: Column, value: float | str | None, term: float, model: Model) -> str:
    """What to say of a feature after its name."""
    known = model.features.get(column.feature)
    held = math.exp(-term)
    if private_among(model, [column.feature]):
        return f" (private): as rare as {share(held)} of the reference"
    if value is None or value != value:
        return f" missing, as in {_of(column, held, term)}"
    if isinstance(value, str):
        seen = f"as in {share(held)} of the reference" if value in column.categories else "never seen"
        return f" “{value}”, {seen}"
    title = model.feature_title(column.feature).lower()
    unit = f" {known.unit}" if known and known.unit and known.unit.lower() not in title else ""
    told = f" {value:,.6g}{unit}".replace("-", "−")
    high = _is_high(column, value)
    if term >= _largest(column) - 1e-9:
        return f"{told}, {'higher' if high else 'lower'} than all of the reference"
    return f"{told}, as {'high' if high else 'low'} as {share(held)} of the reference"


def _of(column: Column, held: float, term: float) -> str:
    return "none of the reference" if term >= _largest(column) - 1e-9 else f"{share(held)} of the reference"


def _largest(column: Column) -> float:
    """What a value beyond all of the reference adds."""
    return float(column.tails.terms[0] if column.tails is not None else column.terms[-2])


def _is_high(column: Column, value: float) -> bool:
    """Whether a number lies in the upper half of the reference."""
    if column.tails is None or not len(column.tails.values):
        return True
    middle = column.tails.values[int(np.argmin(column.tails.terms[1:-1:2]))]
    return value >= middle


def leading_words(judged: Judged, places: Sequence[int]) -> str:
    """The features that lead the outlying rows of some chunks, like 'Wind gust (12) and Pressure (5)'."""
    totals = judged.leads[list(places)].sum(axis=0)
    model, features = judged.found.model, judged.found.fit.features
    order = [int(i) for i in np.argsort(-totals, kind="stable")[:NAMED] if totals[i] > 0]
    return listed([f"{model.feature_title(features[i])} ({totals[i]:,})" for i in order])


def chunk_sentence(judged: Judged, place: int) -> str:
    """One chunk in words."""
    rows, hits = int(judged.rows[place]), int(judged.outlying[place])
    if not hits:
        return f"None of {rows:,} rows is outlying."
    return (
        f"{hits:,} of {rows:,} rows {'is' if hits == 1 else 'are'} outlying ({share(hits / rows)}; rows like "
        f"the reference stay below {share(float(judged.limit[place]))}), led by "
        f"{leading_words(judged, [place])}."
    )


def sentence(judged: Judged, places: Sequence[int]) -> tuple[str, str]:
    """The status of some chunks together and what to say: of the last that was judged, and of all of them.

    The status is that of the last one.
    """
    known = [place for place in places if judged.status[place] != "grey"]
    if not known:
        return "grey", "No chunk could be judged."
    last = known[-1]
    latest = f"{chunk_title(judged, last)}: {chunk_sentence(judged, last)}"
    if len(known) == 1:
        return judged.status[last], latest
    rows, hits = judged.rows[known].sum(), judged.outlying[known].sum()
    beyond = [place for place in known if judged.status[place] in ("amber", "red")]
    expected = share(rates.expected_rate(judged.found.fit.held_rows))
    start = f"{latest} In all {len(known):,} chunks {hits:,} of {rows:,} rows are outlying"
    start += f" ({share(hits / rows)}, where {expected} is usual)"
    if not beyond:
        return judged.status[last], f"{start}; no chunk lies beyond its limit."
    worst = sorted(beyond, key=lambda place: -judged.rate[place])[:NAMED]
    named = listed([f"{chunk_title(judged, place)} ({share(float(judged.rate[place]))})" for place in worst])
    are = f"{len(beyond):,} lie" if len(beyond) > 1 else "one lies"
    led = leading_words(judged, beyond)
    return judged.status[last], f"{start}; {are} beyond the limit, most of all {named}. Led by {led}."


def standing_out(judged: Judged, places: Sequence[int]) -> list[int]:
    """The chunks in which far more rows than one in twenty are unusual, the most unusual first."""
    found = [
        place
        for place in places
        if judged.status[place] != "grey"
        and judged.unusual[place] > max(judged.unusual_limit[place], STANDS_OUT * UNUSUAL)
    ]
    return sorted(found, key=lambda place: -judged.unusual[place])


def reference_sentence(judged: Judged) -> str:
    """The chunks of the reference itself that stand out; '' where none does or they are not in the log."""
    window = judged.found.reference
    if window is None:
        return ""
    found = standing_out(judged, [int(one) for one in judged.inside(window)])[:NAMED]
    if not found:
        return ""
    named = listed(
        [f"{chunk_title(judged, place)} ({share(float(judged.unusual[place]))})" for place in found]
    )
    verb = "stands" if len(found) == 1 else "stand"
    return (
        f"Within the reference {named} {verb} out by the share of rows among its oddest 5 %. What the "
        "reference holds counts as usual afterwards."
    )


def chunk_title(judged: Judged, place: int) -> str:
    """When a chunk begins, like '1 Jul 2013'."""
    start = judged.keys[place].start
    at = start.replace(tzinfo=dt.UTC) if judged.found.model.grain == "hour" else start
    hour = f", {at:%H:%M} UTC" if judged.found.model.grain == "hour" else ""
    return f"{at.day} {at:%b %Y}{hour}"
