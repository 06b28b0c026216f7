"""A comparison as the tidy frame: one row per measure and chunk, and one for the trial's verdict."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from monitoring import results, windows
from monitoring.performance import Assessment, assess
from monitoring.performance.estimate_frames import PREFIX
from monitoring.performance.meaning import NotEstimableError
from monitoring.shadow.agreeing import agreeing
from monitoring.shadow.expected import expected
from monitoring.shadow.gains import Gain, course, gain
from monitoring.shadow.joint import Places
from monitoring.shadow.reading import Pairs
from monitoring.shadow.verdict import CODES, STATUSES, Judged
from monitoring.statistics.arrays import Floats
from monitoring.statistics.metrics import Metric
from monitoring.store import Store
from monitoring.windows import Window


@dataclass(frozen=True, eq=False)
class Chunks:
    """The chunks that hold pairs.

    Attributes
    ----------
    whole : Assessment
        Every chunk of the champion, from the start of its reference on.
    kept : list of int
        Places of the chunks that hold pairs.
    places : list of ndarray of int
        Of the pairs' keys in each.
    """

    whole: Assessment
    kept: list[int]
    places: list[Places]

    def of(self, values: Sequence[Any]) -> list[Any]:
        """What the champion's chunks have, of those kept."""
        return [values[place] for place in self.kept]


def chunks_of(found: Pairs, chunk: str | None = None, window: Window | None = None) -> Chunks:
    """Lay pairs out by chunk.

    Parameters
    ----------
    found : Pairs
    chunk : str, optional
        The model's own by default.
    window : Window, optional
        Keep the chunks that begin inside.
    """
    whole = assess(found.served, chunk=chunk, metrics=[], intervals=False)
    starts = np.array([key.start for key in whole.keys], dtype="datetime64[us]")
    place = np.searchsorted(starts, np.array(found.keys, dtype="datetime64[us]"), side="right") - 1
    kept = [
        one for one in np.unique(place[place >= 0]).tolist()
        if window is None or window.holds(whole.keys[one].start)
    ]  # fmt: skip
    return Chunks(whole, kept, [np.flatnonzero(place == one) for one in kept])


def frame(
    found: Pairs, metrics: Sequence[Metric], *, chunk: str | None = None, window: Window | None = None
) -> pd.DataFrame:
    """Every chunk: the share of requests that both scored, how often they agree, and what either achieves.

    Parameters
    ----------
    found : Pairs
    metrics : sequence of Metric
    chunk : str, optional
        The model's own by default.
    window : Window, optional
        Keep the chunks that begin inside.

    Returns
    -------
    DataFrame
        Columns of `monitoring.results.COLUMNS`. ``subject`` names both versions, ``version`` is the shadow,
        ``reference`` the champion. Of a metric ``value`` is the shadow's less the champion's in its unit,
        ``effect`` how much better the shadow is, ``n`` the labelled pairs. No row is judged: looked at one by
        one, chunks would find a winner where there is none; the trial's verdict is a row of its own.
    """
    chunks = chunks_of(found, chunk, window)
    if not chunks.kept:
        return results.frame({})
    alike = agreeing(found, chunks.places)
    told = {"pairing": _Told(alike.pairing, alike.predicted)}
    if alike.decisions is not None:
        one = alike.decisions
        told["agreement"] = _Told(one.rate, one.n, one.lower, one.upper)
        told["kappa"] = _Told(one.kappa, one.n, one.kappa_lower, one.kappa_upper)
    told["score_difference"] = _Told(
        *(
            np.array([float(getattr(each, name)) for each in alike.score])
            for name in ("value", "n", "lower", "upper")
        )
    )
    shared = {**_common(found), **_of_chunks(found, chunks)}
    parts = [results.frame({**shared, "measure": measure, **one.columns}) for measure, one in told.items()]
    parts += [
        results.frame({**shared, **_of_gain(course(found, metric, chunks.places))}) for metric in metrics
    ]
    return results.concat(parts)


@dataclass(frozen=True, eq=False)
class _Told:
    """One number by chunk."""

    value: Floats
    n: Floats
    lower: Floats | None = None
    upper: Floats | None = None

    @property
    def columns(self) -> dict[str, Any]:
        ends = {} if self.lower is None else {"lower": self.lower, "upper": self.upper}
        return {"value": self.value, "n": np.nan_to_num(self.n).astype(np.int64), **ends}


def expected_frame(
    store: Store, found: Pairs, metrics: Sequence[Metric], *, chunk: str | None = None,
    window: Window | None = None,
) -> pd.DataFrame:  # fmt: skip
    """What scores alone say of the gain in every chunk; without rows where they say nothing.

    Columns are as in `frame`; the interval is that of the estimate's track record, nine of ten.
    """
    chunks = chunks_of(found, chunk, window)
    try:
        told = expected(store, found, metrics, chunks.places) if chunks.kept else []
    except NotEstimableError:
        return results.frame({})
    shared = {**_common(found), **_of_chunks(found, chunks)} if told else {}
    return results.concat(
        results.frame(
            {
                **shared, "measure": f"{PREFIX}{one.metric.key}", "value": one.change,
                "lower": one.change - one.record.half_width, "upper": one.change + one.record.half_width,
                "effect": one.gain, "n": one.rows.astype(np.int64),
            }
        )
        for one in told
    )  # fmt: skip


def window_frame(found: Pairs, metrics: Sequence[Metric], places: Places) -> pd.DataFrame:
    """The final pairs of some keys as one window, one row per metric; columns are as in `frame`."""
    rows = [gain(found, metric, places) for metric in metrics]
    first, last = found.keys[places[0]], found.keys[places[-1]] + found.served.step
    span = {"chunk_start": [_instant(found, first)], "chunk_stop": [_instant(found, last)]}
    return results.concat(
        results.frame({**_common(found), **_of_gain(one), **span, "maturity": "final"}) for one in rows
    )


def verdict_frame(found: Pairs, judged: Judged) -> pd.DataFrame:
    """The trial's verdict at the end of every key that counts, with its interval for all looks."""
    keys = [found.keys[place] for place in judged.keys]
    if not keys:
        return results.frame({})
    days, followed = range(len(keys)), judged.course
    return results.frame(
        {
            **_common(found), "measure": f"verdict_{judged.metric.key}",
            "chunk_start": [_instant(found, keys[0])] * len(keys),
            "chunk_stop": [_instant(found, key + found.served.step) for key in keys],
            "n": followed.n.astype(np.int64), "value": followed.value, "lower": followed.lower,
            "upper": followed.upper, "effect": followed.value, "limit_low": -judged.trial.margin,
            "maturity": "final", "status": [_verdict(judged, day)[0] for day in days],
            "reason": [_verdict(judged, day)[1] for day in days],
        }
    )  # fmt: skip


def _verdict(judged: Judged, day: int) -> tuple[str, str]:
    """Status and reason at the end of a key."""
    if not np.isfinite(judged.course.lower[day]):
        return "grey", "trial_young"
    if day == len(judged.path) - 1:
        return judged.status, judged.reason
    code = judged.path[day].code
    return STATUSES[code], CODES[code]


def _common(found: Pairs) -> dict[str, Any]:
    return {
        "model": found.model.name, "version": found.shadow, "subject": f"{found.champion} | {found.shadow}",
        "segment": "=".join(found.segment) if found.segment[0] else "", "reference": found.champion,
        "data_until": found.served.data_until, "status": "grey", "reason": "trial_judges",
    }  # fmt: skip


def _of_chunks(found: Pairs, chunks: Chunks) -> dict[str, Any]:
    labelled, rows = (
        np.array([values[places].sum() for places in chunks.places])
        for values in (found.labelled, found.rows)
    )
    return {
        "chunk_start": chunks.of(chunks.whole.start),
        "chunk_stop": chunks.of(chunks.whole.stop),
        "coverage": labelled / rows,
        "maturity": chunks.of(chunks.whole.maturity),
    }


def _of_gain(one: Gain) -> dict[str, Any]:
    half = np.atleast_1d((one.upper - one.lower) / 2)
    change = np.atleast_1d(one.change)
    return {
        "measure": one.metric.key, "value": change, "lower": change - half, "upper": change + half,
        "effect": np.atleast_1d(one.gain), "p_value": np.atleast_1d(one.p_value),
        "n": np.nan_to_num(np.atleast_1d(one.n)).astype(np.int64),
    }  # fmt: skip


def _instant(found: Pairs, key: dt.datetime) -> dt.datetime:
    return windows.instant_of(key, found.model.grain, found.model.zone)
