"""Health: is a model all right at an instant, since when, and what changed since the day before?

`evidence` gathers what is known of a model's inputs, outputs and labels, `signals` says what each of these
means, `oddness` tells of odd rows, `trying` of shadows' trials, `reviewing` of what waits for a person,
`rule` makes one colour and one sentence of them, `reports` puts it together, `ribbons` does so for every
chunk.
"""

from monitoring.health.evidence import Outputs, Served, assessed, outputs, profiled, served, sound
from monitoring.health.oddness import odd_rows
from monitoring.health.reports import Report, following, frame, health, report, text
from monitoring.health.reviewing import reviewing
from monitoring.health.ribbons import ribbon
from monitoring.health.signals import Signal
from monitoring.health.trying import trying

__all__ = [
    "Outputs",
    "Report",
    "Served",
    "Signal",
    "assessed",
    "following",
    "frame",
    "health",
    "odd_rows",
    "outputs",
    "profiled",
    "report",
    "reviewing",
    "ribbon",
    "served",
    "sound",
    "text",
    "trying",
]
