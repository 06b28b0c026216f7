"""Replay: how often changed limits would have fired, and which incidents come and go, before saving."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.drift.assessment import Assessment
from monitoring.drift.signal import Signal, signal
from monitoring.drift.wording import title
from monitoring.models import Model
from monitoring.statistics.severity import AMBER, GREY, NAMES
from monitoring.windows import Window


@dataclass(frozen=True)
class Incident:
    """An unbroken stretch of chunks in which the model's drift was amber or red.

    Attributes
    ----------
    start, stop : datetime
        Keys: of its first chunk, and the first after its last.
    worst : str
        The worst colour reached.
    chunks : int
    features : tuple of str
        Titles of the features that drifted in it, those that did longest first.
    """

    start: dt.datetime
    stop: dt.datetime
    worst: str
    chunks: int
    features: tuple[str, ...]


@dataclass(frozen=True)
class Replay:
    """What other limits would have changed.

    Attributes
    ----------
    judged : int
        Chunks that could be judged under the old limits.
    fired_before, fired_after : int
        Chunks in which the model's drift was amber or red.
    before, after : tuple of Incident
    gained, lost : tuple of Incident
        Incidents of one side that share no chunk with any of the other.
    """

    judged: int
    fired_before: int
    fired_after: int
    before: tuple[Incident, ...]
    after: tuple[Incident, ...]
    gained: tuple[Incident, ...]
    lost: tuple[Incident, ...]


def incidents(
    assessment: Assessment, colours: Signal | None = None, window: Window | None = None
) -> list[Incident]:
    """The stretches of chunks in which the model's drift was amber or red, oldest first.

    Parameters
    ----------
    assessment : Assessment
        With every check of `monitoring.drift.assessment.VERDICT_CHECKS`.
    colours : Signal, optional
        If already computed.
    window : Window, optional
        Look at the chunks that begin inside; all by default.
    """
    colours = colours or signal(assessment)
    inside = _inside(assessment, window)
    loud = (colours.model >= AMBER) & inside
    edges = np.flatnonzero(np.diff(loud.astype(np.int8), prepend=0, append=0))
    return [
        _incident(assessment, colours, int(first), int(stop))
        for first, stop in zip(edges[::2], edges[1::2], strict=True)
    ]


def with_limits(
    model: Model, *, drift_floor: float, false_alarms: float, exclude: Sequence[str], star: Sequence[str]
) -> Model:
    """The same model with other limits of drift, for a replay; nothing is saved.

    Parameters
    ----------
    model : Model
    drift_floor, false_alarms : float
        As in ``[limits]`` of the model's file.
    exclude, star : sequence of str
        As there.
    """
    limits = model.limits.model_copy(update={"drift_floor": drift_floor, "false_alarms": false_alarms})
    return model.model_copy(update={"limits": limits, "exclude": tuple(exclude), "star": tuple(star)})


def replay(before: Assessment, after: Assessment, window: Window | None = None) -> Replay:
    """The same log under two sets of limits.

    Parameters
    ----------
    before, after : Assessment
        Of the same chunks.
    window : Window, optional
        Look at the chunks that begin inside; all by default.

    Returns
    -------
    Replay
    """
    sides = [(one, signal(one)) for one in (before, after)]
    old, new = (incidents(one, colours, window) for one, colours in sides)
    inside = _inside(before, window)
    fired = [int(((colours.model >= AMBER) & inside).sum()) for _, colours in sides]
    return Replay(
        judged=int(((sides[0][1].model > GREY) & inside).sum()),
        fired_before=fired[0],
        fired_after=fired[1],
        before=tuple(old),
        after=tuple(new),
        gained=tuple(one for one in new if not _meets(one, old)),
        lost=tuple(one for one in old if not _meets(one, new)),
    )


def _inside(assessment: Assessment, window: Window | None) -> np.ndarray:
    return np.array([window is None or window.holds(key.start) for key in assessment.keys], dtype=bool)


def _meets(one: Incident, others: Sequence[Incident]) -> bool:
    return any(one.start < other.stop and other.start < one.stop for other in others)


def _incident(assessment: Assessment, colours: Signal, first: int, stop: int) -> Incident:
    lasting = (colours.lasting[:, first:stop] >= AMBER).sum(axis=1) * assessment.counted
    order = [int(place) for place in np.argsort(-lasting, kind="stable") if lasting[place]]
    return Incident(
        start=assessment.keys[first].start,
        stop=assessment.keys[stop - 1].stop,
        worst=NAMES[int(colours.model[first:stop].max())],
        chunks=stop - first,
        features=tuple(title(assessment, place) for place in order),
    )
