"""One row that is decades off makes its own model unknown, in words, and no other."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from monitoring import drift, health
from monitoring.store import Store

HOURLY = """
name = "{name}"
task = "binary"
chunk = "1 hour"
clock = "last row"
[reference]
start = 2026-01-01
stop = 2026-01-03
"""


def drifting(report):
    """What a report says of drift."""
    return next(one for one in report.signals if one.name == "drift")


def test_a_calendar_of_decades_is_grey_for_its_model_and_harmless_for_others(tmp_path: Path) -> None:
    start = dt.datetime(2026, 1, 1)
    hours = [start + dt.timedelta(hours=hour) for hour in range(60)]
    rows = "".join(f"{number},{at.isoformat()}Z,{number % 7}\n" for number, at in enumerate(hours))
    with Store.open(tmp_path / "lookout.duckdb") as store:
        for name, more in (("steady", ""), ("stretched", "old,1985-01-01T00:00:00Z,1\n")):
            store.add(HOURLY.format(name=name))
            path = tmp_path / f"{name}.csv"
            path.write_text(f"id,predicted_at,age\n{rows}{more}", "utf-8")
            store.ingest(name, path)
        with pytest.raises(drift.CalendarError, match="1985"):
            drift.read(store, "stretched")
        found = {model.name: drifting(health.health(store, model)) for model in store.models()}
        assert (found["stretched"].status, found["stretched"].reason) == ("grey", "calendar")
        assert found["steady"].reason != "calendar"
