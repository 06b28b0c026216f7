"""The store of a log of hostile names, filled once, and the report of it."""

from pathlib import Path

import pytest

from monitoring.store import Store
from tests.reports.hostile import Made, filled, made


@pytest.fixture(scope="session")
def hostile_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="session")
def hostile(hostile_path: Path) -> Made:
    with Store.open(hostile_path) as store:
        return made(store)
