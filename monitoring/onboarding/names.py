"""What people call the columns of a log, in several languages: evidence for what a column is, never proof."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Literal

Role = Literal[
    "id", "predicted_at", "version", "score", "prediction", "label", "labelled_at", "latency", "error"
]
ROLES: dict[Role, str] = {
    "id": "id", "predicted_at": "instant of the prediction", "version": "version", "score": "score",
    "prediction": "prediction", "label": "label", "labelled_at": "instant of the label",
    "latency": "latency", "error": "error",
}  # fmt: skip
"""Roles in words, in the order in which they are told."""

_VOCABULARY = tomllib.loads(Path(__file__).with_name("vocabulary.toml").read_text("utf-8"))


def plain(name: str) -> str:
    """A name in small letters without accents, its words joined by underscores.

    Examples
    --------
    >>> plain("PredictedAt"), plain("Probabilité (%)"), plain("model.version")
    ('predicted_at', 'probabilite', 'model_version')
    """
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    flat = "".join(c for c in unicodedata.normalize("NFKD", parted) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", "_", flat.casefold()).strip("_")


def words(name: str) -> tuple[str, ...]:
    """The words of a name."""
    return tuple(plain(name).split("_"))


_WHOLE_SETS = {role: frozenset(map(plain, text.split())) for role, text in _VOCABULARY["names"].items()}
_WORD_SETS = {role: frozenset(text.split()) for role, text in _VOCABULARY["words"].items()}
_NUMBER = ("nr", "nummer", "uuid", "guid")  # words that others end in
_MEANINGS = {meaning: frozenset(text.split()) for meaning, text in _VOCABULARY["meanings"].items()}


def likeness(name: str, role: Role) -> float:
    """How much a name sounds like a role: 1 as a whole, 0.7 by one of its words, 0 not at all.

    Examples
    --------
    >>> likeness("Scored_At", "predicted_at"), likeness("flight_id", "id"), likeness("age", "id")
    (1.0, 0.7, 0.0)
    """
    if plain(name) in _WHOLE_SETS[role]:
        return 1.0
    ending = role == "id" and plain(name).endswith(_NUMBER)
    return 0.7 if ending or _WORD_SETS[role] & set(words(name)) else 0.0


def personal(name: str) -> bool:
    """Whether a name says that its values tell who somebody is.

    Examples
    --------
    >>> personal("customer_email"), personal("age")
    (True, False)
    """
    return bool(_MEANINGS["personal"] & set(words(name)))


def coded(name: str) -> bool:
    """Whether a name says that its numbers are names of something."""
    return bool(_MEANINGS["coded"] & set(words(name)))


def segmenting(name: str) -> bool:
    """Whether a name says that its values part the rows into groups people speak of."""
    return bool(_MEANINGS["segmenting"] & set(words(name)))


def slug(text: str) -> str:
    """A name for a model: small letters, digits, dashes.

    Examples
    --------
    >>> slug("Churn log 2026-03.csv"), slug("données"), slug("#1")
    ('churn-log', 'donnees', 'model-1')
    """
    stem = re.sub(
        r"\.(parquet|pq|csv|tsv|jsonl|ndjson|json|duckdb|ddb|db)\b.*$", "", text, flags=re.IGNORECASE
    )
    found = re.sub(r"[^a-z0-9]+", "-", plain(stem)).strip("-")
    found = re.sub(r"(-\d+)+$", "", found) if re.search(r"[a-z]", found) else found
    found = found if re.match(r"[a-z]", found) else f"model-{found}".strip("-")
    reserved = ("main", "temp", "memory", "system")
    return f"{found}-model" if found in reserved else found[:60].strip("-")
