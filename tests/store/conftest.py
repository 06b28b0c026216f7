"""A store in a temporary folder, and short ways to fill it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitoring.store import Store
from monitoring.store.inbox_thread import InboxThread

CHURN = """
name = "churn"
task = "binary"
timezone = "America/New_York"
[versions]
champion = "a"
shadows = ["b"]
[reference]
start = 2026-01-01
stop = 2026-01-11
[segments]
columns = ["city"]
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "lookout.duckdb") as opened:
        yield opened


@pytest.fixture
def churn(store: Store) -> Store:
    store.add(CHURN)
    return store


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The folder of a model in an inbox."""
    folder = tmp_path / "churn"
    folder.mkdir()
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An inbox."""
    return tmp_path / "inbox"


@pytest.fixture
def thread(churn: Store, folder: Path) -> InboxThread:
    """What takes the inbox into the store."""
    return InboxThread(churn, folder, every=0.01)
