"""A file of several row groups, which DuckDB writes in parallel, is all there at once."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from monitoring.store import Store

ROWS, DAYS = 150_000, 60
TOML = """
name = "large"
task = "binary"
[reference]
start = 2025-01-01
stop = 2025-02-01
"""


def test_every_row_of_a_large_file_is_profiled_by_the_process_that_took_it_in(tmp_path):
    day = np.arange(ROWS) * DAYS // ROWS
    log = pa.table(
        {
            "id": np.arange(ROWS).astype(str),
            "predicted_at": np.datetime64("2025-01-01", "us") + day.astype("timedelta64[D]"),
            "score": np.linspace(0, 1, ROWS),
            "age": np.arange(ROWS) % 80.0,
        }
    )
    pq.write_table(log, tmp_path / "log.parquet", row_group_size=ROWS // DAYS)
    with Store.open(tmp_path / "lookout.duckdb") as store:
        store.add(TOML)
        receipt = store.ingest("large", tmp_path / "log.parquet")
        cube = store.cubes("large").numeric
    assert receipt.accepted == ROWS
    assert cube.features == ("age",)
    assert len(cube.chunks) == DAYS
    assert cube.n.sum() == cube.counts.sum() == ROWS
