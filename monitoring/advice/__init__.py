"""Should a model be retrained, and why: the evidence for it, gathered from the store, and what follows.

`read` takes everything the advice rests on from the store, `gathering` makes it evidence metric by metric,
`faults` finds inputs that may be broken, and `advise` says what to do: the rule itself is a pure function,
`monitoring.statistics.advice.retraining_advice`.
"""

from monitoring.advice.advising import Recommendation, advise
from monitoring.advice.gathering import Fact
from monitoring.advice.reading import Sources, read

__all__ = ["Fact", "Recommendation", "Sources", "advise", "read"]
