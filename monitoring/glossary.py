"""The field's terms in words that need no other term: what a reader is told who never heard of them.

Titles, units, checks and reasons of the review are read from the registries. Examples, methods and metrics in
plain words, and words that no page of a report needs, stand in glossary.toml.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from monitoring.alert_rules import MEANINGS
from monitoring.marks import MARKS
from monitoring.quality import CHECKS
from monitoring.review import SOURCES
from monitoring.statistics import METHODS
from monitoring.statistics.metrics import METRICS

Kind = Literal[
    "word", "status", "drift method", "metric", "check of the data", "reason for a review", "alert"
]  # fmt: skip
REVIEW, ALERT = "review_", "alert_"
"""What stands before the key of a reason for a review, and of a condition of an alert."""
_FLIGHTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


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
    kind : str
        What it is a term for.
    example : str
        What it is on the demo's flights, in plain text; empty where nobody has written one.
    see : str
        A section of the documents, as ``docs/drift.md#methods``; empty where there is none.
    """

    key: str
    title: str
    meaning: str
    kind: Kind = "word"
    example: str = ""
    see: str = ""


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
_PLACES = {
    "freshness": "docs/health.md#what-is-watched",
    "quality": "docs/quality.md",
    "odd rows": "docs/outliers.md",
    "drift": "docs/drift.md",
    "predictions": "docs/predictions.md",
    "performance": "docs/performance.md",
    "calibration": "docs/calibration.md",
    "calibration error": "docs/statistics.md#ece",
    "reference": "docs/drift.md#what-chunks-are-compared-with",
    "provisional": "docs/performance.md#which-labels",
    "final": "docs/performance.md#which-labels",
    "coverage": "docs/performance.md#which-labels",
    "estimated": "docs/statistics.md#estimates-without-labels",
    "limit": "docs/drift.md#when-a-value-is-drift",
    "noise floor": "docs/drift.md#when-a-value-is-drift",
    "days differ": "docs/drift.md#when-a-value-is-drift",
    "importance": "docs/drift.md#how-much-a-feature-matters",
    "interval": "docs/statistics.md#how-to-read-a-number",
    "shadow": "docs/shadow.md",
    "trial": "docs/shadow.md#a-verdict-that-may-be-looked-at-every-day",
    "gain": "docs/shadow.md#with-labels",
    "retraining": "docs/retraining.md",
}
"""Where to read on about the words above."""


def _titled(key: str) -> str:
    return key[:1].upper() + key[1:]


TERMS: dict[str, Term] = {
    key: Term(key, _titled(key), meaning, example=_FLIGHTS["examples"].get(key, ""), see=_PLACES.get(key, ""))
    for key, meaning in _WORDS.items()
} | {key: Term(key, _titled(key), **said) for key, said in _FLIGHTS["words"].items()}
"""By key, the terms that no registry has."""


def term(key: str) -> Term:
    """What a term, a drift method, a metric, a check or a status means.

    Parameters
    ----------
    key : str
        Of `TERMS`, or a key of a registry, or a status. A reason for a review has ``review_`` before its key,
        a condition of an alert ``alert_``: other things are called alike.

    Raises
    ------
    KeyError
        If there is no such term.

    Examples
    --------
    >>> term("roc_auc").title, term("roc_auc").see
    ('Area under the ROC curve (AUC)', 'docs/statistics.md#roc_auc')
    >>> term("red").meaning
    'Far beyond a limit; somebody should act.'
    >>> term("review_unseen").kind
    'reason for a review'
    """
    return (
        TERMS[key] if key in TERMS else replace(_registered(key), example=_FLIGHTS["examples"].get(key, ""))
    )


def _registered(key: str) -> Term:
    """What a registry says of one of its keys."""
    if key in MARKS:
        mark = MARKS[key]
        return Term(key, f"{mark.shape} {mark.word}", mark.meaning, "status", see="docs/health.md#the-model")
    if key in CHECKS:
        check = CHECKS[key]
        return Term(key, check.title, check.words, "check of the data", see="docs/quality.md#the-checks")
    if key.startswith(REVIEW):
        source = SOURCES[key.removeprefix(REVIEW)]
        meaning = f"{_titled(source.words)}."
        return Term(
            key, source.title, meaning, "reason for a review", see="docs/review.md#why-a-row-is-there"
        )
    if key.startswith(ALERT):
        title, meaning = MEANINGS[key.removeprefix(ALERT)]
        return Term(key, title, meaning, "alert", see="docs/alerts.md#rules")
    found = METHODS.get(key) or METRICS[key]
    title = found.title if found.short.lower() in found.title.lower() else f"{found.title} ({found.short})"
    kind: Kind = "drift method" if key in METHODS else "metric"
    meaning = f"{_FLIGHTS['plain'][key]} Told in: {found.unit}."
    return Term(key, title, meaning, kind, see=f"docs/statistics.md#{key}")


def every() -> list[Term]:
    """Every term there is, by its title.

    Examples
    --------
    >>> {one.kind for one in every() if "verdict" in one.title.lower()} == {"word", "alert"}
    True
    """
    keys = [*TERMS, *MARKS, *METHODS, *METRICS, *CHECKS, *(REVIEW + one for one in SOURCES)]
    keys += [ALERT + one for one in MEANINGS]
    return sorted(map(term, keys), key=lambda one: one.title.lower().lstrip("●▲■○ "))


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
