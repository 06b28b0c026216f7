"""Statistics on counts and moments: pure functions of arrays, vectorised over leading axes.

Nothing here reads, draws, logs or decides: a distance is a number, a limit is a number, and what a colour is
called is said elsewhere. Importing the package enters every drift method into `METHODS`, in the order in
which people read them.
"""

# isort: off
from monitoring.statistics import divergences, distances, independence, gaps, anderson, transport
from monitoring.statistics import ranks, means, proportions

# isort: on
from monitoring.statistics.registry import METHODS, Law, Levels, Method, methods_for

__all__ = [
    "METHODS",
    "Law",
    "Levels",
    "Method",
    "anderson",
    "distances",
    "divergences",
    "gaps",
    "independence",
    "means",
    "methods_for",
    "proportions",
    "ranks",
    "transport",
]
