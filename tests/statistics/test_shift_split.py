"""The split of a change of performance: its sums, its routes and what it refuses."""

import numpy as np
import pytest
from scipy import special

from monitoring.statistics.label_shift import Rows
from monitoring.statistics.shift_split import shift_split

KINDS = [False, False]


def rows(seed, count=2500, mean=0.0, slope=2.0, flipped=0.0):
    """A model of the first feature; events also depend on the second."""
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(count, 2))
    x[:, 1] += mean
    y = (generator.uniform(size=count) < special.expit(slope * x[:, 0] + 1.5 * x[:, 1] - 1)).astype(float)
    y = np.where(generator.uniform(size=count) < flipped, 1 - y, y)
    return Rows(x, ((x[:, 0] > 0.75) == (y == 1)).astype(float), y)


def test_the_parts_sum_to_the_change_and_the_split_repeats():
    first, second = (shift_split(rows(0), rows(1, mean=0.7), KINDS) for _ in range(2))
    assert first.covariate.value + first.label_share.value + first.concept.value == pytest.approx(
        first.change.value, abs=1e-12
    )
    assert first.by_label.change.value == pytest.approx(first.change.value)
    assert first.covariate == second.covariate
    assert first.route == "covariate"
    assert first.cause == "covariate"


def test_labels_that_come_otherwise_are_concept_drift():
    found = shift_split(rows(2), rows(3, flipped=0.15), KINDS)
    assert found.cause == "concept"
    assert not found.covariate.sure
    assert "another way" in found.reason


def test_nothing_is_undecided():
    found = shift_split(rows(4), rows(5), KINDS)
    assert found.cause == "undecided"
    assert not found.change.sure


def test_label_shares_alone_take_the_label_route():
    current = rows(6, count=12_000)
    events, others = (np.flatnonzero(current.label == k) for k in (1, 0))
    keep = np.concatenate([events[:1800], others[:700]])
    found = shift_split(rows(7, count=4000), Rows(*(part[keep] for part in vars(current).values())), KINDS)
    assert found.alike >= 0.01
    assert found.route == "label"
    assert found.cause == "label share"
    assert found.label_share.value == pytest.approx(float(found.by_label.mix.value))


def test_rows_outside_the_reference_are_not_split():
    found = shift_split(rows(8), rows(9, mean=4.0), KINDS)
    assert found.weights.outside
    assert found.route == "none"
    assert found.cause == "undecided"
    assert np.isnan(found.covariate.value)
    assert np.isfinite(found.change.value)
    assert "outside" in found.reason


def test_rows_without_label_do_not_count_and_shapes_have_to_fit():
    current = rows(10)
    label = current.label.copy()
    label[::2] = np.nan
    found = shift_split(rows(11), Rows(current.features, current.value, label), KINDS)
    assert found.change.value == pytest.approx(current.value[1::2].mean() - rows(11).value.mean())
    with pytest.raises(ValueError, match="rows"):
        shift_split(rows(11), Rows(current.features, current.value[:5], label), KINDS)
