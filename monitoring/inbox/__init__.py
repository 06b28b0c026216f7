"""The logging client: how a model's own service tells Lookout what it predicted and what came true.

It needs nothing but the standard library, and a service may carry a copy of this folder. Every record is one
line of JSON, appended with a single write to a segment of its own process; a call that has returned survives
the death of the process. Lookout takes finished segments out of the folder, whenever it next runs.
"""

from .log import PredictionLog

__all__ = ["PredictionLog"]
