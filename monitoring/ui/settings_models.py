"""The Settings page's models: what is watched of each, in words and as its file has it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from monitoring.formats import span
from monitoring.models import Columns, Feature, Limits, Model
from monitoring.onboarding.names import ROLES
from monitoring.ui import background, cards, session, settings_edit, shell
from monitoring.ui.numbers import count, day
from monitoring.windows import Window

MODELS, ADD = "models", "add a model"
VIEWS = (MODELS, ADD)
PER_PAGE = 10
_MOST = 8


def view() -> str:
    """Ask whether models are shown, or one is added."""
    chosen = st.segmented_control(
        "View", VIEWS, default=MODELS, key="view", bind="query-params", label_visibility="collapsed"
    )
    return chosen or MODELS


def panel(models: Sequence[Model]) -> None:
    """Draw every model, a page of them at a time."""
    pages = -(-len(models) // PER_PAGE)
    page = st.pagination(pages, key="page", bind="query-params") if pages > 1 else 1
    for model in models[(page - 1) * PER_PAGE : page * PER_PAGE]:
        with st.container(border=True, key=f"model-{model.name}", gap="small"):
            section(model)


def section(model: Model) -> None:
    """Draw one model: what is watched, its file, and what can be done about it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{cards.escaped(model.name)}** &nbsp; {cards.escaped(model.title)}", width="content")
        st.space("stretch")
        cards.link(shell.page_path("model"), "Model", model=model.name)
    body = "\n".join(f"| {name} | {cards.escaped(words)} |" for name, words in facts(model).items() if words)
    st.markdown(f"| What | How |\n|:--|:--|\n{body}")
    if model.notes:
        st.caption(cards.escaped(model.notes))
    file = st.expander("Its file", icon=":material/code:", on_change="rerun", key=f"toml-{model.name}")
    if file.open:
        with file:
            st.code(session.store().toml(model.name), language="toml", wrap_lines=True)
    settings_edit.show(model.name)


def facts(model: Model) -> dict[str, str]:
    """What is watched of a model, in words; what does not apply is empty.

    Parameters
    ----------
    model : Model
    """
    return {
        "Task": _task(model),
        "Log": _log(model),
        "Columns": _columns(model),
        "Instants": _instants(model),
        "Versions": _versions(model),
        "Days": f"{model.timezone}; one point is {model.chunk}; today is {_clock(model)}",
        "Reference": _reference(model),
        "Segments": ", ".join(model.segments.columns),
        "Limits": _limits(model.limits),
        "Excluded": _several(model.exclude),
        "Starred": _several(model.star),
        "Private": _several([name for name, one in model.features.items() if one.private]),
        "Kinds": _several([f"{name} is {one.kind}" for name, one in model.features.items() if one.kind]),
        "Importances": _importances(model.features),
        "Rules": _rules(model),
        "Review": f"{model.review.budget} cases a day at most" if model.review else "",
        "Retention": f"raw rows for {count(model.retention_days)} days" if model.retention_days else "",
        "Owner": model.owner,
        "Inbox": _inbox(model),
    }


def _task(model: Model) -> str:
    if model.task == "binary":
        return f"binary: the event is {model.positive}, decided from a score of {model.threshold:g} on"
    if model.task == "multiclass":
        return f"multiclass: {_several(model.classes)}"
    return model.task


def _log(model: Model) -> str:
    known = session.span(model.name)
    if known.first is None or known.last is None:
        return "no row yet"
    return f"{count(known.rows)} rows, {day(known.first)} to {day(known.last)}"


def _columns(model: Model) -> str:
    """Roles whose column is not called as usual."""
    usual = Columns()
    told = []
    for role, words in ROLES.items():
        name = getattr(model.columns, role)
        if isinstance(name, str) and name and name != getattr(usual, role):
            told.append(f"{words}: {name}")
    if isinstance(model.columns.score, dict):
        told.append(f"scores: {_several(list(model.columns.score.values()))}")
    if model.columns.scores:
        told.append(f"scores of {_several(list(model.columns.scores))}")
    return "; ".join(told) or "as usual"


def _instants(model: Model) -> str:
    found, words = model.instants, []
    if found.timezone != "UTC":
        words.append(f"without an offset in {found.timezone}")
    if found.dates != "iso":
        words.append(f"dates in the order {found.dates}")
    if found.numbers:
        words.append(f"numbers are {found.numbers} since 1970")
    return "; ".join(words)


def _versions(model: Model) -> str:
    shadows = f"; shadows: {_several(model.versions.shadows)}" if model.versions.shadows else ""
    return f"{model.versions.champion} serves{shadows}"


def _clock(model: Model) -> str:
    return "the day of the last row" if model.clock == "last row" else "today"


def _reference(model: Model) -> str:
    found = model.reference
    if found is None:
        return "none, so drift cannot be judged"
    if found.start is None or found.stop is None:
        where = found.words
    else:
        where = span(Window(found.start.replace(tzinfo=None), found.stop.replace(tzinfo=None)))
    kinds = {
        "rolling": f"; chunks are compared with the {found.chunks} before",
        "weekday": f"; chunks are compared with the same weekday of {found.weeks} weeks before",
    }
    own = f"; of their own: {_several(list(found.versions))}" if found.versions else ""
    return f"{where}{kinds.get(found.kind, '')}{own}"


def _limits(limits: Limits) -> str:
    """Limits that are not usual, or that all are."""
    usual = Limits()
    told = [
        f"{name.replace('_', ' ')} {getattr(limits, name):g}"
        for name in Limits.model_fields
        if getattr(limits, name) != getattr(usual, name)
    ]
    return "; ".join(told) or "as usual"


def _importances(features: dict[str, Feature]) -> str:
    told = sorted(((one.importance, name) for name, one in features.items() if one.importance), reverse=True)
    return f"told for {len(told)} features, led by {told[0][1]}" if told else ""


def _rules(model: Model) -> str:
    rules = len(model.rules.columns) + len(model.rules.rows)
    alerts = "the usual alerts" if model.alerts is None else f"{len(model.alerts)} of alerts"
    return f"{rules} of the data; {alerts}" if rules else alerts


def _several(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST])
    return f"{shown} and {len(names) - _MOST} more" if len(names) > _MOST else shown


def _inbox(model: Model) -> str:
    state = background.inbox_state()
    if state is None:
        return ""
    failing = [path for path in state.failing if Path(path).parent.name == model.name]
    return f"{len(failing)} files did not go in and are tried again" if failing else ""
