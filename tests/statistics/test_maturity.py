"""When labels are mature, whether classes are equally slow, and whether labelled rows stand for all."""

import numpy as np
import pytest

from monitoring.statistics.maturity import delays_agree, maturity
from monitoring.statistics.representativeness import representativeness

AGES = 40


def arrivals(seed=0, cohorts=80, rows=300, slow=(3.0, 3.0), rate=0.3, never=0.0):
    """Labels by class, cohort and age, delays geometric with the means ``slow``."""
    generator = np.random.default_rng(seed)
    ages = cohorts - 1 - np.arange(cohorts)
    arrived = np.zeros((2, cohorts, AGES))
    for cohort, age in enumerate(ages):
        label = (generator.uniform(size=rows) < rate).astype(int)
        delay = generator.geometric(1 / (1 + np.array(slow)[label])) - 1
        come = (generator.uniform(size=rows) >= never) & (delay < AGES) & (delay <= age)
        np.add.at(arrived, (label[come], cohort, delay[come]), 1)
    return arrived, np.full(cohorts, rows), ages


def test_the_curve_is_that_of_the_delays():
    found = maturity(*arrivals(slow=(4.0, 4.0)))
    truth = 1 - (4 / 5) ** (np.arange(AGES) + 1)
    assert np.abs(found.curve - truth / truth[found.longest]).max() < 0.03
    assert abs(found.longest - np.argmax(truth >= 0.99)) <= 2
    assert abs(found.horizon - np.argmax(truth >= 0.95)) <= 1
    assert found.complete.sum() == 80 - 1 - found.longest
    assert (found.final == (arrivals()[2] >= found.horizon)).all()


def test_young_cohorts_do_not_make_labels_look_quick():
    """Most cohorts are younger than the delays: the plain share over all labels would be far too early."""
    arrived, predicted, ages = arrivals(slow=(6.0, 6.0), cohorts=36, rows=3000)
    plain = np.cumsum(arrived.sum(axis=(0, 1))) / arrived.sum()
    found = maturity(arrived, predicted, ages)
    assert np.argmax(plain >= 0.95) < 16
    assert 17 <= found.horizon <= 21


def test_the_slower_class_sets_the_horizon():
    both, one = (
        maturity(*arrivals(slow=(1.0, 6.0), rows=1000)),
        maturity(*arrivals(slow=(1.0, 1.0), rows=1000)),
    )
    assert one.horizon <= 5
    assert both.horizon >= 17
    assert both.class_curve[0, 4] > 0.95 > both.class_curve[1, 4]


def test_classes_that_are_equally_slow_agree():
    agreed = [
        delays_agree(arrived, maturity(arrived, predicted, ages).complete).agree
        for arrived, predicted, ages in (arrivals(seed) for seed in range(40))
    ]
    assert np.mean(agreed) >= 0.9


def test_classes_that_differ_do_not_agree_and_rows_alone_do_not_make_them_differ():
    arrived, predicted, ages = arrivals(slow=(2.0, 5.0))
    found = delays_agree(arrived, maturity(arrived, predicted, ages).complete)
    assert found.agree is False
    assert found.gap > 0.2
    huge = delays_agree(np.array([[[500_000, 500_000]], [[503_000, 497_000]]]), [True])
    assert huge.p_value < 0.001
    assert huge.agree, "a difference of three thousandths is none"


def test_labels_that_never_come_are_told():
    assert maturity(*arrivals(never=0.1)).never == pytest.approx(0.1, abs=0.01)
    assert maturity(*arrivals(never=0.0)).never == pytest.approx(0.0, abs=0.01)


def test_nothing_is_known_before_labels_stop_coming():
    found = maturity(*arrivals(slow=(30.0, 30.0), cohorts=20))
    assert found.longest is None
    assert found.horizon is None
    assert not found.final.any()
    assert np.isnan(found.curve).all()
    assert np.isnan(found.never)


def test_ages_not_yet_reached_are_not_looked_at_and_cohorts_have_no_order():
    arrived, predicted, ages = arrivals()
    known = maturity(arrived, predicted, ages)
    later = arrived + 0
    later[:, :, -1] += np.where(ages < AGES - 1, 7, 0)
    assert maturity(later, predicted + 20, ages).horizon == known.horizon
    order = np.random.default_rng(1).permutation(len(ages))
    turned = maturity(arrived[:, order], predicted[order], ages[order])
    assert turned.curve == pytest.approx(known.curve)
    assert (turned.final == known.final[order]).all()
    halves = arrivals(2)[0], arrivals(3)[0]
    assert maturity(halves[0] + halves[1], predicted * 2, ages).horizon == known.horizon


def test_one_class_one_cohort_and_none():
    only = maturity(np.full((1, 5, 3), 10.0), np.full(5, 40), [4, 4, 3, 1, -1])
    assert only.longest is None, "as many labels at the last age as at any other"
    assert list(only.coverage) == [0.75, 0.75, 0.75, 0.5, 0.0]
    quick = maturity(np.array([[[40.0, 0.0], [40.0, 0.0]]]), [40, 40], [3, 0])
    assert (quick.horizon, quick.longest) == (0, 0)
    assert quick.final.all()
    assert delays_agree(np.full((1, 2, 3), 50.0), [True, True]).agree is None
    empty = maturity(np.zeros((2, 3, 4)), [0, 0, 0], [2, 1, 0])
    assert empty.horizon is None
    assert np.isnan(empty.coverage).all()


def test_a_random_half_of_the_labels_is_representative():
    generator = np.random.default_rng(5)
    shares = generator.dirichlet(np.ones(500))
    found = representativeness(
        generator.multinomial(2000, shares, size=300), generator.multinomial(500, shares, size=300)
    )
    assert found.biased.mean() <= 0.03
    tilted = shares * np.linspace(0.5, 1.5, 500)
    found = representativeness(
        generator.multinomial(2000, shares, size=50),
        generator.multinomial(500, tilted / tilted.sum(), size=50),
    )
    assert found.biased.mean() > 0.95


def test_a_side_without_rows_is_a_gap():
    found = representativeness(np.array([[5, 5], [5, 5]]), np.array([[0, 0], [5, 5]]))
    assert np.isnan(found.jensen_shannon[0])
    assert list(found.biased) == [False, False]


def test_wrong_inputs_are_refused():
    with pytest.raises(ValueError, match="more labels than predictions"):
        maturity(np.ones((1, 1, 3)), [2], [2])
    with pytest.raises(ValueError, match="labels of shape"):
        maturity(np.ones((1, 2, 3)), [9], [2])
    with pytest.raises(ValueError, match="negative"):
        maturity(-np.ones((1, 1, 3)), [2], [2])
