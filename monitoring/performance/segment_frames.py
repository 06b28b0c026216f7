"""Metrics by segment as the tidy frame: two rows per segment, its value and its difference to the rest."""

from __future__ import annotations

import pandas as pd

from monitoring import results
from monitoring.models import Model
from monitoring.performance.frames import limit
from monitoring.performance.segments import Breakdown
from monitoring.statistics.metrics.estimates import Estimate
from monitoring.windows import instants_of

REST = "performance against the rest"


def frame(found: Breakdown, model: Model) -> pd.DataFrame:
    """Every segment of a window.

    Parameters
    ----------
    found : Breakdown
    model : Model

    Returns
    -------
    DataFrame
        Columns of `monitoring.results.COLUMNS`. Rows of the subject ``performance`` are judged: ``value`` is
        the metric of the segment, ``effect`` its loss against the segment's own reference. Rows of the
        subject `REST` tell the difference to all other rows: ``effect`` is the metric of these, ``p_value``
        that of no difference, before the correction for many segments.
    """
    start, stop = instants_of([found.window.start, found.window.stop], model.grain, model.zone)
    rows = []
    for one in found.segments:
        base: Estimate = one.baseline
        shared = {
            "model": found.model, "version": found.version, "measure": found.metric.key,
            "segment": f"{one.column}={one.value}", "chunk_start": start, "chunk_stop": stop,
            "reference": found.reference, "maturity": "final", "data_until": found.data_until,
        }  # fmt: skip
        rows.append(
            {
                **shared, "subject": "performance", "n": int(one.rows), "value": float(one.estimate.value),
                "lower": float(one.estimate.lower), "upper": float(one.estimate.upper),
                "effect": float(one.loss.loss),
                "limit_low": limit(found.metric, base, one.amber, "higher"),
                "limit_high": limit(found.metric, base, one.amber, "lower"),
                "status": one.status, "reason": one.reason,
            }
        )  # fmt: skip
        rows.append(
            {
                **shared, "subject": REST, "n": int(one.rows), "value": one.change, "lower": one.lower,
                "upper": one.upper, "effect": float(one.rest.value), "p_value": one.p_value,
                "status": "grey", "reason": "not_enough" if one.short else "told_only",
            }
        )  # fmt: skip
    columns = pd.DataFrame(rows)
    return results.frame({str(name): columns[name] for name in columns})
