"""How good is a model, with the labels there are: metrics by cohort of prediction, late labels told apart.

`reading` takes the profile of outputs from the store, `cohorts` says which chunks are final, `assessment`
measures and judges them, `frames` writes the tidy frame.
"""

from monitoring.performance import frames
from monitoring.performance.assessment import Assessment, Scores, assess, metrics_of
from monitoring.performance.cohorts import Cohorts
from monitoring.performance.reading import Material, material, reference_outcomes

__all__ = [
    "Assessment",
    "Cohorts",
    "Material",
    "Scores",
    "assess",
    "frames",
    "material",
    "metrics_of",
    "reference_outcomes",
]
