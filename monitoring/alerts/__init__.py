"""Alerts: what fired, who was told, and what was done about it.

`watching` reads what a model's rules look at, `firing` says when a rule holds, `incidents` groups what fired
together and says what becomes of incidents known before, `replaying` tries rules on the history, `noise`
tells which of them are noisy.
"""

from monitoring.alert_rules import DEFAULTS, Rule
from monitoring.alerts.courses import Course
from monitoring.alerts.firing import Firing, fired
from monitoring.alerts.incidents import Change, Incident, Kept, grouped, reconciled
from monitoring.alerts.noise import Noise, diagnosed
from monitoring.alerts.replaying import Replay, found, replayed
from monitoring.alerts.watching import Watch

__all__ = [
    "DEFAULTS",
    "Change",
    "Course",
    "Firing",
    "Incident",
    "Kept",
    "Noise",
    "Replay",
    "Rule",
    "Watch",
    "diagnosed",
    "fired",
    "found",
    "grouped",
    "reconciled",
    "replayed",
]
