"""A figure, the bound it must keep and the word that says whether it does."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Bound:
    """What a figure may be at least and at most."""

    low: float = -math.inf
    high: float = math.inf

    def __str__(self) -> str:
        if math.isinf(self.low):
            return f"at most {self.high:,g}"
        return f"at least {self.low:,g}" if math.isinf(self.high) else f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Line:
    """A figure with its name; without a bound it is told and not judged."""

    name: str
    value: float
    note: str = ""
    bound: Bound | None = None

    @property
    def missed(self) -> bool:
        """Whether the figure is out of its bound."""
        return self.bound is not None and not self.bound.low <= self.value <= self.bound.high

    @property
    def word(self) -> str:
        """PASS or FAIL; nothing where there is no bound."""
        return "" if self.bound is None else "FAIL" if self.missed else "PASS"

    def figures(self) -> dict[str, object]:
        """The line for a file."""
        return {"name": self.name, "value": self.value, "bound": str(self.bound or ""), "word": self.word}

    def __str__(self) -> str:
        value = f"{self.value:,.0f}" if self.value >= 100 else f"{self.value:.2f}"
        bound = f"{self.bound}" if self.bound else "told only"
        return f"{self.word:<5} {value:>9}  {bound:<17} {self.name} {self.note}".rstrip()
