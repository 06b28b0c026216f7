"""Which predictions have their labels: coverage, maturity, and what was known at an instant.

A cohort is what was predicted in one profile key. Its age is the number of keys that were over since, and
labels are counted by the key in which they became known, so any past instant can be looked at again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from monitoring.statistics.arrays import Floats
from monitoring.statistics.maturity import DelayAgreement, Maturity, delays_agree, maturity


@dataclass(frozen=True, eq=False)
class Cohorts:
    """The predictions of each profile key and the labels they had at an instant.

    Attributes
    ----------
    predicted, labelled : ndarray of shape (keys,)
    classes : tuple of str
        Those whose labels arrived; '' for a regression.
    arrived : ndarray of shape (classes, keys, ages)
        Labels by their age when they became known.
    maturity : Maturity
    agreement : DelayAgreement
        Whether classes are equally slow.
    """

    predicted: Floats
    labelled: Floats
    classes: tuple[str, ...]
    arrived: Floats
    maturity: Maturity
    agreement: DelayAgreement

    @property
    def final(self) -> NDArray[np.bool_]:
        """Whether the labels of each key are mature."""
        return self.maturity.final


def cohorts(
    keys: Sequence[dt.datetime],
    predicted: Floats,
    delays: pd.DataFrame,
    passed: dt.datetime,
    step: dt.timedelta,
) -> Cohorts:
    """Learn from the model's own delays which cohorts are final.

    Parameters
    ----------
    keys : sequence of datetime
        Profile keys that hold predictions, oldest first.
    predicted : ndarray of shape (keys,)
    delays : DataFrame
        As `monitoring.store.outputs.delays` gives them, up to what was known.
    passed : datetime
        The first profile key that was not over.
    step : timedelta
        Length of a profile key.
    """
    classes = tuple(sorted(delays["label"].unique()))
    place = {key: number for number, key in enumerate(keys)}
    ages = np.array([(passed - key) // step - 1 for key in keys], dtype=np.int64)
    waited = delays["label_key"].to_numpy() - delays["chunk"].to_numpy()
    age = (waited // np.timedelta64(step)).astype(np.int64).clip(0)
    arrived = np.zeros((max(len(classes), 1), len(keys), int(age.max(initial=0)) + 2))
    number = delays["label"].map({name: i for i, name in enumerate(classes)}).to_numpy(dtype=np.intp)
    where = delays["chunk"].map(place)
    known = where.notna().to_numpy()
    np.add.at(
        arrived,
        (number[known], where[known].to_numpy(dtype=np.intp), age[known]),
        delays["n"].to_numpy(dtype=float)[known],
    )
    arrived = _settled(arrived)
    labelled = arrived.sum(axis=(0, 2))
    found = maturity(arrived, np.maximum(predicted, labelled), np.maximum(ages, -1))
    return Cohorts(predicted, labelled, classes, arrived, found, delays_agree(arrived, found.complete))


def _settled(arrived: Floats) -> Floats:
    """Count a label that was revised when its last value came: what was taken back never arrived.

    Taking back is a negative count at a later age; it cancels the earliest arrivals of its class.
    """
    if (arrived >= 0).all():
        return arrived
    taken = -np.minimum(arrived, 0).sum(axis=-1, keepdims=True)
    came = np.maximum(arrived, 0)
    before = np.cumsum(came, axis=-1) - came
    return came - np.clip(taken - before, 0, came)
