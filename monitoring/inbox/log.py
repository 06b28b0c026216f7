"""The log of one model: which file a record goes to, and when that file is handed over."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
import re
import secrets
import threading
import time
import uuid
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal

from .locks import try_lock
from .records import feature_names, identity, instant, line, number, text

Kind = Literal["predictions", "labels"]
OPEN, SEALED = ".open", ".jsonl"
MODEL = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_BINARY", 0)


@dataclass
class _Segment:
    """The file this process is appending to."""

    path: Path
    descriptor: int
    timer: threading.Timer
    size: int = 0


class PredictionLog:
    """Writes the predictions and labels of one model into an inbox folder.

    One log serves all threads of a process. A forked child may go on using it: it gets segments of its own.

    Parameters
    ----------
    folder : str or Path
        The inbox beside the store, ``data/inbox`` by default. It must be on a local disk.
    model : str
        The model's name as Lookout knows it. The model may be registered later; its records wait.
    fsync : bool, default False
        Wait for the disk at every record, so that an acknowledged record survives a power cut as well as
        the death of the process. Costs milliseconds instead of microseconds.
    segment_bytes, segment_seconds : int and float, default 8 MiB and 5 seconds
        A segment is handed over when it has reached this size or this age.

    Raises
    ------
    ValueError
        If the model's name is not one that Lookout accepts.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with PredictionLog(folder, model="churn") as log:
    ...         request = log.predict(features={"age": 41, "plan": "basic"}, score=0.83)
    ...         log.label(request, True)
    ...     sorted(path.name.split(".", 1)[1] for path in Path(folder, "churn").iterdir())
    ['labels.jsonl', 'predictions.jsonl']
    """

    def __init__(
        self,
        folder: str | Path,
        model: str,
        *,
        fsync: bool = False,
        segment_bytes: int = 8 << 20,
        segment_seconds: float = 5.0,
    ) -> None:
        if not MODEL.fullmatch(model):
            raise ValueError(
                f"model {model!r}: use small letters, digits, - and _, starting with a letter or a digit"
            )
        self.folder = Path(folder).absolute() / model
        self._fsync, self._bytes, self._seconds = fsync, segment_bytes, segment_seconds
        self._lock = threading.RLock()  # a signal handler may close the log in the middle of a record
        self._segments: dict[Kind, _Segment] = {}
        self._features: frozenset[str] = frozenset()
        self._closed = False
        _LOGS.add(self)

    def predict(
        self,
        id: str | int | uuid.UUID | None = None,
        *,
        features: Mapping[str, object],
        score: float | None = None,
        prediction: object = None,
        version: str | None = None,
        scores: Mapping[str, float] | None = None,
        latency: float | None = None,
        error: str | bool | None = None,
        at: dt.datetime | None = None,
    ) -> str:
        """Log one prediction. When this returns, the record is safe from the death of the process.

        Parameters
        ----------
        id : str, int or UUID, optional
            Names the request; its label comes under the same id, and so does a shadow's prediction. A
            record whose id and version are known already changes nothing, so a retry is harmless.
            Generated when absent.
        features : mapping of str to number, text, bool, datetime or None
            What the model was given. NaN is written as missing; infinities are kept.
        score : float, optional
            The probability of the event, or the raw output.
        prediction : number, text or bool, optional
            What was decided, or in regression the predicted value.
        version : str, optional
            The version that predicted; the champion when absent.
        scores : mapping of str to float, optional
            The probability of every class of a multiclass model.
        latency : float, optional
            How long the prediction took, in seconds.
        error : str or bool, optional
            That the version failed on the request, or its message; False or an empty text where it did not.
        at : datetime, optional
            When the prediction was made; without a time zone it is UTC. Now when absent.

        Returns
        -------
        str
            The id.

        Raises
        ------
        ValueError
            If a feature's name starts with an underscore or is empty, or the log is closed.
        TypeError
            If a value has no place in a prediction log; the message names it. Nothing is written.
        OSError
            If the disk refuses the record. Nothing is written.
        """
        if not features.keys() <= self._features:
            self._features = self._features | feature_names(features)
        key = os.urandom(16).hex() if id is None else identity(id)
        record: dict[str, object] = {"_id": key, "_predicted_at": instant("at", at)}
        if version is not None:
            record["_version"] = str(version)
        if score is not None:
            record["_score"] = number("score", score)
        for name, share in (scores or {}).items():
            record[f"_score.{name}"] = number(f"scores[{name!r}]", share)
        if prediction is not None:
            record["_prediction"] = prediction
        if latency is not None:
            record["_latency"] = number("latency", latency)
        if error is not None:
            record["_error"] = bool(error)
        record.update(features)
        self._append("predictions", line(record))
        return key

    def label(self, id: str | int | uuid.UUID, label: object, *, at: dt.datetime | None = None) -> None:
        """Log what came true. A later label of the same id is a revision; both are kept.

        Parameters
        ----------
        id : str, int or UUID
            The id of the prediction, which may have been logged by another process, or not yet.
        label : number, text or bool
            The class, or in regression the value.
        at : datetime, optional
            When it became known; without a time zone it is UTC. Now when absent.

        Raises
        ------
        ValueError
            If the label is missing or the log is closed.
        TypeError, OSError
            As for `predict`.
        """
        if text("label", label) == "null":
            raise ValueError("label: missing; log it when it is known")
        record = {"_id": identity(id), "_label": label, "_labelled_at": instant("at", at)}
        self._append("labels", line(record))

    def close(self) -> None:
        """Hand over what was written. Closing twice is harmless."""
        with self._lock:
            self._closed = True
            for kind in tuple(self._segments):
                self._seal(kind)

    def __enter__(self) -> PredictionLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _append(self, kind: Kind, record: bytes) -> None:
        with self._lock:
            if self._closed:
                raise ValueError("this prediction log is closed")
            segment = self._segments.get(kind) or self._start(kind)
            written = os.write(segment.descriptor, record)
            if written != len(record):  # the disk is full: take the torn line back before anything follows it
                end = os.lseek(segment.descriptor, 0, os.SEEK_END)
                os.ftruncate(segment.descriptor, end - written)
                raise OSError(errno.ENOSPC, "no room for the record", str(segment.path))
            if self._fsync:
                os.fsync(segment.descriptor)
            segment.size += written
            if segment.size >= self._bytes:
                self._seal(kind)

    def _start(self, kind: Kind) -> _Segment:
        """Open a segment and lock it, so that others see that its writer lives."""
        self.folder.mkdir(parents=True, exist_ok=True)
        while True:
            name = f"{time.time_ns()}-{os.getpid()}-{secrets.token_hex(4)}.{kind}{OPEN}"
            path = self.folder / name
            descriptor = os.open(path, _FLAGS, 0o666)
            if try_lock(descriptor) and path.exists():
                break
            os.close(descriptor)  # Lookout looked between creation and lock, and took it for abandoned
        if self._fsync:
            _fsync_folder(self.folder)
        timer = threading.Timer(self._seconds, self._seal_aged, (kind, descriptor))
        timer.daemon = True
        segment = self._segments[kind] = _Segment(path, descriptor, timer)
        with contextlib.suppress(RuntimeError):  # no thread starts while the interpreter ends
            timer.start()
        return segment

    def _seal_aged(self, kind: Kind, descriptor: int) -> None:
        with self._lock:
            segment = self._segments.get(kind)
            if segment is not None and segment.descriptor == descriptor:
                self._seal(kind)

    def _seal(self, kind: Kind) -> None:
        """Close the segment and give it the name under which it is taken in."""
        segment = self._segments.pop(kind, None)
        if segment is None:
            return
        segment.timer.cancel()
        descriptor, segment.descriptor = (
            segment.descriptor,
            -1,
        )  # a number that is used again must not be written
        os.close(descriptor)
        with contextlib.suppress(OSError):  # once closed, Lookout may have sealed it first: nothing is lost
            segment.path.rename(segment.path.with_suffix(SEALED))

    def _leave_to_parent(self) -> None:
        """Start afresh in a forked child; a descriptor kept here would keep the parent's lock alive."""
        for segment in self._segments.values():
            os.close(segment.descriptor)
        self._segments = {}
        self._lock = threading.RLock()


_LOGS: weakref.WeakSet[PredictionLog] = weakref.WeakSet()
_forking = threading.Lock()
_held: list[PredictionLog] = []


def _before_fork() -> None:
    """Let no thread be in the middle of a record, or of changing files, while the process is copied."""
    _forking.acquire()
    _held.extend(_LOGS)
    for log in _held:
        log._lock.acquire()


def _after_fork_in_parent() -> None:
    for log in _held:
        log._lock.release()
    _held.clear()
    _forking.release()


def _after_fork_in_child() -> None:
    for log in _held:
        log._leave_to_parent()
    _held.clear()
    _forking.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child
    )


def _fsync_folder(folder: Path) -> None:
    """Make a new file's name survive a power cut; Windows has no such call and needs none."""
    if os.name == "nt":  # pragma: no cover
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
