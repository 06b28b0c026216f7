"""Evaluating and delivering beside the pages: once per process, after each ingest and on a clock."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from monitoring.alerts.delivering import deliver
from monitoring.alerts.evaluating import evaluate, made_from
from monitoring.clock_thread import ClockThread

if TYPE_CHECKING:
    from monitoring.store import Store

EVERY = 5.0
"""Seconds between two looks at whether any data changed; a look that finds nothing costs a query a model."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AlertState:
    """What happened so far.

    Attributes
    ----------
    looked_at : datetime or None
        In UTC.
    evaluations, sent : int
        Since the process began.
    failing : tuple of (model, reason)
        Models of which what is stored now could not be evaluated.
    """

    looked_at: dt.datetime | None = None
    evaluations: int = 0
    sent: int = 0
    failing: tuple[tuple[str, str], ...] = ()


class AlertThread:
    """Evaluates a model when its data, its file or the hour of its clock changed, and sends what is due.

    Parameters
    ----------
    store : Store
    every : float
        Seconds between two looks.
    """

    def __init__(self, store: Store, every: float = EVERY) -> None:
        self.store = store
        self._thread = ClockThread("alerts", self.look, every, first=every)
        self._seen: dict[str, str] = {}
        self._failing: dict[str, str] = {}
        self._looking = threading.Lock()
        self._state = AlertState()

    @property
    def state(self) -> AlertState:
        """What happened so far; never changed once given out."""
        return self._state

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout: float | None = 30.0) -> None:
        """End after what is being done now."""
        self._thread.stop(timeout)

    def look(self) -> None:
        """Evaluate what changed and send what is due, in the calling thread."""
        with self._looking:
            names = [model.name for model in self.store.models()]
            self._failing = {name: why for name, why in self._failing.items() if name in names}
            for name in names:
                if self._thread.stopping:
                    return
                reason = self._guarded(lambda name=name: self._evaluate(name))
                if reason:
                    self._failing[name] = reason
            self._guarded(self._deliver)
            failing = tuple(self._failing.items())
            self._state = replace(self._state, looked_at=dt.datetime.now(dt.UTC), failing=failing)

    def _evaluate(self, name: str) -> None:
        try:
            basis = made_from(self.store, self.store.model(name))
        except Exception:
            self._seen.pop(name, None)  # tried again at the next look
            raise
        if self._seen.get(name) == basis or "-stale " in basis:
            return
        # Noted first: what cannot be evaluated is not tried again until something of it changes.
        self._seen[name] = basis
        evaluate(self.store, name)
        self._failing.pop(name, None)
        self._state = replace(self._state, evaluations=self._state.evaluations + 1)

    def _deliver(self) -> None:
        found = deliver(self.store)
        self._state = replace(self._state, sent=self._state.sent + found.sent)

    def _guarded(self, act: Callable[[], object]) -> str:
        """Do one thing; gives why it failed. The process outlives it."""
        try:
            act()
        except Exception as error:
            _log.warning("alerts: %s", type(error).__name__, exc_info=True)
            return f"{type(error).__name__}: {error}"
        return ""
