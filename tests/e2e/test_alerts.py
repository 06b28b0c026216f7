"""An alert from the log to a person: it fires in the app, reaches a receiver, and is taken in hand."""

import json
import time

import numpy as np
import pandas as pd
from playwright.sync_api import expect

from monitoring.alerts import webhook
from monitoring.store import Store
from tests.receivers import http_receiver

TOML = """
name = "churn"
title = "Will they <i>leave</i>?"
task = "binary"
[[alerts]]
name = "no rows"
condition = "zero_volume"
severity = "critical"
channels = ["ops"]
"""


def stopped(folder):
    """A store of a model whose log ended four days ago."""
    days = pd.Timestamp.now("UTC").tz_localize(None).normalize() - pd.to_timedelta(np.arange(10, 4, -1), "D")
    at = np.repeat(days.to_numpy(), 40)
    frame = pd.DataFrame({"id": [f"r{i}" for i in range(len(at))], "predicted_at": at, "score": 0.5})
    frame.to_parquet(folder / "log.parquet")
    with Store.open(folder / "lookout.duckdb") as store:
        store.add(TOML)
        store.ingest("churn", folder / "log.parquet")
    return folder / "lookout.duckdb"


def test_an_alert_fires_is_delivered_once_and_is_acknowledged(visit, serve, settled, tmp_path, monkeypatch):
    with http_receiver() as (url, got, _):
        monkeypatch.setenv("LOOKOUT_CHANNEL_OPS_URL", url)
        monkeypatch.setenv("LOOKOUT_CHANNEL_OPS_SECRET", "s3cret")
        address = serve(stopped(tmp_path))
        for _ in range(240):
            if got:
                break
            time.sleep(0.25)
        ((headers, body),) = got
        assert webhook.verified("s3cret", headers["Lookout-Timestamp"], body, headers["Lookout-Signature"])
        assert json.loads(body)["events"][0]["event"] == "opened"

        page = visit(f"{address}/alerts?model=churn")
        expect(page.locator(".st-key-verdict")).to_contain_text("1 of 1 open wait for somebody")
        page.get_by_role("textbox", name="Your name").fill("Ada")
        page.get_by_role("button", name="Record").click()
        settled()
        expect(page.locator(".st-key-verdict")).to_contain_text("1 open, all in hand")
        page = visit(f"{address}/alerts?model=churn&view=deliveries")
        expect(page.get_by_text("given up")).to_be_visible()
        expect(page.get_by_test_id("stDataFrame")).to_be_visible()
        time.sleep(6)  # the scheduler looks again
        assert len(got) == 1, "the same data alert nobody twice"
