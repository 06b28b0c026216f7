"""One thing done again and again beside the pages, in a thread of its own, until it is told to stop."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

PAUSE_PER_WORK = 10.0  # looks that take long take a tenth of the time at most
_log = logging.getLogger(__name__)


class ClockThread:
    """Does one thing on a clock; whatever it raises is logged, and it is done again at the next turn.

    Parameters
    ----------
    name : str
        Of the thread, as logs show it.
    look : callable
        What is done at each turn.
    every : float
        Seconds between the end of one turn and the next, at least.
    longest : float
        A turn that takes long is followed by ten times as long a pause, of so many seconds at most.
    first : float
        Seconds until the first turn.

    Examples
    --------
    >>> done = threading.Event()
    >>> clock = ClockThread("example", done.set, every=60.0)
    >>> clock.start()
    >>> done.wait(10), clock.is_alive()
    (True, True)
    >>> clock.stop()
    >>> clock.is_alive()
    False
    """

    def __init__(
        self, name: str, look: Callable[[], object], every: float, longest: float = 0.0, first: float = 0.0
    ) -> None:
        self._name, self._look = name, look
        self._every, self._longest, self._first = every, longest, first
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._woken = threading.Event()

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop: a turn that takes long asks between its parts."""
        return self._stopping.is_set()

    def is_alive(self) -> bool:
        """Whether turns are still being made."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Begin; a second call does nothing."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def stop(self, timeout: float | None = 30.0) -> None:
        """End after what is being done now, and wait for that.

        Parameters
        ----------
        timeout : float, optional
            Seconds to wait at most; None waits for as long as it takes.
        """
        self._stopping.set()
        self.wake()
        if self._thread is not None:
            self._thread.join(timeout)

    def wake(self) -> None:
        """Make the next turn at once."""
        self._woken.set()

    def _run(self) -> None:
        self._rest(self._first)
        while not self.stopping:
            started = time.monotonic()
            try:
                self._look()
            except Exception:
                _log.warning("%s", self._name, exc_info=True)
            spent = time.monotonic() - started
            self._rest(max(self._every, min(self._longest, spent * PAUSE_PER_WORK)))

    def _rest(self, seconds: float) -> None:
        self._woken.wait(seconds)
        self._woken.clear()
