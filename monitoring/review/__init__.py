"""Review: what should a person look at, and what do those looks tell of all rows?

`sources` is the registry of reasons, `fill` brings rows into the queue, `say` keeps what somebody says of
one, `sample` and `estimate` tell of all rows by those that were drawn with a known chance, `complete` by the
log's labels with those for the rows that still wait, `training_set` is what was said as a file.
"""

from monitoring.review import frames
from monitoring.review.completing import Logged, complete, logged
from monitoring.review.deciding import Agreed, agreed, decided, say
from monitoring.review.estimating import LEAST, Answer, Sample, estimate, estimates, sample
from monitoring.review.exporting import as_csv, as_json, as_parquet, training_set
from monitoring.review.filling import fill
from monitoring.review.measures import MEASURES, measures_of
from monitoring.review.sources import SOURCES, Source, source, sources_of, unknown

__all__ = [
    "LEAST",
    "MEASURES",
    "SOURCES",
    "Agreed",
    "Answer",
    "Logged",
    "Sample",
    "Source",
    "agreed",
    "as_csv",
    "as_json",
    "as_parquet",
    "complete",
    "decided",
    "estimate",
    "estimates",
    "fill",
    "frames",
    "logged",
    "measures_of",
    "sample",
    "say",
    "source",
    "sources_of",
    "training_set",
    "unknown",
]
