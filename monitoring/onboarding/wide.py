"""A wide log: one row per request, and a score column for each version that scored it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from monitoring.onboarding.guesses import Confidence, FeatureGuess
from monitoring.onboarding.names import Role, likeness, words
from monitoring.store.sampled import Sample, Summary

SERVING = frozenset(("champion", "control", "prod", "production", "live", "current", "incumbent"))
"""Words of a version that serves."""
BESIDE = frozenset(("shadow", "challenger", "candidate", "canary", "baseline", "new", "old", "next"))
"""Words of a version that scores beside it."""
MOST = 6  # versions; more columns that differ by a number are features
UNNAMED = "champion"


@dataclass(frozen=True)
class Wide:
    """The score columns of a wide log.

    Attributes
    ----------
    columns : dict of version to column
        The version that serves first.
    reason : str
    confidence : {'likely', 'unsure', 'stated'}
        Names alone make nothing sure.
    """

    columns: dict[str, str]
    reason: str
    confidence: Confidence

    @property
    def champion(self) -> str:
        """The version that is taken to serve."""
        return next(iter(self.columns))


def parted(name: str) -> tuple[str, str]:
    """A name without its words for a version, and these.

    Examples
    --------
    >>> parted("score_v2"), parted("ShadowScore"), parted("score"), parted("score_24h")
    (('score', 'v2'), ('score', 'shadow'), ('score', ''), ('score_24h', ''))
    """
    told, rest = [], []
    for one in words(name):
        marks = one in SERVING or one in BESIDE or one == "v" or re.fullmatch(r"v?\d+", one)
        (told if marks else rest).append(one)
    return "_".join(rest), "_".join(told)


def wide(sample: Sample, role: Role, output: str, *, chosen: bool = False) -> Wide | None:
    """The columns beside a model's output that differ from it only in words for a version; None without any.

    Parameters
    ----------
    sample : Sample
    role : {'score', 'prediction'}
        What the output is: a probability, or for a regression a number.
    output : str
        The column that was found to be the output.
    chosen : bool
        Whether a person chose it, so that its version serves.
    """
    base, _ = parted(output)
    if not output or not likeness(base, role):
        return None
    fits = [one.name for one in sample.columns if may_be(one, role) and parted(one.name)[0] == base]
    versions = {parted(name)[1] or UNNAMED: name for name in fits}
    if not 2 <= len(fits) <= MOST or len(versions) < len(fits):
        return None
    first, why = _serving(sample, versions, output)
    if chosen and versions[first] != output:
        first, why = next(one for one, column in versions.items() if column == output), "you say which serves"
    ordered = {first: versions[first], **versions}
    plain = all(re.fullmatch(r"[\d_]+", one) for one in versions)
    names = ", ".join(fits)
    return Wide(
        ordered, f"{names} differ only in a version: one row per request, a column per version; {why}",
        "unsure" if plain else "likely",
    )  # fmt: skip


def claimed(columns: Mapping[str, str]) -> Wide | None:
    """What a person says: the version that serves first; nothing where the log is not wide."""
    return Wide(dict(columns), "you say so", "stated") if columns else None


def decided(sample: Sample, found: Wide, feature: FeatureGuess) -> FeatureGuess:
    """A column that follows one of the scores is a decision and no feature that counts."""
    scores = set(found.columns.values())
    follows = any(
        one.column == feature.name and one.cut and one.score in scores and likeness(one.column, "prediction")
        for one in sample.splits
    )
    why = "a decision; those of a wide log follow from its scores"
    return replace(feature, exclude=True, reason=why) if follows else feature


def named(columns: Sequence[str]) -> dict[str, str]:
    """Versions for columns: what tells their names apart, or the names as they are.

    Examples
    --------
    >>> named(["score", "score_v2"]), named(["risk", "credit"])
    ({'champion': 'score', 'v2': 'score_v2'}, {'risk': 'risk', 'credit': 'credit'})
    """
    told = [parted(one)[1] or UNNAMED for one in columns]
    same = len({parted(one)[0] for one in columns}) == 1
    return dict(zip(told if same and len(set(told)) == len(told) else columns, columns, strict=True))


def may_be(one: Summary, role: Role) -> bool:
    """Whether a column's values can be the output of a version: probabilities, or numbers in a regression."""
    return one.fraction if role == "score" else one.numeric


def _serving(sample: Sample, versions: Mapping[str, str], output: str) -> tuple[str, str]:
    """Which version serves, and why."""
    for split in sample.splits:
        for version, column in versions.items():
            if split.score == column and split.cut and likeness(split.column, "prediction"):
                return version, f"{split.column} follows {column}, so that one serves"
    for version in versions:
        if version == UNNAMED or SERVING & set(version.split("_")):
            return version, f"{versions[version]} is named like the one that serves"
    first = next(version for version, column in versions.items() if column == output)
    return first, "which one serves no file can tell: choose it, or say --champion"
