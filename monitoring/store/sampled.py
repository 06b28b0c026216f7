"""What is known of a log before anybody says what it is: its columns in numbers, and how they go together."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

from monitoring.instants import Dates, Numbers
from monitoring.store.conversion import missing_word, text_number
from monitoring.store.sources import Family, family
from monitoring.store.sql import quoted

SHOWN = 80  # letters of a value
Form = Literal["offset", "bare", "day", "slashed", "count", "none"]


@dataclass(frozen=True)
class Summary:
    """One column of a log.

    Attributes
    ----------
    name, kind : str
        The kind is the database's type.
    family : str
        Which sort of values it holds, as `monitoring.store.sources.family` has it.
    rows, present, distinct : int
        Rows looked at, those with a value, and different values.
    numbers : int
        Values that are numbers or can be read as such.
    low, high : float
        Of the finite ones; nan without any.
    whole : bool
        Whether all of them are whole.
    codes : int
        Values that begin with a needless zero.
    length, words : float
        Letters and words of a value on average.
    early : float
        Share of rows with a value in the first half of the log; `late` is that of the second.
    form : str
        How instants are written: with an ``offset``, ``bare`` of one, as a ``day``, ``slashed`` like
        03/04/2024, as a ``count`` since 1970; ``none`` where it holds no instants.
    parts : tuple of int
        The largest first and second number of slashed dates.
    counts : str
        What a count is in.
    values : tuple of (str, int)
        The most frequent values and how often each occurs, cut to `SHOWN` letters.
    rising : float
        Share of rows whose value is not below that of the row before; nan where that has no meaning.
    """

    name: str
    kind: str
    family: Family
    rows: int
    present: int
    distinct: int
    numbers: int = 0
    low: float = math.nan
    high: float = math.nan
    whole: bool = False
    codes: int = 0
    length: float = 0.0
    words: float = 0.0
    early: float = 0.0
    late: float = 0.0
    form: Form = "none"
    parts: tuple[int, int] = (0, 0)
    counts: Numbers = ""
    values: tuple[tuple[str, int], ...] = ()
    rising: float = math.nan

    @property
    def numeric(self) -> bool:
        """Whether (nearly) all of its values are numbers."""
        return self.present > 0 and self.numbers >= 0.95 * self.present and self.family in ("number", "text")

    @property
    def fraction(self) -> bool:
        """Whether its values lie between 0 and 1 and some are neither."""
        return self.numeric and 0 <= self.low <= self.high <= 1 and not self.whole

    @property
    def unique(self) -> bool:
        """Whether every row has a value of its own."""
        return self.present == self.distinct == self.rows > 0

    @property
    def missing(self) -> float:
        """Share of rows without a value."""
        return 1 - self.present / self.rows if self.rows else 1.0

    @property
    def instants(self) -> bool:
        """Whether it may hold instants."""
        return self.form != "none"


@dataclass(frozen=True)
class Split:
    """A number between 0 and 1 by the values of a column that has two."""

    score: str
    column: str
    values: tuple[str, str]
    means: tuple[float, float]
    cut: tuple[float, float] | None
    """The largest number of the lower side and the smallest of the upper one, where these do not overlap."""
    upper: str
    """The value whose numbers are larger on average."""


@dataclass(frozen=True)
class Sample:
    """What is known of a log before anybody says what it is.

    Attributes
    ----------
    name : str
        Of the file, folder or table.
    form : str
        ``parquet``, ``csv``, ``jsonl`` or ``duckdb``.
    rows, sampled, counted
        As of `monitoring.store.unknown_files.Opened`.
    lenient : bool
        Whether text may stand for numbers, because the format has no types.
    columns : tuple of Summary
    hours : dict
        By column and order of dates: hours since 1970, on the clock that wrote them, and rows in each.
    sums : dict
        Columns that together may be probabilities: the share of rows in which they add up to 1.
    splits : tuple of Split
    pairs : dict
        By two columns: different combinations of their values.
    broken : int
        Lines that are no rows.
    """

    name: str
    form: str
    rows: int
    sampled: int
    counted: bool
    lenient: bool
    columns: tuple[Summary, ...]
    hours: dict[tuple[str, Dates], tuple[tuple[int, int], ...]] = field(default_factory=dict)
    sums: dict[tuple[str, ...], float] = field(default_factory=dict)
    splits: tuple[Split, ...] = ()
    pairs: dict[tuple[str, str], int] = field(default_factory=dict)
    broken: int = 0

    def column(self, name: str) -> Summary:
        """One column by its name."""
        return next(one for one in self.columns if one.name == name)


def orders(one: Summary) -> tuple[Dates, ...]:
    """In which orders the dates of a column can be read: more than one is a question.

    Examples
    --------
    >>> orders(Summary("at", "VARCHAR", "text", 9, 9, 9, form="slashed", parts=(28, 12)))
    ('dmy',)
    >>> orders(Summary("at", "VARCHAR", "text", 9, 9, 9, form="slashed", parts=(12, 12)))
    ('dmy', 'mdy')
    """
    if one.form != "slashed":
        return ("iso",)
    first, second = one.parts
    if first > 31:
        return ("ymd",)
    return ("dmy",) if first > 12 else ("mdy",) if second > 12 else ("dmy", "mdy")


def word(name: str, kind: str) -> str:
    """SQL of a value as text; missing where it is a word for nothing, or not a number."""
    text = f"nullif(trim(CAST({quoted(name)} AS VARCHAR)), '')"
    if family(kind) == "text":
        return f"CASE WHEN NOT {missing_word(quoted(name))} THEN {text} END"
    return f"nullif({text}, 'nan')" if family(kind) == "number" else text


def value(name: str, kind: str) -> str:
    """SQL of a value as a number; missing where it is none."""
    if family(kind) == "number":
        return f"nullif(CAST({quoted(name)} AS DOUBLE), CAST('nan' AS DOUBLE))"
    return text_number(quoted(name)).value if family(kind) == "text" else "CAST(NULL AS DOUBLE)"
