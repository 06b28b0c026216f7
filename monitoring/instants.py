"""How a log writes instants, where that is not ISO 8601 with an offset."""

from __future__ import annotations

import functools
import zoneinfo
from typing import Literal

from pydantic import BaseModel, model_validator

Dates = Literal["iso", "ymd", "dmy", "mdy"]
Numbers = Literal["", "seconds", "milliseconds", "microseconds", "nanoseconds"]


@functools.cache
def zones() -> frozenset[str]:
    """Names of time zones that Python and the database both know."""
    return frozenset(zoneinfo.available_timezones() - {"localtime", "Factory"})


class Instants(BaseModel, extra="forbid", frozen=True):
    r"""What is read as an instant beside ISO 8601, and what an instant without an offset means.

    Attributes
    ----------
    timezone : str
        Of instants that are written without an offset.
    dates : {'iso', 'ymd', 'dmy', 'mdy'}
        The order in dates such as 03/04/2024; by default they are refused, as day and month could be swapped.
    numbers : {'', 'seconds', 'milliseconds', 'microseconds', 'nanoseconds'}
        What numbers count since 1970; by default they are refused.

    Examples
    --------
    >>> from monitoring.models import parse
    >>> parse('name = "churn"\ntask = "binary"\n[instants]\ndates = "dmy"').instants.dates
    'dmy'
    """

    timezone: str = "UTC"
    dates: Dates = "iso"
    numbers: Numbers = ""

    @model_validator(mode="after")
    def _known(self) -> Instants:
        if self.timezone not in zones():
            raise ValueError(f"timezone: {self.timezone!r} is not a time zone; write one like 'Europe/Paris'")
        return self


ISO = Instants()
"""ISO 8601, and UTC where there is no offset."""
