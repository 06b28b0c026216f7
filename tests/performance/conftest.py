"""Stores of a log and its labels."""

import pytest

from monitoring.store import Store
from tests.store.scored_logs import take


@pytest.fixture
def filled(tmp_path):
    """Stores of a log and its labels, closed at the end."""
    opened = []

    def fill(text, *files, name="s"):
        folder = tmp_path / name
        folder.mkdir()
        store = Store.open(folder / "lookout.duckdb")
        opened.append(store)
        store.add(text)
        for kind, frame in files:
            take(store, folder, frame, kind)
        return store

    yield fill
    for store in opened:
        store.close()
