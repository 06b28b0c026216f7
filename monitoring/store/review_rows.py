"""Rows of the log that might be worth a look: found by a condition, never more of a day than asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from monitoring.models import Model
from monitoring.store import layout, profiling
from monitoring.store.conversion import local_day
from monitoring.store.sql import Array, Values, arrow, composed, quoted
from monitoring.store.store import Store
from monitoring.windows import UTC

_FOUND = """
SELECT _id, _day, _predicted_at, looked, u, CAST(weight AS DOUBLE) AS weight, detail FROM (
    SELECT p._id, p._day, p._predicted_at, {looked} AS looked,
        hash(p._id, p._day, {salt}) / 18446744073709551616.0 AS u, {weight} AS weight, {detail} AS detail
    FROM {schema}.predictions AS p {join}
    WHERE p._version = {version} AND {days} AND {decision} IS NOT NULL AND {where})
WHERE weight > 0
QUALIFY row_number() OVER (PARTITION BY looked ORDER BY weight DESC, u) <= {most}
    AND row_number() OVER (PARTITION BY _id, _day ORDER BY looked) = 1
ORDER BY looked, u"""
_REQUESTS = "JOIN {schema}.requests AS r ON r._id = p._id AND r._day = p._day"
_SHADOW = """
JOIN (SELECT * FROM {schema}.predictions
      WHERE _version = {shadow} AND _day BETWEEN {first}::DATE - 1 AND {last}::DATE + 1) AS q
    ON q._id = p._id AND q._day BETWEEN p._day - 1 AND p._day + 1"""
_LABELS = """
JOIN (SELECT _id, _label, {day} AS _told FROM {schema}.labels
      WHERE _source = 'log' AND {day} BETWEEN {first} AND {last}
      QUALIFY row_number() OVER (PARTITION BY _id ORDER BY _labelled_at DESC, _label DESC) = 1) AS l
    ON l._id = p._id"""
_ODDEST = "JOIN {schema}.outlier_rows AS o ON o._id = p._id AND o.chunk = {key}"
_POPULATION = """
SELECT p._day, count(*) AS n, count({confidence}) AS sure, coalesce(sum({confidence}), 0) AS total
FROM {schema}.predictions AS p
WHERE p._version = {version} AND p._day BETWEEN {first} AND {last} AND {decision} IS NOT NULL
GROUP BY ALL ORDER BY ALL"""


@dataclass(frozen=True, eq=False)
class Found:
    """Rows that might be looked at, every array of shape (rows,); days in order, in each by a random number.

    Attributes
    ----------
    id, day, predicted_at : ndarray
        The request.
    looked : ndarray of datetime64[D]
        The day on which it could be found: that of the prediction, or of the label.
    order : ndarray of float
        Uniform in [0, 1), a hash of the id and of what was looked for.
    weight : ndarray of float
        How much it is worth a look, above 0 and at most 1.
    detail : ndarray of str
        Why, in words.
    """

    id: Array
    day: Array
    predicted_at: Array
    looked: Array
    order: Array
    weight: Array
    detail: Array

    def __len__(self) -> int:
        return len(self.id)

    def only(self, places: Array) -> Found:
        """Some of the rows."""
        return Found(**{name: getattr(self, name)[places] for name in Found.__annotations__})


@dataclass(frozen=True)
class Asked:
    """Whose rows are looked for, on which days, and how many of each day at most."""

    store: Store
    model: Model
    first: dt.date
    last: dt.date
    most: int


@dataclass(frozen=True)
class Wanted:
    """SQL of what is looked for, over a prediction ``p``.

    Attributes
    ----------
    salt : str
        Makes the random numbers of one reason independent of those of another.
    where, weight, detail, join : str
        Expressions, made with the same values.
    """

    salt: str
    where: str = "TRUE"
    weight: str = "1"
    detail: str = "''"
    join: str = ""
    late: bool = False
    values: Values = field(default_factory=Values)


def decision(model: Model, values: Values, of: str = "p") -> str:
    """SQL of what a version decided: text, or the number of a regression."""
    if model.task == "regression":
        return f"coalesce({of}._prediction, {of}._score)"
    if model.task == "binary":
        positive, at = values.bind(model.positive), values.bind(model.threshold)
        derived = f"CASE WHEN {of}._score >= {at} THEN 1 WHEN {of}._score < {at} THEN 0 END"
        return f"coalesce(CAST({of}._prediction = {positive} AS INTEGER), {derived})"
    columns = {name: f"{of}.{quoted(layout.score_column(name))}" for name in model.classes}
    largest = f"GREATEST({', '.join(columns.values())})"
    cases = " ".join(
        f"WHEN {column} = {largest} THEN {values.bind(name)}" for name, column in columns.items()
    )
    return f"coalesce({of}._prediction, CASE {cases} END)"


def confidence(model: Model, decided: str, of: str = "p") -> str:
    """SQL of the probability that a version gave to what it decided; NULL where it gave none."""
    if model.task == "regression":
        return "CAST(NULL AS DOUBLE)"
    if model.task == "binary":
        side = f"CASE {decided} WHEN 1 THEN {of}._score WHEN 0 THEN 1 - {of}._score END"
        return f"CASE WHEN {of}._score BETWEEN 0 AND 1 THEN {side} END"
    return f"GREATEST({', '.join(f'{of}.{quoted(layout.score_column(name))}' for name in model.classes)})"


def serving(model: Model, values: Values) -> str:
    """SQL of the version that served when a prediction ``p`` was made."""
    terms = "".join(
        f"WHEN p._predicted_at < {values.bind(one.until.astimezone(UTC).replace(tzinfo=None))}::TIMESTAMP "
        f"THEN {values.bind(one.champion)} "
        for one in model.versions.served
    )
    last = values.bind(model.versions.champion)
    return f"CASE {terms}ELSE {last} END" if terms else last


def margin(model: Model, of: str = "p") -> str:
    """SQL of how far a score lies from the threshold, or the likeliest class before the second."""
    if model.task == "binary":
        return f"abs({of}._score - {float(model.threshold)!r})"
    columns = ", ".join(f"{of}.{quoted(layout.score_column(name))}" for name in model.classes)
    ranked = f"list_reverse_sort([{columns}])"
    return f"({ranked}[1] - {ranked}[2])"


def found(asked: Asked, wanted: Wanted) -> Found:
    """Rows that meet a condition, of each day those of the largest weight."""
    model, values = asked.model, wanted.values
    first, last = values.bind(asked.first), values.bind(asked.last)
    looked = "l._told" if wanted.late else "p._day"
    days = f"{looked} BETWEEN {first} AND {last}"
    if wanted.late:  # a label is not older than what it is about by more than the log's own clocks differ
        days += f" AND p._day <= {last}::DATE + 1"
    parts = {
        "looked": looked, "salt": values.bind(wanted.salt), "weight": wanted.weight, "detail": wanted.detail,
        "join": wanted.join, "version": serving(model, values), "days": days,
        "decision": decision(model, values), "where": wanted.where, "most": values.bind(asked.most),
    }  # fmt: skip
    with asked.store.cursor() as cursor:
        rows = arrow(cursor, composed(_FOUND, parts, schema=model.name), _bound(values))
    columns = [column.to_numpy() for column in rows.columns]
    columns[1], columns[3] = (columns[place].astype("datetime64[D]") for place in (1, 3))
    return Found(*columns)


def of_requests(model: Model) -> str:
    """SQL that brings the features of a prediction, as ``r``."""
    return composed(_REQUESTS, {}, schema=model.name)


def of_oddest(model: Model) -> str:
    """SQL that brings the score of the oddest requests of every day, as ``o``."""
    return composed(_ODDEST, {"key": layout.key_sql(model, "p.")}, schema=model.name)


def of_shadow(asked: Asked, shadow: str, values: Values) -> str:
    """SQL that brings what a shadow said of the same request, as ``q``."""
    first, last = values.bind(asked.first), values.bind(asked.last)
    parts = {"shadow": values.bind(shadow), "first": first, "last": last}
    return composed(_SHADOW, parts, schema=asked.model.name)


def of_labels(asked: Asked, values: Values) -> str:
    """SQL that brings the newest label of the log among those of these days, as ``l``, with its day."""
    first, last = values.bind(asked.first), values.bind(asked.last)
    parts = {"day": local_day("_labelled_at", asked.model.timezone), "first": first, "last": last}
    return composed(_LABELS, parts, schema=asked.model.name)


def unseen_names(store: Store, model: Model) -> dict[str, list[str]]:
    """Categories that the reference never held, by feature."""
    with store.cursor() as cursor:
        kinds = profiling.kinds(cursor, model)
        found_ = {
            feature: profiling.unseen(cursor, model, feature)["value"].tolist()
            for feature, kind in kinds.items()
            if kind in ("categorical", "binary")
        }
    return {feature: names for feature, names in found_.items() if names}


@dataclass(frozen=True, eq=False)
class Population:
    """All predictions of some days, every array of shape (days,).

    Attributes
    ----------
    day : ndarray of datetime64[D]
    rows : ndarray of int
    sure : ndarray of int
        Those with a probability of what was decided.
    total : ndarray of float
        Sum of these probabilities.
    """

    day: Array
    rows: Array
    sure: Array
    total: Array


def population(store: Store, model: Model, first: dt.date, last: dt.date) -> Population:
    """How many predictions of the champion there are on each day, and how sure they are of themselves."""
    values = Values()
    decided = decision(model, values)
    parts = {
        "confidence": confidence(model, decided), "version": serving(model, values),
        "first": values.bind(first), "last": values.bind(last), "decision": decided,
    }  # fmt: skip
    with store.cursor() as cursor:
        rows = arrow(cursor, composed(_POPULATION, parts, schema=model.name), _bound(values))
    day, *others = (column.to_numpy() for column in rows.columns)
    return Population(day.astype("datetime64[D]"), *others)


def _bound(values: Values) -> dict[str, object]:
    return {str(place): value for place, value in enumerate(values.bound, 1)}


def joined(parts: Sequence[Found]) -> Found:
    """Several findings of one reason as one; of a row that was found twice the largest weight counts."""
    if len(parts) == 1:
        return parts[0]
    whole = [np.concatenate([getattr(part, name) for part in parts]) for name in Found.__annotations__]
    columns = dict(zip(Found.__annotations__, whole, strict=True))
    best = np.lexsort([-columns["weight"]])
    seen: set[tuple[str, dt.date]] = set()
    kept: list[int] = []
    keys = list(zip(columns["id"].tolist(), columns["day"].tolist(), strict=True))
    for place in best.tolist():
        key = keys[place]
        if key not in seen:
            seen.add(key)
            kept.append(place)
    order = np.array(kept, dtype=np.intp)
    order = order[np.lexsort([columns["order"][order], columns["looked"][order]])]
    return Found(**columns).only(order)


def nothing() -> Found:
    """No row at all."""
    text, day, number = np.array([], object), np.array([], "datetime64[D]"), np.array([], float)
    return Found(text, day, np.array([], "datetime64[us]"), day, number, number, text)
