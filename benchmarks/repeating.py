"""Work done again and again: what the first time costs, and what those after it."""

from __future__ import annotations

import statistics
from collections.abc import Callable

from benchmarks.measuring import cost, peak_megabytes

WARM = 15  # runs of which the median counts


def first_and_warm(work: Callable[[], object]) -> dict[str, float]:
    """CPU seconds of the first run, and the median of those after."""
    found = []
    for _ in range(WARM + 1):
        with cost() as spent:
            work()
        found.append(spent.cpu)
    return {"first": found[0], "cpu": statistics.median(found[1:]), "peak": peak_megabytes()}
