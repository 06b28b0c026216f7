"""The glossary's examples of metrics and drift are what the demo's store says."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from monitoring import drift, glossary, performance, windows
from monitoring.statistics import METHODS
from monitoring.statistics.metrics import METRICS
from monitoring.store import Store

SPANS = ("2013-03-01", "2013-06-21", "2013-09-13")
TASKS = {"flights": "binary", "outcome": "multiclass", "delay": "regression"}
BY_HAND = ("two_proportion_z", "fisher")  # no feature of the flights has two values


def figures(text: str) -> list[tuple[float, float]]:
    """Every figure with a fraction of a text, and half of its last digit's unit."""
    found = re.findall(r"-?\d[\d,]*\.\d+", text)
    return [(float(one.replace(",", "")), 0.5 * 10 ** -len(one.split(".")[1]) + 1e-9) for one in found]


def holds(text: str, values: list[float]) -> bool:
    return all(any(abs(value - said) <= half for value in values) for said, half in figures(text))


@pytest.mark.parametrize("name", TASKS)
def test_examples_of_metrics_are_measured(store: Store, name: str) -> None:
    wanted = [key for key, one in METRICS.items() if TASKS[name] in one.tasks and not one.costly]
    wanted = [key for key in wanted if METRICS[key].tasks[0] == TASKS[name]]
    one = performance.assess(
        performance.material(store, name), chunk="28 days", metrics=wanted, intervals=False
    )
    frame = performance.frames.frame(one)
    days = frame["chunk_start"].dt.tz_convert("America/New_York").dt.strftime("%Y-%m-%d")
    for key in wanted:
        values = frame.loc[days.isin(SPANS) & (frame["measure"] == key), "value"].tolist()
        assert len(values) == len(SPANS)
        assert figures(glossary.term(key).example), key
        assert holds(glossary.term(key).example, values), (key, values)


def test_examples_of_drift_are_measured(store: Store) -> None:
    july = windows.Window(dt.datetime(2013, 6, 21), dt.datetime(2013, 7, 19))
    found = drift.material(store, "flights")
    frame = drift.every_method(found, july, chunk="28 days", as_of=store.now(found.model))
    values = frame.set_index(["subject", "measure"])["value"]
    for key in METHODS:
        if key not in BY_HAND:
            example = glossary.term(key).example.replace("below 0.10", "")
            feature = "dewp" if "ew point" in example else "dest"
            value = float(values[feature, key])
            assert figures(example), key
            assert holds(example, [value, 100 * value]), (key, value)


def test_a_wrong_figure_is_found() -> None:
    assert holds("0.67 in July", [0.6734])
    assert not holds("0.68 in July", [0.6734])
    assert holds("-22.6 in July", [-22.5925])
