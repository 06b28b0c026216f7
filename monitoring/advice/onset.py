"""Since when a metric has been losing: a one-sided control chart over single chunks."""

from __future__ import annotations

import datetime as dt

import numpy as np

from monitoring.performance import Assessment

MEMORY = 10  # tolerances that a recovery has to outweigh before a loss is over


def onset(judged: Assessment, key: str, until: dt.datetime | None) -> dt.datetime | None:
    """The chunk in which the present loss of a metric began.

    The cumulative sum of losses beyond half the tolerance and beyond what single chunks of the reference lose
    against all of it, as of a one-sided control chart: the loss began after the last chunk at which it was
    nothing. It grows to ten tolerances at most, so that an old loss is over once a recovery has outweighed
    that.

    Parameters
    ----------
    judged : performance.Assessment
    key : str
        Of the metric.
    until : datetime or None
        The first key that does not count.

    Returns
    -------
    datetime or None
        A key; None where there is no loss now.

    References
    ----------
    Page, E. (1954). Continuous inspection schemes. *Biometrika* 41.
    """
    scores = judged.scores[key]
    known = (np.array(judged.maturity) == "final") & ~scores.shortage.any
    known &= np.isfinite(scores.difference.loss)
    inside = np.array([judged.baseline is not None and judged.baseline.overlaps(one) for one in judged.keys])
    usual = float(np.mean(scores.difference.loss[known & inside])) if (known & inside).any() else 0.0
    began, total = None, 0.0
    for place in np.flatnonzero(known & ~inside):
        window = judged.keys[place]
        if until is not None and window.start >= until:
            break
        loss = float(scores.difference.loss[place]) - max(usual, 0.0)
        before, total = total, min(max(0.0, total + loss - scores.amber / 2), MEMORY * scores.amber)
        if total == 0:
            began = None
        elif before == 0:
            began = window.start
    return began
