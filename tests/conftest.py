"""Shared by every test: quiet numeric libraries, and a store that is nobody else's."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
# Streamlit warns of its missing server whenever a page is run as a script.
os.environ.setdefault("STREAMLIT_LOGGER_LEVEL", "error")

import numpy as np
import pandas as pd
import pytest

CHURN = """
name = "churn"
title = "Will they <i>leave</i>?"
task = "binary"
clock = "last row"
[reference]
start = 2024-01-01
stop = 2024-01-29
"""


@pytest.fixture
def store_file(tmp_path, monkeypatch):
    """The path of a store that does not exist yet, and that the app of this test serves."""
    path = tmp_path / "lookout.duckdb"
    monkeypatch.setenv("LOOKOUT_STORE", str(path))
    return path


@pytest.fixture
def log_of():
    """Make a prediction log from 1 January 2024 on: so many days and rows a day.

    Each feature is a function of a random generator, the number of the day and the number of rows.
    """

    def made(features, days=42, rows=60):
        random = np.random.default_rng(7)
        parts = []
        for number in range(days):
            columns = {name: draw(random, number, rows) for name, draw in features.items()}
            start = pd.Timestamp("2024-01-01") + pd.Timedelta(days=number)
            instants = start + pd.to_timedelta(np.linspace(0, 86_000, rows), unit="s")
            parts.append(
                pd.DataFrame({"predicted_at": instants, "score": random.uniform(size=rows), **columns})
            )
        log = pd.concat(parts, ignore_index=True)
        return log.assign(id=[f"r{i}" for i in range(len(log))])

    return made


@pytest.fixture
def stored(store_file, tmp_path):
    """Put a log into this test's store as the model ``churn``; the store is closed again."""
    from monitoring.store import Store

    def put(log, description=CHURN):
        file = tmp_path / "log.parquet"
        log.to_parquet(file)
        with Store.open(store_file) as store:
            store.add(description)
            receipt = store.ingest("churn", file)
        assert receipt.accepted == len(log), receipt
        return store_file

    return put
