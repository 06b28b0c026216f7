"""Every registered metric is described, directed and asks for a minimum of rows that its outcomes count."""

import numpy as np
import pytest

from monitoring.statistics.metrics import METRICS, BinaryOutcomes, metrics_for
from monitoring.statistics.metrics.evidence import KINDS, shortage, words
from monitoring.statistics.metrics.registry import performance_metric

EVERY = pytest.mark.parametrize("metric", list(METRICS.values()), ids=list(METRICS))


@EVERY
def test_a_metric_is_described(metric):
    assert metric.title
    assert metric.short
    assert metric.unit
    text = metric.function.__doc__
    for part in ("Parameters", "Returns", "References", "Examples", ">>>"):
        assert part in text
    assert metric.function.__name__ == metric.key


@EVERY
def test_a_metric_has_a_direction_a_range_and_a_minimum(metric):
    assert metric.tasks
    assert set(metric.tasks) <= {"binary", "multiclass", "regression"}
    assert metric.better in ("higher", "lower", "zero", "neither")
    assert metric.reads in ("labels", "decisions", "scores")
    assert metric.range[0] < metric.range[1]
    assert metric.minimum["rows"] >= 30
    assert set(metric.minimum) <= set(KINDS)


def test_titles_and_short_names_are_not_shared():
    for field in ("title", "short"):
        names = [getattr(metric, field) for metric in METRICS.values()]
        assert len(names) == len(set(names))


def test_a_name_is_taken_once():
    with pytest.raises(ValueError, match="two performance metrics are named accuracy"):
        performance_metric("Twice", short="t", unit="u", tasks=("binary",), minimum={"rows": 30})(
            METRICS["accuracy"].function
        )


@pytest.mark.parametrize("metric", metrics_for("binary"), ids=lambda metric: metric.key)
def test_what_is_short_is_told_with_its_count(metric):
    few = BinaryOutcomes.of_rows([0.3] * 9 + [0.8] * 3, [0] * 9 + [1] * 3)
    many = BinaryOutcomes.of_rows([0.3] * 90 + [0.8] * 30, [0] * 90 + [1] * 30)
    found = shortage(metric, few)
    assert found.any
    assert words(found.kind, found.have, found.need).startswith(f"not enough: {int(found.have)} ")
    assert not shortage(metric, many).any


def test_shortages_are_told_chunk_by_chunk():
    outcomes = BinaryOutcomes(
        [],
        [[4], [40], [10]],
        [[96], [60], [5]],
        [[1], [9], [5]],
        [[1], [1], [1]],
        *([np.zeros(3)] * 4),
    )
    assert shortage(METRICS["roc_auc"], outcomes).kind.tolist() == ["positives", "", "rows"]
    found = shortage(METRICS["precision"], outcomes)
    assert found.kind.tolist() == ["decided_positive", "", "rows"]
    assert found.have.tolist() == [2, 10, 15]
