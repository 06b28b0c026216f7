"""The shared bar: model, range, chunk, segment and *as of* in the URL, so that a view is a link."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import streamlit as st

from monitoring import drift
from monitoring.models import CHUNKS, Model
from monitoring.ui import health_session, session
from monitoring.ui.scopes import DEFAULT_RANGE, EVERY_ROW, RANGES, Choices, Scope, local_time, scope_of


def bar(
    models: Sequence[Model], *, every_model: bool, versions: bool, references: bool, parts: bool
) -> Choices:
    """Draw the bar and say what it says.

    Parameters
    ----------
    models : sequence of Model
        At least one.
    every_model : bool
        Whether the page shows all of them; then the bar has no model, chunk or segment, and a link to another
        page is free to name a model of its own.
    versions : bool
        Whether the page shows one version of its model at a time.
    references : bool
        Whether the reader chooses what chunks are compared with.
    parts : bool
        Whether the reader chooses chunk and segment.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="bar"):
        shown = None if every_model else _model(models)
        choices = Choices(
            model=shown.name if shown else "",
            range=_range(),
            chunk=_chunk(shown) if shown and parts else "",
            version=_version(shown) if shown and versions else "",
            reference=_reference(shown) if shown and references else "",
            segment=_segment(shown) if shown and parts else EVERY_ROW,
            as_of=_as_of(models),
        )
        st.space("stretch")
        until = _data_until([shown] if shown else models)
        final = _final_until(shown, choices) if shown else ""
        told = f"{until} · {final}" if final else until
        st.session_state["until"] = told
        st.caption(told, width="content")
    return choices


def _model(models: Sequence[Model]) -> Model:
    names = [model.name for model in models]
    name = st.selectbox("Model", names, key="model", bind="query-params", width=155)
    return models[names.index(name) if name in names else 0]


def _version(model: Model) -> str:
    """The version, of those whose outputs were logged; the one that serves then comes first."""
    serving = model.versions.serving(_asked_instant(model))
    options = session.versions(model, serving) or [serving]
    chosen = st.selectbox(
        "Version",
        options,
        key="version",
        bind="query-params",
        width=140,
        help="The champion serves; a shadow scores the same requests unserved.",
    )
    return chosen if chosen in options else options[0]


def _asked_instant(model: Model) -> dt.datetime:
    """The end of the day in the address; its field is drawn later than what depends on it."""
    try:
        day = dt.date.fromisoformat(st.query_params.get("as_of", ""))
    except ValueError:
        return session.now_of(model)
    return dt.datetime.combine(day, dt.time.max, model.zone)


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
    chosen = st.selectbox("Chunk", chunks, index=index, key="chunk", bind="query-params", width=100)
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
        width=130,
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
        width=140,
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
        width=148,
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


def _final_until(model: Model, choices: Choices) -> str:
    """The last day of which the champion's labels are mature; empty where there is none."""
    scope = scope_of(model, choices)
    found = health_session.outputs(model, scope.as_of_at if scope.as_of else None)
    if found is None:
        return ""
    material = found.performance.assessment.material
    final = [key for key, done in zip(material.keys, material.cohorts.final, strict=True) if done]
    return f"labels mature to {final[-1].day} {final[-1]:%b %Y}" if final else "no labels mature yet"


def remember(choices: Choices) -> None:
    """Keep what the bar says for the page that is drawn next."""
    st.session_state["choices"] = choices


def until() -> str:
    """Until when there are data and mature labels, as the bar says it."""
    return st.session_state.get("until", "")


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


def show_finding(name: str) -> None:
    """Select a check of a subject, from a callback; the page's select box and the URL follow."""
    st.session_state["finding"] = name


def show_cell() -> None:
    """Select the check and subject of a mark that was clicked in the grid."""
    points = st.session_state["grid"].selection.points
    if points:
        show_finding(points[0]["customdata"])
