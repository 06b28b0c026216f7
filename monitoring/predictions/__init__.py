"""Has the output changed, and how sure is the model: scores, decided classes and confidence over time.

`reading` turns the profile of outputs into what the drift machinery takes, `judging` judges it and `verdict`
says what that means; `rows` adds predictions up, `assessment` does both by chunk and `frames` makes it tidy.

>>> from monitoring import performance
>>> def score_drift(store, name, version):  # as Health tells it
...     found = performance.material(store, name, version=version)
...     return verdict(judged(found, outputs(store, found)))
>>> def label_drift(store, name, version):  # days with mature labels alone
...     found = performance.material(store, name, version=version)
...     return judged(found, labels(store, found), as_of=labels_known(found))
"""

from monitoring.predictions import frames
from monitoring.predictions.assessment import Assessment, assess, reference_windows
from monitoring.predictions.judging import judged
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
    "judged",
    "labels",
    "labels_known",
    "outputs",
    "reference_windows",
    "reference_words",
    "verdict",
]
