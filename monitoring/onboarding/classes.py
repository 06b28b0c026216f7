"""Columns that are the probabilities of classes: they add up to 1 in every row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.onboarding.names import likeness, plain
from monitoring.store.sampled import Sample

ADDING_UP = 0.99  # share of rows from which a group counts
_POSITIVE = ("1", "true", "yes", "pos", "positive", "ja", "oui", "si", "sim", "y", "t")


@dataclass(frozen=True)
class Classes:
    """A group of probabilities.

    Attributes
    ----------
    columns : dict of str to str
        The column of each class.
    reason : str
    """

    columns: dict[str, str]
    reason: str


def classes(sample: Sample) -> Classes | None:
    """The group of columns that add up to 1 most clearly; None without any.

    Parameters
    ----------
    sample : Sample
    """
    groups = [group for group, share in sample.sums.items() if share >= ADDING_UP]
    groups = [one for one in groups if not any(set(other) < set(one) for other in groups)]
    if not groups:
        return None
    best = max(groups, key=lambda one: (len(one), sample.sums[one]))
    names = class_names(best)
    looked = "every row" if sample.sums[best] == 1 else "nearly every row"
    return Classes(dict(zip(names, best, strict=True)), f"{len(best)} columns that add up to 1 in {looked}")


def class_names(columns: Sequence[str]) -> list[str]:
    """The classes that columns are about: their names without what all have in common.

    Examples
    --------
    >>> class_names(["prob_late", "prob_on_time"]), class_names(["p0", "p1"]), class_names(["cat", "dog"])
    (['late', 'on_time'], ['0', '1'], ['cat', 'dog'])
    """
    before = _common(columns)
    after = _common([one[::-1] for one in columns])
    cut = [one[before : len(one) - after] for one in columns]
    told = all(cut) and len({one.lower() for one in cut}) == len(cut)
    return cut if told else list(columns)


def _common(names: Sequence[str]) -> int:
    """Letters that all names begin with: up to the end of a word, or to a number that follows."""
    same = next((i for i, letters in enumerate(zip(*names, strict=False)) if len({*letters}) > 1), 0)
    if all(one[same:].isdigit() for one in names):
        return same
    found = re.match(r".*[_\-. ]", names[0][:same])
    return len(found.group()) if found else 0


def positive_column(found: Classes) -> str:
    """Of two probabilities the one of the event: named so, or the last.

    Examples
    --------
    >>> positive_column(Classes({"no": "p_no", "yes": "p_yes"}, ""))
    'p_yes'
    """
    for name, column in found.columns.items():
        if plain(name) in _POSITIVE:
            return column
    return list(found.columns.values())[-1]


def matched(found: Classes, values: Sequence[str]) -> Classes:
    """Classes spelled as labels are, where these are the same but for case and signs.

    Examples
    --------
    >>> matched(Classes({"on_time": "p_on_time", "late": "p_late"}, ""), ["On time", "Late"]).columns
    {'On time': 'p_on_time', 'Late': 'p_late'}
    """
    spelled = {plain(value): value for value in values}
    if not set(map(plain, found.columns)) <= set(spelled):
        return found
    return Classes({spelled[plain(name)]: column for name, column in found.columns.items()}, found.reason)


def named_score(sample: Sample) -> bool:
    """Whether some column is called a score outright, and is one."""
    return any(one.fraction and likeness(one.name, "score") == 1.0 for one in sample.columns)
