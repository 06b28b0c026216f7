"""One severity scale: what every method shows for the same shift of a normal mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy import integrate, optimize, special

from monitoring.statistics.arrays import Floats
from monitoring.statistics.registry import METHODS, Method

ANCHORS = (0.02, 0.10, 0.25)
"""Population stability index at the effect floor, at amber and at red."""


def _gap_integral(shift: float, weighted: bool) -> float:
    """Root mean square gap of two normal distributions over their mixture."""

    def term(x: float) -> float:
        before, after = special.ndtr(x), special.ndtr(x - shift)
        middle, density = (before + after) / 2, (_density(x) + _density(x - shift)) / 2
        weight = middle * (1 - middle) if weighted else 1.0
        return float((before - after) ** 2 / weight * density) if weight > 0 else 0.0

    return float(np.sqrt(integrate.quad(term, -8.0, 8.0 + shift, epsabs=1e-14, limit=200)[0]))


def _density(x: float) -> float:
    return float(np.exp(-x * x / 2) / np.sqrt(2 * np.pi))


_CLOSED: dict[str, Callable[[float], float]] = {
    "wasserstein": lambda shift: shift,
    "welch_t": lambda shift: shift,
    "student_t": lambda shift: shift,
    "mann_whitney": lambda shift: float(special.ndtr(shift / np.sqrt(2)) - 0.5),
    "kolmogorov_smirnov": lambda shift: float(2 * special.ndtr(shift / 2) - 1),
    "cramer_von_mises": lambda shift: _gap_integral(shift, weighted=False),
    "anderson_darling": lambda shift: _gap_integral(shift, weighted=True),
}


def normal_deciles(shift: float) -> tuple[Floats, Floats]:
    """Shares of a standard normal and of one moved by ``shift``, over the first one's deciles.

    Examples
    --------
    >>> before, after = normal_deciles(0.5)
    >>> after.round(3)
    array([0.037, 0.052, 0.063, 0.073, 0.083, 0.094, 0.107, 0.124, 0.149,
           0.217])
    """
    edges = special.ndtri(np.arange(1, 10) / 10)
    return np.full(10, 0.1), np.diff(np.concatenate([[0.0], special.ndtr(edges - shift), [1.0]]))


def shift_of(stability_index: float) -> float:
    """The shift of a normal mean, in standard deviations, whose deciles have a given stability index.

    Examples
    --------
    >>> [round(shift_of(level), 3) for level in ANCHORS]
    [0.144, 0.323, 0.513]
    """

    def excess(shift: float) -> float:
        p, q = normal_deciles(shift)
        return float(((q - p) * np.log(q / p)).sum()) - stability_index

    return float(optimize.brentq(excess, 0.0, 10.0, xtol=1e-12))


def equivalent(method: Method, shift: float) -> float:
    """What a method shows, without noise, for a shifted normal.

    Methods on groups see deciles, those for two values the halves above and below the first median. Methods
    on the fine grid are taken at their limit of many bins, and those of the mean are the shift itself.

    Parameters
    ----------
    method : Method
    shift : float
        In standard deviations.

    Returns
    -------
    float

    Examples
    --------
    >>> from monitoring.statistics import METHODS
    >>> round(equivalent(METHODS["jensen_shannon"], 0.32), 2)
    0.13
    """
    if method.key in _CLOSED:
        return _CLOSED[method.key](shift)
    if method.kinds == ("binary",):
        p, q = np.array([0.5, 0.5]), np.array([1 - special.ndtr(shift), special.ndtr(shift)])
    else:
        p, q = normal_deciles(shift)
    # The shares as counts of a huge sample, so that smoothing is invisible.
    return float(method(p * 1e9, q * 1e9))


def equivalents(anchors: Sequence[float] = ANCHORS) -> dict[str, tuple[float, ...]]:
    """Effect floor, amber and red of every method, from those of the population stability index.

    Returns
    -------
    dict of str to tuple of float

    Examples
    --------
    >>> {key: levels[1:] for key, levels in equivalents().items() if key == "psi"}
    {'psi': (0.1, 0.25)}
    """
    shifts = [shift_of(anchor) for anchor in anchors]
    return {
        key: tuple(round(equivalent(method, shift), 4) for shift in shifts) for key, method in METHODS.items()
    }
