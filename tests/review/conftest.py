"""Stores of logs, made once by task; every test works on a copy, with its queue filled or still empty."""

import shutil

import pytest

from monitoring import review
from monitoring.store import Store
from tests.review.logs import description, stored


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """A function from a task to the file of a store, with its queue filled or not."""
    known = {}

    def made(task, filled):
        if (task, filled) not in known:
            path = tmp_path_factory.mktemp(task) / "lookout.duckdb"
            if filled:
                shutil.copy(made(task, False), path)
                with Store.open(path) as store:
                    review.fill(store, "m")
            else:
                stored(path, task)
            known[task, filled] = path
        return known[task, filled]

    return made


@pytest.fixture
def opened(files, tmp_path):
    """A function that opens a copy, and closes it when the test ends."""
    stores = []

    def put(task, filled):
        stores.append(Store.open(shutil.copy(files(task, filled), tmp_path / f"{len(stores)}.duckdb")))
        return stores[-1]

    yield put
    for store in stores:
        store.close()


@pytest.fixture
def filled(opened):
    """A function from a task to an open store with a filled queue."""
    return lambda task="binary": opened(task, True)


@pytest.fixture
def empty(opened):
    """A function from a section of the model's file to an open store of it whose queue is still empty."""

    def put(section):
        store = opened("binary", False)
        store.add(description(review=section))
        return store

    return put
