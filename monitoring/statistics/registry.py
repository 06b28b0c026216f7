"""The registry of drift methods: what each is called, what it needs, what it obeys and how large is large.

A method is a plain function from two histograms to an effect size, entered by `drift_method`. Its name is the
registry's key, the value in a page's address and the ``measure`` of the tidy frame. Titles, units and levels
are written here once; pages and documentation read them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from monitoring.statistics.arrays import Floats, Interval, Outcome

Kind = Literal["numeric", "ordinal", "binary", "categorical", "score"]
Function: TypeAlias = Callable[..., Floats]

ORDERED: tuple[Kind, ...] = ("numeric", "ordinal", "score")
UNORDERED: tuple[Kind, ...] = ("binary", "categorical")
EVERY_KIND: tuple[Kind, ...] = ORDERED + UNORDERED


class Law(StrEnum):
    """What a method promises; tests/statistics/test_method_laws.py holds every method to its promises."""

    IDENTITY = "identical histograms are at distance 0"
    ROW_ORDER = "only counts matter, never the order of the rows"
    SIZE_FREE = "ten times the rows in the same shares give the same value"
    SYMMETRIC = "reference and current may change places"
    NOMINAL = "the order of the bins does not matter"
    MONOTONE = "a monotone change of the unit, applied to both sides, changes nothing"
    OUTLIER_PROOF = "one wild value among many does not matter"
    BOUNDED = "never above 1"
    DIRECTION = "the effect is positive when values rise and negative when they fall"


@dataclass(frozen=True)
class Levels:
    """How large is large, on the method's own scale.

    Every method's levels are those of the same shift of a normal mean: the shifts at which the population
    stability index over deciles is 0.02, 0.10 and 0.25, that is 0.14, 0.32 and 0.51 standard deviations
    (`monitoring.statistics.levels` computes them). So a colour means the same whichever method is chosen.
    """

    floor: float
    amber: float
    red: float


@dataclass(frozen=True)
class Null:
    """The law of a method's value when nothing has changed.

    ``chi_square``: ``factor * value**power`` is about ``(1/n + 1/m)`` times a chi-square variable with
    ``freedom`` degrees of freedom, by default one less than occupied bins. ``kolmogorov``:
    ``value / sqrt(1/n + 1/m)`` follows Kolmogorov's law (an upper bound where values repeat).

    ``adjust`` is a further factor that depends on the two samples (how many values are tied, how rare an
    event is); it takes what the method takes.
    """

    law: Literal["chi_square", "kolmogorov"]
    factor: float = 1.0
    freedom: int | None = None
    adjust: Function | None = None


Influence: TypeAlias = Callable[..., tuple[Floats, Floats]]
"""How the divergence answers to a little more share in each bin, of the reference and of the current rows."""


@dataclass(frozen=True)
class Method:
    """One way to measure how far two samples of a feature lie apart.

    Attributes
    ----------
    key : str
        The function's name: registry key, address and ``measure``.
    title, short, unit : str
        What people read beside the number; ``short`` where there is little room.
    kinds : tuple of str
        Kinds of feature it is defined for.
    inputs : tuple of str
        Named arrays it takes, the two histograms first.
    bins : {'groups', 'grid'}
        Whether it works on about ten groups of equal reference mass or on the finest bins there are.
    levels : Levels
        Effect floor, amber and red.
    power : int
        ``value ** power`` is the divergence that limits are about: its noise grows with ``1/n + 1/m``.
    null : Null or None
        Its law without drift; None: the law is simulated.
    laws : frozenset of Law
    function : callable
    test : callable or None
        The significance test behind it, giving an `Outcome`; None where its null law is all there is.
    signed : callable or None
        The effect with its direction: positive when values rise.
    interval : callable or None
        Its own confidence interval of the value; takes ``level`` as well.
    influence : callable or None
        For the general interval of `monitoring.statistics.intervals`; see `Influence`.
    bound : callable or None
        The largest value that the rows in these bins can have had.
    smoothing : str
        What is added to the counts, in words; empty where they are taken as they are.
    """

    key: str
    title: str
    short: str
    unit: str
    kinds: tuple[Kind, ...]
    inputs: tuple[str, ...]
    bins: Literal["groups", "grid"]
    levels: Levels
    power: int
    null: Null | None
    laws: frozenset[Law]
    function: Function
    test: Callable[..., Outcome] | None = None
    signed: Function | None = None
    interval: Callable[..., Interval] | None = None
    influence: Influence | None = None
    bound: Function | None = None
    smoothing: str = ""

    def __call__(self, *histograms: object, **inputs: object) -> Floats:
        """The method's value; the same as calling its function."""
        return self.function(*histograms, **inputs)


METHODS: dict[str, Method] = {}
EVERY_METHOD = (Law.IDENTITY, Law.ROW_ORDER, Law.SIZE_FREE)


def drift_method(
    title: str,
    *,
    short: str,
    unit: str,
    levels: tuple[float, float, float],
    laws: tuple[Law, ...],
    kinds: tuple[Kind, ...] = EVERY_KIND,
    inputs: tuple[str, ...] = (),
    bins: Literal["groups", "grid"] = "groups",
    power: int = 2,
    null: Null | None = None,
    test: Callable[..., Outcome] | None = None,
    signed: Function | None = None,
    interval: Callable[..., Interval] | None = None,
    influence: Influence | None = None,
    bound: Function | None = None,
    smoothing: str = "",
) -> Callable[[Function], Function]:
    """Enter a function into `METHODS` under its own name.

    Parameters
    ----------
    title, short, unit : str
        What people read.
    levels : tuple of three floats
        Effect floor, amber, red.
    laws : tuple of Law
        What it promises beyond the laws that every method obeys.
    kinds, inputs, bins, power, null, test, signed, interval, influence, bound, smoothing
        As in `Method`; ``inputs`` names what it takes besides the two histograms.

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
    >>> from monitoring.statistics import METHODS
    >>> METHODS["psi"].title, METHODS["psi"].levels.red
    ('Population stability index', 0.25)
    """

    def enter(function: Function) -> Function:
        key = getattr(function, "__name__", "")
        if key in METHODS:
            raise ValueError(f"two drift methods are named {key}")
        METHODS[key] = Method(
            key=key,
            title=title,
            short=short,
            unit=unit,
            kinds=kinds,
            inputs=("reference", "current", *inputs),
            bins=bins,
            levels=Levels(*levels),
            power=power,
            null=null,
            laws=frozenset((*EVERY_METHOD, *laws)),
            function=function,
            test=test,
            signed=signed,
            interval=interval,
            influence=influence,
            bound=bound,
            smoothing=smoothing,
        )
        return function

    return enter


def methods_for(kind: Kind) -> list[Method]:
    """The methods defined for a kind of feature, in the order in which they were entered.

    Examples
    --------
    >>> [method.key for method in methods_for("binary")][-2:]
    ['two_proportion_z', 'fisher']
    """
    return [method for method in METHODS.values() if kind in method.kinds]
