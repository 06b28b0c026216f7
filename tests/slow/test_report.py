"""What a report costs: 30 features over 90 days, with labels and a shadow, and the whole command."""

import datetime as dt
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from monitoring import reports
from monitoring.store import Store

ROOT = Path(__file__).resolve().parents[2]
DAYS, ROWS, NUMBERS, CATEGORIES = 90, 1_000, 20, 10
TOML = """
name = "m"
task = "binary"
clock = "last row"
[versions]
champion = "one"
shadows = ["two"]
[reference]
start = 2026-01-01
stop = 2026-01-29
[segments]
columns = ["place"]
"""
LARGEST, LONGEST = 3_000_000, 5.0
"""Bytes of a report, and seconds of processor time to make it."""


def log():
    """Ninety thousand requests of two versions; some inputs move in the last month."""
    random = np.random.default_rng(5)
    count = DAYS * ROWS
    day = np.repeat(np.arange(DAYS), ROWS)
    late = day >= 60
    at = pd.Timestamp("2026-01-01") + pd.to_timedelta(day * 86_400 + random.integers(0, 86_400, count), "s")
    score = random.uniform(size=count).round(4)
    columns = {f"number {i}": random.normal(size=count) + (i < 6) * late for i in range(NUMBERS)}
    names = np.array([f"name {i}" for i in range(40)])
    columns |= {
        f"category {i}": names[random.integers(0, np.where(late & (i < 3), 10, 40))]
        for i in range(CATEGORIES)
    }
    both = pd.DataFrame(
        {
            "id": np.arange(count).astype(str),
            "predicted_at": at,
            "score": score,
            "place": names[day % 3],
            **columns,
        }
    )
    other = both.assign(version="two", score=(0.7 * score + 0.3 * random.uniform(size=count)).round(4))
    truth = random.uniform(size=count) < np.where(late, 0.4 + 0.2 * score, score)
    labels = pd.DataFrame(
        {"id": both["id"], "label": truth.astype(int),
         "labelled_at": at + pd.to_timedelta(random.integers(0, 72, count), "h")}
    )  # fmt: skip
    return pd.concat([both.assign(version="one"), other], ignore_index=True), labels


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """A store that holds all of it."""
    folder = tmp_path_factory.mktemp("report")
    predictions, labels = log()
    predictions.to_parquet(folder / "log.parquet")
    labels[labels["labelled_at"] < predictions["predicted_at"].max()].to_parquet(folder / "labels.parquet")
    with Store.open(folder / "lookout.duckdb") as store:
        store.add(TOML)
        store.ingest("m", folder / "log.parquet")
        store.ingest("m", folder / "labels.parquet", "labels")
    return folder / "lookout.duckdb"


def test_a_report_of_30_features_over_90_days_is_small_and_quick(path, figures):
    with Store.open(path) as store:
        started = time.process_time()
        found = reports.gather(store, store.model("m"))
        gathered = time.process_time()
        text = reports.html(found)
        written = time.process_time()
        record = reports.text(found)
        seconds = time.process_time() - started
    assert found.inputs is not None
    assert len(found.inputs.assessment.features) == 31
    assert found.scope.window.stop - found.scope.window.start == dt.timedelta(days=90)
    assert found.shadows
    assert found.outputs is not None
    size = len(text.encode())
    figures(
        f"report of 30 features x 90 days: read and judged in {gathered - started:.2f} CPU s, written in "
        f"{written - gathered:.2f}, JSON in {seconds - (written - started):.2f}; {size / 1e6:.2f} MB of HTML "
        f"and {len(record.encode()) / 1e6:.2f} MB of JSON"
    )
    assert seconds < LONGEST
    assert size < LARGEST


def test_the_whole_command_costs_little_more_than_starting(path, tmp_path, figures):
    def seconds(*arguments):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "monitoring", "--store", str(path), *map(str, arguments)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    alone = min(seconds("files", "m") for _ in range(2))
    whole = min(seconds("report", "m", "--out", tmp_path / "m.html") for _ in range(2))
    figures(f"the command report: {whole:.1f} CPU s, of which starting takes {alone:.1f}")
    assert whole - alone < LONGEST
