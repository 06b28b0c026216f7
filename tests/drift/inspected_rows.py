"""Rows that change after four weeks, to be looked at closer, and all that such a look says."""

import datetime as dt
import json
from dataclasses import asdict

import numpy as np
import pandas as pd

from monitoring.store.rows import Rows
from monitoring.windows import Window

DAY = dt.timedelta(days=1)

START = dt.datetime(2026, 1, 1)

LIVE = START + 28 * DAY

WEEK = Window(LIVE, LIVE + 7 * DAY)

HEAD = 'name = "m"\ntask = "binary"\nclock = "last row"\n'

REFERENCE = "[reference]\nstart = 2026-01-01\nstop = 2026-01-29\n"

FILE = '[reference]\nfile = "reference.parquet"\n'

SEGMENTS = '[segments]\ncolumns = ["city", "grade"]\n'


def rows(days=35, seed=0, first=START, each=100, correlation=0.0, shift=0.0):
    """Rows of independent features; from the twenty-ninth day on two of them may go together, or one move."""
    rng = np.random.default_rng(seed)
    count = days * each
    at = pd.Timestamp(first) + pd.to_timedelta(np.arange(count) * (1440 / each), unit="min")
    live = at >= pd.Timestamp(LIVE)
    a, b, noise, quiet = rng.normal(size=(4, count))
    r = np.where(live, correlation, 0.0)
    return pd.DataFrame(
        {
            "id": [f"{seed}-{i}" for i in range(count)],
            "predicted_at": at,
            "score": (1 / (1 + np.exp(-(a + 0.3 * noise)))).round(4),
            "a": a,
            "b": r * a + np.sqrt(1 - r**2) * b + np.where(live, shift, 0.0),
            "quiet": quiet,
            "city": rng.choice(
                np.array(["Rome", "Oslo", "Bern", None], object), count, p=[0.5, 0.3, 0.1, 0.1]
            ),
            "grade": rng.integers(0, 4, count) * 1.0,
        }
    )


def everything(found):
    """All that an inspection says, as text."""
    return json.dumps(asdict(found), default=str)


def odd(log):
    """The same with columns of every odd sort."""
    live = (log["predicted_at"] >= pd.Timestamp(LIVE)).to_numpy()
    numbers = np.random.default_rng(9).normal(size=len(log))
    return log.assign(
        never=np.nan,
        constant=7.0,
        infinite=np.where(numbers > 1, np.inf, numbers),
        gone=np.where(live, np.nan, numbers),
        new=np.where(live, numbers, np.nan),
        word=np.where(live, None, "word"),
        wild=np.where(numbers > 2.5, 1e100, numbers),
        names=[f"n{i % 700}" for i in range(len(log))],
    )


def silent(share, what):
    assert 0 <= share <= 1
    assert what


def drawn(rng, count, **columns):
    """Rows as the store draws them."""
    names = np.array(["x", "y", "z", None], object)
    own = {
        "a": rng.normal(size=count),
        "b": rng.lognormal(size=count),
        "c": rng.choice(names, count),
        **columns,
    }
    kinds = {name: "categorical" if values.dtype == object else "numeric" for name, values in own.items()}
    keys = np.full(count, np.datetime64(START, "us"))
    return Rows(keys, own, kinds, rng.random(count), {}, count)
