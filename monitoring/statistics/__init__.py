"""Statistics on counts and moments: pure functions of arrays, vectorised over leading axes.

Nothing here reads, draws, logs or decides: a distance is a number, a limit is a number, and what a colour is
called is said elsewhere. Importing the package enters every drift method into `METHODS`.
"""

from monitoring.statistics import distances, independence, transport
from monitoring.statistics.registry import METHODS, Law, Levels, Method, methods_for

__all__ = ["METHODS", "Law", "Levels", "Method", "distances", "independence", "methods_for", "transport"]
