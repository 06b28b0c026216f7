"""Two files side by side, without a store: is the second like the first?"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from monitoring import drift, results
from monitoring.models import Model
from monitoring.store import scratch


def compare(reference: Path, current: Path) -> pd.DataFrame:
    """Compare every column that two files share.

    Parameters
    ----------
    reference, current : Path
        Parquet, CSV or JSON lines.

    Returns
    -------
    DataFrame
        Tidy: a row per column and measure, worst first. A column that cannot be compared (another type, an
        identifier) is grey.

    Raises
    ------
    StoreError
        If a file cannot be read or they share no column.
    """
    pair = scratch.pair(reference, current)
    model = Model(name="files", task="binary")
    found = drift.assess(
        pair.cubes, model, reference=scratch.REFERENCE, chunk="1 day", checks=drift.CHUNK_CHECKS
    )
    data = results.concat(drift.frames.frame(found, check, scratch.CURRENT) for check in drift.CHUNK_CHECKS)
    skipped = results.frame(
        {
            "subject": list(pair.skipped),
            "measure": ["none"] * len(pair.skipped),
            "status": ["grey"] * len(pair.skipped),
            "reason": list(pair.skipped.values()),
        }
    )
    data = results.concat([data, skipped])
    rank = data["status"].map({"red": 0, "amber": 1, "green": 2, "grey": 3})
    data = data.assign(rank=rank).sort_values(["rank", "value"], ascending=[True, False], kind="stable")
    data = data.drop(columns="rank").reset_index(drop=True)
    nowhen = pd.Series(pd.NaT, index=data.index, dtype=results.COLUMNS["chunk_start"])
    return data.assign(model="", reference=reference.name, chunk_start=nowhen, chunk_stop=nowhen)
