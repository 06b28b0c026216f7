"""Every check of every subject in every chunk, judged: what tables, charts and sentences read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.drift.scores import NUMBER
from monitoring.models import Model
from monitoring.quality.evidence import Evidence
from monitoring.quality.judging import Rows, judged
from monitoring.quality.registry import CAPS, CHECKS, Check
from monitoring.statistics.severity import GREY, Codes, persistent
from monitoring.windows import Window

NEEDED, LAST = 2, 3
"""A share counts for the model once it is too large in two of the last three chunks; a fact at once."""


@dataclass(frozen=True, eq=False)
class Assessment:
    """The quality of a model's data.

    Attributes
    ----------
    model : Model
    rows : Rows
        A row per check, subject and window.
    groups : tuple of (check, subject)
        What is judged as a whole.
    members : tuple of tuple of int
        The rows of each group, the chunk alone first.
    cells : ndarray of int8, shape (groups, chunks)
        The worst of a group's windows.
    decided : ndarray of int, shape (groups, chunks)
        The row that gave it: the chunk alone, unless a longer window shows something.
    lasting : ndarray of int8, shape (groups, chunks)
        The colour that counts, capped as the check says.
    quality : ndarray of int8, shape (chunks,)
        The model's quality: the worst of what counts.
    unconfirmed : ndarray of int8, shape (chunks,)
        What it would be if a single chunk were always enough.
    keys : tuple of Window
        Each chunk as a window of keys, oldest first.
    start, stop : tuple of datetime
        The same as instants.
    complete : ndarray of bool, shape (chunks,)
    reference : Window
        Keys of the reference.
    reference_words, segment, chunk : str
    data_until : datetime or None
    trouble : dict of str to str
        Rules that cannot be asked, and why.
    """

    model: Model
    rows: Rows
    groups: tuple[tuple[str, str], ...]
    members: tuple[tuple[int, ...], ...]
    cells: Codes
    decided: NDArray[np.intp]
    lasting: Codes
    quality: Codes
    unconfirmed: Codes
    keys: tuple[Window, ...]
    start: tuple[dt.datetime, ...]
    stop: tuple[dt.datetime, ...]
    complete: NDArray[np.bool_]
    reference: Window
    reference_words: str
    segment: str
    chunk: str
    data_until: dt.datetime | None
    trouble: dict[str, str]

    def place(self, check: str, subject: str) -> int:
        """Where a check of a subject stands among the groups.

        Raises
        ------
        ValueError
            If it was not made.
        """
        return self.groups.index((check, subject))


def assess(
    evidence: Evidence,
    *,
    keys: Sequence[Window],
    start: Sequence[dt.datetime],
    complete: NDArray[np.bool_],
    reference: Window,
    reference_words: str = "",
    segment: str = "",
    chunk: str = "",
    data_until: dt.datetime | None = None,
    trouble: dict[str, str] | None = None,
    checks: Sequence[str] | None = None,
) -> Assessment:
    """Make every check, or some, and judge them together.

    Parameters
    ----------
    evidence : Evidence
    keys, start, complete, reference, reference_words, segment, chunk, data_until, trouble
        Carried along, as in `Assessment`.
    checks : sequence of str, optional
        Keys of `CHECKS`; all by default.

    Raises
    ------
    ValueError
        If there is no such check.
    """
    unknown = [key for key in checks or () if key not in CHECKS]
    if unknown:
        raise ValueError(f"no check {unknown[0]!r}; there are {', '.join(CHECKS)}")
    wanted = [check for key, check in CHECKS.items() if checks is None or key in checks]
    rows = judged([(check, check(evidence)) for check in wanted], evidence, complete)
    groups, members, cells, decided = _grouped(rows)
    lasting, quality, unconfirmed = _colours(evidence.model, groups, cells, complete)
    return Assessment(
        model=evidence.model,
        rows=rows,
        groups=groups,
        members=members,
        cells=cells,
        decided=decided,
        lasting=lasting,
        quality=quality,
        unconfirmed=unconfirmed,
        keys=tuple(keys),
        start=tuple(start),
        stop=evidence.stops,
        complete=complete,
        reference=reference,
        reference_words=reference_words,
        segment=segment,
        chunk=chunk or evidence.model.chunk,
        data_until=data_until,
        trouble=trouble or {},
    )


def counts_for(model: Model, check: Check, subject: str) -> bool:
    """Whether a check of a subject can colour the model's quality."""
    return check.cap != "green" and not (check.about == "feature" and subject in model.exclude)


def _grouped(
    rows: Rows,
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[int, ...], ...], Codes, NDArray[np.intp]]:
    """What belongs to the same check and subject, its worst colour by chunk, and the row that gave it."""
    known: dict[tuple[str, str], list[int]] = {}
    for place, one in enumerate(zip(rows.checks, rows.subjects, strict=True)):
        known.setdefault(one, []).append(place)
    members = tuple(tuple(places) for places in known.values())
    shape = (len(known), rows.status.shape[1])
    cells, decided = np.full(shape, GREY, dtype=np.int8), np.zeros(shape, dtype=np.intp)
    for group, places in enumerate(members):
        status = rows.status[list(places)]
        cells[group] = status.max(axis=0)
        # Of windows that are alike the one that shows something, the longest of these.
        notable = rows.reason[list(places)] == NUMBER["days_explain"]
        weight = 10 * status + np.where(notable, np.arange(1, len(places) + 1)[:, None], 0)
        decided[group] = np.asarray(places)[weight.argmax(axis=0)]
    return tuple(known), members, cells, decided


def _colours(
    model: Model, groups: Sequence[tuple[str, str]], cells: Codes, complete: NDArray[np.bool_]
) -> tuple[Codes, Codes, Codes]:
    """What counts group by group, and the model's colour by chunk with and without confirmation."""
    nothing = np.full(cells.shape[1], GREY, dtype=np.int8)
    known = [CHECKS[key] for key, _ in groups]
    caps = np.array([CAPS[one.cap] for one in known], dtype=np.int8).reshape(-1, 1)
    patient = np.array([one.lasting for one in known], dtype=bool).reshape(-1, 1)
    capped = np.minimum(cells, caps)
    lasting = np.where(patient, persistent(capped, NEEDED, LAST), capped)
    lasting = np.where(complete, lasting, GREY).astype(np.int8)
    counted = [counts_for(model, one, subject) for one, (_, subject) in zip(known, groups, strict=True)]
    chosen = np.flatnonzero(np.array(counted, dtype=bool))
    if not len(chosen):
        return lasting, nothing, nothing
    single = np.where(complete, capped, GREY)
    return lasting, lasting[chosen].max(axis=0), single[chosen].max(axis=0).astype(np.int8)
