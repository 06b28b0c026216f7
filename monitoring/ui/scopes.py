"""What the shared bar chooses, and what a page then is about: model, version, window, chunk, segment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from monitoring.formats import local_time as local_time
from monitoring.models import Model
from monitoring.store import Span
from monitoring.ui import session
from monitoring.windows import UTC, Window, instant_of, key_of

# Days back from the moment of judgement. The bar shows what the URL says, so the keys are what people read.
RANGES: dict[str, int | None] = {"7d": 7, "28d": 28, "90d": 90, "1y": 365, "all": None}
DEFAULT_RANGE = "1y"
EVERY_ROW = "all rows"
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Choices:
    """What the bar says; the same for every model.

    Attributes
    ----------
    model : str
        Empty on a page that shows every model.
    range : str
        A key of `RANGES`.
    chunk : str
        Empty where the model's own chunk holds.
    reference : str
        What chunks are compared with, see `monitoring.drift.parsed`; empty for the model's own choice.
    segment : str
        ``column=value``, or `EVERY_ROW`.
    as_of : date or None
        The last day that counts; None for the model's own clock.
    version : str
        Empty for the one that serves then, and on a page that does not ask.
    """

    model: str = ""
    range: str = DEFAULT_RANGE
    chunk: str = ""
    reference: str = ""
    segment: str = EVERY_ROW
    as_of: dt.date | None = None
    version: str = ""


@dataclass(frozen=True)
class Scope:
    """What a page is about: one model, a window of its profile keys, a chunk and a segment.

    Attributes
    ----------
    model : Model
    window : Window
        Keys that are shown; the stop is the moment at which everything is judged.
    chunk, reference : str
    segment : tuple of str
        Column and value; two empty strings for every row.
    as_of : date or None
        The last day that counts, when one was chosen.
    span : Span
        What the log covers.
    version : str
        The one that serves at that moment, unless another one was chosen.
    """

    model: Model
    window: Window
    chunk: str
    reference: str
    segment: tuple[str, str]
    as_of: dt.date | None
    span: Span
    version: str

    @property
    def as_of_at(self) -> dt.datetime:
        """The instant at which everything is judged, in UTC."""
        return instant_of(self.window.stop, self.model.grain, self.model.zone)


def judged_until(model: Model, span: Span, as_of: dt.date | None, now: dt.datetime) -> dt.datetime:
    """The first profile key that is not judged.

    Parameters
    ----------
    model : Model
    span : Span
    as_of : date or None
        The last local day that counts; None for the model's clock.
    now : datetime
        The present instant, in UTC.

    Returns
    -------
    datetime
        A naive profile key.
    """
    step = dt.timedelta(hours=1) if model.grain == "hour" else _DAY
    if as_of is not None:
        midnight = dt.datetime.combine(as_of, dt.time()) + _DAY
        return key_of(midnight.replace(tzinfo=model.zone), model.grain, model.zone)
    if model.clock == "last row" and span.last is not None:
        return span.last + step
    return key_of(now, model.grain, model.zone) + step


def window_of(model: Model, span: Span, choices: Choices, now: dt.datetime) -> Window:
    """The keys a range names, ending where everything is judged."""
    stop = judged_until(model, span, choices.as_of, now)
    days = RANGES.get(choices.range)
    if days is not None:
        return Window(stop - dt.timedelta(days=days), stop)
    first = span.first if span.first is not None else stop - _DAY
    return Window(min(first, stop - _DAY), stop)


def scope_of(model: Model, choices: Choices) -> Scope:
    """What a page is about when the bar says this."""
    span = session.span(model.name)
    column, _, value = choices.segment.partition("=")
    window = window_of(model, span, choices, dt.datetime.now(UTC))
    return Scope(
        model=model,
        window=window,
        chunk=choices.chunk or model.chunk,
        reference=choices.reference,
        segment=(column, value) if column in model.segments.columns else ("", ""),
        as_of=choices.as_of,
        span=span,
        version=choices.version or model.versions.serving(instant_of(window.stop, model.grain, model.zone)),
    )
