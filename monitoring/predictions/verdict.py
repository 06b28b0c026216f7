"""What the drift of a version's output means at an instant, as one signal."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from monitoring import drift, reasons
from monitoring.drift import Assessment, FeatureVerdict

_ORDER = ("red", "amber", "green", "grey")


@dataclass(frozen=True)
class Verdict:
    """A version's output at an instant.

    Attributes
    ----------
    status : str
        The worst colour that an output reached in two of the last three chunks; grey where none is known.
    sentence : str
        Without the colour.
    measure : str
        The method, or ``out_of_range``.
    value, limit : float
        Of the output and the check that decided; nan where unknown.
    n : int
        Rows of the judged chunk.
    reason : str
        Code, see `monitoring.reasons`.
    since : datetime or None
        Key of the first chunk of the present run of amber or red.
    outputs : tuple of FeatureVerdict
        Worst first.
    """

    status: str
    sentence: str
    measure: str
    value: float
    limit: float
    n: int
    reason: str
    since: dt.datetime | None
    outputs: tuple[FeatureVerdict, ...]


def verdict(
    assessment: Assessment, colours: drift.Signal | None = None, at: dt.datetime | None = None
) -> Verdict:
    """The drift of a version's output in the last complete chunk.

    Parameters
    ----------
    assessment : Assessment
        Of `monitoring.predictions.outputs`, with every check of `monitoring.drift.VERDICT_CHECKS`.
    colours : Signal, optional
        If already computed.
    at : datetime, optional
        A key: judge the chunk that holds it, or the last complete one before; the last one by default.
    """
    found = drift.verdict(assessment, colours, at=at).features
    if not found:
        return Verdict(
            "grey", reasons.sentence("no_data"), "", float("nan"), float("nan"), 0, "no_data", None, ()
        )
    ordered = tuple(sorted(found, key=lambda one: (_ORDER.index(one.lasting), _ORDER.index(one.status))))
    worst = ordered[0]
    loud = [one for one in ordered if one.lasting in ("amber", "red")]
    return Verdict(
        status=worst.lasting,
        sentence="; ".join(one.sentence for one in loud or ordered),
        measure=worst.measure,
        value=worst.value,
        limit=worst.limit,
        n=worst.rows,
        reason=worst.reason,
        since=worst.since if loud else None,
        outputs=ordered,
    )
