"""What a model's description says of impossible values: rules of columns, and of whole rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

Number = Annotated[float, Field(allow_inf_nan=False)]
Value = str | bool | int | float
LONGEST = 2_000  # letters of an expression or a pattern
MOST = 100  # rules of a model


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes
    ----------
    name : str
        What it is called in tables and answers.
    kind : {'min', 'max', 'allowed', 'pattern', 'row'}
    column : str
        Empty for a rule about whole rows.
    bound : float, tuple of str, or str
        The limit, the allowed values as text, the pattern or the expression.
    """

    name: str
    kind: Literal["min", "max", "allowed", "pattern", "row"]
    column: str
    bound: float | tuple[str, ...] | str

    @property
    def definition(self) -> str:
        """A text that changes when what the rule says does."""
        return f"{self.kind} {self.column!r} {self.bound!r}"


class ColumnRules(BaseModel, extra="forbid", frozen=True):
    """What a column's values must be; one that is missing breaks no rule."""

    min: Number | None = None
    max: Number | None = None
    allowed: tuple[Value, ...] | None = Field(default=None, min_length=1, max_length=1_000)
    pattern: str | None = Field(default=None, min_length=1, max_length=LONGEST)

    @model_validator(mode="after")
    def _possible(self) -> ColumnRules:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min must not be above max")
        if not self.model_fields_set:
            raise ValueError("name at least one of min, max, allowed and pattern")
        return self


class Rules(BaseModel, extra="forbid", frozen=True):
    r"""Values that cannot be, by column and by row.

    ``columns`` has a table per column with ``min``, ``max``, ``allowed`` or ``pattern``, which the whole
    value must match. ``rows`` has a name and an expression per rule that must hold for every row; where a
    value it needs is missing it says nothing.

    Examples
    --------
    >>> from monitoring.models import parse
    >>> text = 'name = "churn"\ntask = "binary"\n[rules.columns.age]\nmin = 0\n'
    >>> text += '[rules.rows]\n"paid in order" = "paid_at >= billed_at"'
    >>> [(rule.name, rule.kind, rule.bound) for rule in parse(text).rules.listed]
    [('age: min 0', 'min', 0.0), ('paid in order', 'row', 'paid_at >= billed_at')]
    """

    columns: dict[str, ColumnRules] = Field(default_factory=dict)
    rows: dict[str, Annotated[str, Field(min_length=1, max_length=LONGEST)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _distinct(self) -> Rules:
        names = [rule.name for rule in self.listed]
        if len(names) > MOST:
            raise ValueError(f"{len(names)} rules; at most {MOST} are counted")
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two rules are called {twice[0]!r}; give one another name")
        return self

    @property
    def listed(self) -> tuple[Rule, ...]:
        """Every rule by itself, those of columns first."""
        found = [rule for column, given in self.columns.items() for rule in _of_column(column, given)]
        return (*found, *(Rule(name, "row", "", text) for name, text in self.rows.items()))


def _of_column(column: str, given: ColumnRules) -> list[Rule]:
    found = []
    if given.min is not None:
        found.append(Rule(f"{column}: min {given.min:g}", "min", column, given.min))
    if given.max is not None:
        found.append(Rule(f"{column}: max {given.max:g}", "max", column, given.max))
    if given.allowed is not None:
        found.append(Rule(f"{column}: allowed", "allowed", column, tuple(map(_written, given.allowed))))
    if given.pattern is not None:
        found.append(Rule(f"{column}: pattern", "pattern", column, given.pattern))
    return found


def _written(value: Value) -> str:
    """A value as the store writes it: whole numbers without a fraction, truth as true and false.

    Examples
    --------
    >>> _written(3.0), _written("EWR"), _written(True)
    ('3', 'EWR', 'true')
    """
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
