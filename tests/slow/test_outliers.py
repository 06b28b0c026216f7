"""Long simulations of odd rows: their rate on fresh rows like the reference, with few held back and many."""

import numpy as np
import pytest
from scipy import stats

from monitoring.statistics.outliers import conformal, ecod, rates

RUNS, FRESH, DAYS = 200, 1_000, 10


def drawn(generator, kind, rows):
    """Rows of six columns, the last of them a category."""
    if kind == "normal":
        return generator.normal(size=(rows, 6)), generator.choice(5, rows, p=[0.5, 0.3, 0.15, 0.04, 0.01])
    shared = generator.standard_t(2, size=(rows, 1))
    numbers = shared + generator.standard_t(3, size=(rows, 6))  # dependent, with heavy tails
    numbers[generator.uniform(size=numbers.shape) < 0.05] = np.nan
    return np.round(numbers, 1), generator.choice(50, rows)


def scores(generator, kind, fitted, rows):
    """Scores of fresh rows by distributions of others."""
    numbers, codes = drawn(generator, kind, fitted)
    columns = [ecod.tails(column) for column in numbers.T]
    terms = ecod.category_terms(np.bincount(codes, minlength=50), 0)
    fresh, coded = drawn(generator, kind, rows)
    return ecod.ecod(columns, fresh) + ecod.code_terms(terms, coded)


@pytest.mark.parametrize("kind", ["normal", "heavy and dependent"])
@pytest.mark.parametrize("held", [1_000, 3_000, 15_000])
def test_rows_like_the_reference_keep_their_rate_and_its_limit(figures, kind, held):
    generator = np.random.default_rng([held, len(kind)])
    hits, covered, binomial, beyond = 0, 0, 0, 0
    for _ in range(RUNS):
        found = scores(generator, kind, held, held + FRESH * DAYS)
        kept = conformal.calibration(found[:held])
        odd = (conformal.p_values(kept, found[held:]) < rates.ALPHA).reshape(DAYS, FRESH).sum(axis=1)
        total, rows = odd.sum(), FRESH * DAYS
        hits += total
        m = rates.places(held)
        low, high = stats.betabinom.interval(0.95, rows, m, held + 1 - m)
        covered += low <= total <= high
        low, high = stats.binom.interval(0.95, rows, rates.expected_rate(held))
        binomial += low <= total <= high
        beyond += (odd / FRESH > rates.rate_limit(np.full(DAYS, FRESH), held)).sum()
    rate, alarms = hits / (RUNS * FRESH * DAYS), beyond / (RUNS * DAYS)
    figures(
        f"odd rows, {kind}, {held:,} held back: rate {rate:.5f} ({rates.expected_rate(held):.5f} usual); "
        f"within the interval of 95 % {covered / RUNS:.3f} (a binomial one {binomial / RUNS:.3f}); "
        f"days beyond the limit {alarms:.4f}"
    )
    assert rate <= 1.15 * rates.ALPHA
    assert covered / RUNS >= 0.92
    assert alarms <= 0.013
