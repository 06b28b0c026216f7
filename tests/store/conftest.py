"""A store in a temporary folder, and short ways to fill it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitoring.store import Store

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
