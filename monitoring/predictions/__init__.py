"""Has the output changed, and how sure is the model: scores, decided classes and confidence over time.

`reading` turns the profile of outputs into what the drift machinery takes and `verdict` says what its answer
means; `rows` adds predictions up, `assessment` does both chunk by chunk and `frames` writes the tidy frame.

>>> from monitoring import drift, performance
>>> def score_drift(store, name, version):  # as Health tells it
...     found = performance.material(store, name, version=version)
...     return verdict(drift.judged(outputs(store, found), as_of=found.at))
>>> def label_drift(store, name, version):  # days with mature labels alone
...     found = performance.material(store, name, version=version)
...     return drift.judged(labels(store, found), as_of=labels_known(found))
"""

from monitoring.predictions import frames
from monitoring.predictions.assessment import Assessment, assess, reference_windows
from monitoring.predictions.reading import Classes, classes, labels, labels_known, outputs, reference_words
from monitoring.predictions.rows import Rows
from monitoring.predictions.verdict import Verdict, verdict

__all__ = [
    "Assessment",
    "Classes",
    "Rows",
    "Verdict",
    "assess",
    "classes",
    "frames",
    "labels",
    "labels_known",
    "outputs",
    "reference_windows",
    "reference_words",
    "verdict",
]
