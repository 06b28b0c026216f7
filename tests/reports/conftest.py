"""The store of a log of hostile names, filled once, and the report of it."""

from pathlib import Path

import pytest

from monitoring.store import Store
from monitoring.store.trials import Trial, register
from tests.reports.hostile import SHADOW, Made, description, log, made


@pytest.fixture(scope="session")
def hostile_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    predictions, labels = log()
    predictions.to_parquet(folder / "log.parquet")
    labels.to_parquet(folder / "labels.parquet")
    with Store.open(folder / "lookout.duckdb") as store:
        store.add(description())
        assert store.ingest("m", folder / "log.parquet").rejected == 0
        assert store.ingest("m", folder / "labels.parquet", "labels").rejected == 0
        register(store, Trial("m", "one", SHADOW, "brier", 0.01, 2000, 20_000))
    return folder / "lookout.duckdb"


@pytest.fixture(scope="session")
def hostile(hostile_path: Path) -> Made:
    with Store.open(hostile_path) as store:
        return made(store)
