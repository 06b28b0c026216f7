"""Why performance, estimates and calibration have their colour, or none."""

from __future__ import annotations

ROWS = (
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
        "Wait for more labels or take longer chunks; where every row has its label nothing is compared.",
    ),
    (
        "unlike_reference",
        "rows lie outside what the reference holds",
        "a classifier tells the rows from the reference's with AUC {auc}, more than {limit}, so the "
        "reference holds no rows like them to compare with",
        "Read the change by label, which needs no such rows; a reference of the same season may hold them.",
    ),
)
"""Code, words, sentence and fix, as `monitoring.reasons.Reason` has them."""
