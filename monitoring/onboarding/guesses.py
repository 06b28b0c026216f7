"""What a guess is: a column, how sure, why, and what else it might have been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from monitoring.models import Kind
from monitoring.onboarding.names import Role

Confidence = Literal["sure", "likely", "unsure", "stated"]


@dataclass(frozen=True)
class Guess:
    """Which column has a role.

    Attributes
    ----------
    role : str
    column : str
        Empty where no column has it.
    confidence : {'sure', 'likely', 'unsure', 'stated'}
        Stated by a person, for instance.
    reason : str
        In words.
    runner_up : str
        The column that came second; empty without one.
    """

    role: Role
    column: str
    confidence: Confidence
    reason: str
    runner_up: str = ""


@dataclass(frozen=True)
class FeatureGuess:
    """What a feature holds, and whether it should count.

    Attributes
    ----------
    name : str
    kind : str or None
        None where its values are kept and not profiled.
    confidence, reason : str
    usual : bool
        Whether the store would take it for that by itself.
    exclude : bool
        Whether it should be shown but not count.
    private : bool
        Whether its values tell who somebody is.
    """

    name: str
    kind: Kind | None
    confidence: Confidence
    reason: str
    usual: bool = True
    exclude: bool = False
    private: bool = False


@dataclass(frozen=True)
class Question:
    """Something that no file can answer; nothing is saved before a person does.

    Attributes
    ----------
    code : {'dates', 'timezone'}
    words : str
        The question, with an example from the file.
    options : tuple of str
        Answers; none where any time zone is one.
    flag : str
        How the command line is told.
    """

    code: Literal["dates", "timezone"]
    words: str
    options: tuple[str, ...]
    flag: str


@dataclass(frozen=True)
class Candidate:
    """A column that may have a role, with points for it and what speaks for it."""

    column: str
    points: float
    reasons: tuple[str, ...]


def chosen(role: Role, candidates: Sequence[Candidate], least: float) -> Guess:
    """The best of several candidates, if it is good enough; how sure depends on the second, too.

    Parameters
    ----------
    role : str
    candidates : sequence of Candidate
    least : float
        Points below which none is proposed; the best one is told as runner-up.

    Examples
    --------
    >>> chosen("id", [Candidate("a", 0.7, ("named so",)), Candidate("b", 2.0, ("unique",))], 0.5)
    Guess(role='id', column='b', confidence='sure', reason='unique', runner_up='a')
    """
    ranked = sorted(candidates, key=lambda one: -one.points)
    best = ranked[0] if ranked else None
    if best is None or best.points < least:
        return Guess(role, "", "likely", "no column looks like it", best.column if best else "")
    second = ranked[1] if len(ranked) > 1 else None
    margin = best.points - (second.points if second else 0.0)
    sure = best.points >= 1.5 and margin >= 0.4
    level: Confidence = "sure" if sure else "likely" if best.points >= 0.9 and margin >= 0.15 else "unsure"
    return Guess(role, best.column, level, ", ".join(best.reasons[:3]), second.column if second else "")
