"""Logs of a model that is unsure of some rows and wrong on some, and stores of them."""

import numpy as np
import pandas as pd

from monitoring.store import Store
from tests.store.scored_logs import take

START = pd.Timestamp("2026-01-01")
HEADS = {
    "binary": 'task = "binary"\n',
    "multiclass": 'task = "multiclass"\n[columns]\nscore = {a = "p_a", b = "p_b", c = "p_c"}\n',
    "regression": 'task = "regression"\n',
}
PARTS = """
[versions]
champion = "one"
shadows = ["two"]
[reference]
start = 2026-01-01
stop = 2026-01-11
"""


def description(task="binary", review="[review]\naudit = 0.05\nbudget = 20\n"):
    return f'name = "m"\nclock = "last row"\n{HEADS[task]}{PARTS}{review}'


def logged(task="binary", days=20, each=60, seed=0):
    """Both versions' rows and their labels; a new city from day 12 on, and older people from day 14 on."""
    rng = np.random.default_rng(seed)
    count = days * each
    day = np.repeat(np.arange(days), each)
    at = START + pd.to_timedelta(day, "D") + pd.to_timedelta(np.tile(np.linspace(0, 80_000, each), days), "s")
    city = rng.choice(["Rome", "Oslo"], count).astype(object)
    city[(day >= 12) & (rng.random(count) < 0.05)] = "Bern"
    rows = pd.DataFrame(
        {
            "id": [f"r{i}" for i in range(count)],
            "predicted_at": at,
            "city": city,
            "age": rng.normal(40, 10, count) + np.where(day >= 14, 15, 0),
        }
    )
    x = rng.normal(size=count)
    if task == "regression":
        label, outputs = (
            50 + 10 * x,
            [pd.DataFrame({"prediction": 50 + 10 * (x + w * rng.normal(size=count))}) for w in (0.4, 0.5)],
        )
    elif task == "binary":
        label = np.where(rng.random(count) < 1 / (1 + np.exp(-3 * x)), "1", "0")
        outputs = [
            pd.DataFrame({"score": (1 / (1 + np.exp(-3 * (x + w * rng.normal(size=count))))).round(4)})
            for w in (0.5, 0.7)
        ]
    else:
        label = np.array(list("abc"))[np.clip(np.rint(x + 1), 0, 2).astype(int)]
        outputs = [_chances(x + w * rng.normal(size=count)) for w in (0.5, 0.7)]
    versions = [
        pd.concat([rows, part], axis=1).assign(version=name)
        for part, name in zip(outputs, ("one", "two"), strict=True)
    ]
    told = pd.DataFrame({"id": rows["id"], "label": label, "labelled_at": at + pd.Timedelta(hours=5)})
    return pd.concat(versions), told


def _chances(x):
    raw = np.exp(-2 * (x[:, None] + 1 - np.arange(3)) ** 2)
    return pd.DataFrame(raw / raw.sum(axis=1, keepdims=True), columns=["p_a", "p_b", "p_c"])


def stored(path, task="binary", *, labels=True, review=None, seed=0):
    """A store of such a log at a path; it is closed again."""
    log, told = logged(task, seed=seed)
    with Store.open(path) as store:
        store.add(description(task) if review is None else description(task, review))
        take(store, path.parent, log, "predictions")
        if labels:
            take(store, path.parent, told, "labels")
    return path
