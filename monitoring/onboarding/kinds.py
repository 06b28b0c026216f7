"""What kind of feature a column is, and whether it should count."""

from __future__ import annotations

from monitoring.formats import share
from monitoring.models import Kind
from monitoring.onboarding.guesses import Confidence, FeatureGuess
from monitoring.onboarding.names import coded, likeness, personal, segmenting
from monitoring.store.sampled import Sample, Summary

ENOUGH = 50  # rows from which values that hardly repeat name rows
NAMING = 0.9  # share of different values from which a text names rows
_SURE: Confidence = "sure"
FREE_WORDS, FREE_LENGTH = 4.0, 60.0
LEVELS = 20  # different whole numbers up to which they may be levels or codes
MOST_SEGMENTS, SEGMENT_VALUES = 2, 12


def feature(one: Summary, *, lenient: bool) -> FeatureGuess:
    """What a column holds as a feature.

    Parameters
    ----------
    one : Summary
    lenient : bool
        Whether text may stand for numbers, because the format has no types.

    Examples
    --------
    >>> feature(Summary("plz", "BIGINT", "number", 900, 900, 12, 900, 1010, 9020, True), lenient=False).kind
    'categorical'
    """
    private = personal(one.name) or any("@" in value for value, _ in one.values[:3])
    found = _unprofiled(one) or _excluded(one) or _numbers(one, lenient=lenient) or _texts(one)
    if not private:
        return found
    reason = f"{found.reason}; tells who somebody is"
    return FeatureGuess(
        found.name, found.kind, found.confidence, reason, found.usual, found.exclude, private=True
    )


def _unprofiled(one: Summary) -> FeatureGuess | None:
    """Columns that are kept as they are written."""
    if one.instants and one.form != "count":
        return FeatureGuess(one.name, None, "sure", "an instant; kept as text and not profiled")
    if one.family in ("other", "instant"):
        return FeatureGuess(one.name, None, "sure", "a nested value; kept as text and not profiled")
    if not one.present:
        return FeatureGuess(
            one.name, None, "unsure", "empty so far; its first values will tell", exclude=True
        )
    return None


def _excluded(one: Summary) -> FeatureGuess | None:
    """Columns that no drift can be told of: the same everywhere, or another in every row."""
    if one.distinct == 1 and one.rows > 1 and not one.missing:
        why, level = "the same value in every row", _SURE
    elif one.present < ENOUGH:
        return None
    else:
        why, level = _naming(one)
    kind: Kind = "numeric" if one.numeric else "categorical"
    return FeatureGuess(one.name, kind, level, why, exclude=True) if why else None


def _naming(one: Summary) -> tuple[str, Confidence]:
    """Why values name rows instead of describing them; empty where they do not."""
    differing = one.distinct / one.present
    if one.numeric:
        counts = one.whole and one.unique and one.high - one.low < 2 * one.rows
        named = one.whole and likeness(one.name, "id") and differing > 0.5
        return (
            "counts the rows" if counts else _names(differing) if named else ""
        ), "sure" if counts else "likely"
    if differing > 0.5 and (one.words >= FREE_WORDS or one.length >= FREE_LENGTH):
        return f"free text, {one.words:.0f} words on average", "likely"
    named = differing >= NAMING or (likeness(one.name, "id") and differing > 0.5)
    return _names(differing) if named else "", "likely"


def _names(differing: float) -> str:
    return f"names rows or things: {share(differing)} of its values differ"


def _numbers(one: Summary, *, lenient: bool) -> FeatureGuess | None:
    if one.family == "boolean":
        return FeatureGuess(one.name, "binary", "sure", "true and false")
    if not one.numeric:
        return None
    usual = one.family == "number" or (lenient and not one.codes)
    if one.codes and one.family == "text":
        return FeatureGuess(one.name, "categorical", "sure", "numbers with a leading zero are names")
    if one.distinct == 2:
        values = " and ".join(sorted(value for value, _ in one.values))
        sure: Confidence = "sure" if (one.low, one.high) == (0, 1) else "likely"
        return FeatureGuess(one.name, "binary", sure, f"two values, {values}", usual=False)
    named = one.whole and (coded(one.name) or likeness(one.name, "id"))
    if named and one.distinct <= 1000 and (one.distinct > LEVELS or not _steps(one)):
        words = f"{one.distinct} codes by its name"
        return FeatureGuess(one.name, "categorical", "likely", words, usual=False)
    if one.whole and 3 <= one.distinct <= LEVELS and _steps(one):
        level: Confidence = "likely" if one.distinct <= 12 else "unsure"
        words = f"whole numbers from {one.low:.0f} to {one.high:.0f}, {one.distinct} levels"
        return FeatureGuess(one.name, "ordinal", level, words, usual=False)
    words = "numbers" if one.numbers == one.present else f"numbers but for {one.present - one.numbers} values"
    return FeatureGuess(
        one.name, "numeric", "sure" if one.distinct > LEVELS else "likely", words, usual=usual
    )


def _steps(one: Summary) -> bool:
    """Whether whole numbers lie close together, as levels do."""
    return one.high - one.low < 2 * one.distinct


def _texts(one: Summary) -> FeatureGuess:
    if one.distinct == 2 and {value.lower() for value, _ in one.values} == {"true", "false"}:
        return FeatureGuess(one.name, "binary", "sure", "true and false")
    if one.distinct == 2:
        values = " and ".join(value for value, _ in one.values)
        return FeatureGuess(one.name, "categorical", "sure", f"two values, {values}")
    sure: Confidence = "sure" if one.distinct <= 50 else "likely"
    mixed = f", {one.numbers} of them numbers" if one.numbers else ""
    return FeatureGuess(one.name, "categorical", sure, f"{one.distinct:,} different values{mixed}")


def segments(sample: Sample, features: tuple[FeatureGuess, ...]) -> tuple[tuple[str, str], ...]:
    """Columns by whose values everything may be asked separately, where their names say so, with reasons.

    Parameters
    ----------
    sample : Sample
    features : tuple of FeatureGuess
    """
    found = []
    for one in features:
        column = sample.column(one.name)
        few = 2 <= column.distinct <= SEGMENT_VALUES and not one.exclude and not one.private
        if few and one.kind == "categorical" and segmenting(one.name) and column.missing < 0.5:
            found.append((one.name, f"{column.distinct} groups by its name"))
    return tuple(found[:MOST_SEGMENTS])
