"""What is laid side by side: latency, and whether the scores of either version mean what they say."""

import numpy as np
import pytest

from monitoring import shadow
from tests.shadow.conftest import logs
from tests.shadow.test_shadow import every, sides


def test_latency_is_compared_request_by_request(filled):
    one, two, _ = logs("binary", days=9)
    rng = np.random.default_rng(0)
    one, two = (rows.assign(latency=rng.gamma(4, 3, len(rows)).round(2)) for rows in (one, two))
    two.loc[two.index[::3], "latency"] = np.nan
    store = filled("binary", ("predictions", one), ("predictions", two))
    found = shadow.read(store, "m", "two")
    took = shadow.latency(found, every(found))
    d = (two["latency"] - one["latency"]).dropna()
    assert float(took.difference.n) == len(d)
    assert float(took.difference.value) == pytest.approx(d.mean())
    assert float(took.difference.row_error) == pytest.approx(d.std(ddof=1) / np.sqrt(len(d)))
    assert took.champion == pytest.approx(one["latency"][d.index].mean())
    back = shadow.latency(shadow.read(store, "m", "one", champion="two"), every(found))
    assert float(back.difference.value) == -float(took.difference.value)


def test_without_latencies_none_are_compared(both):
    store, _ = both("binary")
    found = shadow.read(store, "m", "two")
    assert shadow.latency(found, every(found)) is None


def test_reliability_of_both_is_counted_over_the_same_rows(both):
    store, rows = both("binary", 0.5)
    found = shadow.read(store, "m", "two")
    sides_ = shadow.reliabilities(found, every(found))
    y = (rows["label"] == "1").to_numpy()
    for one, scores in zip(sides_, sides("binary", rows)[1], strict=True):
        assert one.n.sum() == len(rows)
        assert (one.n * one.rate).sum() == pytest.approx(y.sum())
        assert (one.n * one.score).sum() == pytest.approx(scores.sum(), abs=0.001 * len(rows))
        assert (np.diff(one.score) > 0).all()
        assert (one.lower < one.rate).all()
        assert (one.rate < one.upper).all()


def test_the_reliability_of_several_classes_is_that_of_the_likeliest(both):
    store, rows = both("multiclass", 0.5)
    found = shadow.read(store, "m", "two")
    decided, chances = sides("multiclass", rows)
    told = zip(shadow.reliabilities(found, every(found)), decided, chances, strict=True)
    for one, said, probabilities in told:
        assert one.n.sum() == len(rows)
        assert (one.n * one.rate).sum() == pytest.approx((said == rows["label"]).sum())
        largest = probabilities.max(axis=1).sum()
        assert (one.n * one.score).sum() == pytest.approx(largest, abs=0.001 * len(rows))


def test_only_probabilities_have_a_reliability_diagram(both):
    store, _ = both("regression")
    found = shadow.read(store, "m", "two")
    assert shadow.reliabilities(found, every(found)) is None
