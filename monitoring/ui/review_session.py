"""What the Review page asks of a model: the queue as it is now, and answers remembered until it changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import streamlit as st

from monitoring import review
from monitoring.models import Model
from monitoring.review import lying
from monitoring.store import Refused, cases, verdicts
from monitoring.store.cases import Case, State
from monitoring.store.verdicts import Entry
from monitoring.ui import health_session, session


@st.cache_resource(show_spinner="Looking for cases", max_entries=64)
def _filled(path: str, name: str, data: str, day: dt.date) -> int:
    return review.fill(session.store(), name)


def filled(model: Model) -> int:
    """Fill the queue once for these data and this day; gives how many cases came in then."""
    return _filled(*session.key_of(model.name), session.now_of(model).date())


def listed(model: Model, *, state: State, reason: str, assignee: str, most: int, skip: int) -> list[Case]:
    """A page of cases; see `monitoring.store.cases.listed`."""
    return cases.listed(
        session.store(), model.name, state=state, reason=reason, assignee=assignee, most=most, skip=skip
    )


@st.cache_resource(show_spinner=False, max_entries=32)
def _sample(path: str, name: str, data: str, said: str, known_at: dt.datetime | None) -> review.Sample | None:
    return review.sample(session.store(), name, known_at)


def sample(model: Model, known_at: dt.datetime | None = None) -> review.Sample | None:
    """What people had said of the cases that were drawn with a known chance; never change it."""
    return _sample(*health_session.review_key(model), known_at)


@st.cache_resource(show_spinner=False, max_entries=32)
def _logged(path: str, name: str, data: str, said: str, known_at: dt.datetime | None) -> review.Logged | None:
    found = _sample(path, name, data, said, known_at)
    return None if found is None else review.logged(session.store(), found, known_at)


def logged(model: Model, known_at: dt.datetime | None = None) -> review.Logged | None:
    """What the log's labels tell of the days of `sample`, which None says there is not; never change it."""
    return _logged(*health_session.review_key(model), known_at)


@st.cache_resource(show_spinner=False, max_entries=32)
def _reference(path: str, name: str, data: str) -> Mapping[str, lying.Reference]:
    return lying.reference(session.store(), session.model_named(name))


def reference(model: Model) -> Mapping[str, lying.Reference]:
    """How every feature was distributed in the reference; never change it."""
    return _reference(*session.key_of(model.name))


@st.cache_resource(show_spinner=False, max_entries=32)
def _entries(path: str, name: str, data: str, said: str) -> list[Entry]:
    return verdicts.history(session.store(), name)


def entries(model: Model) -> list[Entry]:
    """Everything that was said of the model's cases; never change it."""
    return _entries(*health_session.review_key(model))


def names(model: Model) -> list[str]:
    """Everybody who has said something or was given a case."""
    known = {one.author for one in entries(model)} | {
        one.assignee for one in cases.listed(session.store(), model.name, state="all", most=1000)
    }
    return sorted(known - {""})


def refused(error: Refused, model: Model) -> str:
    """What went wrong, without the model's name, which the page says already."""
    return str(error).removeprefix(f"{model.name}: ").removeprefix(f"{model.name}, ")
