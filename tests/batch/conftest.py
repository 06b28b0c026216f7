"""A store whose log is quiet, with labels, a rule and a private feature, and files cut from that log."""

import numpy as np
import pandas as pd
import pytest

from monitoring import batch
from monitoring.store import Store

DAYS, ROWS = 49, 80
HOSTILE = "<img src=x onerror=alert(1)> [a](b) $x$ | \"' -- ; DROP TABLE x"
SECRET = "secret <b>of a person</b>"
TOML = """
name = "churn"
title = "Will they <i>leave</i>?"
task = "binary"
clock = "last row"
[reference]
start = 2024-01-01
stop = 2024-02-01
[columns]
label = "left"
[rules.columns.age]
min = 0
[features.person]
private = true
[features.plan]
title = "Plan <script>alert(1)</script>"
"""


def logged(days=DAYS, rows=ROWS, seed=7):
    """So many days of rows with the same distribution."""
    random = np.random.default_rng(seed)
    count = days * rows
    start = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.repeat(np.arange(days), rows), "D")
    score = random.uniform(size=count).round(6)
    return pd.DataFrame({
        "id": [f"r{place}" for place in range(count)],
        "predicted_at": start + pd.to_timedelta(np.tile(np.linspace(0, 86_000, rows).astype(int), days), "s"),
        "age": random.normal(40, 10, count).clip(1).round(3),
        "income": np.where(random.uniform(size=count) < 0.1, np.nan, random.lognormal(10, 1, count).round(2)),
        "plan": random.choice(["basic", "family", "pro"], count, p=[0.5, 0.3, 0.2]),
        "person": [f"{SECRET} {place % 60}" for place in range(count)],
        "score": score,
        "left": (random.uniform(size=count) < score).astype(int),
        "labelled_at": start + pd.Timedelta(days=1),
    })  # fmt: skip


@pytest.fixture(scope="session")
def log():
    return logged()


@pytest.fixture(scope="session")
def known(tmp_path_factory, log):
    """The store, open; no test changes it."""
    folder = tmp_path_factory.mktemp("batch")
    log.to_parquet(folder / "log.parquet", index=False)
    with Store.open(folder / "lookout.duckdb") as store:
        store.add(TOML)
        assert store.ingest("churn", folder / "log.parquet").accepted == len(log)
        yield store


def days(log, first, count):
    start = pd.Timestamp("2024-01-01") + pd.Timedelta(days=first)
    return log[(log["predicted_at"] >= start) & (log["predicted_at"] < start + pd.Timedelta(days=count))]


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    """Write a frame as a file of a kind."""

    def write(frame, name="batch.parquet"):
        path = tmp_path_factory.mktemp("files") / name
        kind = path.suffix
        if kind == ".parquet":
            frame.to_parquet(path, index=False)
        elif kind == ".csv":
            frame.to_csv(path, index=False)
        elif kind == ".jsonl":
            frame.to_json(path, orient="records", lines=True, date_format="iso")
        else:
            frame.to_excel(path, index=False)
        return path

    return write


@pytest.fixture(scope="session")
def day(known, log, written):
    """What is known of a quiet day that the log holds."""
    return batch.check(known, "churn", written(days(log, 40, 1)))


@pytest.fixture(scope="session")
def wrong(known, log, written):
    """What is known of a week in which much is wrong."""
    rows = days(log, 40, 7).copy()
    rows["plan"] = HOSTILE
    rows["person"] = [f"{SECRET} of nobody known {place}" for place in range(len(rows))]
    rows.loc[rows.index[:40], "age"] = -5.0
    rows.loc[rows.index[40:43], "age"] = 500.0
    rows = rows.rename(columns={"income": " In-Come "}).assign(
        **{HOSTILE: 1.0, "x\ny": HOSTILE, "why": 1.0, "place": "Rome"}
    )
    return batch.check(known, "churn", written(pd.concat([rows, rows.head(8)])))
