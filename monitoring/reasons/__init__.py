"""Why a number has its colour, or none: every code with a sentence and what to do about it.

Codes travel in the ``reason`` column of the tidy frame; pages, command line and reports put them into words
here, so that the same thing is always said in the same way.
"""

from __future__ import annotations

import string
from dataclasses import dataclass

from monitoring.reasons import alerts, changes, outliers, performance, quality, reviews, sources, trials


@dataclass(frozen=True)
class Reason:
    """One reason.

    Attributes
    ----------
    code : str
        What stands in the ``reason`` column.
    words : str
        What it means, said without any number.
    sentence : str
        The same with numbers, as a template of named facts.
    fix : str
        What a reader can do; empty where there is nothing to do.
    """

    code: str
    words: str
    sentence: str
    fix: str


REASONS: dict[str, Reason] = {
    row[0]: Reason(*row)
    for part in (alerts, changes, outliers, performance, quality, reviews, sources, trials)
    for row in part.ROWS
}


def sentence(code: str, **facts: object) -> str:
    """A reason in words.

    Parameters
    ----------
    code : str
        From the ``reason`` column; empty means there is nothing to explain.
    **facts
        Numbers and names for the sentence, already formatted. If one it needs is missing, the wording without
        numbers is given.

    Returns
    -------
    str

    Raises
    ------
    KeyError
        If the code is not registered.

    Examples
    --------
    >>> sentence("too_few_rows", rows=12, minimum=30)
    'too few rows (12 of 30)'
    >>> sentence("too_few_rows")
    'too few rows'
    """
    if not code:
        return ""
    reason = REASONS[code]
    needed = {name for _, name, _, _ in string.Formatter().parse(reason.sentence) if name}
    return reason.sentence.format(**facts) if needed <= set(facts) else reason.words


def fix(code: str) -> str:
    """What a reader can do about it.

    Examples
    --------
    >>> fix("no_data")
    'Choose a longer range.'
    """
    return REASONS[code].fix if code else ""
