"""How good is a model, with the labels there are: metrics by cohort of prediction, late labels told apart.

`reading` takes the profile of outputs from the store, `cohorts` says which chunks are final, `assessment`
measures them, `judging` gives them their colour, `pooling` does the same for several chunks as one, `frames`
writes the tidy frame. Without labels: `meaning` learns what scores mean, `estimates` says what that makes of
every chunk, `estimate_frames` writes it. `segments` measures every segment of a window beside the rest.
"""

from monitoring.performance import estimate_frames, frames, segment_frames
from monitoring.performance.assessment import HEADLINES, Assessment, assess, metrics_of
from monitoring.performance.cohorts import Cohorts
from monitoring.performance.estimates import Estimates, Latest, estimate, latest
from monitoring.performance.expected import estimable
from monitoring.performance.judging import Scores
from monitoring.performance.pooling import Together, newest, past, together
from monitoring.performance.reading import Material, NoOutputError, material, reference_outcomes
from monitoring.performance.segments import Breakdown, Segment, breakdown

__all__ = [
    "HEADLINES",
    "Assessment",
    "Breakdown",
    "Cohorts",
    "Estimates",
    "Latest",
    "Material",
    "NoOutputError",
    "Scores",
    "Segment",
    "Together",
    "assess",
    "breakdown",
    "estimable",
    "estimate",
    "estimate_frames",
    "frames",
    "latest",
    "material",
    "metrics_of",
    "newest",
    "past",
    "reference_outcomes",
    "segment_frames",
    "together",
]
