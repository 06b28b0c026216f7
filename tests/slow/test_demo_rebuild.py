"""The demo's data can be built again from its source, value by value."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from monitoring.models import parse

DATA = Path(__file__).resolve().parents[2] / "data"


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rebuilt")
    command = [sys.executable, str(DATA / "build_flights.py"), "--out", str(folder)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return folder, printed


@pytest.mark.parametrize("name", ["features", "labels"])
def test_what_happened_comes_out_exactly(rebuilt, name):
    committed = pd.read_parquet(DATA / "flights" / f"{name}.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(rebuilt[0] / "flights" / f"{name}.parquet"), committed)


def test_the_scores_come_out_the_same(rebuilt):
    committed = pd.read_parquet(DATA / "flights" / "predictions.parquet").set_index("flight_id")
    found = pd.read_parquet(rebuilt[0] / "flights" / "predictions.parquet").set_index("flight_id")
    assert found.index.equals(committed.index)
    assert found.isna().equals(committed.isna())
    # Another processor may round the last decimal the other way; a step of a tree may then move a few scores.
    differs = (found - committed).abs() > (committed.abs() * 0 + 1.5e-4).assign(minutes=0.15)
    assert differs.mean().max() < 0.01


@pytest.mark.parametrize("name", ["flights", "delay", "outcome"])
def test_the_importances_come_out_the_same(rebuilt, name):
    committed = parse((DATA / "models" / f"{name}.toml").read_text())
    found = parse((rebuilt[0] / "models" / f"{name}.toml").read_text())
    for feature, known in committed.features.items():
        assert found.features[feature].importance == pytest.approx(known.importance, abs=0.002)


def test_the_printed_tables_are_those_of_the_readme(rebuilt):
    lines = [line for line in rebuilt[1].splitlines() if line.startswith("| ")]
    readme = (DATA / "README.md").read_text().splitlines()
    assert len(lines) == 24
    assert len([line for line in lines if line in readme]) == len(lines)
