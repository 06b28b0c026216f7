"""Logs of a champion and a shadow that know something of their labels, and stores of them."""

import shutil

import numpy as np
import pandas as pd
import pytest

from monitoring.store import Store
from tests.store.scored_logs import take

START = pd.Timestamp("2026-01-01T06:00")
HEADS = {
    "binary": 'task = "binary"\nthreshold = 0.4\n[costs]\nfalse_positive = 1\nfalse_negative = 5\n',
    "multiclass": 'task = "multiclass"\n[columns]\nscore = {a = "p_a", b = "p_b", c = "p_c"}\n',
    "regression": 'task = "regression"\n',
}
PARTS = """
[versions]
champion = "one"
shadows = ["two"]
[segments]
columns = ["city"]
[reference]
start = 2026-01-01
stop = 2026-01-08
"""


def description(task):
    return f'name = "m"\nclock = "last row"\n{HEADS[task]}{PARTS}'


def logs(task, days=30, each=60, seed=0):
    """Rows of both versions on the same requests, and their labels: the second is a little better."""
    rng = np.random.default_rng(seed)
    count = days * each
    at = START + pd.to_timedelta(np.arange(count) * (24 * 60 // each), unit="min")
    rows = pd.DataFrame(
        {
            "id": [f"r{i}" for i in range(count)],
            "predicted_at": at,
            "city": rng.choice(["Rome", "Oslo"], count),
            "age": rng.normal(size=count),
        }
    )
    x, noise = rng.normal(size=count), rng.normal(size=(2, count))
    if task == "regression":
        label = 50 + 10 * x + rng.normal(0, 3, count)
        said = [
            pd.DataFrame({"prediction": 50 + 10 * (x + w * e)})
            for w, e in zip((0.4, 0.3), noise, strict=True)
        ]
    elif task == "binary":
        label = np.where(rng.random(count) < 1 / (1 + np.exp(-2 * x)), "1", "0")
        said = [
            pd.DataFrame({"score": (1 / (1 + np.exp(-2 * (x + w * e)))).round(4)})
            for w, e in zip((0.8, 0.5), noise, strict=True)
        ]
    else:
        label = np.array(list("abc"))[np.clip(np.rint(x + 1 + rng.normal(0, 0.4, count)), 0, 2).astype(int)]
        said = [_chances(x + w * e) for w, e in zip((0.8, 0.5), noise, strict=True)]
    one, two = (pd.concat([rows, part], axis=1) for part in said)
    told = pd.DataFrame({"id": rows["id"], "label": label, "labelled_at": at + pd.Timedelta(hours=5)})
    return one.assign(version="one"), two.assign(version="two"), told


def _chances(x):
    raw = np.exp(-((x[:, None] + 1 - np.arange(3)) ** 2))
    chances = (raw / raw.sum(axis=1, keepdims=True)).round(4)
    return pd.DataFrame(chances, columns=["p_a", "p_b", "p_c"])


@pytest.fixture
def filled(tmp_path):
    """A function that makes a store of files; it is closed at the end."""
    opened = []

    def fill(task, *files):
        folder = tmp_path / f"s{len(opened)}"
        folder.mkdir()
        store = Store.open(folder / "lookout.duckdb")
        opened.append(store)
        store.add(description(task))
        for kind, frame in files:
            take(store, folder, frame, kind)
        return store

    yield fill
    for store in opened:
        store.close()


@pytest.fixture(scope="session")
def shelf(tmp_path_factory):
    """Stores that were filled once, by what they hold."""
    return tmp_path_factory.mktemp("shelf"), {}


@pytest.fixture
def both(tmp_path, shelf):
    """A function from a task to a store with two versions and labels, and the rows that it holds."""
    folder, known = shelf
    opened = []

    def make(task, share=1.0):
        one, two, told = logs(task)
        two = two.sample(frac=share, random_state=1).sort_index()
        if (task, share) not in known:
            file = folder / f"{task}-{share}.duckdb"
            with Store.open(file) as store:
                store.add(description(task))
                for kind, frame in (("predictions", one), ("predictions", two), ("labels", told)):
                    take(store, folder, frame, kind)
            known[task, share] = file
        opened.append(Store.open(shutil.copy(known[task, share], tmp_path / f"{len(opened)}.duckdb")))
        rows = one.merge(two, on="id", suffixes=("_one", "_two")).merge(told, on="id")
        return opened[-1], rows

    yield make
    for store in opened:
        store.close()
