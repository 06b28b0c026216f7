"""The registry of checks: what each counts, what it needs, which way is better and how much is too much.

A check is a function from `monitoring.quality.evidence.Evidence` to what it counted, entered by
`quality_check`. Its name is the registry's key, the value in a page's address and the ``measure`` of the tidy
frame. Titles, units, levels and words are written here once; pages and documentation read them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from monitoring.statistics import Levels
from monitoring.statistics.severity import AMBER, GREEN, RED

if TYPE_CHECKING:
    from monitoring.quality.evidence import Counted, Evidence, Own

Better = Literal["lower", "usual"]
Form = Literal["rise", "fact", "own"]
About = Literal["feature", "rule", "rows", "labels"]
Needs = Literal["numbers", "categories", "features", "counters", "arrivals", "files", "labels"]
Unit = Literal["share of rows", "share of labels", "times the usual", "usual gaps"]
Function: TypeAlias = "Callable[[Evidence], list[Counted] | list[Own]]"
SLOWLY = (1, 7, 28)
"""Windows of a share that no single day may show to have risen."""
CAPS = {"green": GREEN, "amber": AMBER, "red": RED}


@dataclass(frozen=True)
class Check:
    """One thing that can be wrong with data.

    Attributes
    ----------
    key : str
        The function's name: registry key, address and ``measure``.
    title, short : str
        What people read; ``short`` completes "19 % of rows are ...", where there is little room.
    needs : str
        What it is counted from: the profile of numbers, of categories or of both, counters kept at ingest,
        how many rows came when, the columns of files, or the labels.
    about : {'feature', 'rule', 'rows', 'labels'}
        What its subject is.
    unit : str
    better : {'lower', 'usual'}
        Which way is better: fewer, or as many as usual.
    form : {'rise', 'fact', 'own'}
        How it is judged: as a share against the reference's; as something that should never be; or by a test
        of its own.
    levels : Levels
        Where amber and red begin: of a rise in share over the reference's, of a fact in share.
    cap : {'green', 'amber', 'red'}
        The worst colour it gives a model's quality. What drift judges already is told and colours nothing.
    lasting : bool
        Whether it counts only once two of the last three chunks show it.
    windows : tuple of int
        Over how many chunks together it is judged, 1 first.
    reason : str
        The code of `monitoring.reasons` for a coloured number.
    words : str
        What it counts, in one sentence.
    function : callable
    """

    key: str
    title: str
    short: str
    needs: Needs
    about: About
    unit: Unit
    better: Better
    form: Form
    levels: Levels
    cap: Literal["green", "amber", "red"]
    lasting: bool
    windows: tuple[int, ...]
    reason: str
    words: str
    function: Function

    def __call__(self, evidence: Evidence) -> list[Counted] | list[Own]:
        """What the check counted, part by part."""
        return self.function(evidence)


CHECKS: dict[str, Check] = {}


def quality_check(
    title: str,
    *,
    short: str,
    needs: Needs,
    levels: tuple[float, float],
    about: About = "feature",
    unit: Unit = "share of rows",
    better: Better = "lower",
    form: Form = "rise",
    cap: Literal["green", "amber", "red"] = "red",
    lasting: bool = True,
    windows: tuple[int, ...] = (1,),
    reason: str = "more_than_usual",
) -> Callable[[Function], Function]:
    """Enter a function into `CHECKS` under its own name; its docstring's first line says what it counts.

    Parameters
    ----------
    title, short, needs, about, unit, better, form, cap, lasting, windows, reason
        As in `Check`.
    levels : (amber, red)

    Returns
    -------
    callable
        A decorator that returns the function unchanged.

    Raises
    ------
    ValueError
        If the name is taken, or the function has no docstring.

    Examples
    --------
    >>> from monitoring.quality import CHECKS
    >>> CHECKS["missing"].title, CHECKS["missing"].levels.red, CHECKS["missing"].form
    ('Missing', 0.1, 'rise')
    """

    def enter(function: Function) -> Function:
        key, said = getattr(function, "__name__", ""), (function.__doc__ or "").strip().splitlines()
        if key in CHECKS:
            raise ValueError(f"two quality checks are named {key}")
        if not said:
            raise ValueError(f"{key}: a check says in its docstring what it counts")
        CHECKS[key] = Check(
            key, title, short, needs, about, unit, better, form, Levels(0.0, *levels), cap, lasting, windows,
            reason, said[0], function,
        )  # fmt: skip
        return function

    return enter
