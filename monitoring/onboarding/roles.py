"""What speaks for a column having a role: its name, its values, and how it goes together with others."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

from monitoring.formats import share
from monitoring.onboarding.guesses import Candidate
from monitoring.onboarding.names import Role, likeness, plain
from monitoring.store.sampled import Sample, Summary

Known = Mapping[Role, str]
"""Columns whose role is known already."""
Judge = Callable[[Summary, Sample, Known], tuple[float, list[str]] | None]


def _named(one: Summary, role: Role, words: str) -> tuple[float, list[str]]:
    found = likeness(one.name, role)
    return found, [f"named like {words}"] if found else []


def identifier(one: Summary, sample: Sample, known: Known) -> tuple[float, list[str]] | None:
    """Each row has one of its own, or each row of a version."""
    if one.present < one.rows or one.fraction or (one.numeric and not one.whole) or _flag(one):
        return None
    points, reasons = _named(one, "id", "an id")
    looked = "" if sample.sampled == sample.rows else f" of {sample.sampled:,}"
    if one.unique:
        reasons = [f"unique in every row{looked}", *reasons]
        counts = one.numeric and one.high - one.low < 2 * one.rows
        wordy = one.words >= 2 or one.length > 60
        gain = 1.0 if points or counts or (one.family == "text" and not wordy) else 0.4
        return (0.3 + 0.1 * points if one.instants else points + gain), reasons
    beside = [other for (name, other), n in sample.pairs.items() if name == one.name and n == one.rows]
    beside = [other for other in beside if likeness(other, "version")]
    if beside and points:
        return points + 0.8, [f"unique together with {beside[0]}", *reasons]
    if points and one.distinct > 0.5 * one.rows and not one.instants:
        repeated = share(1 - one.distinct / one.rows)
        return points * 0.6, [*reasons, f"though {repeated} of the rows repeat one"]
    return None


def predicted_at(one: Summary, sample: Sample, known: Known) -> tuple[float, list[str]] | None:
    """An instant in (nearly) every row, and the log is in its order."""
    points, reasons = _named(one, "predicted_at", "an instant")
    ordered = one.rising >= 0.95 and one.distinct > 1
    if not one.instants or one.missing > 0.05 or (one.form == "count" and not points and not ordered):
        return None
    if ordered:
        points, reasons = points + 0.5, [*reasons, "the log is in its order"]
    if [other.name for other in sample.columns if other.instants and other.missing <= 0.05] == [one.name]:
        points, reasons = points + 0.6, [*reasons, "the only instant of every row"]
    if not one.present < one.rows:
        points, reasons = points + 0.2, [*reasons, "in every row"]
    if likeness(one.name, "labelled_at") == 1.0 or set(plain(one.name).split("_")) & {"birth", "born", "due"}:
        points -= 0.8
    return points, reasons


def labelled_at(one: Summary, sample: Sample, known: Known) -> tuple[float, list[str]] | None:
    """An instant that is missing where the label is."""
    if not one.instants:
        return None
    points, reasons = _named(one, "labelled_at", "the instant of an outcome")
    label = _known(sample, known, "label")
    if label is not None and one.missing > 0 and abs(one.missing - label.missing) < 0.02:
        points, reasons = points + 0.8, [*reasons, "missing where the label is"]
    return points, reasons


def version(one: Summary, sample: Sample, known: Known) -> tuple[float, list[str]] | None:
    """Few values, and a name that says so."""
    points, reasons = _named(one, "version", "a version")
    if not points or not 1 <= one.distinct <= 20 or one.missing > 0.05 or one.fraction or one.instants:
        return None
    reasons = [*reasons, f"{one.distinct} value{'' if one.distinct == 1 else 's'}"]
    beside = any(n == one.rows for (_, other), n in sample.pairs.items() if other == one.name)
    if beside:
        return points + 0.8, [*reasons, "each id comes once with each"]
    return points + 0.3, reasons


def score(one: Summary, sample: Sample, known: Known) -> tuple[float, list[str]] | None:
    """A number between 0 and 1."""
    points, reasons = _named(one, "score", "a score")
    if not one.numeric or not (0 <= one.low <= one.high <= 1) or (one.whole and not points):
        return None
    reasons = [*reasons, "between 0 and 1"]
    points += 0.5 if one.fraction and one.distinct > 10 else 0.1
    for split in sample.splits:
        if split.score == one.name and split.cut and likeness(split.column, "prediction"):
            return points + 0.6, [*reasons, f"{split.column} changes where it passes {_middle(split.cut):g}"]
        if split.score == one.name and likeness(split.column, "label") and not split.cut:
            return points + 0.2, [*reasons, f"larger where {split.column} is {split.upper}"]
    return points, reasons


def _middle(cut: tuple[float, float]) -> float:
    low, high = cut
    return 0.5 if low <= 0.5 <= high else round((low + high) / 2, 3)


def prediction(one: Summary, sample: Sample, known: Known) -> tuple[float, list[str]] | None:
    """A decision that follows the score, or a number of its own."""
    if one.instants or (one.unique and not one.numeric):
        return None
    points, reasons = _named(one, "prediction", "a prediction")
    for split in sample.splits:
        if split.column == one.name and split.score == known.get("score") and split.cut:
            return points + 0.8, [*reasons, f"changes where {split.score} passes {_middle(split.cut):g}"]
    if points and one.numeric and not one.fraction and one.distinct > 20:
        return points + 0.3, [*reasons, "a number"]
    return (points, reasons) if points else None


def label(one: Summary, sample: Sample, known: Known) -> tuple[float, list[str]] | None:
    """An outcome: named so, and missing more often in the newest rows."""
    if one.instants or one.fraction or (one.unique and not one.numeric):
        return None
    points, reasons = _named(one, "label", "a label")
    if likeness(one.name, "prediction") == 1.0 or (points and likeness(one.name, "id")):
        return None
    if one.early - one.late > 0.02 and one.distinct <= 20:
        points, reasons = points + 0.5, [*reasons, "missing more often in the newest rows, as labels are"]
    if one.distinct == 2:
        points, reasons = points + (0.3 if points else 0.1), [*reasons, "two values"]
        tied = [s for s in sample.splits if s.column == one.name and s.score == known.get("score")]
        if points >= 0.7 and tied and not tied[0].cut:
            points, reasons = (
                points + 0.3,
                [*reasons, f"{tied[0].score} is larger where it is {tied[0].upper}"],
            )
    elif points and one.numeric and one.distinct > 20:
        points, reasons = points + 0.3, [*reasons, "a number"]
    other = _known(sample, known, "prediction")
    if points and other is not None and one.distinct > 1 and _levels(one) == _levels(other):
        points, reasons = points + 0.3, [*reasons, f"the same values as {other.name}"]
    return points, reasons


def latency(one: Summary, sample: Sample, known: Known) -> tuple[float, list[str]] | None:
    """A number that is never negative, and a name that says so."""
    points, reasons = _named(one, "latency", "a latency")
    if not points or not one.numeric or one.low < 0 or one.instants:
        return None
    return points + 0.3, [*reasons, "never negative"]


def error(one: Summary, sample: Sample, known: Known) -> tuple[float, list[str]] | None:
    """Mostly empty, or two values, and a name that says so."""
    points, reasons = _named(one, "error", "an error")
    if not points or one.instants or one.fraction or (one.missing < 0.5 and one.distinct > 2):
        return None
    return points + 0.3, [
        *reasons,
        f"empty in {share(one.missing)} of the rows" if one.missing else "two values",
    ]


def _levels(one: Summary) -> frozenset[str]:
    return frozenset(value for value, _ in one.values) if one.distinct <= 50 else frozenset()


def _flag(one: Summary) -> bool:
    return one.distinct <= 2 and one.rows > 2


def _known(sample: Sample, known: Known, role: Role) -> Summary | None:
    name = known.get(role)
    return sample.column(name) if name else None


JUDGES: dict[Role, tuple[Judge, float]] = {
    "predicted_at": (predicted_at, 0.6),
    "id": (identifier, 0.3),
    "version": (version, 0.9),
    "score": (score, 0.6),
    "prediction": (prediction, 0.7),
    "label": (label, 0.7),
    "labelled_at": (labelled_at, 0.7),
    "latency": (latency, 0.7),
    "error": (error, 0.7),
}
"""What judges a column for each role, in the order in which roles are given, and the points it needs."""


def candidates(role: Role, sample: Sample, taken: Iterable[str], known: Known) -> list[Candidate]:
    """Every column that may have a role, but those taken.

    Parameters
    ----------
    role : str
    sample : Sample
    taken : iterable of str
    known : mapping of str to str
        Roles that were given before.
    """
    judge, used = JUDGES[role][0], set(taken)
    found = []
    for one in sample.columns:
        judged = judge(one, sample, known) if one.name not in used else None
        if judged is not None and not math.isnan(judged[0]) and judged[0] > 0:
            found.append(Candidate(one.name, round(judged[0], 6), tuple(judged[1])))
    return found
