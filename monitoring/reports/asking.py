"""What a report is about: which rows of which version, over which days, judged at which instant."""

from __future__ import annotations

import datetime as dt
import shlex
from dataclasses import dataclass

from monitoring import windows
from monitoring.formats import span
from monitoring.models import Model
from monitoring.store import Store
from monitoring.windows import Window

DAYS = 90
"""How far back a report looks when nobody says."""


class NothingToReportError(ValueError):
    """There is no day that a report could be about; the message says why."""


@dataclass(frozen=True)
class Asked:
    """What was asked for; everything may be left to its default.

    Attributes
    ----------
    start, stop : datetime or None
        Profile keys, half-open; by default the last 90 days.
    segment : (column, value)
        Two empty strings for all rows.
    version : str
        The champion by default.
    chunk : str
        The model's own by default.
    as_of : datetime or None
        The instant to judge at, whose knowledge it is; by default the end of the window, or the model's clock
        where that is earlier.
    """

    start: dt.datetime | None = None
    stop: dt.datetime | None = None
    segment: tuple[str, str] = ("", "")
    version: str = ""
    chunk: str = ""
    as_of: dt.datetime | None = None


@dataclass(frozen=True)
class Scope:
    """What a report is about, with every default filled in.

    Attributes
    ----------
    model : Model
    window : Window
        Of profile keys.
    at : datetime
        The instant everything is judged at.
    segment : (column, value)
    version, chunk : str
    asked : Asked
    """

    model: Model
    window: Window
    at: dt.datetime
    segment: tuple[str, str]
    version: str
    chunk: str
    asked: Asked

    @property
    def champion(self) -> str:
        """The version that serves at the instant."""
        return self.model.versions.serving(self.at)

    @property
    def whole(self) -> bool:
        """Whether it is about all rows of the champion by the model's own chunk, as Health is."""
        return not self.segment[0] and self.version == self.champion and self.chunk == self.model.chunk

    @property
    def step(self) -> dt.timedelta:
        """Length of a profile key."""
        return dt.timedelta(hours=1) if self.model.grain == "hour" else dt.timedelta(days=1)

    @property
    def segment_words(self) -> str:
        """The segment as people write it; empty for all rows."""
        return "=".join(self.segment) if self.segment[0] else ""

    @property
    def days(self) -> str:
        """The window in words."""
        return span(self.window)

    @property
    def command(self) -> str:
        """What makes the same report on the command line."""
        told = [f"--start {self._told(self.window.start)}", f"--stop {self._told(self.window.stop)}"]
        told += [f"--as-of {self.at.isoformat()}"]
        told += [f"--version {shlex.quote(self.version)}"] if self.version != self.champion else []
        told += [f"--segment {shlex.quote(self.segment_words)}"] if self.segment[0] else []
        told += [f"--chunk {shlex.quote(self.chunk)}"] if self.chunk != self.model.chunk else []
        return f"python -m monitoring report {self.model.name} --out {self.model.name}.html {' '.join(told)}"

    def _told(self, key: dt.datetime) -> str:
        """A key as the command line takes it: a day of the model, or an hour as an instant."""
        grain, zone = self.model.grain, self.model.zone
        return f"{key:%Y-%m-%d}" if grain == "day" else windows.instant_of(key, grain, zone).isoformat()


def scope(store: Store, model: Model, asked: Asked) -> Scope:
    """Fill in what was left to its default.

    Parameters
    ----------
    store : Store
    model : Model
    asked : Asked

    Raises
    ------
    NothingToReportError
        If the window lies after the instant it is judged at.
    """
    zone, grain = model.zone, model.grain
    at = asked.as_of or store.now(model)
    if asked.as_of is None and asked.stop is not None:
        at = min(at, windows.instant_of(asked.stop, grain, zone))
    step = dt.timedelta(hours=1) if grain == "hour" else dt.timedelta(days=1)
    over = windows.key_of(at - dt.timedelta(microseconds=1), grain, zone) + step
    stop = min(asked.stop or over, over)
    start = asked.start or max(stop - dt.timedelta(days=DAYS), _first(store, model, stop - step))
    if start >= stop:
        raise NothingToReportError(
            f"{model.name}: the report would begin on {start:%Y-%m-%d} and end before, on {stop:%Y-%m-%d}"
        )
    return Scope(
        model=model,
        window=Window(start, stop),
        at=at,
        segment=asked.segment,
        version=asked.version or model.versions.serving(at),
        chunk=asked.chunk or model.chunk,
        asked=asked,
    )


def _first(store: Store, model: Model, latest: dt.datetime) -> dt.datetime:
    """The first key of the log; where it holds nothing by then, the last one asked about."""
    first = store.span(model.name).first
    return min(first, latest) if first is not None else latest
