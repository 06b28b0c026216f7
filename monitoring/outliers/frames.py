"""Odd rows as the tidy frame: a rate per chunk, the features that lead, and the oddest rows one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from monitoring import results, windows
from monitoring.outliers.judging import Judged
from monitoring.outliers.reading import Found
from monitoring.outliers.wording import telling
from monitoring.statistics.outliers import conformal
from monitoring.statistics.shares import wilson
from monitoring.store import outlier_counts
from monitoring.store.outliers import Odd
from monitoring.windows import Window

SUBJECT = "outliers"
RATE, UNUSUAL, LEAD, ROW = "outlier_rate", "unusual_rate", "outlier_lead", "outlier_contribution"
MEASURES = (RATE, UNUSUAL, LEAD, ROW)


def rate_frame(judged: Judged, window: Window | None = None) -> pd.DataFrame:
    """The share of outlying rows of every chunk.

    Parameters
    ----------
    judged : Judged
    window : Window, optional
        Keep the chunks that begin inside.

    Returns
    -------
    DataFrame
        Columns of `monitoring.results.COLUMNS`. ``value`` is the share with Wilson's interval, ``effect`` how
        many times as many rows are outlying as of the reference, ``limit_high`` the share that rows like the
        reference exceed as rarely as the model's file allows.
    """
    kept = judged.inside(window)
    if not len(kept):
        return results.frame({})
    return results.frame(
        {
            **_of_chunks(judged, kept), "subject": SUBJECT, "measure": RATE, "n": judged.rows[kept],
            "value": judged.rate[kept], "lower": judged.lower[kept], "upper": judged.upper[kept],
            "effect": judged.rate[kept] / conformal.ALPHA, "p_value": judged.p_value[kept],
            "noise_floor": judged.noise_floor[kept], "limit_high": judged.limit[kept],
            "status": [judged.status[place] for place in kept],
            "reason": [judged.reason[place] for place in kept],
        }
    )  # fmt: skip


def unusual_frame(judged: Judged, window: Window | None = None) -> pd.DataFrame:
    """The share of rows of every chunk that are as odd as the oddest twentieth of the reference; not judged.

    It tells of storms that the reference itself holds, of which no row is outlying.
    """
    kept = judged.inside(window)
    if not len(kept):
        return results.frame({})
    ends = wilson(judged.unusual[kept] * judged.rows[kept], judged.rows[kept])
    return results.frame(
        {
            **_of_chunks(judged, kept), "subject": SUBJECT, "measure": UNUSUAL, "n": judged.rows[kept],
            "value": judged.unusual[kept], "lower": ends.lower, "upper": ends.upper,
            "effect": judged.unusual[kept] / outlier_counts.UNUSUAL,
            "limit_high": judged.unusual_limit[kept], "status": "grey", "reason": "told_only",
        }
    )  # fmt: skip


def lead_frame(judged: Judged, window: Window | None = None) -> pd.DataFrame:
    """The features that lead the outlying rows of every chunk; those that lead none are left out.

    ``value`` is the share of the chunk's outlying rows, ``n`` how many of these there are.
    """
    kept = judged.inside(window)
    place, feature = np.nonzero(judged.leads[kept])
    if not len(place):
        return results.frame({})
    at, features = kept[place], judged.found.fit.features
    return results.frame(
        {
            **_of_chunks(judged, at), "subject": [features[one] for one in feature], "measure": LEAD,
            "n": judged.outlying[at], "value": judged.leads[at, feature] / judged.outlying[at],
            "status": "grey", "reason": "told_only",
        }
    )  # fmt: skip


def row_frame(found: Found, odd: Odd) -> pd.DataFrame:
    """The oddest rows, the oddest first, each with the features that make it odd.

    Returns
    -------
    DataFrame
        ``subject`` is the feature, ``segment`` says which row, ``value`` what the feature adds to the row's
        score in nats, ``effect`` how much of that is beyond its usual, ``statistic`` the score and
        ``p_value`` the row's.
    """
    if found.fit.held is None:
        return results.frame({})
    p_values = conformal.p_values(found.fit.held, odd.scores)
    step = np.timedelta64(1, "h" if found.model.grain == "hour" else "D")
    rows: list[dict[str, Any]] = []
    for place, one in enumerate(odd.ids):
        key = odd.chunks[place]
        ends = [end.astype("datetime64[us]").item() for end in (key, key + step)]
        start, stop = windows.instants_of(ends, found.model.grain, found.model.zone)
        rows += [
            {
                "subject": found.fit.columns[i].feature, "segment": f"id={one}", "chunk_start": start,
                "chunk_stop": stop, "value": term, "effect": term - found.fit.columns[i].usual,
                "statistic": odd.scores[place], "p_value": p_values[place],
            }
            for i, term in telling(found.fit, odd, place)
        ]  # fmt: skip
    if not rows:
        return results.frame({})
    columns = pd.DataFrame(rows)
    return results.frame(
        {
            **{str(name): columns[name] for name in columns}, "model": found.model.name, "measure": ROW,
            "n": 1, "reference": found.reference_words, "data_until": found.data_until, "status": "grey",
            "reason": "told_only",
        }
    )  # fmt: skip


def _of_chunks(judged: Judged, places: np.ndarray) -> dict[str, Any]:
    """What all rows about a chunk have."""
    found = judged.found
    return {
        "model": found.model.name,
        "segment": "",
        "chunk_start": [judged.starts[place] for place in places],
        "chunk_stop": [judged.stops[place] for place in places],
        "reference": found.reference_words,
        "maturity": np.where(judged.complete[places], "final", "partial"),
        "data_until": found.data_until,
    }
