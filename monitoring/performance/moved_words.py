"""Why performance moved, in words: what is likely behind it, and how much of the change each part is."""

from __future__ import annotations

from collections.abc import Sequence

from monitoring import reasons
from monitoring.models import Model
from monitoring.performance.label_mix import ByLabel
from monitoring.performance.moved import Moved
from monitoring.statistics.mixing import Estimate

PARTS = {
    "concept": "rows like those of the reference fare differently",
    "covariate": "other rows come",
    "label share": "labels come in other shares",
}
_CAUSES = {
    "concept": "Same inputs, different outcomes: rows like those of the reference fare differently now. What "
    "inputs say of outcomes has likely changed.",
    "covariate": "Other inputs: rows come now on which the model did as badly or as well in the reference.",
    "label share": "Other shares of labels: rows of one label look and fare as in the reference.",
    "undecided": "No single part of the change is both certain and the larger one.",
}


def sentence(one: Moved) -> str:
    """Why a window's performance moved.

    Parameters
    ----------
    one : Moved

    Returns
    -------
    str
        Plain text, ending in a full stop.
    """
    if one.reason:
        text = reasons.sentence(one.reason, **one.facts)
        return f"Why it moved is not known: {text}."
    measure = "Accuracy" if one.measure == "accuracy" else "The mean absolute error"
    if not one.certain:
        return f"{measure} has not moved beyond chance: {three(one.measure, one.change)}."
    parts = [
        f"{three(one.measure, values)} because {PARTS[name]}"
        for name, values in _parts(one).items()
        if any(values)
    ]
    return f"{_CAUSES[one.cause]} {measure} moved by {three(one.measure, one.change)}: {', '.join(parts)}."


def _parts(one: Moved) -> dict[str, Sequence[float]]:
    """The three parts; the one that is not asked for on the chosen route is exactly 0."""
    return {"concept": one.concept, "covariate": one.covariate, "label share": one.label_share}


def label_sentence(one: ByLabel, model: Model) -> str:
    """The exact split by label in words.

    Parameters
    ----------
    one : ByLabel
    model : Model
    """
    change, mix, rate = (_of(part) for part in (one.split.change, one.split.mix, one.split.rate))
    of = "the event" if model.task == "binary" else "each class"
    return (
        f"Accuracy changed by {three('accuracy', change)}: {three('accuracy', mix)} because {of} comes in "
        f"another share, {three('accuracy', rate)} because rows of one label are decided rightly more or "
        "less often."
    )


def _of(estimate: Estimate) -> tuple[float, float, float]:
    return float(estimate.value), float(estimate.lower), float(estimate.upper)


def three(measure: str, values: Sequence[float]) -> str:
    """A difference with its interval: of shares in percentage points.

    Examples
    --------
    >>> three("accuracy", (-0.1234, -0.15, -0.1)), three("mae", (1.5, 1.0, 2.0))
    ('−12.3 points (−15.0 to −10.0)', '+1.5 (+1 to +2)')
    """
    value, lower, upper = (signed(measure, one) for one in values)
    unit = " points" if measure == "accuracy" else ""
    return f"{value}{unit} ({lower} to {upper})"


def signed(measure: str, value: float) -> str:
    """A difference with its sign."""
    text = f"{100 * value:+.1f}" if measure == "accuracy" else f"{value:+.3g}"
    return text.replace("-", "−") if float(text) else text[1:]
