"""The notebook runs from its first cell to its last, on the demo, and tells what it says it tells."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import Built
from tools import notebook


def test_every_cell_of_the_notebook_runs(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOKOUT_STORE", str(shutil.copy(built.path, tmp_path / "lookout.duckdb")))
    monkeypatch.chdir(notebook.ROOT / "docs")
    values = [value for _, value in notebook.ran(notebook.read())]
    frames = [value for value in values if isinstance(value, pd.DataFrame)]
    drifted, known, both, verdicts = frames
    assert set(drifted.head(2)["subject"]) == {"temp", "dewp"}
    assert list(drifted.head(2)["status"]) == ["red", "red"]
    assert known["maturity"].iloc[-1] == "partial"
    july = both[both["chunk_start"] == pd.Timestamp("2013-06-21 04:00", tz="UTC")].iloc[0]
    assert july["value_estimated"] - july["value_realised"] > 0.15
    assert verdicts["reason"].iloc[-1] == "keep_collecting"
    assert (tmp_path / "july.html").read_text("utf-8").startswith("<!doctype html>")
