"""Why data, their drift and the verdict on it have their colour, or none."""

from __future__ import annotations

ROWS = (
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
        "excluded",
        "excluded from the verdict",
        "{feature} is excluded in the model's file",
        "Remove it from exclude to count it.",
    ),
)
"""Code, words, sentence and fix, as `monitoring.reasons.Reason` has them."""
