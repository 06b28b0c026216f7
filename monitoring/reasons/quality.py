"""Why a check of data quality has its colour."""

from __future__ import annotations

ROWS = (
    (
        "more_than_usual",
        "more than in the reference",
        "{value} of {rows} rows, {reference} in the reference",
        "Look at the rows behind the number, and at what writes the column.",
    ),
    (
        "days_explain",
        "more than in the reference, whose own days differ as much",
        "{value} of {rows} rows, {reference} in the reference, whose own days differ as much",
        "Nothing has to be done unless it stays; a longer reference makes the limit sharper.",
    ),
    (
        "stuck",
        "one value only",
        "{subject} has one value in all {rows} rows and many in the reference",
        "Check what writes the feature: it repeats a value.",
    ),
    (
        "broken_rule",
        "breaks a rule of the model's file",
        "{value} of {rows} rows break the rule {subject}",
        "Look at the rows behind the number. If they are right, change the rule under [rules].",
    ),
    (
        "unusable_rule",
        "the rule cannot be asked",
        "the rule {subject} cannot be asked: {why}",
        "Correct it under [rules] in the model's file.",
    ),
    (
        "unusual_volume",
        "another number of rows than usual",
        "{value} times the rows of the same weekday before",
        "Ask whether the traffic changed, or whether part of the log is missing.",
    ),
    (
        "column_missing",
        "a column of the reference is missing",
        "a file came without the column {subject}",
        "Log the column again, or exclude the feature.",
    ),
    (
        "column_new",
        "a column that the reference does not have",
        "{subject} is new: the reference does not have it",
        "If it is a column under a new name, give it its old one.",
    ),
    (
        "repeated",
        "rows come more than once",
        "{value} of {rows} rows repeat another",
        "Look at what writes the log: it sends rows again.",
    ),
    (
        "senseless_label",
        "labels that make no sense",
        "{value} of {rows} labels",
        "Look at what writes the labels; a label is one of the classes and comes after its prediction.",
    ),
)
"""Code, words, sentence and fix, as `monitoring.reasons.Reason` has them."""
