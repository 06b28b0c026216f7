"""Days in memory and logs in a store, of which some are what the others are compared with."""

import datetime as dt

import numpy as np
import pandas as pd

from monitoring import drift
from monitoring.drift import Against
from monitoring.models import parse
from monitoring.store import Store
from monitoring.windows import Window

START = dt.datetime(2013, 3, 1)  # a Friday
MARCH = Window(START, dt.datetime(2013, 4, 1))
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
ROLLING = Against("rolling")
HOURLY = parse('name = "m"\ntask = "binary"\nchunk = "1 hour"')

HEAD = 'name = "m"\ntask = "binary"\ntimezone = "Europe/Paris"\nclock = "last row"\n'
SEGMENTS = '[segments]\ncolumns = ["city"]\n'
VERSIONS = '[versions]\nchampion = "a"\nshadows = ["b"]\n'
FILE = '[reference]\nfile = "reference.parquet"\n'
WINDOW = "[reference]\nstart = 2013-03-01\nstop = 2013-03-15\n"
ROME = ("city", "Rome")


def moving(rng, places, rows=300):
    return [rng.normal(place, 1, size=rows) for place in places]


def judged(cubes, model, against, reference=MARCH, **more):
    return drift.assess(cubes, model, reference=reference, against=against, **more)


def statuses(assessment, check="chunk", feature="x"):
    return assessment.checks[check].status[assessment.features.index(feature)]


def reasons_of(assessment, check="chunk"):
    frame = drift.frames.frame(assessment, check)
    return frame["reason"].tolist()


def log(days, seed=0, first="2013-03-01", each=48, shift=0.0, version="a"):
    """Rows of whole local days in Paris, every half hour."""
    rng = np.random.default_rng(seed)
    count = days * each
    wall = pd.Timestamp(first) + pd.to_timedelta(np.arange(count) * (1440 // each) + 0.5, unit="min")
    at = wall.tz_localize("Europe/Paris", nonexistent="shift_forward")
    age = rng.normal(40 + 10 * shift, 10, count).round(2)
    age[rng.random(count) < 0.05] = np.nan
    return pd.DataFrame(
        {
            "id": [f"{seed}-{i}" for i in range(count)],
            "predicted_at": at.tz_convert("UTC").tz_localize(None),
            "version": version,
            "score": (1 / (1 + np.exp(-np.nan_to_num((age - 40) / 10)))).round(3),
            "age": age,
            "city": rng.choice(np.array(["Rome", "Oslo", None], object), count, p=[0.6, 0.3, 0.1]),
            "grade": rng.integers(0, 5, count) * 1.0,
        }
    )


def stored(path, parts, files, reference=None):
    """A store of a model's file and logs; the reference beside it where there is one."""
    path.mkdir()
    if reference is not None:
        reference.to_parquet(path / "reference.parquet", index=False)
    store = Store.open(path / "lookout.duckdb")
    store.add("".join(parts), folder=path)
    for number, file in enumerate(files):
        file.to_parquet(path / f"log{number}.parquet", index=False)
        receipt = store.ingest("m", path / f"log{number}.parquet")
        assert not receipt.problem
    return store


def numbers(assessment, check, since):
    """A check's frame from a key on, without what tells the references apart by name."""
    window = Window(since, dt.datetime.max)
    frame = drift.frames.frame(assessment, check, window)
    return frame.drop(columns=["reference", "data_until"]).reset_index(drop=True)
