"""What a model's description says of its reference: a window of the log or a file, and what is compared."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails


def _instant(value: object) -> object:
    """Accept a TOML date as well as a date with a time; the zone is the model's own."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return dt.datetime(value.year, value.month, value.day)
    return value


Instant = Annotated[dt.datetime, BeforeValidator(_instant)]


class Period(BaseModel, extra="forbid", frozen=True):
    """Days of the model's own calendar: the first, and the first that is not included."""

    start: Instant
    stop: Instant

    @model_validator(mode="after")
    def _ordered(self) -> Period:
        _assert_ordered(self.start, self.stop)
        return self


def _assert_ordered(start: dt.datetime, stop: dt.datetime) -> None:
    if (start.tzinfo is None) is not (stop.tzinfo is None):
        raise ValueError("write both start and stop with an offset, or both without")
    if stop <= start:
        raise ValueError("stop must be after start; stop is the first day that is not included")


class Reference(BaseModel, extra="forbid", frozen=True):
    r"""What the model looks like when it is known to be healthy: a window of the log, or a file.

    The frozen bins and categories always come from the window or the file; ``kind`` says what a chunk is
    compared with. A version that was not there yet has a window of its own in ``versions``, which the file
    writes as ``[reference.<version>]``.

    Examples
    --------
    >>> from monitoring.models import parse
    >>> text = 'name = "churn"\ntask = "binary"\n[reference]\n'
    >>> parse(text + "start = 2026-01-01\nstop = 2026-02-01").reference.words
    '2026-01-01 to 2026-02-01'
    >>> parse(text + 'file = "training.parquet"').reference.words
    'training.parquet'
    """

    start: Instant | None = None
    stop: Instant | None = None
    file: str | None = Field(default=None, min_length=1)
    kind: Literal["fixed", "rolling", "weekday"] = "fixed"
    chunks: int = Field(default=28, ge=1)
    gap: int = Field(default=0, ge=0)
    weeks: int = Field(default=8, ge=1)
    versions: dict[str, Period] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _told_apart(cls, given: object) -> object:
        """Take the tables for versions; what is left must be keys of our own, and one of the two forms."""
        if not isinstance(given, dict):
            return given
        tables = {name: value for name, value in given.items() if isinstance(value, dict)}
        keys = {name: value for name, value in given.items() if name not in tables}
        known = cls.model_fields.keys() - {"versions"}
        for name in tables:
            if name in known:
                raise ValueError(
                    f"{name!r} is a key of [reference], so a version of that name cannot have a window of "
                    "its own there; give the version another name"
                )
        _assert_one_form(keys, [name for name in keys if name not in known])
        return {**keys, "versions": tables}

    @model_validator(mode="after")
    def _ordered(self) -> Reference:
        if self.start is not None and self.stop is not None:
            _assert_ordered(self.start, self.stop)
        return self

    @property
    def words(self) -> str:
        """The reference in a sentence: its days, or the name of its file."""
        if self.start is None or self.stop is None:
            return (self.file or "").replace("\\", "/").rsplit("/", 1)[-1]
        return f"{self.start:%Y-%m-%d} to {self.stop:%Y-%m-%d}"


def _assert_one_form(keys: dict[str, Any], unknown: list[str]) -> None:
    """Make sure that either a file is named or both ends of a window."""
    ends = [name for name in ("start", "stop") if name in keys]
    missing = [name for name in ("start", "stop") if name not in keys and "file" not in keys]
    if "file" in keys and ends:
        raise ValueError("name either a file, or start and stop; not both")
    if len(missing) == 2 and not unknown:
        raise ValueError("start and stop are missing, or a file in their place")
    if missing or "versions" in unknown:  # what pydantic would say of the keys
        faults = [*(("missing", name) for name in missing), *(("extra_forbidden", name) for name in unknown)]
        raise ValidationError.from_exception_data(
            "Reference", [InitErrorDetails(type=kind, loc=(name,), input=None) for kind, name in faults]
        )
