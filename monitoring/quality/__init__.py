"""Quality: is the input sane?

`read` makes every check of `CHECKS` from the profile and from what is counted beside it, and judges them
together; `frames` makes it tidy, `verdict` says it in words. A check is entered by
`monitoring.quality.registry.quality_check`.
"""

# isort: off
from monitoring.quality import profiled, arrivals

# isort: on
from monitoring.quality import drilling, frames, wording
from monitoring.quality.assessment import Assessment, assess
from monitoring.quality.reading import Material, NoRowsError, judged, material, read
from monitoring.quality.registry import CHECKS, Check
from monitoring.quality.verdict import Finding, Verdict, verdict

__all__ = [
    "CHECKS",
    "Assessment",
    "Check",
    "Finding",
    "Material",
    "NoRowsError",
    "Verdict",
    "arrivals",
    "assess",
    "drilling",
    "frames",
    "judged",
    "material",
    "profiled",
    "read",
    "verdict",
    "wording",
]
