"""A model whose reference is a file, rows for it and for a log, and what the store then holds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

from monitoring.store import Cubes, Store

HEAD = 'name = "m"\ntask = "binary"\n'

VERSIONS = '[versions]\nchampion = "a"\nshadows = ["b"]\n'

SEGMENTS = '[segments]\ncolumns = ["city"]\n'

NEW_YORK = 'timezone = "America/New_York"\n'

WINDOW = "[reference]\nstart = 2026-01-01\nstop = 2026-01-04\n"

FILE = '[reference]\nfile = "reference.parquet"\n'

HOSTILE = 'a"; DROP TABLE m.requests; --'

SEGMENT = ("city", "Rome")


def rows(days: int, seed: int = 0, first: str = "2026-01-01", each: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    count = days * each
    at = (
        pd.Timestamp(first)
        + pd.Timedelta(minutes=30)
        + pd.to_timedelta(np.arange(count) * (24 * 60 / each), unit="min")
    )
    age = rng.normal(40, 10, count).round(3)
    age[rng.random(count) < 0.1] = np.nan
    age[::50] = np.inf
    return pd.DataFrame(
        {
            "id": [f"{seed}-{i}" for i in range(count)],
            "predicted_at": at,
            "version": "a",
            "score": rng.random(count).round(3),
            "age": age,
            "city": rng.choice(np.array(["Rome", "Oslo", "", "🦊", None], object), count),
            HOSTILE: rng.integers(0, 5, count) * 1.0,
        }
    )


def put(frame: pd.DataFrame, path: Path) -> Path:
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    elif path.suffix == ".jsonl":
        path.write_text(
            "".join(json.dumps(row) + "\n" for row in json.loads(frame.to_json(orient="records"))), "utf-8"
        )
    else:
        frame.to_parquet(path, index=False)
    return path


def described(*parts: str, head: str = "") -> str:
    return "".join((head, HEAD, *parts))


def local_day(frame: pd.DataFrame, zone: str = "America/New_York") -> pd.Series:
    return frame["predicted_at"].dt.tz_localize("UTC").dt.tz_convert(zone).dt.day


def reference(store: Store, segment: tuple[str, str] = ("", "")) -> Cubes:
    found = store.reference_cubes("m", segment)
    assert found is not None
    return found


def state(store: Store) -> list[object]:
    """Every table of the model, row for row."""
    with store.cursor() as cursor:
        names = cursor.execute(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'm' ORDER BY ALL"
        ).fetchall()
        tables = [cursor.execute(f'SELECT * FROM m."{name}" ORDER BY ALL').fetchall() for (name,) in names]
        return [names, *tables, cursor.execute("SELECT * FROM files ORDER BY file").fetchall()]


def raw(store: Store, text: str) -> list[tuple]:
    with store.cursor() as cursor:
        return cursor.execute(text).fetchall()
