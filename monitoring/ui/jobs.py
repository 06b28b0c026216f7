"""Work that takes seconds, done beside the pages: one thing at a time, its progress told, its answer kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

KEPT = 64

Progress = Callable[[float, str], None]
Work = Callable[[Progress], Any]


class StoppedError(Exception):
    """The app is closing, and what is being done is given up."""


@dataclass(eq=False)
class Job:
    """Something that is being worked out.

    Attributes
    ----------
    share : float
        How much of it is done.
    doing : str
        What it is at.
    stopped : bool
        Whether it is to be given up.
    future : Future
        Its answer, or the error that ended it.
    """

    share: float = 0.0
    doing: str = "waiting for its turn"
    stopped: bool = False
    future: Future[Any] = field(default_factory=Future)

    @property
    def done(self) -> bool:
        """Whether it has ended, well or not."""
        return self.future.done()

    def tell(self, share: float, doing: str) -> None:
        """Note how far it is.

        Raises
        ------
        StoppedError
            If it is to be given up.
        """
        if self.stopped:
            raise StoppedError
        self.share, self.doing = min(max(share, 0.0), 1.0), doing


class Desk:
    """A single worker and what it was asked; the newest question of a topic replaces one still waiting."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk")
        self._lock = threading.Lock()
        self._jobs: OrderedDict[tuple[str, ...], Job] = OrderedDict()

    def job(self, topic: str, key: tuple[str, ...], work: Work) -> Job:
        """The job for a key; started unless it is known.

        Parameters
        ----------
        topic : str
            Of several jobs of a topic that still wait, only the newest is of interest.
        key : tuple of str
            Everything that the answer depends on.
        work : callable
            Does it; is given a function that takes the share done and what is being done.
        """
        whole = (topic, *key)
        with self._lock:
            known = self._jobs.get(whole)
            if known is not None and not known.future.cancelled():
                self._jobs.move_to_end(whole)
                return known
            for other, waiting in list(self._jobs.items()):
                if other[0] == topic and waiting.future.cancel():
                    del self._jobs[other]
            job = Job()
            job.future = self._pool.submit(work, job.tell)
            self._jobs[whole] = job
            while len(self._jobs) > KEPT:
                self._jobs.popitem(last=False)
            return job

    def forget(self, topic: str, key: tuple[str, ...]) -> None:
        """Let go of a job and its answer; one that still waits is not begun any more."""
        with self._lock:
            job = self._jobs.pop((topic, *key), None)
        if job is not None:
            job.stopped = True
            job.future.cancel()

    def rest(self, seconds: float = 60.0) -> None:
        """Wait until nothing is asked of it any more, at most for so long."""
        with self._lock:
            waiting = [job.future for job in self._jobs.values()]
        wait(waiting, timeout=seconds)

    def close(self) -> None:
        """Let go of what waits, and of what is being done as soon as it says how far it is."""
        for job in self._jobs.values():
            job.stopped = True
        self._pool.shutdown(wait=True, cancel_futures=True)


def _close(desk: Desk) -> None:
    desk.close()


@st.cache_resource(show_spinner=False, on_release=_close)
def desk() -> Desk:
    """The process's desk, shared by all visitors."""
    return Desk()
