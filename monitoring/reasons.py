"""Why a number has its colour, or none: every code with a sentence and what to do about it.

Codes travel in the ``reason`` column of the tidy frame; pages, command line and reports put them into words
here, so that the same thing is always said in the same way.
"""

from __future__ import annotations

import string
from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """One reason.

    Attributes
    ----------
    code : str
        What stands in the ``reason`` column.
    words : str
        What it means, said without any number.
    sentence : str
        The same with numbers, as a template of named facts.
    fix : str
        What a reader can do; empty where there is nothing to do.
    """

    code: str
    words: str
    sentence: str
    fix: str


_TABLE = (
    ("no_data", "no data in range", "no rows from {start} to {stop}", "Choose a longer range."),
    (
        "too_few_rows",
        "too few rows",
        "too few rows ({rows} of {minimum})",
        "Choose a longer chunk, or wait for more predictions.",
    ),
    (
        "partial",
        "partial chunk",
        "the chunk from {start} is not over yet",
        "It is judged when it is complete.",
    ),
    (
        "no_reference",
        "no reference",
        "the reference from {start} to {stop} holds no rows",
        "Name a window of the log as [reference] in the model's file.",
    ),
    (
        "empty_reference",
        "no value in the reference",
        "{feature} has no value in the reference",
        "Choose a reference in which the feature is logged, or exclude the feature.",
    ),
    (
        "before_reference",
        "before the version’s own reference",
        "before the version’s own reference, which begins on {start}",
        "Nothing says that the version was healthy then; name an earlier window as [reference.VERSION].",
    ),
    ("late", "no data for too long", "no data for {span}", "Look at what writes the log, or at the inbox."),
    (
        "changed_type",
        "another type",
        "{feature} holds values of another type",
        "Write the column with the type it had.",
    ),
    ("identifier", "names rows", "nearly every value of {feature} is another: it names rows", ""),
    ("unsupported", "not a number or category", "{feature} holds dates or nested values", ""),
    (
        "calendar",
        "an instant must be wrong: the log reaches over too long a time",
        "an instant must be wrong: the log reaches over too long a time",
        "Find the file by its days with: python -m monitoring files MODEL, and forget it.",
    ),
    ("absent", "column absent", "{feature} is not in the log", "Log the feature, or exclude it."),
    (
        "days_differ",
        "days differ too much to judge one alone",
        "days differ too much to judge one: within the reference one reaches {limit}",
        "Read the trailing windows and the share of rows outside the reference's range instead.",
    ),
    (
        "off_grid",
        "beyond the bins",
        "most values of {feature}, and of what they are compared with, lie beyond the model's bins",
        "Choose a method that sees values (Wasserstein, Welch's t), or name a newer window as [reference].",
    ),
    (
        "told_only",
        "told, not judged",
        "told, not judged",
        "It explains an answer that is judged as a whole.",
    ),
    (
        "overlaps_reference",
        "the window is partly the reference itself",
        "the {chunks} chunks up to {stop} are partly the reference itself",
        "It is judged once the window lies outside the reference.",
    ),
    (
        "short_history",
        "too few chunks so far",
        "fewer than {chunks} chunks so far",
        "It is judged once there are enough chunks.",
    ),
    (
        "not_confirmed",
        "not confirmed yet",
        "not confirmed: only {judged} of the last 3 chunks could be judged",
        "It takes two of three chunks to tell a change from a bad day.",
    ),
    (
        "uncalibrated",
        "uncalibrated: too few reference chunks",
        "uncalibrated: the reference holds {chunks} chunks, 7 are needed",
        "Choose a longer reference or a shorter chunk; until then only sampling noise is allowed for.",
    ),
    (
        "borrowed_limit",
        "uncalibrated: limit of shorter windows",
        "uncalibrated: the reference is too short for windows of {chunks} chunks; the limit is that of "
        "windows of {block}, which vary more",
        "A longer reference makes the limit sharper.",
    ),
    ("drift", "outside what the reference shows", "{measure} {value} is above its limit {limit}", ""),
    (
        "detectable_small",
        "detectable, small",
        "{measure} {value} is above its limit {limit}, but small: amber starts at {amber}",
        "Nothing has to be done; it is drawn so that a trend is seen early.",
    ),
    (
        "chance",
        "expected by chance among many features",
        "{measure} {value} is above its limit {limit}, as is expected by chance among {features} features",
        "Nothing has to be done unless it stays.",
    ),
    (
        "no_longer_constant",
        "no longer constant",
        "{feature} has one value in the reference and others now ({share} of rows)",
        "Check what writes the feature.",
    ),
    ("constant", "constant", "{feature} has one value, as in the reference", ""),
    (
        "no_labels",
        "no labels",
        "no label of {rows} predictions is known",
        "Add labels: python -m monitoring labels MODEL PATH; performance without them is estimated.",
    ),
    (
        "immature",
        "labels not mature",
        "labels not mature: {coverage} of {rows} predictions have one",
        "It is judged once as many labels have come as usually come.",
    ),
    (
        "maturity_unknown",
        "not known when labels are mature",
        "not known when labels are mature",
        "It is judged once the oldest predictions have had all their labels for a while.",
    ),
    (
        "not_enough",
        "not enough labels",
        "not enough: {have} {kind} of {need}",
        "Choose a longer chunk, or wait for more labels.",
    ),
    (
        "undefined_metric",
        "not defined here",
        "{measure} is not defined for these rows",
        "Choose another metric, or a longer chunk.",
    ),
    (
        "no_baseline",
        "nothing to compare with",
        "the reference has no mature labels of version {version}",
        "Name a window with labels as [reference] or [reference.{version}].",
    ),
    (
        "description",
        "describes, is neither good nor bad",
        "{measure} describes the rows, it is neither good nor bad",
        "Read it beside the metrics that can be lost.",
    ),
    (
        "lost_performance",
        "worse than the reference",
        "{measure} lost {loss} against the reference, at least {least} of it beyond chance",
        "Read why performance moved, and the retraining advice of the model.",
    ),
    (
        "small_loss",
        "worse, but little",
        "{measure} lost {loss} against the reference: beyond chance, but below amber",
        "Nothing has to be done; it is drawn so that a trend is seen early.",
    ),
    (
        "few_reference_labels",
        "too few labels in the reference",
        "too few labels in the reference: {have} {kind} of {minimum}",
        "Name a longer window with labels as [reference], or wait for its labels.",
    ),
    (
        "own_reference_incomplete",
        "the version's own reference is not complete",
        "version {version} has its own reference, {start} to {stop}, whose labels are not complete yet",
        "It is estimated once these days are over and their labels are mature.",
    ),
    (
        "no_scores",
        "no scores",
        "version {version} logs decisions without scores",
        "Log the score beside the decision; without it nothing can be estimated.",
    ),
    (
        "not_probabilities",
        "scores are not probabilities",
        "some scores of version {version} are below 0 or above 1, so they are no probabilities",
        "Log probabilities as the score.",
    ),
    (
        "needs_rows",
        "errors are estimated from rows, on request",
        "errors are estimated from rows, on request",
        "Open the page Performance without labels, or run: python -m monitoring show estimate MODEL",
    ),
    (
        "estimated_loss",
        "estimated to be worse than the reference",
        "{measure} is estimated to have lost {loss} against the reference, at least {least} of it beyond "
        "the interval",
        "Send a small random sample for labels before anything is retrained.",
    ),
    (
        "of_reference",
        "part of the reference",
        "part of the reference",
        "What scores mean was learnt from these days, so their estimate is no check.",
    ),
    (
        "wide_interval",
        "the interval is too wide to tell",
        "the interval is too wide to tell: a loss of {loss} is within it",
        "Choose a longer chunk, or send a small random sample for labels.",
    ),
    (
        "outside_support",
        "outside reference support",
        "outside reference support, estimate unreliable: a classifier tells the rows from the reference "
        "with AUC {auc}, more than {limit}",
        "Wait for labels, or send a small random sample for labels.",
    ),
    (
        "lost_for_a_while",
        "worse than its reference for a while",
        "{measure} was worse than the segment's reference in {lost} of {judged} spans, last {last}",
        "Choose that span as the range, and look at what else changed then.",
    ),
    (
        "chance_segments",
        "expected by chance among many segments",
        "{measure} lost {loss} against the segment's reference, as is expected by chance among {segments} "
        "segments",
        "Nothing has to be done unless it stays.",
    ),
    (
        "few_effective_rows",
        "too few rows of the reference resemble the current ones",
        "too few rows of the reference resemble the current ones: {effective} of them are effective, {least} "
        "are needed",
        "Read the plain estimate; a longer reference may hold more such rows.",
    ),
    (
        "few_rows_to_weigh",
        "too few rows to weigh",
        "too few rows to weigh",
        "Choose a longer window; the plain estimate needs no rows.",
    ),
    (
        "no_features",
        "no features in the log",
        "no features in the log",
        "Log the features beside the scores; the plain estimate needs none.",
    ),
    (
        "no_reference_rows",
        "no scored rows of the reference",
        "the reference file holds no rows scored by version {version}",
        "Name a window of the log as [reference.{version}].",
    ),
    (
        "miscalibrated",
        "scores do not mean what they say",
        "calibration error {error}, above {limit} and by {excess} more than chance and the reference explain",
        "Recalibrate the scores (isotonic or Platt); the order of rows needs no retraining for that.",
    ),
    (
        "small_miscalibration",
        "miscalibrated, but little",
        "calibration error {error}, above {limit}, but too little beyond the reference's own to matter",
        "Nothing has to be done; it is drawn so that a trend is seen early.",
    ),
    (
        "unlike_the_rest",
        "labelled rows are not like the rest",
        "scores of labelled rows differ from those of rows without a label: {measure} {value}, limit {limit}",
        "Do not take what labelled rows show for all rows; wait for the rest, or label a random sample.",
    ),
    (
        "few_to_compare",
        "too few rows with or without a label to compare",
        "too few rows with or without a label to compare",
        "",
    ),
    (
        "unlike_reference",
        "rows lie outside what the reference holds",
        "a classifier tells the rows from the reference's with AUC {auc}, more than {limit}, so the "
        "reference holds no rows like them to compare with",
        "Read the change by label, which needs no such rows; a reference of the same season may hold them.",
    ),
    (
        "excluded",
        "excluded from the verdict",
        "{feature} is excluded in the model's file",
        "Remove it from exclude to count it.",
    ),
)
REASONS: dict[str, Reason] = {row[0]: Reason(*row) for row in _TABLE}


def sentence(code: str, **facts: object) -> str:
    """A reason in words.

    Parameters
    ----------
    code : str
        From the ``reason`` column; empty means there is nothing to explain.
    **facts
        Numbers and names for the sentence, already formatted. If one it needs is missing, the wording without
        numbers is given.

    Returns
    -------
    str

    Raises
    ------
    KeyError
        If the code is not registered.

    Examples
    --------
    >>> sentence("too_few_rows", rows=12, minimum=30)
    'too few rows (12 of 30)'
    >>> sentence("too_few_rows")
    'too few rows'
    """
    if not code:
        return ""
    reason = REASONS[code]
    needed = {name for _, name, _, _ in string.Formatter().parse(reason.sentence) if name}
    return reason.sentence.format(**facts) if needed <= set(facts) else reason.words


def fix(code: str) -> str:
    """What a reader can do about it.

    Examples
    --------
    >>> fix("no_data")
    'Choose a longer range.'
    """
    return REASONS[code].fix if code else ""
