"""Stores whose queue is filled once, by task; every test works on a copy."""

import shutil

import pytest

from monitoring import review
from monitoring.store import Store
from tests.review.logs import stored


@pytest.fixture(scope="session")
def filled_file(tmp_path_factory):
    """A function from a task to the file of a store with a filled queue."""
    known = {}

    def made(task):
        if task not in known:
            known[task] = stored(tmp_path_factory.mktemp(task) / "lookout.duckdb", task)
            with Store.open(known[task]) as store:
                review.fill(store, "m")
        return known[task]

    return made


@pytest.fixture
def filled(filled_file, tmp_path):
    """A function from a task to an open store with a filled queue."""
    opened = []

    def put(task="binary"):
        opened.append(Store.open(shutil.copy(filled_file(task), tmp_path / f"{len(opened)}.duckdb")))
        return opened[-1]

    yield put
    for store in opened:
        store.close()
