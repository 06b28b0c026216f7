"""A second opinion: how few random cuts set a row apart, which sees columns together."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from monitoring.statistics.arrays import Floats
from monitoring.statistics.threads import one_thread

TREES, SUBSAMPLE = 200, 256
MOST_ROWS = 50_000


def isolation(reference: ArrayLike, *rows: ArrayLike, seed: int = 0) -> list[Floats]:
    """Isolation scores of rows by a forest that is grown on reference rows.

    Parameters
    ----------
    reference : array_like of shape (reference rows, columns)
        Finite; above 50,000 rows the first count. The caller says what a missing value is.
    *rows : array_like of shape (rows, columns)
        Any number of tables.
    seed : int

    Returns
    -------
    list of ndarray of shape (rows,)
        From 0 to 1: near 1/2 for an ordinary row, the larger the fewer cuts set a row apart.

    Raises
    ------
    ValueError
        If the reference has fewer than two rows, or something is not finite.

    References
    ----------
    Liu, F., Ting, K. and Zhou, Z. (2008). Isolation forest. *ICDM*.

    Examples
    --------
    >>> usual = np.random.default_rng(0).normal(size=(500, 2))
    >>> near, far = isolation(usual, [[0.0, 0.0]], [[6.0, 6.0]])
    >>> bool(near[0] < 0.5 < far[0])
    True
    """
    from sklearn.ensemble import IsolationForest

    known = np.asarray(reference, dtype=float)[:MOST_ROWS]
    if len(known) < 2:
        raise ValueError("a forest needs at least two reference rows")
    settings: dict[str, Any] = {"max_samples": min(SUBSAMPLE, len(known)), "random_state": seed}
    with one_thread():
        forest = IsolationForest(n_estimators=TREES, **settings).fit(known)
        return [
            -forest.score_samples(table) if len(table) else np.zeros(0) for table in map(np.asarray, rows)
        ]
