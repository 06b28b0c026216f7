"""Bands over time: from a lower to an upper end, with gaps where there is nothing to draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from monitoring.ui.charts import Part
from monitoring.windows import Window

BAND = "rgba(79,125,243,0.16)"


def band(
    keys: Sequence[Window], lower: np.ndarray, upper: np.ndarray, name: str, colour: str = BAND
) -> list[Part]:
    """A band as one trace, a polygon for each unbroken run of chunks; none where no chunk has both ends.

    Parameters
    ----------
    keys : sequence of Window
        The chunks.
    lower, upper : ndarray of shape (n_chunks,)
    name : str
        In the legend.
    colour : str
    """
    known = np.isfinite(lower) & np.isfinite(upper)
    x: list[Any] = []
    y: list[Any] = []
    for run in runs(known):
        one = [keys[i].start for i in run]
        lows, highs = lower[run].tolist(), upper[run].tolist()
        if len(run) == 1:  # a chunk that stands alone is as broad as itself
            half = (keys[run[0]].stop - keys[run[0]].start) / 2
            one, lows, highs = [one[0] - half, one[0] + half], lows * 2, highs * 2
        x += [*one, *reversed(one), None]
        y += [*lows, *reversed(highs), None]
    if not x:
        return []
    style = {"fill": "toself", "fillcolor": colour, "line": {"width": 0}, "hoverinfo": "skip"}
    return [{"type": "scatter", "mode": "lines", "x": x, "y": y, "name": name, **style}]


def runs(known: np.ndarray) -> list[list[int]]:
    """Positions that are known, one list for each unbroken run of them.

    Examples
    --------
    >>> runs(np.array([True, True, False, True]))
    [[0, 1], [3]]
    """
    places = np.flatnonzero(known)
    return [run.tolist() for run in np.split(places, np.flatnonzero(np.diff(places) > 1) + 1) if len(run)]
