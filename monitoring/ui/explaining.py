"""Sentences taken apart into words that need an explanation and words that do not."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from monitoring.glossary import TERMS, term
from monitoring.statistics import METHODS
from monitoring.statistics.metrics import METRICS

# How terms of the glossary are written in a sentence, where not as they are called: regular expressions.
_WRITTEN = {
    "reference": "references?",
    "current": "current",
    "chunk": "chunks?",
    "freshness": "freshness",
    "quality": "quality",
    "odd rows": "odd rows?|outlying",
    "drift": "drift(?:s|ed|ing)?",
    "predictions": "predictions?|predicted value",
    "performance": "performance",
    "calibration": "calibration",
    "calibration error": "calibration error",
    "over-confident": "over-confident|under-confident",
    "label": "labels?|labelled|label_coverage",
    "coverage": "coverage",
    "final": "final",
    "provisional": "provisional",
    "estimated": "estimated?|estimates",
    "confidence": "confidence",
    "score": "scores?",
    "champion": "champion",
    "shadow": "shadows?",
    "trial": "trials?",
    "gain": "gain",
    "interval": "intervals?",
    "limit": "limits?",
    "noise floor": "noise floor|floor",
    "importance": "importances?",
    "feature": "features?|inputs?",
    "out of range": "outside the reference range|(?:above|below) the range|reference range|out of range",
    "days differ": "days differ(?: too much)?(?: to judge one)?|own days differ",
    "beyond chance": "beyond chance|chance explains",
    "retraining": "retrain(?:ing|ed)?",
    "row": "rows?",
    "slope": "slope",
    "event": "events?",
    "class mix": "class mix",
    "quantile": "(?:beyond the )?quantiles?",
    "detectable, small": "detectable, small|detectable",
    "check": "checks?",
    "version": "versions?",
    "segment": "segments?",
    "quarantine": "quarantine",
    "median": "median",
    "review": "reviews?",
}
_MORE = {
    "slope": "How much scores exaggerate: below 1 they are surer than they should be, above 1 too careful.",
    "event": "What the model is asked to foresee, when it happens.",
    "class mix": "How often each answer is given, out of all answers.",
    "quantile": "Further out than 999 in 1,000 values of the reference.",
    "check": "One question about the data, such as whether values are missing more often than before.",
    "review": "Cases that a person should look at, and what was said of those that were looked at.",
    "median": "The value in the middle: half of all values are smaller.",
}


_MEASURE = "A way to measure how unlike two sets of values are; 0 where they are alike. "


@dataclass(frozen=True)
class Piece:
    """A part of a sentence.

    Attributes
    ----------
    text : str
    term : str
        The key of the term that it is; empty where no explanation is needed.
    """

    text: str
    term: str = ""


@functools.lru_cache(maxsize=2048)
def pieces(text: str) -> tuple[Piece, ...]:
    """A sentence taken apart; put together again it is the same.

    Parameters
    ----------
    text : str

    Examples
    --------
    >>> [(piece.text, piece.term) for piece in pieces("accuracy fell, its inputs drift")]
    [('accuracy', 'accuracy'), (' fell, its ', ''), ('inputs', 'feature'), (' ', ''), ('drift', 'drift')]
    """
    found: list[Piece] = []
    at = 0
    pattern, keys = _vocabulary()
    for hit in pattern.finditer(text):
        key = keys[str(hit.lastgroup)]
        found += [Piece(text[at : hit.start()]), Piece(hit.group(), key)]
        at = hit.end()
    return tuple(piece for piece in [*found, Piece(text[at:])] if piece.text)


@functools.lru_cache(maxsize=256)
def meaning(key: str) -> tuple[str, str]:
    """What a term is called and what it means.

    Parameters
    ----------
    key : str
        As `pieces` gives it.

    Raises
    ------
    KeyError
        If there is no such term.

    Examples
    --------
    >>> meaning("slope")[0]
    'Slope'
    """
    if key in _MORE and key not in TERMS:
        return key[:1].upper() + key[1:], _MORE[key]
    known = term(key)
    return known.title, f"{_MEASURE if key in METHODS else ''}{known.meaning}"


def _alternatives() -> dict[str, str]:
    """By key, how it is written."""
    named = {}
    for key, one in {**METHODS, **METRICS}.items():
        ways = sorted({one.short, one.title, key.replace("_", " ")}, key=len, reverse=True)
        named[key] = "|".join(re.escape(way).replace("’", "[’']") for way in ways if len(way) > 1)
    plain = {key: f"{re.escape(key)}s?" for key in TERMS if key not in _WRITTEN}
    return {**named, **plain, **_WRITTEN}


@functools.cache
def _vocabulary() -> tuple[re.Pattern[str], dict[str, str]]:
    """All of them in one expression, what is written longest first, and the key of each of its groups."""
    ways = [
        (way, key) for key, written in _alternatives().items() for way in re.split(r"\|(?![^(]*\))", written)
    ]
    groups, keys = [], {}
    for place, (way, key) in enumerate(sorted(ways, key=lambda one: -len(one[0]))):
        keys[f"t{place}"] = key
        groups.append(f"(?P<t{place}>{way})")
    return re.compile(rf"(?<![\w-])(?:{'|'.join(groups)})(?![\w-])", re.IGNORECASE), keys
