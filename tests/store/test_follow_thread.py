"""The thread that follows sources: every model once a look, whatever becomes of the others."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pandas as pd
import pytest

from monitoring.store import Store, follow_thread
from monitoring.store.follow_thread import FollowThread


def model(name: str) -> str:
    return f'name = "{name}"\ntask = "binary"\n[source]\npath = "{name}"\n'


def put(folder: Path, name: str) -> None:
    data = pd.DataFrame({"id": ["1"], "predicted_at": pd.Timestamp("2026-01-01"), "score": 0.5})
    file = folder / name / "a.parquet"
    file.parent.mkdir(exist_ok=True)
    data.to_parquet(file)
    os.utime(file, (1e9, 1e9))


def test_every_model_is_followed_though_one_fails(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    for name in ("first", "second"):
        store.add(model(name), folder=tmp_path)
        put(tmp_path, name)
    store.add('name = "third"\ntask = "binary"')
    follow = follow_thread.follow

    def failing(store: Store, name: str, **more: object) -> object:
        if name == "first":
            raise RuntimeError("the disk is on fire")
        return follow(store, name, **more)  # type: ignore[arg-type]

    thread = FollowThread(store, then=told.append)
    monkeypatch.setattr(follow_thread, "follow", failing)
    thread.look()
    assert thread.state.failing == (("first", "RuntimeError: the disk is on fire"),)
    monkeypatch.undo()
    thread.look()
    assert (thread.state.failing, thread.state.rows, told) == ((), 2, ["second", "first"])


def test_a_thread_that_runs_takes_in_what_comes_and_ends_when_told(store: Store, tmp_path: Path) -> None:
    store.add(model("churn"), folder=tmp_path)
    thread = FollowThread(store, every=0.01)
    thread.start()
    put(tmp_path, "churn")
    until = time.monotonic() + 60
    while not thread.state.rows and time.monotonic() < until:
        time.sleep(0.02)
    thread.stop()
    assert thread.state.rows == 1
