"""The field's terms in words that need no other term: what a reader is told who never heard of them.

Methods and metrics say what they are themselves; their first sentence is read from the registries.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from dataclasses import dataclass

from monitoring.marks import MARKS
from monitoring.statistics import METHODS
from monitoring.statistics.metrics import METRICS


@dataclass(frozen=True)
class Term:
    """A term and what it means.

    Attributes
    ----------
    key : str
        By which it is asked for.
    title : str
        As it is written on a page.
    meaning : str
        One or two sentences.
    """

    key: str
    title: str
    meaning: str


_WORDS = {
    "reference": (
        "Days on which the model is known to have been healthy. Everything else is compared with them."
    ),
    "current": "The newest days, which are compared with the reference.",
    "chunk": "A slice of time that is judged as one, such as a day; one point or one bar of a picture.",
    "freshness": "Whether data still come, at the pace at which they usually do.",
    "quality": "Whether the data are sane: nothing missing, new, stuck or impossible that was not so before.",
    "odd rows": "Rows whose values are rarer than those of one in a thousand rows of the reference.",
    "drift": (
        "The inputs no longer look as they did in the reference. The model is then asked about "
        "something it may not have learnt; whether that does harm, performance tells."
    ),
    "predictions": "What the model says: whether its answers are spread as they were in the reference.",
    "performance": "How often, or by how much, the model is right, measured where the truth is known.",
    "calibration": (
        "Whether a score means what it says: of all cases given 30 %, about 30 in 100 should come true."
    ),
    "calibration error": (
        "How far what scores promise lies from what comes true, on average, in percentage points."
    ),
    "over-confident": "Surer of its answers than they deserve.",
    "label": "What really happened, known later than the prediction.",
    "coverage": "The share of predictions whose label is known.",
    "final": "Days whose labels have come, as far as labels come. Only these are judged.",
    "provisional": (
        "Days whose labels still come. Their numbers are drawn hollow, may still move, and are not judged."
    ),
    "estimated": (
        "What performance probably is where labels are not known yet, worked out from the scores alone."
    ),
    "confidence": "The probability that the model gives to the answer it thinks likelier.",
    "score": "The number a model gives before anything is decided, mostly the probability of an event.",
    "champion": "The version that answers.",
    "shadow": (
        "Another version that answers the same requests without being used, to see whether it would do "
        "better."
    ),
    "trial": (
        "A comparison of a shadow with the champion whose terms were written down before anybody looked."
    ),
    "gain": "How much better the shadow is than the champion on the same cases; below zero it is worse.",
    "interval": "Where a number lies with 95 % confidence; a short interval is a sure number.",
    "limit": "The largest value that is still nothing unusual; beyond it a value counts.",
    "noise floor": "What chance alone reaches in one of twenty cases although nothing has changed.",
    "importance": "How much a feature matters to what the model says.",
    "feature": "One of the things the model looks at before it answers; also called an input.",
    "out of range": "Values beyond all that the reference holds: the model has never seen their like.",
    "days differ": (
        "Single days differ so much, within the reference too, that one day proves nothing; several are"
        " judged together."
    ),
    "beyond chance": "More than chance explains, so that it would be strange if nothing had changed.",
    "retraining": "Teaching the model anew with newer data.",
}
TERMS: dict[str, Term] = {
    key: Term(key, key[:1].upper() + key[1:], meaning) for key, meaning in _WORDS.items()
}
"""By key, the terms that are neither a method nor a metric."""


def term(key: str) -> Term:
    """What a term, a drift method, a metric or a status means.

    Parameters
    ----------
    key : str
        Of `TERMS`, or a key of a registry, or a status.

    Raises
    ------
    KeyError
        If there is no such term.

    Examples
    --------
    >>> term("roc_auc").title
    'Area under the ROC curve (AUC)'
    >>> term("red").meaning
    'Far beyond a limit; somebody should act.'
    """
    if key in MARKS:
        return Term(key, f"{MARKS[key].shape} {MARKS[key].word}", MARKS[key].meaning)
    if key in TERMS:
        return TERMS[key]
    found = METHODS.get(key) or METRICS[key]
    said = inspect.getdoc(found.function) or found.title
    first = " ".join(said.split("\n\n")[0].split())
    title = found.title if found.short.lower() in found.title.lower() else f"{found.title} ({found.short})"
    return Term(key, title, f"{first} Told in: {found.unit}.")


def defined(keys: Iterable[str]) -> list[Term]:
    """The terms among some keys, each once and by their titles; what is no term is left out.

    Parameters
    ----------
    keys : iterable of str

    Examples
    --------
    >>> [one.title for one in defined(["shadow", "label", "shadow", "no term"])]
    ['Label', 'Shadow']
    """
    known = [key for key in dict.fromkeys(keys) if key in TERMS or key in METHODS or key in METRICS]
    return sorted(map(term, known), key=lambda one: one.title.lower())
