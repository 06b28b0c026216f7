"""Quiet and shifted features, simulated as profiles and judged by the product's own comparison.

A feature of a simulated profile is one repetition: one reference of its own. Continuous features are made on
a normal scale and carried to another by a monotone function, so that methods of ranks and bins see the same
counts whatever the shape; only sums and moments differ. Days of up to `FEW` rows are drawn row by row, over
edges that are the quantiles of those rows; larger ones as multinomial counts over true quantiles, with sums
by bin from the moments of the bin (rows of the outermost bins one by one, as they may have no variance).
"""

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from monitoring.drift.comparison import Comparison, Rules, comparison
from monitoring.drift.layouts import Fixed
from monitoring.drift.sides import Side, sides
from monitoring.drift.spans import chunks, timeline
from monitoring.store.cubes import Cube
from monitoring.store.grids import LEVELS, Grid
from monitoring.windows import Window

START = dt.datetime(2013, 3, 4)  # a Monday
FEW = 500
MOMENTS = ("welch_t", "student_t", "wasserstein")
SHAPES = {
    "normal": lambda z: z,
    "lognormal": np.exp,
    "heavy": lambda z: _heavy(special.ndtr(z)),
}
"""Continuous features, by the function that makes them of a normal one; the heavy one has Student's t2."""
CENTRES = {"normal": 0.0, "lognormal": float(np.exp(0.5)), "heavy": 0.0}
SHARES = {
    "discrete": (0.03, 0.25, 0.40, 0.25, 0.07),
    "categorical": (0.35, 0.25, 0.15, 0.10, 0.08, 0.05, 0.015, 0.005),
    "counts": (
        0.0025,
        0.0149,
        0.0446,
        0.0892,
        0.1339,
        0.1606,
        0.1606,
        0.1377,
        0.1033,
        0.0688,
        0.0413,
        0.0225,
        0.0113,
        0.0052,
        0.0035,
        0.0021,
    ),
    "inflated": (0.97, 0.029, 0.001),
    "dominated": (0.001, 0.001, 0.997, 0.001),
    "binary": (0.7, 0.3),
    "rare": (0.98, 0.02),
}
"""Features of a few values, by the share of each; the ordered ones are cut from a normal one.

The inflated one is 0 or any positive number, of which three quantiles differ.
"""
ORDERED = ("discrete", "counts", "inflated", "dominated")
FEATURES = (*SHAPES, *SHARES)
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)


@dataclass(frozen=True)
class World:
    """What is simulated: ``references`` times ``chunks`` reference days and ``current`` further ones.

    Every day's level moves by ``wobble`` deviations, Sundays by ``sunday`` more, current days by ``shift``.
    Where it is ``exact``, days hold the expected counts and sums of many rows instead of drawn ones.
    """

    feature: str
    chunks: int
    rows: int
    wobble: float = 0.0
    references: int = 150
    current: int = 40
    shift: float = 0.0
    sunday: float = 0.0
    seed: int = 0
    exact: bool = False


def _heavy(u):
    """Quantile function of Student's t with two degrees of freedom."""
    u = np.clip(u, 1e-15, 1 - 1e-15)
    return (2 * u - 1) / np.sqrt(2 * u * (1 - u))


def days(generator, features, chunks, rows, wobble=0.0):
    """Counts over deciles, shape (features, chunks, 10); each day's mean moves by ``wobble`` sd."""
    edges = special.ndtri(np.arange(1, 10) / 10)
    below = special.ndtr(edges - wobble * generator.normal(size=(features, chunks, 1)))
    return generator.multinomial(rows, np.diff(below, axis=-1, prepend=0.0, append=1.0)).astype(float)


def line(world):
    """The days of a world as a timeline."""
    keys = [START + dt.timedelta(days=i) for i in range(world.chunks + world.current)]
    return timeline(keys, Window(START, START + dt.timedelta(days=world.chunks)), "1 day", "day")


def cube(world, moments=True):
    """The profile of a world; ``moments`` says whether sums and squares are wanted where they cost much."""
    generator = np.random.default_rng([world.seed, world.chunks, world.rows])
    level = world.wobble * generator.normal(size=(world.references, world.chunks + world.current))
    level[:, world.chunks :] += world.shift
    level[:, 6::7] += world.sunday
    if world.feature in SHAPES:
        by_row = world.rows <= FEW and not world.exact
        return _by_row(world, generator, level) if by_row else _by_count(world, generator, level, moments)
    return _of_few(world, generator, level)


def grown(world, times):
    """The profile of a world whose current days hold ``times`` as many rows over the same edges."""
    few = replace(world, exact=False)
    busy = cube(replace(few, rows=world.rows * times))
    usual = cube(few)
    arrays = {
        name: np.concatenate(
            [getattr(usual, name)[:, : world.chunks], getattr(busy, name)[:, world.chunks :]], axis=1
        )
        for name in ("counts", "sums", "n", "total", "square")
    }
    return replace(usual, **arrays)


def _profile(world, grid, counts, sums=None, total=None, square=None):
    """Counts, sums and moments as a cube whose features are repetitions."""
    shape = counts.shape[:2]
    names = tuple(f"{world.feature}{i}" for i in range(shape[0]))
    zero = np.zeros(shape)
    return Cube(
        features=names,
        grids=(grid,) * shape[0],
        chunks=tuple(START + dt.timedelta(days=i) for i in range(shape[1])),
        counts=counts,
        sums=np.zeros((*shape, 0)) if sums is None else sums,
        n=np.full(shape, float(world.rows)),
        missing=zero,
        non_finite=zero,
        total=zero if total is None else total,
        square=zero if square is None else square,
        minimum=zero,
        maximum=zero,
    )


def _numeric(world, counts, sums, square):
    grid = Grid(world.feature, "numeric", edges=tuple(range(counts.shape[-1] - 2)))
    return _profile(world, grid, counts, sums, sums.sum(axis=-1), square)


def _by_row(world, generator, level):
    """Rows drawn one by one, counted over the quantiles of the reference's own."""
    slots = len(LEVELS) + 4
    counts, sums = np.zeros((2, *level.shape, slots))
    square = np.zeros(level.shape)
    for one, moved in enumerate(level):
        z = moved[:, None] + generator.standard_normal((level.shape[1], world.rows))
        known = np.sort(z[: world.chunks], axis=None)
        at = np.clip(np.ceil(np.array(LEVELS) * len(known)).astype(int) - 1, 0, None)
        edges = np.concatenate([known[:1], known[at], known[-1:]])
        slot = np.searchsorted(edges, z) + (z >= edges[0])
        place = (slot + slots * np.arange(len(z))[:, None]).ravel()
        x = SHAPES[world.feature](z) - CENTRES[world.feature]
        counts[one] = np.bincount(place, minlength=slots * len(z)).reshape(len(z), slots)
        sums[one] = np.bincount(place, x.ravel(), slots * len(z)).reshape(len(z), slots)
        square[one] = (x**2).sum(axis=1)
    return _numeric(world, counts, sums, square)


def _by_count(world, generator, level, moments):
    """Counts drawn over true quantiles, the smallest and largest row of the reference drawn as such."""
    known = world.rows * world.chunks
    low, high = generator.beta([1.0, known], [known, 1.0], size=(world.references, 2)).T
    if world.exact:
        low, high = (np.full(world.references, share) for share in (1 / known, 1 - 1 / known))
    inner = np.tile(special.ndtri(LEVELS), (world.references, 1))
    edges = np.column_stack([np.full_like(low, -np.inf), special.ndtri(low), inner, special.ndtri(high)])
    edges = np.column_stack([edges, np.full_like(low, np.inf)])
    below = special.ndtr(edges[:, None] - level[..., None])
    p = np.diff(below, axis=-1)
    p[:, : world.chunks, [0, -1]] = 0.0
    counts = _drawn(world, generator, p)
    sums, square = np.zeros_like(counts), np.zeros(level.shape)
    if moments:
        sums, square = _moments(world, generator, counts, below, level)
    # The slot of exactly the smallest row lies between those below and above it.
    counts, sums = (np.insert(part, 1, 0.0, axis=-1) for part in (counts, sums))
    if not world.exact:
        _with_ends(world, generator, counts, sums, square, (low, high))
    return _numeric(world, counts, sums, square)


def _with_ends(world, generator, counts, sums, square, ends):
    """The reference's smallest and largest row, each in a day of its own, in place of a middling one."""
    each = np.arange(world.references)
    for slot, end in zip((1, -2), ends, strict=True):
        day = generator.integers(0, world.chunks, size=world.references)
        x = SHAPES[world.feature](special.ndtri(end)) - CENTRES[world.feature]
        counts[each, day, slot] += 1
        counts[each, day, counts.shape[-1] // 2] -= 1
        sums[each, day, slot] += x
        square[each, day] += x**2


def _drawn(world, generator, p):
    """Counts of a day's rows, or those that are expected."""
    p = p / p.sum(axis=-1, keepdims=True)
    return world.rows * p if world.exact else generator.multinomial(world.rows, p).astype(float)


def _moments(world, generator, counts, below, level):
    """Sums by bin and the day's sum of squares."""

    def shape(u, moved):
        return SHAPES[world.feature](special.ndtri(u) + moved) - CENTRES[world.feature]

    start, length = below[..., :-1], np.diff(below, axis=-1)
    first = second = fourth = 0.0
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        u = np.clip(start + length * (node + 1) / 2, 1e-15, 1 - 1e-15)
        x = shape(u, level[..., None])
        first, second, fourth = (
            part + weight / 2 * x**power for part, power in ((first, 1), (second, 2), (fourth, 4))
        )
    if world.exact:
        return counts * first, (counts * second).sum(axis=-1)
    noise = generator.standard_normal((2, *counts.shape))
    sums = counts * first + np.sqrt(counts * np.maximum(second - first**2, 0.0)) * noise[0]
    squares = counts * second + np.sqrt(counts * np.maximum(fourth - second**2, 0.0)) * noise[1]
    outer = np.zeros(counts.shape, dtype=bool)
    outer[..., [0, 1, -2, -1]] = True
    place = np.repeat(np.flatnonzero(outer), counts[outer].astype(int))
    u = start.ravel()[place] + length.ravel()[place] * generator.uniform(size=len(place))
    x = shape(u, np.broadcast_to(level[..., None], counts.shape).ravel()[place])
    for out, values in ((sums, x), (squares, x**2)):
        out[outer] = np.bincount(place, values, counts.size).reshape(counts.shape)[outer]
    return sums, squares.sum(axis=-1)


def _of_few(world, generator, level):
    """Features of a few values, in the slots that the product gives them."""
    known = np.array(SHARES[world.feature])
    cuts = special.ndtri(np.cumsum(known)[:-1])
    if world.feature == "categorical":  # the level tilts the shares, as far as it moves a mean elsewhere
        tilt = np.where(np.arange(len(known)) % 2, 1.0, -1.0)
        tilt -= (known * tilt).sum()
        tilt /= np.sqrt((known * tilt**2).sum())
        p = known * np.exp(level[..., None] * tilt)
    else:
        p = np.diff(special.ndtr(cuts - level[..., None]), axis=-1, prepend=0.0, append=1.0)
    held = _drawn(world, generator, p)
    if world.feature in ORDERED:
        counts = np.pad(held, ((0, 0), (0, 0), (1, 1)))
        value = np.arange(len(known)) - 2.0
        discrete = world.feature != "inflated"
        grid = Grid(world.feature, "numeric", edges=tuple(value), discrete=discrete)
        sums = np.pad(held * value, ((0, 0), (0, 0), (1, 1)))
        return _profile(world, grid, counts, sums, sums.sum(axis=-1), (held * value**2).sum(axis=-1))
    counts = np.pad(held, ((0, 0), (0, 0), (0, 2)))
    never = counts[:, : world.chunks].sum(axis=1, keepdims=True) == 0
    counts[..., -1] = np.where(never, counts, 0.0).sum(axis=-1)  # not in the reference: unseen
    counts[..., :-1] = np.where(never, 0.0, counts)[..., :-1]
    kind = "categorical" if world.feature == "categorical" else "binary"
    names = tuple(str(i) for i in range(len(known)))
    return _profile(world, Grid(world.feature, kind, categories=names, discrete=True), counts)


@dataclass(frozen=True)
class Found:
    """The current days of a world, compared; arrays of shape (references, current)."""

    parts: tuple[tuple[Side, Comparison], ...]
    current: int

    @property
    def methods(self):
        """Keys of the methods in use."""
        return {side.method.key for side, _ in self.parts}

    def number(self, name):
        """A number of the comparison."""
        return np.concatenate([getattr(compared, name) for _, compared in self.parts])[:, -self.current :]

    @property
    def alarms(self):
        """Values above their limit."""
        return self.number("value") > self.number("limit")


def found(world, method="auto", *, floor=0.0, given=None, intervals=False, days=True):
    """A world compared with its references by the product's own code.

    ``floor`` is the effect floor, None for the method's own; ``given`` the world's profile if it is at hand.
    Without ``days`` weekdays are not told apart.
    """
    where = line(world)
    layout, spans = (Fixed if days else _Undated)(where), chunks(where)
    parts = []
    profile = given or cube(world, moments=method in MOMENTS)
    for side in sides(profile, method, where):
        least = side.method.levels.floor if floor is None else floor
        rules = Rules(where.per_chunk, 30.0, least, 0.99, intervals)
        parts.append((side, comparison(side, layout, spans, rules)))
    return Found(tuple(parts), world.current)


class _Undated:
    """A fixed reference of which it is not known that it is one, so that weekdays are not told apart."""

    def __init__(self, where):
        self.fixed = Fixed(where)

    def __getattr__(self, name):
        return getattr(self.fixed, name)
