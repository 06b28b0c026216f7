"""Rules of alerts, as a model's file states them: what is watched, when it fires, who is told."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator

Condition = Literal[
    "breach", "status_change", "freshness", "zero_volume", "label_coverage", "shadow_verdict", "backlog"
]  # fmt: skip
MEANINGS: dict[str, tuple[str, str]] = {
    "breach": (
        "Breach",
        "The signal is at least so bad in so many of the last chunks: two of three unless the rule says "
        "otherwise.",
    ),
    "status_change": (
        "Change of status",
        "The colour of the signal is not that of the chunk before, and one of both is bad.",
    ),
    "freshness": (
        "Data are late",
        "The newest row is older than the usual gap (amber), or than twice that (red).",
    ),
    "zero_volume": ("No rows", "A chunk that is over has not a single row."),
    "label_coverage": (
        "Labels are missing",
        "Of a chunk whose labels are final fewer than 80 % (amber) or 50 % (red) of what is usual have come.",
    ),
    "shadow_verdict": (
        "Verdict on a shadow",
        "A registered trial finds the shadow better, not worse, worse, or blocked by a segment.",
    ),
    "backlog": ("Backlog", "A case of the review has waited for a person for more than a week."),
}
"""Conditions by a title and in plain words."""
Watched = Literal["model", "quality", "drift", "predictions", "performance", "calibration", "outliers"]
WHOLE: tuple[Watched, ...] = ("model", "quality", "outliers")
"""Signals that are of all rows, never of a segment."""
Level = Literal["amber", "red"]
Severity = Literal["info", "warning", "critical"]
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "critical")
"""From the least to the worst."""
COLOURED: tuple[Condition, ...] = ("breach", "status_change")
"""Conditions on the colour of a signal; the others watch one thing of their own."""
PERSISTENCE = (2, 3)
"""A breach counts once it shows in two of the last three chunks."""
NAME = r"^[A-Za-z0-9][A-Za-z0-9 _.-]{0,62}$"


class Rule(BaseModel, extra="forbid", frozen=True):
    """One rule.

    ``needed`` of the ``last`` chunks have to breach; by default two of three. What is not a colour fires at
    once: there it is one of one.

    Examples
    --------
    >>> rule = Rule(name="inputs", signal="drift", segment="city=Oslo")
    >>> rule.persistence, rule.part
    ((2, 3), ('city', 'Oslo'))
    >>> Rule(name="silence", condition="zero_volume").persistence
    (1, 1)
    """

    name: str = Field(pattern=NAME)
    condition: Condition = "breach"
    signal: Watched = "model"
    status: Level = "amber"
    needed: int | None = Field(default=None, ge=1, le=90)
    last: int | None = Field(default=None, ge=1, le=90)
    segment: str = ""
    severity: Severity = "warning"
    channels: tuple[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")], ...] = ()
    delivery: Literal["immediate", "digest"] = "immediate"

    @model_validator(mode="after")
    def _sound(self) -> Self:
        needed, last = self.persistence
        if needed > last:
            raise ValueError(f"{self.name!r} needs {needed} of the last {last} chunks, which cannot be")
        if self.condition != "breach" and (self.needed is not None or self.last is not None):
            raise ValueError(f"{self.name!r}: only a breach counts chunks; leave needed and last out")
        if self.condition not in COLOURED and self.signal != "model":
            raise ValueError(f"{self.name!r}: {self.condition} watches no other signal; leave signal out")
        if self.segment and (self.condition not in COLOURED or self.signal in WHOLE):
            raise ValueError(
                f"{self.name!r}: a segment goes with a breach or a change of drift, predictions, performance "
                "or calibration"
            )
        if self.segment and "=" not in self.segment:
            raise ValueError(f"{self.name!r}: write the segment as column=value")
        return self

    @property
    def persistence(self) -> tuple[int, int]:
        """How many of how many last chunks have to breach."""
        if self.condition != "breach":
            return 1, 1
        needed, last = PERSISTENCE
        if self.last is None and self.needed is not None:
            return self.needed, max(last, self.needed)
        last = self.last or last
        return self.needed or min(needed, last), last

    @property
    def watches(self) -> str:
        """What the rule looks at: a signal, or the condition itself."""
        return self.signal if self.condition in COLOURED else self.condition

    @property
    def part(self) -> tuple[str, str]:
        """Column and value of the segment; two empty strings for all rows."""
        column, _, value = self.segment.partition("=")
        return column, value


DEFAULTS: tuple[Rule, ...] = (
    Rule(name="model is not well", signal="model", status="amber", severity="warning"),
    Rule(name="data are late", condition="freshness", severity="critical"),
    Rule(name="no rows", condition="zero_volume", severity="critical"),
    Rule(name="labels are missing", condition="label_coverage", severity="warning"),
)
"""Rules of a model whose file has no ``[[alerts]]``: told on the page, sent to nobody."""


def fault(rules: tuple[Rule, ...] | None, columns: tuple[str, ...]) -> str:
    """What is wrong with a model's rules taken together; empty when nothing is.

    Parameters
    ----------
    rules : tuple of Rule or None
    columns : tuple of str
        The model's segment columns.

    Examples
    --------
    >>> fault((Rule(name="a"), Rule(name="a")), ())
    "alerts: two rules are called 'a'; give one of them another name"
    """
    seen: set[str] = set()
    for rule in rules or ():
        if rule.name in seen:
            return f"alerts: two rules are called {rule.name!r}; give one of them another name"
        seen.add(rule.name)
        if rule.segment and rule.part[0] not in columns:
            return f"alerts: {rule.name!r} names {rule.part[0]!r}, which is none of [segments] columns"
    return ""
