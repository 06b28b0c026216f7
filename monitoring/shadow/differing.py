"""The slices in which two versions decide differently more often than elsewhere, among sampled requests.

Labels are not needed. It takes seconds, so pages ask for it in the background, and what it found is kept in
the store until the data change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from monitoring.performance.weak_rows import ROWS, Weak, decisions, drawn_of, sliced
from monitoring.shadow.reading import Pairs
from monitoring.statistics.arrays import Floats
from monitoring.windows import Window

if TYPE_CHECKING:
    from monitoring.store import Store

Progress = Callable[[float, str], None]


def differing(
    store: Store, found: Pairs, window: Window | None = None, *, progress: Progress | None = None,
    rows: int = ROWS,
) -> Weak:  # fmt: skip
    """Search the pairs of a window; an answer that is still true is taken from the store.

    Features that the model's file excludes or marks private are left out.

    Parameters
    ----------
    store : Store
    found : Pairs
    window : Window, optional
        Of profile keys; by default all that hold pairs.
    progress : callable, optional
        Told the share done and what is being done.
    rows : int
        Requests of the champion that are looked at, at most; fewer for more than twenty features.

    Returns
    -------
    Weak
        ``loss`` is the share decided differently, or of a regression the mean absolute difference.
    """
    from monitoring.store import findings

    places = found.inside(window)
    if not len(places):
        empty = window or Window(found.served.keys[0], found.served.keys[-1])
        return Weak(empty, note="no pairs in this range")
    span = Window(found.keys[places[0]], found.keys[places[-1]] + found.served.step)
    name = found.model.name
    key = "|".join(["differing", found.champion, found.shadow, *found.segment, str(span), str(rows)])
    data = store.data_version(name)
    known = findings.recall(store, name, key, data)
    if known is None:
        known = _searched(store, found, span, rows, progress or (lambda share, what: None))
        findings.remember(store, name, key, data, known)
    return Weak(span, **known)


def _searched(store: Store, found: Pairs, span: Window, most: int, say: Progress) -> dict[str, Any]:
    """Draw the same requests with what either version said, and search them."""
    from monitoring.store import rows as reading

    model = found.model
    say(0.0, "drawing requests")
    features, few = drawn_of(store, model, most)
    asked = {"most": few, "features": features, "segment": found.segment, "decisions": True}
    ours, theirs = (
        reading.sample(store, model.name, [span], version=version, **asked)
        for version in (found.champion, found.shadow)
    )
    apart = differences(model.task, *(_said(found, one) for one in (ours, theirs)))
    paired = np.isfinite(apart)
    out: dict[str, Any] = {
        "rows": int(paired.sum()), "total": int(found.rows[found.inside(span)].sum()), "loss": float("nan"),
        "slices": [], "note": "",
    }  # fmt: skip
    if not features or not out["rows"]:
        return {**out, "note": "no feature that may be told" if not features else "no pairs among the rows"}
    out["loss"] = float(apart[paired].mean())
    say(0.5, "searching slices of one and two features")
    out["slices"] = sliced(store, model, ours, apart)
    say(1.0, "done")
    return out


def _said(found: Pairs, rows: Any) -> tuple[Any, Any]:
    """What a version said of each row, and whether that is known."""
    if found.model.task == "regression":
        return rows.score, np.isfinite(rows.score)
    return decisions(found.model, rows)


def differences(task: str, ours: tuple[Any, Any], theirs: tuple[Any, Any]) -> Floats:
    """How far two versions differ on each row: 1 or 0, or the absolute difference; nan where one is unknown.

    Parameters
    ----------
    task : str
    ours, theirs : (values, known)

    Examples
    --------
    >>> every = np.array([True, True, False])
    >>> differences("binary", (np.array([1, 0, 1]), every), (np.array([1, 1, 1]), every)).tolist()
    [0.0, 1.0, nan]
    """
    (one, known), (other, too) = ours, theirs
    apart = np.abs(one - other) if task == "regression" else (one != other).astype(float)
    return np.where(known & too, apart, np.nan)
