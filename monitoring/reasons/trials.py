"""Why a trial of a shadow has its verdict."""

from __future__ import annotations

ROWS = (
    (
        "no_trial",
        "no trial is registered",
        "no trial of {shadow} is registered, so nothing is judged",
        "Register one: its metric, margin and rows are fixed before anybody looks.",
    ),
    (
        "trial_judges",
        "only a trial judges a shadow",
        "only a trial judges a shadow",
        "Read the trial's verdict: looked at one by one, chunks would find a winner where there is none.",
    ),
    (
        "not_estimable_difference",
        "not estimable without labels",
        "scores alone say nothing about {metric}",
        "Choose a metric that can be estimated, such as accuracy or the Brier score, or wait for labels.",
    ),
    (
        "trial_young",
        "too few final rows for a verdict",
        "{shadow} has {rows} final rows; a verdict that may be looked at daily needs 200, spread over ten "
        "days",
        "Wait for labels to mature.",
    ),
    (
        "shadow_better",
        "the shadow is better",
        "{shadow} is better by {metric} {gain} ({lower} to {upper}) on {rows} rows",
        "Promote it.",
    ),
    (
        "shadow_worse",
        "the shadow is worse",
        "{shadow} is worse by {metric} {gain} ({lower} to {upper}), beyond the margin of {margin}, "
        "on {rows} rows",
        "Stop the trial.",
    ),
    (
        "shadow_not_worse",
        "the shadow is not worse",
        "{shadow} is not worse than the margin of {margin}: {metric} {gain} ({lower} to {upper}) "
        "on {rows} rows",
        "Promote it if it is cheaper.",
    ),
    (
        "keep_collecting",
        "keep collecting",
        "not decided yet: {metric} {gain} ({lower} to {upper}) on {rows} rows, margin {margin}; {needed}",
        "Wait: looking every day costs nothing, the interval holds for all looks together.",
    ),
    (
        "trial_undecided",
        "the trial ended undecided",
        "undecided after {rows} rows: {metric} {gain} ({lower} to {upper}), margin {margin}",
        "Extend the trial by a new entry with more rows, or stop it.",
    ),
    (
        "segment_blocks",
        "a segment forbids a promotion",
        "{shadow} would be promoted by {metric} {gain} ({lower} to {upper}), but loses too much in "
        "{segments}",
        "Look at these segments; promote it only where it does not serve them.",
    ),
)
"""Code, words, sentence and fix, as `monitoring.reasons.Reason` has them."""
