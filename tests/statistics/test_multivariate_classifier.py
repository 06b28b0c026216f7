"""The domain classifier: its size, what it finds, to whom it attributes it, and what it survives."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from monitoring.statistics.classifier import LEAST_ROWS, domain_classifier

NUMBERS = np.zeros(10, dtype=bool)


def correlated(generator, rows, correlation, columns=10):
    """Standard normal columns; the third and the eighth are correlated."""
    sample = generator.normal(size=(rows, columns))
    sample[:, 7] = correlation * sample[:, 2] + np.sqrt(1 - correlation**2) * sample[:, 7]
    return sample


def test_quiet_samples_are_rarely_told_apart():
    generator = np.random.default_rng(0)
    p_values = []
    for seed in range(40):
        reference, current = generator.normal(size=(500, 4)), generator.normal(size=(300, 4))
        p_values.append(domain_classifier(reference, current, NUMBERS[:4], seed=seed).p_value)
    assert np.mean(np.array(p_values) < 0.05) <= 0.12
    assert stats.kstest(p_values, "uniform").pvalue > 0.01


def test_a_new_correlation_is_found_though_no_column_changes():
    generator = np.random.default_rng(1)
    reference, current = correlated(generator, 4000, 0), correlated(generator, 2000, 0.5)
    single = [stats.ks_2samp(reference[:, j], current[:, j]).pvalue for j in range(10)]
    assert min(single) > 0.01
    found = domain_classifier(reference, current, NUMBERS)
    assert found.p_value < 1e-4
    assert found.lower > 0.5
    assert set(np.argsort(found.attribution)[-2:]) == {2, 7}
    noise = found.attribution / found.attribution_error
    assert noise[[2, 7]].min() > 4
    assert np.abs(np.delete(noise, [2, 7])).max() < 3


def test_the_area_is_that_of_the_best_possible_classifier():
    generator = np.random.default_rng(2)
    reference, current = generator.normal(size=(2, 10_000, 3))
    current[:, 1] += 1
    found = domain_classifier(reference, current, NUMBERS[:3])
    best = stats.norm.cdf(1 / np.sqrt(2))  # two normal laws one deviation apart
    assert best - 0.02 < found.auc < best + 0.012
    assert found.lower < found.auc < found.upper
    assert found.attribution[1] == pytest.approx(found.auc - 0.5, abs=0.03)  # nothing else tells
    assert np.abs(found.attribution[[0, 2]]).max() < 0.01
    assert (found.reference_rows, found.current_rows) == (10_000, 10_000)


def test_a_shifted_mean_is_attributed_to_its_column():
    generator = np.random.default_rng(3)
    for column in range(0, 10, 3):
        reference, current = generator.normal(size=(2, 2000, 10))
        current[:, column] += 0.5
        assert domain_classifier(reference, current, NUMBERS).attribution.argmax() == column


def test_attribution_errors_are_those_of_repetition():
    generator = np.random.default_rng(4)
    found = []
    for seed in range(25):
        reference, current = generator.normal(size=(2, 1000, 3))
        current[:, 0] += 0.4
        found.append(domain_classifier(reference, current, NUMBERS[:3], seed=seed))
    irrelevant = np.array([one.attribution[1:] / one.attribution_error[1:] for one in found])
    assert 0.7 < irrelevant.std() < 1.3
    assert abs(irrelevant.mean()) < 0.4


def test_a_category_that_replaces_another_is_found():
    generator = np.random.default_rng(5)
    reference, current = generator.integers(0, 200, size=(2, 3000, 3)).astype(float)
    current[current[:, 2] < 20, 2] = 254
    found = domain_classifier(reference, current, [True] * 3)
    assert found.p_value < 1e-6
    assert found.attribution.argmax() == 2


def test_rows_that_lack_a_value_are_told_apart():
    generator = np.random.default_rng(6)
    reference, current = generator.normal(size=(2, 1000, 3))
    current[:, 1] = np.nan
    current[:, 2] = np.where(generator.uniform(size=1000) < 0.3, np.inf, current[:, 2])
    found = domain_classifier(reference, current, NUMBERS[:3])
    assert found.auc > 0.99
    assert found.attribution.argmax() == 1


def test_columns_that_say_nothing_are_survived():
    generator = np.random.default_rng(7)
    reference, current = generator.normal(size=(2, 400, 6))
    for side in (reference, current):
        side[:, 0], side[:, 1], side[:, 2], side[:, 3] = 5.0, np.nan, -1, 254
    found = domain_classifier(reference, current, [False, False, True, True, False, False])
    assert (found.attribution[:4] == 0).all()
    assert (found.attribution_error[:4] == 0).all()
    nothing = domain_classifier(reference[:, :4], current[:, :4], [False, False, True, True])
    assert (nothing.auc, nothing.p_value) == (0.5, 1.0)


def test_a_wild_value_changes_next_to_nothing():
    generator = np.random.default_rng(8)
    reference, current = generator.normal(size=(2, 1000, 3))
    current[:, 2] += 0.8
    calm = domain_classifier(reference, current, NUMBERS[:3])
    for value in (1e8, -1e308):
        wild = current.copy()
        wild[17, 2] = value
        found = domain_classifier(reference, wild, NUMBERS[:3])
        assert found.auc == pytest.approx(calm.auc, abs=0.02)
        assert found.attribution.argmax() == 2


def test_the_largest_numbers_are_numbers():
    reference, current = np.random.default_rng(13).normal(size=(2, 1000, 2))
    reference[:100, 0], current[:500, 0] = 1.7e308, 1.7e308
    current[500:, 0] = 1.6e308
    found = domain_classifier(reference, current, NUMBERS[:2])
    assert found.auc > 0.9
    assert found.attribution.argmax() == 0


def test_the_same_seed_gives_the_same_answer_and_leaves_inputs_alone():
    generator = np.random.default_rng(9)
    reference, current = generator.normal(size=(2, 300, 3))
    reference[0, 0], kept = -np.inf, reference.copy()
    kept[0, 0] = -np.inf
    one, two, other = (domain_classifier(reference, current, NUMBERS[:3], seed=s) for s in (5, 5, 6))
    assert one.auc == two.auc != other.auc
    np.testing.assert_array_equal(one.attribution, two.attribution)
    np.testing.assert_array_equal(reference, kept)


def test_held_out_rows_are_not_learnt_from():
    """Pure noise that could be learnt by heart: the area of learnt rows would be far above 1/2."""
    generator = np.random.default_rng(10)
    areas = [
        domain_classifier(*generator.normal(size=(2, 150, 20)), np.zeros(20, bool), seed=s).auc
        for s in range(30)
    ]
    assert abs(np.mean(areas) - 0.5) < 0.03


def test_progress_rises_from_nothing_to_done():
    told = []
    reference, current = np.random.default_rng(11).normal(size=(2, 200, 3))
    domain_classifier(
        reference, current, NUMBERS[:3], progress=lambda share, what: told.append((share, what))
    )
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1], len(told)) == (0.0, 1.0, 5)


@pytest.mark.parametrize(
    ("reference", "current", "categorical", "says"),
    [
        ((99, 2), (500, 2), [False, False], f"at least {LEAST_ROWS} rows .* there are 99 and 500"),
        ((500, 2), (0, 2), [False, False], "there are 500 and 0"),
        ((500, 2), (500, 3), [False, False], "do not fit"),
        ((500, 2), (500, 2), [False], "do not fit"),
        ((500,), (500,), [False], "do not fit"),
    ],
)
def test_tables_that_do_not_fit_are_refused(reference, current, categorical, says):
    with pytest.raises(ValueError, match=says):
        domain_classifier(np.zeros(reference), np.zeros(current), categorical)


@pytest.mark.parametrize("code", [255, 0.5])
def test_codes_beyond_the_range_are_refused(code):
    with pytest.raises(ValueError, match="from 0 to 254"):
        domain_classifier(np.full((200, 1), code), np.zeros((200, 1)), [True])


def test_the_interval_is_of_the_rows_that_were_held_out():
    """With one column in which only the order counts, its own area bounds what can be found."""
    generator = np.random.default_rng(12)
    reference, current = generator.normal(size=(8000, 1)), generator.normal(0.5, size=(8000, 1))
    found = domain_classifier(reference, current, [False])
    own = roc_auc_score(np.repeat([0, 1], 8000), np.concatenate([reference, current])[:, 0])
    assert found.lower < own < found.upper
    # Hanley and McNeil's standard error with 4,000 held-out rows a side.
    area = found.auc
    one, two = area / (2 - area), 2 * area**2 / (1 + area)
    error = np.sqrt((area * (1 - area) + 3999 * (one + two - 2 * area**2)) / 4000**2)
    assert found.upper - found.lower == pytest.approx(2 * 1.96 * error, rel=0.05)
