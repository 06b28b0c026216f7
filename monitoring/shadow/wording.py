"""A trial's verdict as people read it: in a word, and in a sentence in the metric's own unit."""

from __future__ import annotations

import numpy as np

from monitoring.performance.wording import signed
from monitoring.shadow import verdict
from monitoring.shadow.verdict import Judged

WORDS = {
    "shadow_better": "Better",
    "shadow_worse": "Worse",
    "shadow_not_worse": "Not worse",
    "keep_collecting": "Not decided",
    "trial_undecided": "Undecided",
    "segment_blocks": "Blocked",
}
"""What a verdict is called in a word, by the code of its reason."""


def verdict_words(judged: Judged) -> str:
    """The verdict in a sentence, in the metric's own unit."""
    course = judged.course
    ends = [float(end[-1]) if len(end) else np.nan for end in (course.value, course.lower, course.upper)]
    gain, *interval = (signed(judged.metric, end) for end in ends)
    words = [gain, *(end.removesuffix(" points") for end in interval)]  # the unit is said once
    return verdict.sentence(judged, words, margin=signed(judged.metric, judged.trial.margin).lstrip("+"))
