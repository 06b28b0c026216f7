"""Logs as strangers write them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

ROWS = 900


def times(rows=ROWS, days=60, start="2026-03-05", seed=1):
    random = np.random.default_rng(seed)
    return pd.Timestamp(start) + pd.to_timedelta(np.sort(random.integers(0, days * 86_400, rows)), unit="s")


def binary(rows=ROWS, **more):
    """A long log of a binary model with labels that are missing at the end."""
    random = np.random.default_rng(2)
    score = random.random(rows).round(4)
    label = (random.random(rows) < score).astype(float)
    label[-rows // 10 :] = np.nan
    data = {
        "request_id": [f"r{i}" for i in range(rows)], "scored_at": times(rows).tz_localize("UTC"),
        "age": random.integers(18, 90, rows), "income": random.normal(3000, 500, rows).round(2),
        "member": random.integers(0, 2, rows), "zip": random.choice([1010, 4020, 8010, 9020], rows),
        "rating": random.integers(1, 6, rows), "region": random.choice(["north", "south"], rows),
        "probability": score, "label": label,
    }  # fmt: skip
    return pd.DataFrame({**data, **more})


def small(days=8, **more):
    """Few rows of few days, so that everything about them takes no time."""
    frame = binary(20 * days)[["request_id", "scored_at", "age", "probability"]]
    return frame.assign(**{"scored_at": times(len(frame), days).tz_localize("UTC"), **more})


def written(frame: pd.DataFrame, folder: Path, name: str = "log.csv", **options) -> Path:
    path = folder / name
    if path.suffix == ".parquet":
        frame.to_parquet(path, index=False)
    elif path.suffix == ".jsonl":
        frame.to_json(path, orient="records", lines=True, date_format="iso")
    else:
        frame.to_csv(path, index=False, **options)
    return path
