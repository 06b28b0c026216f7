"""Why an estimate from reviewed rows says nothing yet, and what waits for a person."""

from __future__ import annotations

ROWS = (
    (
        "audit_young",
        "too few audited cases are decided",
        "{decided} of {drawn} audited cases are decided; an estimate needs {least}",
        "Review the audit's cases first: they stand at the top of the queue.",
    ),
    (
        "audit_unjudged",
        "an audit is told and never judged",
        "an audit is told and never judged",
        "Wait for final labels: they decide the colour.",
    ),
    (
        "completed_unjudged",
        "labels completed by an audit are told and never judged",
        "labels completed by an audit are told and never judged",
        "Wait for final labels: they decide the colour.",
    ),
    (
        "no_audit",
        "nothing was drawn for an audit of these days",
        "nothing was drawn for an audit of these days",
        "Open the page Review, which fills the queue, or state [review] in the model's file.",
    ),
    (
        "backlog_none",
        "no case waits",
        "no case waits",
        "Nothing; cases come in once a day is over.",
    ),
    (
        "backlog",
        "cases wait for a person",
        "{open} cases wait, the oldest for {days} days",
        "Review them, or state a smaller budget in [review].",
    ),
)
"""Code, words, sentence and fix, as `monitoring.reasons.Reason` has them."""
