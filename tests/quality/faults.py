"""A log in which everything that can be wrong is wrong on its last days, and one in which nothing is."""

import numpy as np
import pandas as pd

DAYS, EACH, LATE = 70, 120, 66
CLEAN = """
name = "m"
task = "binary"
clock = "last row"
[reference]
start = 2026-01-05
stop = 2026-02-02
[features.city]
title = "City <b>&</b>"
[rules.rows]
"a week has its hours" = "hours <= 168"
"""


def clean(days=DAYS, each=EACH, seed=1):
    """Rows that are all alike in law: numbers of several shapes and categories of several sizes."""
    rng = np.random.default_rng(seed)
    count = days * each
    at = pd.Timestamp("2026-01-05") + pd.to_timedelta(np.arange(count) * (86_400 / each), unit="s")
    heavy = rng.lognormal(6, 2, count).round(-2)
    return pd.DataFrame(
        {
            "id": [f"r{place}" for place in range(count)],
            "predicted_at": at,
            "score": rng.random(count).round(4),
            "age": rng.normal(40, 12, count).round(),
            "gain": np.where(rng.random(count) < 0.9, 0.0, heavy),
            "hours": np.where(rng.random(count) < 0.5, 40.0, rng.integers(1, 99, count)),
            "weight": rng.normal(size=count),
            "gaps": np.where(rng.random(count) < 0.3, np.nan, rng.normal(size=count)),
            "only": 7.0,
            "steady": rng.normal(size=count),
            "city": rng.choice(list("abcdefg"), count, p=[0.4, 0.2, 0.15, 0.1, 0.08, 0.05, 0.02]),
            "flag": rng.choice(["yes", "no"], count, p=[0.05, 0.95]),
        }
    )


def late(log):
    return log["predicted_at"] >= log["predicted_at"].min() + pd.Timedelta(days=LATE)


def faulty():
    """The same with a fault in each column of the last days, as files; and labels that make no sense."""
    log, rng = clean(seed=2), np.random.default_rng(3)
    after = late(log)
    some = after & (rng.random(len(log)) < 0.5)
    wrong = log.assign(
        gaps=log["gaps"].mask(some),
        weight=log["weight"].mask(some, np.inf),
        age=log["age"].where(~after | some, -5.0),
        hours=log["hours"].mask(some, 300.0),
        only=log["only"].mask(some, 8.0),
        city=log["city"].mask(some, "<i>new</i>"),
        flag=log["flag"].mask(after, "no"),
        steady=log["steady"].mask(after, 0.0),
    )
    kept = wrong[~after | (np.arange(len(log)) % 4 == 0)]
    first, last = kept[~late(kept)], kept[late(kept)]
    labels = pd.DataFrame(
        {
            "id": log["id"],
            "label": np.where(some, 9, (rng.random(len(log)) < 0.3).astype(int)),
            "labelled_at": log["predicted_at"] + pd.Timedelta(hours=1) * np.where(some, -2, 1),
        }
    )
    return first, last.drop(columns="flag").assign(extra=1.0), odd(first), labels


def odd(log):
    """A small file of the last day before: values of another type, ids and rows that come twice."""
    rows = log.tail(40).reset_index(drop=True)
    rows = rows.assign(id=[f"odd{place}" for place in range(40)], predicted_at=rows["predicted_at"].max())
    again = rows.head(12).assign(id=[f"again{place}" for place in range(12)])
    rows = pd.concat([rows, again, rows.iloc[20:22]], ignore_index=True)
    return rows.assign(gain=rows["gain"].astype(str).mask(rows.index < 5, "broken"))
