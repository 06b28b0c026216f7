"""What has become of an incident."""

from __future__ import annotations

ROWS = (
    (
        "incident_open",
        "the incident is open",
        "the incident is open",
        "Acknowledge it, snooze it, or mark it unhelpful.",
    ),
    (
        "incident_closed",
        "the incident is over",
        "the incident is over",
        "Note what was done about it, so that the next one takes less time.",
    ),
    (
        "incident_withdrawn",
        "the incident was withdrawn: what is known now no longer supports it",
        "the incident was withdrawn: what is known now no longer supports it",
        "Nothing; where it happens often, let the rule wait for labels that are final.",
    ),
)
"""Code, words, sentence and fix, as `monitoring.reasons.Reason` has them."""
