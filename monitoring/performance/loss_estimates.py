"""How large the errors of a regression are expected to be, learnt from sampled rows of its reference.

Boosted trees learn how much the version errs for which rows, and say so of a sample of all rows, which is
added up by profile key: any chunk is a sum over its keys. What was added up is kept in the store until the
data change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from monitoring.performance.meaning import LEAST_ROWS, NotEstimableError
from monitoring.performance.reading import Material
from monitoring.performance.sampled import Samples, samples
from monitoring.performance.weighted import Progress
from monitoring.statistics.arrays import Floats
from monitoring.statistics.expectation import Estimated
from monitoring.windows import Window

if TYPE_CHECKING:
    from monitoring.statistics.losses import LossModel
    from monitoring.store import Store

ROWS = 40_000  # of all chunks together


@dataclass(frozen=True)
class ExpectedErrors:
    """Expected losses of sampled rows by profile key, and how sure they are.

    Attributes
    ----------
    keys : list of str
        ISO 8601, of the keys that hold sampled rows.
    rows : list of int
        Sampled rows by key.
    sums : mapping of str to mapping of str to list of float
        By loss, ``absolute`` and ``square``: its ``total`` over the rows of each key and its ``square``.
    model : mapping of str to mapping of str to float
        By loss: ``skill``, ``excess`` and ``error`` of `monitoring.statistics.losses.LossModel`.
    reference_rows, reference_total : int
        Rows that were learnt from, and rows there are.
    reason : str
        Why nothing was learnt, a code of `monitoring.reasons`; '' where something was.
    facts : mapping of str to str
        For the sentence of that reason.
    """

    keys: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    sums: Mapping[str, Mapping[str, list[float]]] = field(default_factory=dict)
    model: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    reference_rows: int = 0
    reference_total: int = 0
    reason: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    def metrics(self, place: Mapping[str, int], predicted: Floats) -> dict[str, Estimated]:
        """Mean absolute, root mean squared and mean squared error by chunk.

        Parameters
        ----------
        place : mapping of str to int
            The chunk of each profile key.
        predicted : ndarray of shape (chunks,)
            All predictions of each chunk, of which only some were drawn.

        Returns
        -------
        dict of str to Estimated
            nan in a chunk of which no row was drawn.
        """
        where = np.array([place[key] for key in self.keys], dtype=np.intp)
        drawn = np.bincount(where, self.rows, len(predicted)).astype(float)
        mae, mse = (self._loss(name, where, drawn, predicted) for name in ("absolute", "square"))
        root = np.sqrt(mse.value)
        twice = np.where(root > 0, 2 * root, np.inf)
        return {
            "mae": mae,
            "rmse": Estimated(root, mse.sampling / twice, mse.learning / twice),
            "mse": mse,
        }

    def _loss(self, name: str, where: NDArray[np.intp], drawn: Floats, predicted: Floats) -> Estimated:
        """The mean of a loss: the realised one scatters about it, and so does one that is of a sample."""
        some = np.where(drawn > 0, drawn, np.nan)
        mean, square = (
            np.bincount(where, self.sums[name][part], len(predicted)) / some for part in ("total", "square")
        )
        every = np.maximum(predicted, drawn)
        scatter = self.model[name]["excess"] * square / np.where(every > 0, every, np.nan)
        missed = np.maximum(square - mean**2, 0.0) * (1 / some - 1 / np.where(every > 0, every, np.nan))
        learning = np.full(len(predicted), self.model[name]["error"]) + 0 * mean
        return Estimated(mean, np.sqrt(scatter + missed), learning)


def expected_errors(
    store: Store, found: Material, progress: Progress | None = None, *, rows: int = ROWS
) -> ExpectedErrors:
    """Learn how large errors are for which rows; an answer that is still true is taken from the store.

    Parameters
    ----------
    store : Store
    found : Material
        Of a regression.
    progress : callable, optional
        Told the share done and what is being done.
    rows : int
        Rows of all chunks together at most, fewer for many features.

    Returns
    -------
    ExpectedErrors
        With a reason where nothing could be learnt.
    """
    from monitoring.store import findings

    known = remembered_errors(store, found, rows=rows)
    if known is not None:
        return known
    content = _learnt(store, found, progress or (lambda share, what: None), rows)
    name = found.model.name
    findings.remember(store, name, _key(found, rows), store.data_version(name), content)
    return ExpectedErrors(**content)


def remembered_errors(store: Store, found: Material, *, rows: int = ROWS) -> ExpectedErrors | None:
    """What was learnt before and is still true; None where it would have to be learnt.

    Parameters
    ----------
    store : Store
    found : Material
    rows : int
        As for `expected_errors`.
    """
    from monitoring.store import findings

    name = found.model.name
    known = findings.recall(store, name, _key(found, rows), store.data_version(name))
    return None if known is None else ExpectedErrors(**known)


def _key(found: Material, rows: int) -> str:
    return "|".join(["expected errors", found.version, *found.segment, str(found.until), str(rows)])


def _learnt(store: Store, found: Material, say: Progress, rows: int) -> dict[str, Any]:
    """Draw the rows, learn from those of the reference, and add up what is expected of all; plain numbers."""
    from monitoring.statistics.losses import error_model, estimated_losses

    say(0.0, "drawing rows")
    try:
        drawn = samples(
            store, found, Window(found.keys[0], found.keys[-1] + found.step), most=rows, whole=True
        )
        _assert_enough(drawn)
    except NotEstimableError as error:
        return {"reason": error.code, "facts": error.facts}
    say(0.2, "learning how large errors are for which rows")
    both, before, now = drawn.tables, drawn.reference, drawn.current
    label = np.asarray(before.label, dtype=float)
    model = error_model(both.reference, both.categorical, before.score, label)
    say(0.9, "adding up what is expected")
    scored = np.isfinite(now.score)
    absolute, square = estimated_losses(model, both.current[scored], now.score[scored])
    keys, place = np.unique(now.keys[scored].astype("datetime64[us]"), return_inverse=True)
    losses = {"absolute": (model.absolute, absolute), "square": (model.square, square)}
    say(1.0, "done")
    return {
        "keys": [key.isoformat() for key in keys.tolist()],
        "rows": np.bincount(place).tolist(),
        "sums": {name: _sums(place, loss) for name, (_, loss) in losses.items()},
        "model": {name: _told(one) for name, (one, _) in losses.items()},
        "reference_rows": len(before),
        "reference_total": before.total,
    }


def _assert_enough(drawn: Samples) -> None:
    label = np.asarray(drawn.reference.label, dtype=float)
    known = int(np.isfinite(label - drawn.reference.score).sum())
    if known < LEAST_ROWS:
        facts = {"have": f"{known:,}", "kind": "labelled rows", "minimum": str(LEAST_ROWS)}
        raise NotEstimableError("few_reference_labels", **facts)


def _sums(place: NDArray[np.intp], loss: Floats) -> dict[str, list[float]]:
    return {"total": np.bincount(place, loss).tolist(), "square": np.bincount(place, loss**2).tolist()}


def _told(model: LossModel) -> dict[str, float]:
    return {"skill": model.skill, "excess": model.excess, "error": model.error}
