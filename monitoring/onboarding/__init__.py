"""Onboarding: what an unknown log is, a draft of a model's file, and what Health would say of it.

`detection` guesses from summaries of columns, each guess with a reason: `roles` and `names` what a column is,
`classes` which are probabilities, `kinds` what a feature holds, `volume` which days may be the reference.
`draft` puts a person's choices in place of guesses, `writing` makes the file of it, `previewing` tries it.
"""

from monitoring.onboarding.detection import TASKS, Detection, detect
from monitoring.onboarding.draft import Choices, Draft, DraftError, drafted
from monitoring.onboarding.guesses import FeatureGuess, Guess, Question
from monitoring.onboarding.names import ROLES, Role, slug
from monitoring.onboarding.places import passing
from monitoring.onboarding.previewing import Preview, preview

__all__ = [
    "ROLES",
    "TASKS",
    "Choices",
    "Detection",
    "Draft",
    "DraftError",
    "FeatureGuess",
    "Guess",
    "Preview",
    "Question",
    "Role",
    "detect",
    "drafted",
    "passing",
    "preview",
    "slug",
]
