"""The thread of the owning process that looks at the places of models that follow one."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from monitoring.clock_thread import ClockThread
from monitoring.store.following import follow
from monitoring.store.store import Store

EVERY = 30.0
"""Seconds between two looks; a look that finds nothing reads names, sizes and instants of files."""
LONGEST_PAUSE = 600.0  # seconds between two looks where a place takes long to look through
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FollowState:
    """What happened so far.

    Attributes
    ----------
    looked_at : datetime or None
        When all places were last looked at (UTC).
    rows : int
        Rows taken in since the start.
    failing : tuple of (model, reason)
        Models whose places could not be followed for a reason that nobody foresaw; tried again at each look.
    """

    looked_at: dt.datetime | None = None
    rows: int = 0
    failing: tuple[tuple[str, str], ...] = ()


class FollowThread:
    """Looks at the places of all models that follow one, on a clock.

    Parameters
    ----------
    store : Store
    every : float
        Seconds between two looks, at least.
    then : callable, optional
        Told a model's name once what went in has been profiled.
    """

    def __init__(
        self, store: Store, every: float = EVERY, then: Callable[[str], object] = lambda model: None
    ) -> None:
        self.store = store
        self._then = then
        self._thread = ClockThread("follow", self.look, every, longest=LONGEST_PAUSE)
        self._state = FollowState()

    @property
    def state(self) -> FollowState:
        """What happened so far; never changed once given out."""
        return self._state

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout: float | None = 30.0) -> None:
        """End after the file that is going in now."""
        self._thread.stop(timeout)

    def look(self) -> None:
        """Look at every place once, in the calling thread."""
        failing = []
        for model in self.store.models():
            if self._thread.stopping:
                return
            try:
                self._follow(model.name)
            except Exception as error:  # whatever it is, the other models' places are followed
                reason = f"{type(error).__name__}: {error}"
                before = dict(self._state.failing).get(model.name)
                _log.warning("following %s: %s", model.name, reason, exc_info=before != reason)
                failing.append((model.name, reason))
        self._state = replace(self._state, looked_at=dt.datetime.now(dt.UTC), failing=tuple(failing))

    def _follow(self, name: str) -> None:
        found = follow(self.store, name, going=lambda: not self._thread.stopping)
        self._state = replace(
            self._state, rows=self._state.rows + sum(one.accepted for one in found.receipts)
        )
        if found.changed:
            self._then(name)
