"""Work that goes on beside the page, waited for where its answer will stand.

Call these in a fragment of its own, so that the rest of the page does not wait.
"""

from __future__ import annotations

import time
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from monitoring.ui import cards
from monitoring.ui.jobs import Job

_EVERY_SECONDS = 0.2


def until_done(job: Job, place: DeltaGenerator, doing: str) -> None:
    """Show the progress of a job until it is done; a run that is not wanted any more ends here.

    Parameters
    ----------
    job : Job
    place : DeltaGenerator
        Where the progress is shown.
    doing : str
        What is being done, in words.
    """
    while not job.done:
        place.progress(job.share, text=cards.escaped(f"{doing}: {job.doing}"))
        time.sleep(_EVERY_SECONDS)


def failed(job: Job, what: str = "This could not be worked out") -> bool:
    """Whether a job ended with an error, which is then said."""
    error = job.future.exception()
    if error is not None:
        cards.empty(f"{what}: {error}", "The rest of the page is not affected.")
    return error is not None


def finished(job: Job, doing: str) -> Any:
    """What a job found, its progress being shown meanwhile; None where it failed, which is then said."""
    place = st.empty()
    until_done(job, place, doing)
    place.empty()
    return None if failed(job) else job.future.result()
