"""Why a row should be looked at: a registry of sources, each of which finds rows of some days.

A source is a function from what is asked (`monitoring.store.review_rows.Asked`) to rows with a weight: how
much each is worth a look, above 0 and at most 1. How many of them are chosen, and with which chance, is not
its business (`monitoring.review.filling`).

One that knows its rows on the day of their prediction is ``timely``: then the chance with which any row would
have been chosen is known, and those that were tell of all rows. What only a label can show is not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from monitoring.models import Review, Task
from monitoring.review import slices
from monitoring.store import cases, outliers
from monitoring.store.review_rows import (
    Asked,
    Found,
    Wanted,
    confidence,
    decision,
    found,
    joined,
    margin,
    nothing,
    of_labels,
    of_oddest,
    of_requests,
    of_shadow,
    unseen_names,
)
from monitoring.store.sql import Values, quoted

EVERY: tuple[Task, ...] = ("binary", "multiclass", "regression")
DECIDES: tuple[Task, ...] = ("binary", "multiclass")
Finder = Callable[[Asked, Review], Found]


@dataclass(frozen=True)
class Source:
    """A reason for which rows are looked at.

    Attributes
    ----------
    key : str
        The function's name; in the model's file, the address and the export.
    title, words : str
        What it is called, and what it means.
    tasks : tuple of str
        Models it is defined for.
    timely : bool
        Whether it knows its rows on the day of their prediction.
    find : callable
    """

    key: str
    title: str
    words: str
    tasks: tuple[Task, ...]
    timely: bool
    find: Finder


SOURCES: dict[str, Source] = {}


def source(
    title: str, words: str, *, tasks: tuple[Task, ...] = EVERY, timely: bool = True
) -> Callable[[Finder], Finder]:
    """Enter a function into `SOURCES` under its own name.

    Parameters
    ----------
    title, words, tasks, timely
        As `Source` has them.

    Returns
    -------
    callable
        A decorator that returns the function unchanged.

    Raises
    ------
    ValueError
        If the name is taken.

    Examples
    --------
    >>> SOURCES["audit"].title, SOURCES["confident_wrong"].timely
    ('Random audit', False)
    """

    def enter(find: Finder) -> Finder:
        key = getattr(find, "__name__", "")
        if key in SOURCES:
            raise ValueError(f"two sources of cases are named {key}")
        SOURCES[key] = Source(key, title, words, tasks, timely, find)
        return find

    return enter


def sources_of(task: Task, settings: Review) -> list[Source]:
    """The sources that a model uses, the audit first."""
    named = settings.reasons
    return [
        one for one in SOURCES.values() if task in one.tasks and (named is None or one.key in named)
    ]  # fmt: skip


def unknown(settings: Review | None) -> str:
    """What is wrong with the reasons of a model's file, in words; empty where nothing is.

    Examples
    --------
    >>> unknown(Review(reasons=("audit", "odd"))).partition(";")[0]
    "[review] reasons: no reason is called 'odd'"
    """
    odd = [one for one in (settings.reasons if settings else None) or () if one not in SOURCES]
    if not odd:
        return ""
    return f"[review] reasons: no reason is called {odd[0]!r}; there are {', '.join(SOURCES)}"


@source("Random audit", "drawn at random among all rows, so that it tells of all of them")
def audit(asked: Asked, settings: Review) -> Found:
    """Rows whose hash lies below the share: drawn without looking at what they hold."""
    values = Values()
    share, salt = values.bind(settings.audit), values.bind(cases.AUDIT)
    where = f"hash(p._id, p._day, {salt}) / 18446744073709551616.0 < {share}"
    every = replace(asked, most=1_000_000)  # the budget holds for what is chosen, and is known then
    return found(every, Wanted(cases.AUDIT, where, values=values))


@source(
    "Uncertain", "the score lies next to the threshold, or two classes are nearly as likely", tasks=DECIDES
)
def uncertain(asked: Asked, settings: Review) -> Found:
    """Rows that the model hardly decided, the closest first."""
    values = Values()
    far, band = margin(asked.model), float(settings.uncertain)
    weight = f"CASE WHEN {far} < {band!r} THEN 1 - {far} / {band!r} ELSE 0 END"
    detail = f"'margin ' || round({far}, 3)"
    return found(asked, Wanted("uncertain", weight=weight, detail=detail, values=values))


@source("Confident but wrong", "the label says otherwise than a sure decision", tasks=DECIDES, timely=False)
def confident_wrong(asked: Asked, settings: Review) -> Found:
    """Rows whose label came in these days and is not what the model was sure of."""
    model, values = asked.model, Values()
    decided = decision(model, values)
    sure = confidence(model, decided)
    label = (
        f"CAST(l._label = {values.bind(model.positive)} AS INTEGER)" if model.task == "binary" else "l._label"
    )
    where = f"{sure} >= {values.bind(settings.confident)} AND {decided} <> {label}"
    detail = f"'said so with ' || round({sure}, 3)"
    wanted = Wanted(
        "confident_wrong", where, sure, detail, of_labels(asked, values), late=True, values=values
    )
    return found(asked, wanted)


@source("Versions disagree", "champion and shadow decide differently, or a number apart")
def disagreement(asked: Asked, settings: Review) -> Found:
    """Rows on which a shadow decides otherwise; of numbers those that lie farthest apart."""
    model = asked.model
    parts = []
    for shadow in model.versions.shadows:
        values = Values()
        ours, theirs = decision(model, values), decision(model, values, "q")
        join = of_shadow(asked, shadow, values)
        name = values.bind(shadow)
        if model.task == "regression":
            apart = f"abs({ours} - {theirs})"
            weight, where = f"{apart} / (1 + {apart})", f"{apart} > 0"
        else:
            sure = [confidence(model, one, of) for one, of in ((ours, "p"), (theirs, "q"))]
            weight = f"greatest(0.01, coalesce(({sure[0]} + {sure[1]}) / 2, 0.5))"
            where = f"{ours} <> {theirs}"
        detail = f"{name} || ' says otherwise'"
        parts.append(found(asked, Wanted("disagreement", where, weight, detail, join, values=values)))
    return joined(parts) if parts else nothing()


@source("Unseen category", "a category that the reference never held")
def unseen(asked: Asked, settings: Review) -> Found:
    """Rows with a category that is new, whose name the profile keeps (the first 200 of a feature)."""
    model, values = asked.model, Values()
    names = unseen_names(asked.store, model)
    if not names:
        return nothing()
    conditions, details = [], []
    for feature, known in names.items():
        value = f"CAST(r.{quoted(feature)} AS VARCHAR)"
        condition = f"{value} IN (SELECT unnest({values.bind(known)}::VARCHAR[]))"
        described = model.features.get(feature)
        shown = "" if described and described.private else f" || ' = ' || left({value}, 60)"
        conditions.append(condition)
        details.append(f"WHEN {condition} THEN {values.bind(model.feature_title(feature))}{shown}")
    detail = f"CASE {' '.join(details)} END"
    count = " + ".join(f"CAST(coalesce({one}, FALSE) AS INTEGER)" for one in conditions)
    weight = f"({count}) / {len(conditions)}.0"
    wanted = Wanted("unseen", " OR ".join(conditions), weight, detail, of_requests(model), values=values)
    return found(asked, wanted)


@source("Outlying", "its values lie farther out than those of a thousand rows of the reference")
def outlying(asked: Asked, settings: Review) -> Found:
    """The oddest rows of every day, as far as the store keeps them; none where odd rows cannot be told."""
    values = Values()
    least = outliers.limit(asked.store, asked.model.name)
    if least is None:
        return nothing()
    bound = values.bind(least)
    weight = f"o.score / (o.score + greatest({bound}, 1e-9))"
    detail = f"'score ' || round(o.score, 1) || ', from ' || round({bound}, 1) || ' on one in a thousand'"
    join = of_oddest(asked.model)
    return found(asked, Wanted("outlying", f"o.score > {bound}", weight, detail, join, values=values))


@source("Drifted slice", "part of a feature that has drifted, and holds far more rows than in the reference")
def drifted_slice(asked: Asked, settings: Review) -> Found:
    """Rows in the part of a drifted feature whose share has grown most."""
    parts = []
    for one in slices.grown(asked.store, asked.model, asked.first, asked.last):
        values = Values()
        column = f"r.{quoted(one.feature)}"
        if one.category is not None:
            inside = f"CAST({column} AS VARCHAR) = {values.bind(one.category)}"
        else:
            inside = (
                f"{column} >= {values.bind(one.low)}::DOUBLE AND {column} < {values.bind(one.high)}::DOUBLE"
            )
        day = values.bind(one.day)
        where = f"p._day = {day}::DATE AND {inside}"
        weight = values.bind(min(1.0, one.excess)) + "::DOUBLE"
        detail = values.bind(one.words)
        wanted = Wanted("drifted_slice", where, weight, detail, of_requests(asked.model), values=values)
        parts.append(found(replace(asked, first=one.day, last=one.day), wanted))
    return joined(parts) if parts else nothing()
