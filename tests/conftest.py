"""Shared by every test: quiet numeric libraries, and a store that is nobody else's."""

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
# Streamlit warns of its missing server whenever a page is run as a script.
os.environ.setdefault("STREAMLIT_LOGGER_LEVEL", "error")

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

from tests import laws, spreading

settings.register_profile("usual", suppress_health_check=[HealthCheck.too_slow])  # machines are shared
settings.register_profile(laws.MANY, settings.get_profile("usual"))
settings.load_profile("usual")

CHURN = """
name = "churn"
title = "Will they <i>leave</i>?"
task = "binary"
clock = "last row"
[reference]
start = 2024-01-01
stop = 2024-01-29
"""


def pytest_xdist_make_scheduler(config, log):
    """Workers take whole files, and some folders as one."""
    return spreading.Spread(config, log)


def pytest_collection_modifyitems(config, items):
    """Workers begin with what takes longest; a run without workers keeps the order of files."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: spreading.place(item.nodeid))


@pytest.fixture
def store_file(tmp_path, monkeypatch):
    """The path of a store that does not exist yet, and that the app of this test serves."""
    path = tmp_path / "lookout.duckdb"
    monkeypatch.setenv("LOOKOUT_STORE", str(path))
    return path


@pytest.fixture(scope="session")
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


def seen_once(store):
    """Have a store remember what the app finds out when it opens a model for the first time."""
    from monitoring.drift import importance

    for model in store.models():
        importance.learnt(store, model)


def fill(path, log, description=CHURN, then=lambda store: None):
    """Put a log into a store as the model ``churn``; the store is closed again, and its path returned."""
    from monitoring.store import Store

    file = path.with_name("log.parquet")
    log.to_parquet(file)
    with Store.open(path) as store:
        store.add(description)
        receipt = store.ingest("churn", file)
        then(store)
    assert receipt.accepted == len(log), receipt
    return path


@dataclass(frozen=True)
class Built:
    """The file of a store with the demo, and what its models took: words, seconds of an idle processor."""

    path: Path
    said: list[tuple[float, str]]
    seconds: float


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The demo and the model whose labels are late, built once; who wants the store takes a copy."""
    from monitoring import demo
    from monitoring.store import Store

    path, said = tmp_path_factory.mktemp("demo") / "lookout.duckdb", []
    with Store.open(path) as store:
        slowness = [_slowness()]
        started = time.process_time()
        demo.build(store, lambda share, what: said.append((share, what)))
        seconds = time.process_time() - started
        slowness.append(_slowness())
        demo.build(store, late_labels=True)
    return Built(path, said, seconds / max(1.0, *slowness))


def _slowness():
    """How many times as long plain work takes as on an idle machine, where it is a tenth of a second."""
    spent = []
    for _ in range(5):
        started, total = time.process_time(), 0
        for number in range(2_000_000):
            total += number
        spent.append(time.process_time() - started)
    return sorted(spent)[2] / 0.1


@pytest.fixture(scope="session")
def shelf(tmp_path_factory):
    """Have a store at a path that a function fills, once for all tests that put the same into theirs."""
    folder, known = tmp_path_factory.mktemp("shelf"), {}

    def take(path, content, filling):
        key = tuple(one if isinstance(one, str | None) else digest(one) for one in content)
        if path.exists():  # more for a store that holds something
            filling()
        elif key not in known:
            filling()
            known[key] = shutil.copy(path, folder / f"{len(known)}.duckdb")
        else:
            shutil.copy(known[key], path)
        return path

    return take


def digest(frame):
    """What is the same for equal frames alone."""
    return (*frame.columns, *pd.util.hash_pandas_object(frame, index=False))


@pytest.fixture
def stored(store_file, shelf):
    """Put a log into this test's store as the model ``churn``; the store is closed."""

    def put(log, description=CHURN):
        return shelf(store_file, (description, log), lambda: fill(store_file, log, description, seen_once))

    return put
