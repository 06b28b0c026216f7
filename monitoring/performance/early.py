"""Early labels: are rows that have theirs like rows that have none yet, and may they be weighted for all?

Compared are scores, the one thing that is known of every row. Weighting by score is right only where a label
comes equally late whatever it is: where classes differ in that, early labels are a biased sample among rows
of one score, too, and weights make it worse. So it is offered only where the delays of all classes agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from monitoring import results
from monitoring.performance.assessment import Assessment
from monitoring.performance.estimates import chunk_of
from monitoring.performance.outcomes import main_subject, placed
from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics import BinaryOutcomes, Metric
from monitoring.statistics.metrics.additive import part, pooled
from monitoring.statistics.representativeness import Representativeness, representativeness
from monitoring.statistics.sums import mass_groups
from monitoring.windows import Window

SUBJECT = "representativeness"
LEAST_ROWS = 30
"""Rows with a label, and rows without, below which scores are not compared."""
_LOSSES = ("log_loss", "log_loss_square", "brier", "brier_square")


@dataclass(frozen=True, eq=False)
class Early:
    """Scores of rows with a label and of rows without one.

    Attributes
    ----------
    assessment : Assessment
    labelled, unlabelled : ndarray of shape (chunks, slots)
    """

    assessment: Assessment
    labelled: Floats
    unlabelled: Floats

    @cached_property
    def found(self) -> Representativeness:
        """Of shape (chunks,); nan where one of them has fewer than 30 rows."""
        return _compared(self.labelled, self.unlabelled)


def early(found: Assessment) -> Early | None:
    """Compare the scores of labelled and unlabelled rows in every chunk.

    Parameters
    ----------
    found : Assessment

    Returns
    -------
    Early or None
        None of a regression: its profile counts labelled rows by their error and not by their score.
    """
    material = found.material
    if material.model.task == "regression":
        return None
    cube = material.cubes[main_subject(material.model)]
    place, count = chunk_of(found), len(found.keys)
    sides = []
    for counts in (cube.labelled.counts.sum(axis=0), cube.all.counts):
        by_chunk = np.zeros((count, counts.shape[-1] - 1))
        np.add.at(by_chunk, place, placed(cube, counts, material.keys)[:, :-1])
        sides.append(by_chunk)
    return Early(found, sides[0], np.maximum(sides[1] - sides[0], 0.0))


def _compared(labelled: Floats, unlabelled: Floats) -> Representativeness:
    """Nothing is said of few rows."""
    enough = np.minimum(labelled.sum(axis=-1), unlabelled.sum(axis=-1)) >= LEAST_ROWS
    kept = np.where(enough[..., None], 1.0, 0.0)
    return representativeness(labelled * kept, unlabelled * kept)


def together(found: Early, places: Sequence[int]) -> Representativeness:
    """The same of some chunks as one, without axes."""
    chosen = list(places)
    return _compared(found.labelled[chosen].sum(axis=0), found.unlabelled[chosen].sum(axis=0))


def young(found: Assessment, places: Sequence[int]) -> list[int]:
    """Those of some chunks that are over and whose labels still come."""
    return [place for place in places if found.maturity[place] == "provisional" and found.labelled[place] > 0]


def reweighted(found: Early, places: Sequence[int], metric: Metric) -> tuple[float, float]:
    """A metric of some chunks as it is of labelled rows, and with these weighted to the scores of all rows.

    Parameters
    ----------
    found : Early
    places : sequence of int
        Positions of the chunks, which are taken as one.
    metric : Metric

    Returns
    -------
    tuple of two float
        The second is nan where it is not offered: classes are not equally slow or nobody knows, the model has
        more than two classes, there are fewer than 30 labels, or it is a mean of losses, which are not kept
        by score.
    """
    whole = found.assessment
    inside = np.flatnonzero(np.isin(chunk_of(whole), list(places)))
    rows = pooled(part(whole.material.outcomes, inside))
    plain = float(metric(rows, interval=False).value)
    agree = whole.material.cohorts.agreement.agree
    if not isinstance(rows, BinaryOutcomes) or not agree or metric.total or rows.rows < LEAST_ROWS:
        return plain, float("nan")
    if rows.positives.shape[-1] != found.labelled.shape[-1]:  # decisions alone
        return plain, float("nan")
    weight = _weights(found.labelled[list(places)].sum(axis=0), found.unlabelled[list(places)].sum(axis=0))
    counts = ("positives", "negatives", "decided_positives", "decided_negatives")
    weighted = replace(
        rows,
        **{name: getattr(rows, name) * weight for name in counts},
        **{name: np.asarray(np.nan) for name in _LOSSES},
    )
    return plain, float(metric(weighted, interval=False).value)


def _weights(labelled: Floats, unlabelled: Floats) -> Floats:
    """By slot, how many rows a labelled one stands for, in ten bins that hold a tenth of these each."""
    groups = mass_groups(labelled)
    known, other = (np.bincount(groups, side) for side in (labelled, unlabelled))
    return ((known + other) / np.where(known > 0, known, 1.0))[groups]


def frame(found: Early, window: Window | None = None) -> pd.DataFrame:
    """The comparison of every chunk as the tidy frame.

    Parameters
    ----------
    found : Early
    window : Window, optional
        Keep the chunks that begin inside; all by default.

    Returns
    -------
    DataFrame
        Columns of `monitoring.results.COLUMNS`. ``subject`` is `SUBJECT`, ``measure`` the distance of the
        scores of labelled from those of unlabelled rows, ``n`` the labelled rows and ``limit_high`` what the
        distance stays below in 99 of 100 random samples. It is told, not judged: ``reason`` is
        ``unlike_the_rest`` where one of the distances is above its limit.
    """
    whole, one = found.assessment, found.found
    places = [place for place, key in enumerate(whole.keys) if window is None or window.holds(key.start)]
    biased = np.where(one.biased[places], "unlike_the_rest", "told_only")
    distances = {
        "jensen_shannon": (one.jensen_shannon, one.jensen_shannon_limit),
        "kolmogorov_smirnov": (one.kolmogorov_smirnov, one.kolmogorov_smirnov_limit),
    }
    material = whole.material
    return results.concat(
        results.frame(
            {
                "model": np.repeat(material.model.name, len(places)),
                "version": material.version,
                "subject": SUBJECT,
                "measure": measure,
                "segment": "=".join(material.segment) if material.segment[0] else "",
                "chunk_start": [whole.start[place] for place in places],
                "chunk_stop": [whole.stop[place] for place in places],
                "n": found.labelled[places].sum(axis=-1).astype(np.int64),
                "value": value[places],
                "limit_high": limit[places],
                "reference": "rows without a label",
                "coverage": whole.coverage[places],
                "maturity": [whole.maturity[place] for place in places],
                "data_until": material.data_until,
                "status": "grey",
                "reason": np.where(np.isnan(value[places]), "few_to_compare", biased),
            }
        )
        for measure, (value, limit) in distances.items()
    )  # fmt: skip
