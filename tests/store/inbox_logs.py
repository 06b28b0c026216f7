"""Logs for an inbox, and what became of them."""

import datetime as dt
import time

from monitoring.inbox import PredictionLog

AT = dt.datetime(2026, 1, 12, 12)


def log(folder, *ids, model="churn", **given):
    with PredictionLog(folder, model) as one:
        for key in ids:
            one.predict(key, features={"age": 41.5, "city": "oslo"}, score=0.25, at=AT, **given)


def rows(store, table="requests"):
    with store.cursor() as cursor:
        return cursor.execute(f"SELECT _id FROM churn.{table} ORDER BY _id").fetchall()


def waiting(folder):
    return sorted(path.name for path in folder.glob("*/*"))


def until(condition, seconds=20):
    stop = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < stop
        time.sleep(0.01)
