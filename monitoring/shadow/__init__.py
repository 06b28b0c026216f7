"""Would the shadow do better: two versions on the requests that both scored.

`reading` takes the profile of pairs from the store, `joint` sums it up by window, `agreeing` says how often
they decide alike, `differing` in which slices they do not, `expected` what scores alone say of the gain,
`gains` how much better the shadow is by any metric, `beside` compares latency, failures and calibration,
`verdict` tells what a registered trial says, `frames` writes the tidy frame.
"""

from monitoring.shadow import frames, gains, verdict
from monitoring.shadow.agreeing import Agreeing, agreeing, by_segment, every_segment, score_differences
from monitoring.shadow.beside import Failures, Latency, Reliability, failures, latency, reliabilities
from monitoring.shadow.differing import differing
from monitoring.shadow.expected import Expected, expected
from monitoring.shadow.joint import Joint
from monitoring.shadow.reading import NoPairsError, Pairs, read
from monitoring.shadow.verdict import Judged, candidates, judged

__all__ = [
    "Agreeing",
    "Expected",
    "Failures",
    "Joint",
    "Judged",
    "Latency",
    "NoPairsError",
    "Pairs",
    "Reliability",
    "agreeing",
    "by_segment",
    "candidates",
    "differing",
    "every_segment",
    "expected",
    "failures",
    "frames",
    "gains",
    "judged",
    "latency",
    "read",
    "reliabilities",
    "score_differences",
    "verdict",
]
