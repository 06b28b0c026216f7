"""The benchmarks judge what they measure, and their page names every part."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.bounds import Bound, Line
from benchmarks.measuring import cost, peak_megabytes

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(("value", "word"), [(0.8, "FAIL"), (0.85, "PASS"), (1.15, "PASS"), (1.2, "FAIL")])
def test_a_figure_out_of_its_bound_fails(value, word):
    line = Line("growth", value, bound=Bound(0.85, 1.15))
    assert str(line).startswith(word)
    assert line.missed is (word == "FAIL")


def test_a_figure_that_is_no_number_fails():
    assert Line("growth", float("nan"), bound=Bound(high=5)).missed


def test_a_figure_without_a_bound_is_never_missed():
    assert not Line("growth", float("inf")).missed


def test_work_costs_cpu_and_waiting_does_not():
    with cost() as work:
        sum(i * i for i in range(2_000_000))
    assert 0.01 < work.cpu < 30
    assert 1 < peak_megabytes() < 100_000


def test_every_part_is_in_the_page_about_benchmarks():
    said = subprocess.run(
        [sys.executable, "benchmarks/run.py", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    parts = said.split("--only {")[1].split("}")[0].split(",")
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert len(parts) == 9
    assert all(f"`{part}`" in page or f"--only {part}" in page for part in parts)
