"""Two files side by side, without a store: is the second like the first?"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from monitoring import drift, results
from monitoring.models import Model
from monitoring.statistics import METHODS
from monitoring.store import StoreError, scratch


def compare(reference: Path, current: Path, method: str = "auto") -> pd.DataFrame:
    """Compare every column that two files share.

    Parameters
    ----------
    reference, current : Path
        Parquet, CSV or JSON lines.
    method : str
        A registered drift method, ``auto``, or ``all`` for every one.

    Returns
    -------
    DataFrame
        Tidy: a row per column and measure, worst first. A column that cannot be compared (another type, an
        identifier) is grey.

    Raises
    ------
    StoreError
        If there is no such method, a file cannot be read or they share no column.
    """
    if method not in ("auto", drift.EVERY, *METHODS):
        raise StoreError(f"no drift method {method!r}; there are auto, {drift.EVERY}, {', '.join(METHODS)}")
    pair = scratch.pair(reference, current)
    found = drift.Material(
        model=Model(name="files", task="binary"),
        cubes=pair.cubes,
        reference=scratch.REFERENCE,
        against=drift.Against(),
        words=reference.name,
        log_start=None,
        data_until=None,
        segment="",
        learnt=None,
    )
    data = _compared(found, method)
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


def _compared(found: drift.Material, method: str) -> pd.DataFrame:
    """The second file against the first, by one method or by all of them."""
    if method == drift.EVERY:
        return drift.every_method(found, scratch.CURRENT, chunk="1 day")
    one = drift.judged(found, chunk="1 day", method=method, checks=drift.CHUNK_CHECKS)
    return results.concat(drift.frames.frame(one, check, scratch.CURRENT) for check in drift.CHUNK_CHECKS)
