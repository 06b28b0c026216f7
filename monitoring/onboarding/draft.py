"""A draft of a model's file: what was guessed, what a person said instead, and what is still asked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd

from monitoring.instants import Dates, Instants, Numbers, zones
from monitoring.models import Kind, Model, ModelError, Task, parse
from monitoring.onboarding import writing
from monitoring.onboarding.detection import Detection, detect
from monitoring.onboarding.guesses import Question
from monitoring.onboarding.names import Role, slug
from monitoring.onboarding.volume import Stretch, chunk, daily, reference
from monitoring.store.sampled import Sample, Summary, orders

LATE_DAYS = 3  # a log that ended longer ago is one of the past


class DraftError(ValueError):
    """A draft cannot become a model yet; the message says what is missing."""


@dataclass(frozen=True)
class Choices:
    """What a person says in place of the guesses; None leaves a guess as it is, an empty column means none.

    Attributes
    ----------
    columns : dict of role to column
    probabilities : dict of class to column, optional
    scores : dict of version to column, optional
        Of a wide log, the version that serves first; empty where it is none.
    timezone : str
        Of the model's days.
    written : str
        Of instants without an offset; None: as `timezone`; empty: not said yet.
    dates : {'ymd', 'dmy', 'mdy'}
    reference : (first day, first day not included), optional
    exclude, private, segments : tuple of str, optional
    kinds : dict of feature to kind
    author : str
        Who says so; nobody checks it.
    """

    name: str | None = None
    title: str | None = None
    task: Task | None = None
    timezone: str | None = None
    written: str | None = None
    dates: Dates | None = None
    columns: dict[Role, str] = field(default_factory=dict)
    probabilities: dict[str, str] | None = None
    scores: dict[str, str] | None = None
    champion: str | None = None
    positive: str | None = None
    threshold: float | None = None
    chunk: str | None = None
    clock: str | None = None
    reference: tuple[dt.date, dt.date] | None = None
    exclude: tuple[str, ...] | None = None
    private: tuple[str, ...] | None = None
    segments: tuple[str, ...] | None = None
    kinds: dict[str, Kind] = field(default_factory=dict)
    author: str = ""


@dataclass(frozen=True)
class Draft:
    """A draft of a model's file.

    Attributes
    ----------
    sample : Sample
    choices : Choices
    detection : Detection
        What the log seems to be, given the choices.
    now : datetime
        When it is drafted, to tell a log of the past.
    """

    sample: Sample
    choices: Choices
    detection: Detection
    now: dt.datetime

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """What is still asked: nothing is saved before it is answered."""
        told = self.choices
        zone = told.timezone if told.written is None else told.written
        said = {"dates": told.dates, "timezone": zone}
        return tuple(one for one in self.detection.questions if not said[one.code])

    @property
    def name(self) -> str:
        """The model's name."""
        return self.choices.name if self.choices.name is not None else slug(self.sample.name)

    @property
    def title(self) -> str:
        """The model in words; empty unless it is told."""
        return self.choices.title or ""

    @property
    def timezone(self) -> str:
        """The zone of the model's days."""
        return self.choices.timezone or "UTC"

    @cached_property
    def instants(self) -> Instants:
        """How the log writes instants.

        Raises
        ------
        DraftError
            If a time zone is none.
        """
        found = [one for one in (self._instant("predicted_at"), self._instant("labelled_at")) if one]
        bare = any(one.form in ("bare", "slashed") for one in found)
        zone = (self.choices.written or self.timezone) if bare else "UTC"
        for each in (zone, self.timezone):
            if each not in zones():
                raise DraftError(f"{each!r} is not a time zone; write one like Europe/Paris, or UTC")
        slashed = any(one.form == "slashed" for one in found)
        counts: list[Numbers] = [one.counts for one in found if one.form == "count"]
        return Instants(
            timezone=zone, dates=self.order if slashed else "iso", numbers=counts[0] if counts else ""
        )

    @property
    def order(self) -> Dates:
        """The order of dates: as told, as it can only be, or day first until somebody says."""
        if self.choices.dates:
            return self.choices.dates
        found = [orders(one) for one in map(self._instant, ("predicted_at", "labelled_at")) if one]
        written: list[Dates] = [one[0] for one in sorted(found, key=len) if one[0] != "iso"]
        return written[0] if written else "iso"

    @cached_property
    def days(self) -> pd.Series:
        """Rows on every day of the log; empty while it is not known when they are."""
        at = self._instant("predicted_at")
        if at is None:
            return pd.Series(dtype="int64")
        order = self.order if at.form == "slashed" else "iso"
        return daily(self.sample, at.name, order, self.instants.timezone, self.timezone)

    @cached_property
    def proposed(self) -> Stretch | None:
        """The reference that is proposed; None where no instant can be read."""
        return reference(self.days)

    @cached_property
    def reference(self) -> tuple[dt.date, dt.date] | None:
        """The reference: as told, or as proposed."""
        if self.choices.reference is not None:
            return self.choices.reference
        return (self.proposed.start, self.proposed.stop) if self.proposed else None

    @property
    def chunk(self) -> tuple[str, str]:
        """How long a chunk is, and why."""
        return (self.choices.chunk, "you say so") if self.choices.chunk else chunk(self.days)

    @property
    def clock(self) -> tuple[str, str]:
        """What today is, and why: a log that ended long ago is judged at its last row."""
        if self.choices.clock:
            return self.choices.clock, "you say so"
        if self.days.empty:
            return "now", "usual"
        age = (self.now.date() - pd.Timestamp(self.days.index[-1]).date()).days
        if age > LATE_DAYS:
            return "last row", f"the log ended {age:,} days ago; write now once rows keep coming"
        return "now", "the log is fresh"

    @cached_property
    def toml(self) -> str:
        """The model's file, with the reasons as comments.

        Raises
        ------
        DraftError
            If something is still asked, missing or makes no sense.
        """
        if self.detection.faults:
            raise DraftError("; ".join(self.detection.faults))
        if self.questions:
            raise DraftError("; ".join(f"{one.words} Say so with {one.flag}." for one in self.questions))
        text = writing.written(self)
        try:
            parse(text)
        except ModelError as error:
            raise DraftError(str(error)) from error
        return text

    @property
    def model(self) -> Model:
        """The model that the file describes; raises as `toml` does."""
        return parse(self.toml)

    def _instant(self, role: Role) -> Summary | None:
        name = self.detection.column(role)
        return self.sample.column(name) if name else None


def drafted(sample: Sample, choices: Choices | None = None, now: dt.datetime | None = None) -> Draft:
    """Draft a model's file.

    Parameters
    ----------
    sample : Sample
    choices : Choices, optional
    now : datetime, optional

    Raises
    ------
    DraftError
        If a choice names a column that is not there, or one column twice.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from monitoring.store.summaries import summarised
    >>> row = "r{},2026-01-{:02}T10:0{}:00Z,{:.3f}" + chr(10)
    >>> rows = "".join(row.format(i, 1 + i // 9, i % 9, i % 97 / 97) for i in range(270))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "churn.csv"
    ...     _ = path.write_text("key,scored_at,risk" + chr(10) + rows)
    ...     draft = drafted(summarised(path))
    >>> draft.model.columns.score, draft.model.reference.words, draft.model.chunk
    ('risk', '2026-01-01 to 2026-01-16', '7 days')
    """
    told = choices or Choices()
    _assert_columns(sample, told)
    found = detect(sample, told.columns, told.task, told.probabilities, told.scores)
    return Draft(sample, told, _reasoned(found, told), now or dt.datetime.now(dt.UTC))


def _reasoned(found: Detection, told: Choices) -> Detection:
    """What a person leaves as it was guessed keeps the reasons of the guess."""
    if not told.columns and told.task is None:
        return found
    plain = detect(found.sample)
    same = detect(found.sample, None, told.task, told.probabilities, told.scores).guesses
    kept = {role: same[role] for role, one in found.guesses.items() if same[role].column == one.column}
    if found.task == plain.task:
        found = replace(found, task_reason=plain.task_reason, task_confidence=plain.task_confidence)
    return replace(found, guesses={**found.guesses, **kept})


def _assert_columns(sample: Sample, told: Choices) -> None:
    names = [one.name for one in sample.columns]
    given = [*told.columns.values(), *(told.probabilities or {}).values(), *(told.scores or {}).values()]
    given += [*(told.exclude or ()), *(told.private or ()), *(told.segments or ()), *told.kinds]
    for name in filter(None, given):
        if name not in names:
            raise DraftError(f"no column is called {name!r}; there are {', '.join(names)}")
    roles = [name for role, name in told.columns.items() if name and role not in ("id", "predicted_at")]
    twice = next((name for name in roles if roles.count(name) > 1), None)
    if twice:
        raise DraftError(f"the column {twice!r} is chosen for two things; choose another for one of them")
    if told.reference and told.reference[1] <= told.reference[0]:
        raise DraftError("the reference stops before it starts; its stop is the first day not included")
