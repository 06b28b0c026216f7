"""Which drift method suits a feature: by its kind, how many values it has and how many rows a chunk holds."""

from __future__ import annotations

from dataclasses import dataclass

from monitoring.statistics.registry import METHODS, Kind

FEW_ROWS, MANY_ROWS = 30, 1000
FEW_EVENTS = 5
FEW_VALUES = 20
MANY_CATEGORIES = 50


@dataclass(frozen=True)
class Choice:
    """A method's key, and why it was chosen, as the end of a sentence."""

    method: str
    why: str


def choice(kind: Kind, rows: float, values: float = float("inf"), *, events: float = float("inf")) -> Choice:
    """The method for a feature when nobody names one.

    Small chunks are judged by tests that need no bins, as ten bins of a few rows say little; large ones by
    distances over the reference's deciles or categories, which find any change of shape and whose noise is
    small by then.

    Parameters
    ----------
    kind : {'numeric', 'ordinal', 'binary', 'categorical', 'score'}
    rows : float
        Rows with a value that a chunk usually holds.
    values : float
        Different values of the reference; infinite where they are many.
    events : float
        Rows of the rarer of two values that a chunk usually holds.

    Returns
    -------
    Choice

    Examples
    --------
    >>> choice("numeric", 310).method, choice("numeric", 5000).method, choice("numeric", 310, 7).method
    ('kolmogorov_smirnov', 'psi', 'mann_whitney')
    >>> choice("categorical", 5000, 120)
    Choice(method='jensen_shannon', why='categorical, over 50 values, 1,000 rows or more in a chunk')
    """
    many = rows >= MANY_ROWS
    size = f"{MANY_ROWS:,} rows or more in a chunk" if many else f"fewer than {MANY_ROWS:,} rows in a chunk"
    if kind == "binary":
        if rows < FEW_ROWS:
            return Choice("fisher", f"two values, fewer than {FEW_ROWS} rows in a chunk")
        if events < FEW_EVENTS:
            return Choice("fisher", f"two values, fewer than {FEW_EVENTS} rows of the rarer in a chunk")
        return Choice("two_proportion_z", f"two values, {FEW_ROWS} rows or more in a chunk")
    if kind == "categorical":
        name = "jensen_shannon" if many else "chi_square"
        held = f"over {MANY_CATEGORIES}" if values > MANY_CATEGORIES else f"at most {MANY_CATEGORIES}"
        return Choice(name, f"categorical, {held} values, {size}")
    if kind == "ordinal" or values <= FEW_VALUES:
        few = "ordinal" if kind == "ordinal" else f"{kind}, at most {FEW_VALUES} values"
        return Choice("psi" if many else "mann_whitney", f"{few}, {size}")
    return Choice("psi" if many else "kolmogorov_smirnov", f"{kind}, over {FEW_VALUES} values, {size}")


def automatic() -> tuple[str, ...]:
    """The methods that `choice` may name, in the registry's order.

    Examples
    --------
    >>> automatic()[0]
    'psi'
    """
    named = {
        choice(kind, rows, values).method
        for kind in ("numeric", "ordinal", "binary", "categorical")
        for rows in (1.0, 100.0, 10_000.0)
        for values in (5.0, 1e9)
    }
    return tuple(key for key in METHODS if key in named)
