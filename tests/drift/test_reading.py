"""Drift from a real store is drift from the rows."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from monitoring import drift
from monitoring.store import Store
from monitoring.windows import Window

TOML = """
name = "loans"
task = "binary"
timezone = "Europe/Paris"
clock = "last row"
[reference]
start = 2013-03-20
stop = 2013-04-10
"""
REFERENCE = Window(dt.datetime(2013, 3, 20), dt.datetime(2013, 4, 10))
DAYS = 40


@pytest.fixture
def rows(rng):
    """Rows of 40 days around a change of the clocks, with what real logs hold: nulls, infinities, names."""
    parts = []
    for i in range(DAYS):
        noon = dt.datetime(2013, 3, 20, 12, tzinfo=ZoneInfo("Europe/Paris")) + dt.timedelta(days=i)
        income = rng.lognormal(0.6 if i >= 30 else 0.0, 1, size=120)
        income[:3] = [np.nan, np.inf, -5.0]
        job = rng.choice(["clerk", "cook", ""], size=120).astype(object)
        job[0], job[1] = None, "astronaut" if i >= 30 else "cook"
        parts.append(
            pd.DataFrame(
                {
                    "id": [f"{i}-{j}" for j in range(120)],
                    "predicted_at": [noon.astimezone(dt.UTC)] * 120,
                    "score": 0.5,
                    "income": income,
                    "job": job,
                }
            )
        )
    return parts


@pytest.fixture
def store(rows, tmp_path):
    with Store.open(tmp_path / "lookout.duckdb") as opened:
        opened.add(TOML)
        pd.concat(rows).to_parquet(tmp_path / "log.parquet", index=False)
        opened.ingest("loans", tmp_path / "log.parquet", "predictions")
        opened.settle("loans")
        yield opened


def test_the_store_and_the_rows_give_the_same_numbers(store, rows, make_cubes):
    assessment = drift.read(store, "loans")
    keys = [dt.datetime(2013, 3, 20) + dt.timedelta(days=i) for i in range(DAYS)]
    features = {
        "income": [part["income"].to_numpy() for part in rows],
        "job": [[name if isinstance(name, str) else None for name in part["job"]] for part in rows],
    }
    model = store.model("loans")
    direct = drift.assess(
        make_cubes(features, keys, REFERENCE), model, reference=REFERENCE, as_of=store.now(model)
    )
    assert assessment.features == direct.features
    for check in drift.CHECKS:
        ours, theirs = (drift.frames.frame(one, check) for one in (assessment, direct))
        pd.testing.assert_frame_equal(
            ours.drop(columns="data_until"), theirs.drop(columns="data_until"), rtol=1e-6
        )


def test_the_clock_of_the_model_leaves_the_last_day_open(store):
    assessment = drift.read(store, "loans")
    assert assessment.complete.tolist() == [True] * (DAYS - 1) + [False]
    assert assessment.data_until == store.span("loans").data_until
    verdict = drift.verdict(assessment)
    assert verdict.chunk == Window(dt.datetime(2013, 4, 27), dt.datetime(2013, 4, 28))
    assert verdict.features[0].feature == "income"
    assert verdict.features[0].status == "red"


def test_a_model_without_a_reference_says_so(store):
    store.add('name = "young"\ntask = "binary"')
    with pytest.raises(drift.NoReferenceError, match="young: no \\[reference\\]"):
        drift.read(store, "young")


def test_a_model_without_rows_is_grey(store):
    store.add(TOML.replace("loans", "empty"))
    verdict = drift.verdict(drift.read(store, "empty"))
    assert (verdict.status, verdict.features) == ("grey", ())
    assert len(drift.frames.frame(drift.read(store, "empty"))) == 0
