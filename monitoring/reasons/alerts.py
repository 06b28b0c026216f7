"""What has become of an incident."""

from __future__ import annotations

ROWS = (
    (
        "incident_open",
        "the incident is open",
        "the incident is open",
        "Acknowledge it, snooze it, or mark it unhelpful.",
    ),
    ("incident_closed", "the incident is over", "the incident is over", ""),
    (
        "incident_withdrawn",
        "the incident was withdrawn: what is known now no longer supports it",
        "the incident was withdrawn: what is known now no longer supports it",
        "",
    ),
)
"""Code, words, sentence and fix, as `monitoring.reasons.Reason` has them."""
