"""Why the rate of outlying rows has its colour, or none."""

from __future__ import annotations

ROWS = (
    (
        "few_held_back",
        "too few rows of the reference to tell outlying rows",
        "the reference has {rows} rows; 2,000 are needed, one half to fit distributions and one to calibrate",
        "Name a longer window, or a larger file, as [reference] in the model's file.",
    ),
    (
        "not_scored",
        "no feature that rows could be scored by",
        "no feature that rows could be scored by",
        "Log features in the reference, or exclude fewer of them.",
    ),
    (
        "as_odd_as_can_be",
        "rows of the reference itself are as odd as a row can be, so that none could be outlying",
        "rows of the reference itself are as odd as a row can be, so that none could be outlying",
        "Score by more features, or name a longer window, or a larger file, as [reference].",
    ),
    (
        "outlying",
        "more outlying rows than in the reference",
        "{hits} of {rows} rows are outlying, {rate}; rows like the reference would stay below {limit}",
        "Look at the oddest rows and what makes them odd; look at the source of a feature that leads many.",
    ),
    (
        "outlying_small",
        "more outlying rows than chance gives, but less than twice as many as in the reference",
        "{rate} of rows are outlying, beyond {limit}, but less than twice the reference's share",
        "Nothing yet; look at the oddest rows if it lasts.",
    ),
)
"""Code, words, sentence and fix, as `monitoring.reasons.Reason` has them."""
