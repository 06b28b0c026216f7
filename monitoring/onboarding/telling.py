"""A draft for reading in a terminal: the columns with reasons, what is asked, what is in the way."""

from __future__ import annotations

from monitoring.formats import count, share
from monitoring.onboarding.draft import Draft
from monitoring.onboarding.names import ROLES
from monitoring.onboarding.writing import comment

WIDEST = 32
HEAD = ("column", "is", "", "why")


def rows(draft: Draft) -> list[tuple[str, str, str, str, str]]:
    """Every column: its name, what it is, how sure, why, and what else.

    Parameters
    ----------
    draft : Draft
    """
    found = draft.detection
    told = []
    for role, words in ROLES.items():
        guess = found.guesses[role]
        if guess.column:
            told.append((guess.column, words, guess.confidence, guess.reason, guess.runner_up))
    if found.wide:
        output = found.wide.columns[found.wide.champion]
        told += [
            (column, f"score of version {version}", found.wide.confidence, f"beside {output}", "")
            for version, column in found.wide.columns.items() if column != output
        ]  # fmt: skip
    if found.classes:
        why = found.classes.reason
        told += [
            (column, f"score of {name}", "sure", why, "") for name, column in found.classes.columns.items()
        ]
    for one in found.features:
        kind = draft.choices.kinds.get(one.name) or one.kind or "not profiled"
        marks = [mark for mark, there in (("excluded", one.exclude), ("private", one.private)) if there]
        stated = "stated" if one.name in draft.choices.kinds else one.confidence
        told.append((one.name, ", ".join([f"feature, {kind}", *marks]), stated, one.reason, ""))
    return told


def table(draft: Draft) -> str:
    """The columns as a table of plain text."""
    lines = [
        HEAD,
        *((a, b, c, f"{d}; or {e}" if e and c != "stated" else d) for a, b, c, d, e in rows(draft)),
    ]
    shown = [tuple(comment(cell) for cell in one) for one in lines]
    widths = [min(WIDEST, max(len(one[i]) for one in shown)) for i in range(3)]
    return "".join(
        "  ".join(
            [*(_cut(cell, width).ljust(width) for cell, width in zip(one, widths, strict=False)), one[3]]
        ).rstrip()
        + "\n"
        for one in shown
    )


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def head(draft: Draft) -> str:
    """What was looked at, in one line."""
    sample = draft.sample
    about = "" if sample.counted else "about "
    part = "" if sample.sampled == sample.rows else f", {count(sample.sampled)} of them looked at"
    lines = "1 line is no row" if sample.broken == 1 else f"{count(sample.broken)} lines are no rows"
    broken = f"; {lines}" if sample.broken else ""
    days = draft.days
    spread = f", on {_several(int((days > 0).sum()), 'day')}" if len(days) else ""
    rows_told = f"{about}{_several(sample.rows, 'row')}{part}"
    return f"{comment(sample.name)}: {rows_told}, {_several(len(sample.columns), 'column')}{spread}{broken}"


def _several(n: int, word: str) -> str:
    return f"{count(n)} {word}{'' if n == 1 else 's'}"


def missing(draft: Draft, column: str) -> str:
    """How much of a column is missing, in words; empty where nothing is."""
    found = draft.sample.column(column).missing
    return f"{share(found)} missing" if found else ""
