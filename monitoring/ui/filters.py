"""The shared bar: model, range, chunk, segment and *as of* in the URL, so that a view is a link."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import streamlit as st

from monitoring import drift
from monitoring.models import CHUNKS, Model
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
    """

    model: str = ""
    range: str = DEFAULT_RANGE
    chunk: str = ""
    reference: str = ""
    segment: str = EVERY_ROW
    as_of: dt.date | None = None


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
    """

    model: Model
    window: Window
    chunk: str
    reference: str
    segment: tuple[str, str]
    as_of: dt.date | None
    span: Span

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
    return Scope(
        model=model,
        window=window_of(model, span, choices, dt.datetime.now(UTC)),
        chunk=choices.chunk or model.chunk,
        reference=choices.reference,
        segment=(column, value) if column in model.segments.columns else ("", ""),
        as_of=choices.as_of,
        span=span,
    )


def bar(models: Sequence[Model], every_model: bool) -> Choices:
    """Draw the bar and say what it says.

    Parameters
    ----------
    models : sequence of Model
        At least one.
    every_model : bool
        Whether the page shows all of them; then the bar has no model, chunk or segment, and a link to another
        page is free to name a model of its own.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="bar"):
        shown = None if every_model else _model(models)
        choices = Choices(
            model=shown.name if shown else "",
            range=_range(),
            chunk=_chunk(shown) if shown else "",
            reference=_reference(shown) if shown else "",
            segment=_segment(shown) if shown else EVERY_ROW,
            as_of=_as_of(models),
        )
        st.space("stretch")
        st.caption(_data_until([shown] if shown else models), width="content")
    return choices


def _model(models: Sequence[Model]) -> Model:
    names = [model.name for model in models]
    name = st.selectbox("Model", names, key="model", bind="query-params", width=165)
    return models[names.index(name) if name in names else 0]


def _range() -> str:
    chosen = st.segmented_control(
        "Range",
        list(RANGES),
        default=DEFAULT_RANGE,
        key="range",
        bind="query-params",
    )
    return chosen or DEFAULT_RANGE


def _chunk(model: Model) -> str:
    """The chunk, offered only from the model's grain upwards."""
    chunks = CHUNKS if model.grain == "hour" else CHUNKS[1:]
    index = chunks.index(model.chunk)
    chosen = st.selectbox("Chunk", chunks, index=index, key="chunk", bind="query-params", width=104)
    return chosen if chosen in chunks else model.chunk


def _reference(model: Model) -> str:
    """What chunks are compared with; the model's own choice comes first."""
    options = list(drift.options(model))
    asked = st.query_params.get("reference", "")
    if asked and asked not in options and _is_reference(asked, model):
        options.append(asked)  # as the command line writes it, or with numbers of one's own
    chosen = st.selectbox(
        "Reference",
        options,
        key="reference",
        bind="query-params",
        width=150,
        help="What every chunk is compared with. fixed: the reference of the model's file. rolling: the "
        "chunks before it, with a gap. weekday: the same weekday of the weeks before. version: the own days "
        "of a version. Bins stay those of the model's reference. For other numbers write "
        "reference=rolling:14:2 in the address.",
    )
    return chosen if chosen in options else options[0]


def _is_reference(text: str, model: Model) -> bool:
    try:
        drift.parsed(text, model)
    except drift.AgainstError:
        return False
    return True


def _segment(model: Model) -> str:
    """The segment, where the model's description names segment columns."""
    if not model.segments.columns:
        return EVERY_ROW
    options = [EVERY_ROW, *session.segments(model.name)]
    chosen = st.selectbox(
        "Segment",
        options,
        key="segment",
        bind="query-params",
        width=150,
    )
    return chosen if chosen in options else EVERY_ROW


def _as_of(models: Sequence[Model]) -> dt.date | None:
    """The day at whose end everything is judged; empty for each model's own clock."""
    spans = [session.span(model.name) for model in models]
    firsts = [span.first.date() for span in spans if span.first is not None]
    lasts = [span.last.date() for span in spans if span.last is not None]
    chosen = st.date_input(
        "As of",
        value=None,
        min_value=min(firsts, default=dt.date.today()),
        max_value=max(lasts, default=dt.date.today()),
        key="as_of",
        bind="query-params",
        format="YYYY-MM-DD",
        width=152,
        help="Judge as if this day had just ended. Empty: the newest data.",
    )
    return chosen if isinstance(chosen, dt.date) else None


def _data_until(models: Sequence[Model]) -> str:
    """Until when there are data, in the model's own time."""
    known = [(span.data_until, model) for model in models if (span := session.span(model.name)).data_until]
    if not known:
        return "no data yet"
    latest, model = max(known, key=lambda item: item[0])
    return f"data to {local_time(latest, model.zone)}"


def local_time(at: dt.datetime, zone: ZoneInfo) -> str:
    """An instant in words, in a model's own time.

    Examples
    --------
    >>> local_time(dt.datetime(2013, 7, 1, 16, 5, tzinfo=UTC), ZoneInfo("America/New_York"))
    '1 Jul 2013, 12:05 EDT'
    """
    local = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M %Z}"


def remember(choices: Choices) -> None:
    """Keep what the bar says for the page that is drawn next."""
    st.session_state["choices"] = choices


def current() -> Choices:
    """What the bar says."""
    return st.session_state["choices"]


def scope() -> Scope:
    """What the page is about; for pages that show one model."""
    chosen = current()
    return scope_of(session.model_named(chosen.model), chosen)


def judge_as_of(day: dt.date | None) -> None:
    """Set *as of*, from a callback; the bar and the URL follow. None is the newest data."""
    st.session_state["as_of"] = day


def show_feature(name: str) -> None:
    """Select a feature, from a callback; the page's select box and the URL follow."""
    st.session_state["feature"] = name


def show_segment(label: str) -> None:
    """Show the page for one segment, from a callback; the bar and the URL follow."""
    st.session_state["segment"] = label


def show_point() -> None:
    """Select the feature of a point that was clicked in the scatter."""
    points = st.session_state["scatter"].selection.points
    if points:
        show_feature(points[0]["customdata"])
