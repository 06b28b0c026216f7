"""Performance in words: numbers of metrics, and the answer to the page's question."""

from __future__ import annotations

import numpy as np

from monitoring import performance, reasons
from monitoring.performance import Scores, Together
from monitoring.performance.judging import CODES
from monitoring.performance.wording import as_share, gap, number, signed, titled
from monitoring.statistics.metrics import evidence
from monitoring.statistics.severity import NAMES
from monitoring.ui import cards
from monitoring.ui.drift_view import words
from monitoring.ui.numbers import count, share
from monitoring.ui.performance_view import View

__all__ = [
    "answer", "as_share", "gap", "horizon_words", "nothing_final", "number", "reason", "signed", "titled",
    "unit_of",
]  # fmt: skip
_PAST = 3  # earlier windows from which on one is worth calling the best or the worst


def answer(view: View, one: Together | None) -> tuple[str, str]:
    """The page's answer: what the headline metrics are where labels are final, against the reference.

    Parameters
    ----------
    view : View
    one : Together or None
        The chunks that are judged, as one; None where no chunk of the range is final.

    Returns
    -------
    status : str
        The worst of the headline metrics that could be judged.
    sentence : str
        Plain text.
    """
    if one is None:
        return "grey", _nothing_final(view)
    headlines = [one.scores[key] for key in performance.HEADLINES[view.model.task]]
    parts = [
        f"{words(one.window)}: " + "; ".join(map(_headline, headlines)) + ".",
        _of_reference(view, one),
        _disagreement(headlines, one),
        _extremes(view.assessment, headlines, one),
        f"From {count(one.labelled)} final labels of {count(one.predicted)} predictions.",
    ]
    return NAMES[max(int(scores.status) for scores in headlines)], " ".join(part for part in parts if part)


def _of_reference(view: View, one: Together) -> str:
    """A warning where the chunks that are judged belong to what they are compared with."""
    reference = view.reference()
    inside = reference is not None and any(reference[0] <= place < reference[1] for place in one.places)
    return "These days are part of the reference itself, so there is little to compare." if inside else ""


def _nothing_final(view: View) -> str:
    """Why there is no answer: no label at all, or none that is mature."""
    found, shown = view.assessment, view.shown
    predicted, labelled = (float(values[shown].sum()) for values in (found.predicted, found.labelled))
    if not labelled:
        return cards.full(reasons.sentence("no_labels", rows=count(predicted)))
    horizon = found.material.cohorts.maturity.horizon
    if horizon is None:
        return (
            f"{count(labelled)} of {count(predicted)} predictions have a label. How late labels come is not "
            "known yet, so none of them counts as final."
        )
    return (
        f"{count(labelled)} of {count(predicted)} predictions have a label, but none is old enough to be "
        f"final: {horizon_words(view)}."
    )


def horizon_words(view: View) -> str:
    """When labels are final, in the model's own days or hours; nothing is known before it was learnt.

    Examples
    --------
    Of a model whose labels of every class have come after three days: "labels are final after 3 days".
    """
    horizon = view.assessment.material.cohorts.maturity.horizon
    if horizon is None:
        return "it is not known yet when labels are final"
    return f"labels are final after {count(horizon)} {unit_of(view)}{'' if horizon == 1 else 's'}"


def unit_of(view: View) -> str:
    """In what ages are counted: the grain of the model's profile."""
    return "hour" if view.model.grain == "hour" else "day"


def _headline(scores: Scores) -> str:
    """One metric in words: its value, the reference's, and whether the difference is beyond chance."""
    metric, change = scores.metric, scores.difference
    text = f"{metric.short} {number(metric, float(scores.estimate.value))}"
    if np.isnan(scores.baseline.value):
        return f"{text}, without a reference to compare with"
    text += f" against {number(metric, float(scores.baseline.value))} in the reference"
    if scores.status < 0:
        return f"{text}, not judged: {reason(scores)}"
    if change.lower > 0:
        return text + (", worse beyond chance" if scores.status > 0 else ", worse beyond chance, but little")
    return text + (", better beyond chance" if change.upper < 0 else ", no difference beyond chance")


def reason(scores: Scores) -> str:
    """Why a metric of several chunks is not judged, in words; '' where it is."""
    if scores.shortage.any:
        short_of = scores.shortage
        return evidence.words(short_of.kind, float(short_of.have), float(short_of.need))
    return reasons.sentence(CODES[int(scores.reason)]) if scores.status < 0 else ""


def _disagreement(headlines: list[Scores], one: Together) -> str:
    """A sentence where one headline metric became better and another one worse."""
    better = [scores for scores in headlines if scores.difference.upper < 0]
    worse = [scores for scores in headlines if scores.difference.lower > 0]
    if not better or not worse:
        return ""
    said = f"These disagree: {better[0].metric.short} is better while {worse[0].metric.short} is worse."
    share_of = one.scores.get("prevalence")
    if share_of is None:
        return said
    now, before = float(share_of.estimate.value), float(share_of.baseline.value)
    if np.isnan(before) or now > 0.8 * before:
        return said
    return f"{said} Events have become rarer, {share(now)} against {share(before)}, so more rows are easy."


def _extremes(assessment: performance.Assessment, headlines: list[Scores], one: Together) -> str:
    """Which headline metrics have never been better or worse in a window of this length."""
    said = []
    for scores in headlines:
        past = performance.past(assessment, one.places, scores.metric)
        value, sign = float(scores.estimate.value), 1 if scores.metric.better == "higher" else -1
        if np.isfinite(past).sum() < _PAST or scores.metric.better == "zero" or np.isnan(value):
            continue
        gain = sign * (value - past[np.isfinite(past)])
        if (gain > 0).all() or (gain < 0).all():
            said.append(f"{scores.metric.short} is the {'best' if gain[0] > 0 else 'worst'}")
    if not said:
        return ""
    return f"Of all windows of this length so far {' and '.join(said)}."


def nothing_final(what: str) -> None:
    """Say that no chunk of the range has final labels, and so what cannot be done."""
    cards.empty(
        f"There are no rows with final labels to {what}.",
        "Choose a longer range, or wait until labels are mature.",
    )
