"""Would the shadow do better: two versions on the requests that both scored.

`reading` takes the profile of pairs from the store, `joint` sums it up by window, `agreeing` says how often
they decide alike, `gains` how much better the shadow is by any metric, `beside` compares latency and
calibration, `verdict` tells what a registered trial says, `frames` writes the tidy frame.
"""

from monitoring.shadow import frames, gains, verdict
from monitoring.shadow.agreeing import Agreeing, agreeing, by_segment, every_segment, score_differences
from monitoring.shadow.beside import Latency, Reliability, latency, reliabilities
from monitoring.shadow.joint import Joint
from monitoring.shadow.reading import NoPairsError, Pairs, read
from monitoring.shadow.verdict import Judged, candidates, judged

__all__ = [
    "Agreeing",
    "Joint",
    "Judged",
    "Latency",
    "NoPairsError",
    "Pairs",
    "Reliability",
    "agreeing",
    "by_segment",
    "candidates",
    "every_segment",
    "frames",
    "gains",
    "judged",
    "latency",
    "read",
    "reliabilities",
    "score_differences",
    "verdict",
]
