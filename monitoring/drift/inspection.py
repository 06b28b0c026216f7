"""A closer look at one window, from sampled rows: all features at once, and what is likely behind a change.

It takes seconds, so pages ask for it in the background, and what it found is kept in the store until the data
change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from monitoring.drift import causes, multivariate
from monitoring.drift.against import Against, own
from monitoring.drift.multivariate import P_VALUE, Progress
from monitoring.drift.own_runs import FEWEST, runs, with_rows
from monitoring.drift.reference_days import NoReferenceError, references
from monitoring.drift.tables import Tables, recoded, tables
from monitoring.drift.wording import listed
from monitoring.models import Model
from monitoring.windows import Window

if TYPE_CHECKING:
    from monitoring.store import Store
    from monitoring.store.rows import Rows

ROWS = 20_000  # of each side
CELLS = 600_000  # rows times features of each side: of many features fewer rows are drawn
LEAST_ROWS = 2_000
TELLING = 0.95  # a limit above it leaves no room for a verdict


@dataclass(frozen=True)
class Inspection:
    """What sampled rows of a window show beside those of its reference; every part in plain numbers.

    Attributes
    ----------
    start, stop : datetime
        Keys of the window.
    reference_rows, current_rows : int
        Rows looked at.
    reference_total, current_total : int
        Rows there are.
    features : tuple of str
    classifier, embedding, reconstruction : dict
        See `monitoring.drift.multivariate`; empty where it could not be done.
    target : str
        What the score is called.
    mixes, slices : list of dict
        See `monitoring.drift.causes`.
    notes : dict of str to str
        By part, why it is empty.
    """

    start: dt.datetime
    stop: dt.datetime
    reference_rows: int = 0
    current_rows: int = 0
    reference_total: int = 0
    current_total: int = 0
    features: tuple[str, ...] = ()
    classifier: dict[str, Any] = field(default_factory=dict)
    embedding: dict[str, Any] = field(default_factory=dict)
    reconstruction: dict[str, Any] = field(default_factory=dict)
    target: str = ""
    mixes: list[dict[str, Any]] = field(default_factory=list)
    slices: list[dict[str, Any]] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def drifted(self) -> bool:
        """Whether the classifier tells the samples apart better than the reference's own days allow."""
        found = self.classifier
        return self.telling and found["p_value"] < P_VALUE and found["auc"] > found["limit"]

    @property
    def telling(self) -> bool:
        """Whether there is a verdict: not where the reference's own days are told apart almost as well."""
        return self.calibrated and self.classifier["limit"] <= TELLING

    @property
    def calibrated(self) -> bool:
        """Whether the reference holds enough runs as long as the window, so that there is a limit."""
        return bool(self.classifier) and self.classifier["limit"] is not None

    @property
    def status(self) -> str:
        """Grey where it could not be judged, amber where all features together have moved, else green."""
        return "grey" if not self.telling else "amber" if self.drifted else "green"

    @property
    def attribution(self) -> dict[str, tuple[float, float]]:
        """By feature, how much the classifier loses without it, and the standard error of that."""
        return {name: (fall, error) for name, fall, error in self.classifier.get("attribution", [])}

    def sentence(self, model: Model) -> str:
        """All features together, in one sentence."""
        found = self.classifier
        if not found:
            return self.notes.get("classifier", "not looked at")
        area = "AUC {auc:.2f} ({lower:.2f} to {upper:.2f})".format(**found)
        if not self.calibrated:
            return (
                f"Uncalibrated: {FEWEST} runs of the reference as long as this window, with enough rows, are "
                f"needed to tell how much its own days differ. A classifier tells the rows apart with {area}."
            )
        area += f", limit {found['limit']:.2f}"
        if not self.telling:
            return (
                "Days differ too much to judge all features at once: a classifier tells the reference's own "
                f"days apart as well ({area})."
            )
        if not self.drifted:
            return f"A classifier cannot tell these rows from the reference better than its own days: {area}."
        names = [model.feature_title(name) for name in _leading(found["attribution"])]
        by = f", most by {listed(names)}" if names else ", by how features go together"
        return f"A classifier tells these rows from the reference{by}: {area}."


def _leading(attribution: Sequence[tuple[str, float, float]]) -> list[str]:
    """Those that a sentence names: clear of noise, though many were tried, and not dwarfed by the first."""
    largest = max((fall for _, fall, _ in attribution), default=0.0)
    least = max(0.002, largest / 10)
    return [name for name, fall, error in attribution if fall > 3 * error and fall > least][:3]


def inspect(
    store: Store,
    name: str,
    window: Window,
    *,
    against: Against | None = None,
    segment: tuple[str, str] = ("", ""),
    chunk: str | None = None,
    chunks: Sequence[Window] = (),
    progress: Progress | None = None,
    rows: int = ROWS,
) -> Inspection:
    """Look closely at a window; an answer that is still true is taken from the store.

    Parameters
    ----------
    store : Store
    name : str
        Of the model.
    window : Window
        Keys of the current rows.
    against : Against, optional
        What they are compared with; the model's own choice by default.
    segment : tuple of two str
    chunk : str, optional
        The length of a chunk, for a rolling reference; the model's own by default.
    chunks : sequence of Window
        Those over which the reconstruction error is drawn; the window alone by default.
    progress : callable, optional
        Told the share done and what is being done.
    rows : int
        Rows of each side that are looked at, at most; fewer for more than thirty features.

    Returns
    -------
    Inspection

    Raises
    ------
    NoReferenceError
        If the model has none.
    """
    from monitoring.store import findings

    model = store.model(name)
    shown = tuple(chunks) or (window,)
    features = max(len(store.features(name)), 1)
    most = min(rows, max(LEAST_ROWS, CELLS // features))
    asked = _Asked(model, window, against or own(model), segment, chunk or model.chunk, shown, most)
    version = store.data_version(name)
    known = findings.recall(store, name, asked.key, version)
    if known is None:
        known = _looked(store, asked, progress or (lambda share, what: None))
        findings.remember(store, name, asked.key, version, known)
    return Inspection(window.start, window.stop, **{**known, "features": tuple(known["features"])})


@dataclass(frozen=True)
class _Asked:
    """What is looked at: a window of a model, against what, over which chunks, in how many rows."""

    model: Model
    window: Window
    against: Against
    segment: tuple[str, str]
    chunk: str
    shown: tuple[Window, ...]
    rows: int

    @property
    def key(self) -> str:
        """Everything that the answer depends on but the data."""
        ends = (self.window.start, self.window.stop, self.shown[0].start, self.shown[-1].stop)
        words = (self.against.key, *self.segment, self.chunk, str(len(self.shown)), str(self.rows))
        return "|".join(["inspection by runs", *(end.isoformat() for end in ends), *words])


def _looked(store: Store, asked: _Asked, say: Progress) -> dict[str, Any]:
    """Draw the rows and ask every part; what fails says why and stops no other."""
    from monitoring.store import rows as reading

    model, shown = asked.model, list(asked.shown)
    if model.reference is None:
        raise NoReferenceError(f"{model.name}: no [reference] in the model's file")
    say(0.0, "drawing rows")
    parts = references(store, model, asked.window, asked.against, asked.chunk)
    given = {"most": asked.rows, "segment": asked.segment}
    if parts is None:
        reference = reading.reference_sample(store, model.name, **given)
    else:
        reference = reading.sample(store, model.name, parts, **given)
    current = reading.sample(store, model.name, [asked.window], **given)
    drawn = [Window(shown[0].start, shown[-1].stop)]
    course = reading.sample(store, model.name, drawn, **given)
    matrix = tables(reference, current, [one for one in reference.columns if one not in model.exclude])
    out: dict[str, Any] = {
        "reference_rows": len(reference),
        "current_rows": len(current),
        "reference_total": reference.total,
        "current_total": current.total,
        "features": list(matrix.features),
        "notes": {},
    }
    keys = np.asarray(reference.keys, dtype="datetime64[us]")
    step = dt.timedelta(hours=1) if model.grain == "hour" else dt.timedelta(days=1)
    found = runs(parts, keys, asked.window.stop - asked.window.start, step)
    few = {**given, "most": min(asked.rows, multivariate.ROWS)}
    own = with_rows(store, model.name, found, matrix, keys if parts is None else None, **few)
    out["classifier"] = _part(
        out,
        "classifier",
        lambda: multivariate.classifier(matrix, keys, own, lambda a, b: say(0.1 + 0.6 * a, b)),
    )
    say(0.75, "comparing mean embeddings")
    out["embedding"] = _part(out, "embedding", lambda: multivariate.embedding(matrix))
    say(0.82, "reconstructing rows")
    out["reconstruction"] = _part(out, "reconstruction", lambda: _course(matrix, course, keys, shown))
    say(0.9, "taking the change of the score apart")
    out |= _related(store, model, matrix, reference, current, out)
    say(1.0, "done")
    return out


def _course(matrix: Tables, course: Rows, keys: np.ndarray, shown: list[Window]) -> dict[str, Any]:
    coded = recoded(matrix, course)
    chunks = [(one.start, one.stop) for one in shown]
    return multivariate.reconstruction(matrix, keys, coded, np.asarray(course.keys, "datetime64[us]"), chunks)


def _related(
    store: Store, model: Model, matrix: Tables, reference: Rows, current: Rows, out: dict[str, Any]
) -> dict[str, Any]:
    """The change of the score by segment and by slice."""
    called, before, now = causes.target(reference, current)
    if not (np.isfinite(before).sum() > 1 and np.isfinite(now).sum() > 1):
        out["notes"]["mixes"] = out["notes"]["slices"] = "too few scored rows on one side"
        return {"target": called, "mixes": [], "slices": []}
    hidden = private_among(model, matrix.features)
    segments = {
        column: values
        for column, values in store.segments(model.name).items()
        if not private_among(model, [column])
    }
    mixes = _part(out, "mixes", lambda: causes.mixes(segments, reference, current, before, now)) or []
    slices = _part(out, "slices", lambda: causes.slices(matrix, before, now, hidden)) or []
    return {"target": called, "mixes": mixes, "slices": slices}


def private_among(model: Model, names: Sequence[str]) -> list[str]:
    """Which of these names are features marked private, however the model's file spells them."""
    from monitoring.store.layout import described, folded

    stated = described(model)
    return [name for name in names if (known := stated.get(folded(name))) and known.private]


def _part(out: dict[str, Any], name: str, work: Any) -> Any:
    """What one part found; a sample that it cannot work with is noted instead."""
    try:
        return work()
    except ValueError as error:
        out["notes"][name] = str(error)
        return {}
