"""The thread of the owning process that takes the inbox in, whatever happens to single files."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from monitoring.clock_thread import ClockThread
from monitoring.store import inbox_folder
from monitoring.store.errors import StoreError, UnknownModel
from monitoring.store.inbox_folder import Segment
from monitoring.store.receipts import Receipt
from monitoring.store.store import Store

LONGEST_WAIT = 60.0  # seconds until something that failed is tried again
LONGEST_PAUSE = 5.0  # seconds between two looks, however much there was to do: small segments gather
_REMEMBERED = 1000
_SETTLE = ".settle"  # stands for bringing a model's profile up to date, among the paths that may fail
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Failure:
    """Something that did not go in and is tried again: how often it failed so far, and the last reason."""

    times: int
    at: dt.datetime
    reason: str
    again: float = field(repr=False, default=0.0)


@dataclass(frozen=True)
class InboxState:
    """What a page tells about the inbox.

    Attributes
    ----------
    looked_at, taken_at : datetime or None
        When the folder was last looked through, and when something last went in (UTC).
    pending : int
        Files that are ready and not in yet.
    rows : int
        Rows taken in since the start.
    unknown : dict of str to int
        Files that wait for a model to be registered, by its name.
    failing : dict of str to Failure
        What is being tried again, by path.
    last_error : str
        The newest reason why something did not go in, or nothing.
    """

    looked_at: dt.datetime | None = None
    taken_at: dt.datetime | None = None
    pending: int = 0
    rows: int = 0
    unknown: dict[str, int] = field(default_factory=dict)
    failing: dict[str, Failure] = field(default_factory=dict)
    last_error: str = ""


class InboxThread:
    """Takes finished files from the inbox into a store, every second, or every few when there is much.

    A file that cannot be read is set aside; anything else that goes wrong (a full disk, a bug) leaves the
    file where it is and is tried again, at ever longer intervals up to a minute, while all other files go in.

    Parameters
    ----------
    store : Store
    folder : Path
        The inbox.
    every : float
        Seconds between two looks, at least.
    then : callable, optional
        Told a model's name once what went in has been profiled.
    """

    def __init__(
        self, store: Store, folder: Path | str, every: float = 1.0,
        then: Callable[[str], object] = lambda model: None,
    ) -> None:  # fmt: skip
        self.store, self.folder, self.every = store, Path(folder), every
        self._thread = ClockThread("inbox", self._turn, every, longest=LONGEST_PAUSE)
        self._tidied = False
        self._taking = threading.Lock()
        self._changed = threading.Condition()
        self._state = InboxState()
        self._failing: dict[Path, Failure] = {}
        self._then = then
        self._unsettled: set[str] = set()
        self._receipts: dict[str, Receipt] = {}
        self._unpublished: dict[str, Receipt] = {}

    @property
    def state(self) -> InboxState:
        """What happened so far; never changed once given out."""
        return self._state

    def start(self) -> None:
        """Begin; what an earlier process left half done is tidied up first."""
        self._thread.start()

    def stop(self, timeout: float | None = 30.0) -> None:
        """End after the file that is going in now."""
        self._thread.stop(timeout)

    def receipt(self, path: Path, timeout: float) -> Receipt | None:
        """Wait for a file that was handed over.

        Parameters
        ----------
        path : Path
            What `inbox_folder.hand_over` gave back.
        timeout : float
            Seconds to wait at most.

        Returns
        -------
        Receipt or None
            Once the file is in and the profile shows it. None if it is not in yet; it stays in the inbox and
            goes in later.
        """
        self._thread.wake()
        with self._changed:
            self._changed.wait_for(lambda: path.name in self._receipts, timeout)
            return self._receipts.get(path.name)

    def take(self) -> int:
        """Take in all that is ready, in the calling thread.

        Returns
        -------
        int
            Rows that were new.
        """
        with self._taking:
            known = {model.name for model in self.store.models()}
            before, unknown = self._state.rows, {}
            for name in inbox_folder.models(self.folder):
                if name in known:
                    self._take_model(name)
                elif waiting := len(inbox_folder.ready(self.folder, name)):
                    unknown[name] = waiting
            pending = sum(path.name != _SETTLE for path in self._failing)
            self._tell(looked_at=_now(), unknown=unknown, pending=pending)
            return self._state.rows - before

    def tidy(self) -> None:
        """Delete what an earlier process left half done."""
        self._guarded(self.folder, lambda: inbox_folder.tidy(self.folder))

    def _turn(self) -> None:
        if not self._tidied:
            self._tidied = True
            self.tidy()
        self._guarded(self.folder, self.take)

    def _take_model(self, name: str) -> None:
        place, segments = self.folder / name, []
        self._guarded(place, lambda: segments.extend(self._look(name)))
        for number, segment in enumerate(segments):
            if self._thread.stopping:
                return
            self._tell(pending=len(segments) - number)
            self._guarded(segment.path, lambda one=segment: self._take_segment(one))
        if name in self._unsettled:
            self._guarded(place / _SETTLE, lambda: self._settle(name))
        self._publish()

    def _look(self, name: str) -> list[Segment]:
        segments = inbox_folder.gathered(inbox_folder.ready(self.folder, name))
        place, kept = self.folder / name, {segment.path for segment in segments}
        for path in [path for path in self._failing if path.parent == place and path.name != _SETTLE]:
            if path not in kept:  # somebody took it away
                del self._failing[path]
        return segments

    def _take_segment(self, segment: Segment) -> None:
        try:
            with inbox_folder.content(segment) as path:
                receipt = self.store.ingest(
                    segment.model, path, kind=segment.kind, title=segment.title, settle=False
                )
        except UnknownModel:  # removed a moment ago: the file waits for its return
            return
        except StoreError as error:
            if segment.path.exists():
                self._set_aside(segment, str(error))
            return
        self._unsettled.add(segment.model)
        if receipt.problem:
            self._set_aside(segment, receipt.problem)
        else:
            inbox_folder.remove(segment)
        self._tell(taken_at=_now(), rows=self._state.rows + receipt.accepted)
        self._unpublished[segment.path.name] = receipt

    def _set_aside(self, segment: Segment, reason: str) -> None:
        bad = inbox_folder.set_aside(segment, reason)
        self._tell(last_error=f"{bad.path.name}: {reason}")

    def _settle(self, name: str) -> None:
        self.store.settle(name)
        self._then(name)
        self._unsettled.discard(name)

    def _publish(self) -> None:
        """Give out the receipts, now that what was taken in shows in the profile."""
        with self._changed:
            self._receipts.update(self._unpublished)
            self._unpublished = {}
            while len(self._receipts) > _REMEMBERED:
                del self._receipts[next(iter(self._receipts))]
            self._changed.notify_all()

    def _guarded(self, path: Path, act: Callable[[], object]) -> None:
        """Do one thing; when it fails keep why, and leave it in peace for a while."""
        failure = self._failing.get(path)
        if failure is not None and time.monotonic() < failure.again:
            return
        try:
            act()
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            _log.warning("inbox: %s: %s", path, reason, exc_info=failure is None)
            times = failure.times + 1 if failure else 1
            again = time.monotonic() + min(LONGEST_WAIT, self.every * 2 ** min(times, 10))
            self._failing[path] = Failure(times, _now(), reason, again)
            self._tell(last_error=f"{path.name}: {reason}")
        else:
            self._failing.pop(path, None)
        self._tell(failing={str(one): why for one, why in self._failing.items()})

    def _tell(self, **changes: Any) -> None:
        self._state = replace(self._state, **changes)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
