"""Which version of a model serves, which only score along, and who served before."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field, model_validator


class Term(BaseModel, extra="forbid", frozen=True):
    """A version that served until an instant, after the one before it."""

    champion: Annotated[str, Field(min_length=1)]
    until: AwareDatetime


class Versions(BaseModel, extra="forbid", frozen=True):
    """The served version, those scoring the same requests unserved, and those that served before.

    Every version that served before has an entry in ``served``, the oldest first, so that what was said of a
    day stays what was said of the version that served on it.

    Examples
    --------
    >>> october = dt.datetime(2013, 10, 1, tzinfo=dt.timezone.utc)
    >>> versions = Versions(champion="boosting", served=[{"champion": "logistic", "until": october}])
    >>> versions.serving(october), versions.serving(october - dt.timedelta(seconds=1)), versions.first
    ('boosting', 'logistic', 'logistic')
    """

    champion: str = "champion"
    shadows: tuple[str, ...] = ()
    served: tuple[Term, ...] = ()

    @model_validator(mode="after")
    def _ordered(self) -> Versions:
        for one, after in itertools.pairwise(self.served):
            if after.until <= one.until:
                raise ValueError(f"served: {after.champion!r} ends too early; write the oldest entry first")
        names = [*(one.champion for one in self.served), self.champion]
        for before, name in itertools.pairwise(names):
            if before == name:
                raise ValueError(f"served: {name!r} follows itself; leave the entry out")
        return self

    @property
    def first(self) -> str:
        """The version that served first, which is the one that a reference file was scored by."""
        return self.served[0].champion if self.served else self.champion

    @property
    def only(self) -> str | None:
        """The version that always served; None where one followed another."""
        return None if self.served else self.champion

    @property
    def champions(self) -> tuple[str, ...]:
        """Every version that ever served, the present one first."""
        return tuple(dict.fromkeys((self.champion, *(one.champion for one in reversed(self.served)))))

    def serving(self, at: dt.datetime) -> str:
        """The version that served at an aware instant."""
        return next((one.champion for one in self.served if at < one.until), self.champion)

    def terms(self) -> list[tuple[str, dt.datetime | None, dt.datetime | None]]:
        """Who served from when until when, the oldest first; None where there is no bound."""
        bounds = [None, *(one.until for one in self.served), None]
        names = [*(one.champion for one in self.served), self.champion]
        return list(zip(names, bounds[:-1], bounds[1:], strict=True))
