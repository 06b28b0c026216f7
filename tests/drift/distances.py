"""Distances of two samples by the textbook, row by row."""

import numpy as np


def gap(before: np.ndarray, now: np.ndarray) -> float:
    return max(abs((before <= at).mean() - (now <= at).mean()) for at in {*before, *now})


def moved(before: np.ndarray, now: np.ndarray) -> float:
    """The area between two cumulative distributions, step by step."""
    places = np.unique([*before, *now])
    first, second = (np.searchsorted(np.sort(side), places, "right") / len(side) for side in (before, now))
    return float(np.sum(np.abs(first - second)[:-1] * np.diff(places)))
