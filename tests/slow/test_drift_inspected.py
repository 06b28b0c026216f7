"""A closer look at rows, again and again where nothing has changed: how often it calls them drifted."""

import numpy as np

from monitoring import drift
from monitoring.drift import multivariate
from monitoring.drift.own_runs import runs
from monitoring.drift.tables import recoded, tables
from monitoring.store import Store
from monitoring.windows import Window
from tests.drift.inspected_rows import (
    DAY,
    HEAD,
    LIVE,
    REFERENCE,
    SEGMENTS,
    START,
    drawn,
    rows,
    silent,
)


def test_rows_like_those_of_the_reference_are_not_drifted_in_nine_of_ten_repetitions():
    drifted = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        matrix = tables(*(drawn(rng, count) for count in (2800, 400)))
        keys = np.repeat(np.datetime64(START, "us") + np.arange(28) * np.timedelta64(1, "D"), 100)
        four = runs(None, keys, 4 * DAY, DAY)
        own = [(run, recoded(matrix, drawn(rng, 400))) for run in four]
        found = drift.Inspection(START, LIVE, classifier=multivariate.classifier(matrix, keys, own, silent))
        assert found.classifier["blocks"] == 7
        drifted.append(found.drifted)
    assert np.mean(drifted) <= 0.10


def test_quiet_windows_of_one_store_stay_quiet(tmp_path):
    log = tmp_path / "log.parquet"
    rows(days=70, each=60).to_parquet(log, index=False)
    store = Store.open(tmp_path / "lookout.duckdb")
    store.add(HEAD + REFERENCE + SEGMENTS)
    assert not store.ingest("m", log).problem
    windows = [Window(LIVE + 3 * i * DAY, LIVE + (3 * i + 3) * DAY) for i in range(10)]
    drifted = [drift.inspect(store, "m", window, rows=1500).drifted for window in windows]
    store.close()
    assert sum(drifted) <= 1
