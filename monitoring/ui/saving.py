"""Models whose file is being saved: the work goes on beside the pages, which show the profile as it was."""

from __future__ import annotations

import threading
import uuid

import streamlit as st

from monitoring.store import followed
from monitoring.ui import jobs, session
from monitoring.ui.jobs import Job, Progress


class Saves:
    """The newest save of every model, as long as it goes on or nobody has seen how it ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}

    def begin(self, name: str, job: Job) -> None:
        """Keep a save that begins."""
        with self._lock:
            self._jobs[name] = job

    def running(self, name: str) -> Job | None:
        """The save of a model that goes on; None where none does."""
        with self._lock:
            job = self._jobs.get(name)
            if job is not None and job.done:
                del self._jobs[name]
                return None
            return job


@st.cache_resource(show_spinner=False)
def saves() -> Saves:
    """The process's saves, shared by all visitors."""
    return Saves()


def begin(name: str, text: str, began: str, author: str) -> Job:
    """Save a model's file beside the pages.

    Parameters
    ----------
    name : str
        The model.
    text : str
        What its file is to say.
    began : str
        What it said when the change began; if something else stands there by now, nothing is changed.
    author : str
        Who says so.
    """

    def work(tell: Progress) -> None:
        store = session.store()
        tell(0.0, "reading what changed")
        store.add(text, tell, followed.folder(store, name), author=author, instead_of=began)

    job = jobs.desk().job(f"save {name}", (uuid.uuid4().hex,), work)
    saves().begin(name, job)
    return job


def running(name: str) -> Job | None:
    """The save of a model that goes on; None where none does."""
    return saves().running(name)
