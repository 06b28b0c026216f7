"""Rows unlike the reference: a signal that is told and never colours the model, as drift alone does not."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from monitoring import drift, outliers
from monitoring.health.signals import Signal
from monitoring.models import Model
from monitoring.outliers.wording import chunk_title

if TYPE_CHECKING:
    from monitoring.store import Store

NAME = "odd rows"


def odd_rows(store: Store, model: Model, as_of: dt.datetime) -> tuple[Signal, ...]:
    """How many rows of the last chunk that was over lie farther out than the reference.

    Parameters
    ----------
    store : Store
    model : Model
    as_of : datetime
        The instant to judge at.

    Returns
    -------
    tuple of Signal
        At most amber; none where rows are not scored, which the page Quality says with its reason.
    """
    try:
        judged = outliers.judged(outliers.read(store, model.name), as_of=as_of)
    except (outliers.NotScoredError, drift.CalendarError):
        return ()
    known = np.flatnonzero(np.asarray(judged.status) != "grey")
    if not len(known):
        return ()
    last = int(known[-1])
    status = "amber" if judged.status[last] in ("amber", "red") else "green"
    said = f"{chunk_title(judged, last)}: {outliers.chunk_sentence(judged, last)}"
    return (
        Signal(
            NAME, status, said.rstrip("."), judged.reason[last] if status == "amber" else "", "outlier_rate",
            float(judged.rate[last]), float(judged.limit[last]), int(judged.rows[last]), page="quality",
        ),
    )  # fmt: skip
