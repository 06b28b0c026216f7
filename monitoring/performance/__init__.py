"""How good is a model, with the labels there are: metrics by cohort of prediction, late labels told apart.

`reading` takes the profile of outputs from the store, `cohorts` says which chunks are final, `assessment`
measures them, `judging` gives them their colour, `pooling` does the same for several chunks as one, `frames`
writes the tidy frame. `segments` measures every segment of a window beside the rest, `weak_rows` finds the
slices in which a version is worst, `calibration` says whether scores mean what they say,
`early` whether labelled rows are like the rest, `moved` and `label_mix` take a change apart.

Without labels: `meaning` learns what scores mean, `estimates` says what that makes of every chunk and
`estimate_judging` how sure that is,
`window_estimates` of several together, `weighted` corrects it by sampled rows that resemble a window's own,
`loss_estimates` learns those of a regression, and `estimate_frames` writes the frame.
"""

from monitoring.performance import (
    calibration,
    calibration_frames,
    calibration_signal,
    calibration_sums,
    calibration_words,
    early,
    estimate_frames,
    frames,
    label_mix,
    moved,
    moved_words,
    segment_frames,
    signal,
)
from monitoring.performance.assessment import HEADLINES, Assessment, assess, metrics_of
from monitoring.performance.cohorts import Cohorts
from monitoring.performance.estimate_judging import Estimation
from monitoring.performance.estimates import Estimates, estimate
from monitoring.performance.expected import estimable
from monitoring.performance.judging import Scores
from monitoring.performance.loss_estimates import ExpectedErrors, expected_errors, remembered_errors
from monitoring.performance.meaning import NotEstimableError
from monitoring.performance.pooling import Together, newest, past, together, trailing
from monitoring.performance.reading import Material, NoOutputError, material, reference_outcomes
from monitoring.performance.segments import Breakdown, Segment, breakdown
from monitoring.performance.weak_rows import Weak, weakest
from monitoring.performance.weighted import Weighted, weigh
from monitoring.performance.window_estimates import WindowEstimate, latest, pooled

__all__ = [
    "HEADLINES",
    "Assessment",
    "Breakdown",
    "Cohorts",
    "Estimates",
    "Estimation",
    "ExpectedErrors",
    "Material",
    "NoOutputError",
    "NotEstimableError",
    "Scores",
    "Segment",
    "Together",
    "Weak",
    "Weighted",
    "WindowEstimate",
    "assess",
    "breakdown",
    "calibration",
    "calibration_frames",
    "calibration_signal",
    "calibration_sums",
    "calibration_words",
    "early",
    "estimable",
    "estimate",
    "estimate_frames",
    "expected_errors",
    "frames",
    "label_mix",
    "latest",
    "material",
    "metrics_of",
    "moved",
    "moved_words",
    "newest",
    "past",
    "pooled",
    "reference_outcomes",
    "remembered_errors",
    "segment_frames",
    "signal",
    "together",
    "trailing",
    "weakest",
    "weigh",
]
