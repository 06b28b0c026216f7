"""A model's drift over time, one row per chunk, for the ribbon on Health."""

from __future__ import annotations

import numpy as np
import pandas as pd

from monitoring import results
from monitoring.drift.assessment import Assessment
from monitoring.drift.signal import Signal, signal
from monitoring.statistics.severity import AMBER, GREY, names


def ribbon(assessment: Assessment, colours: Signal | None = None) -> pd.DataFrame:
    """The model's drift in every chunk.

    Parameters
    ----------
    assessment : Assessment
        With every check of `monitoring.drift.assessment.VERDICT_CHECKS`.
    colours : Signal, optional
        If already computed.

    Returns
    -------
    DataFrame
        Tidy: subject ``features``, measure ``drift``, value the share of judged features that are amber or
        worse in two of the last three chunks, n the number of features judged.
    """
    colours = colours or signal(assessment)
    lasting = colours.lasting[assessment.counted]
    judged = (lasting > GREY).sum(axis=0)
    worse = (lasting >= AMBER).sum(axis=0)
    grey = colours.model == GREY
    return results.frame(
        {
            "model": [assessment.model.name] * len(assessment.keys),
            "subject": "features",
            "measure": "drift",
            "segment": assessment.segment,
            "chunk_start": list(assessment.start),
            "chunk_stop": list(assessment.stop),
            "n": judged,
            "value": np.where(judged > 0, worse / np.maximum(judged, 1), np.nan),
            "reference": assessment.reference_words,
            "maturity": np.where(assessment.complete, "final", "partial"),
            "data_until": assessment.data_until,
            "status": names(colours.model),
            "reason": np.where(~assessment.complete, "partial", np.where(grey, "not_confirmed", "")),
        }
    )
