"""How often the retraining advice errs: the rates of its rule, and of the two spans that it looks at."""

import numpy as np
import pytest

from monitoring.advice.advising import deciding
from monitoring.statistics.advice import Evidence, retraining_advice

RUNS = 20_000
RATES = {
    0.0: {"healthy": 0.99},
    -0.01: {"healthy": 0.59, "undecided": 0.41},
    -0.02: {"degraded": 0.035, "undecided": 0.92},
    -0.03: {"degraded": 0.56},
    -0.04: {"degraded": 0.97},
}
"""4,000 current and 20,000 reference rows, 90 % right, tolerance 2 points."""


def states(random, change, spans=(4_000,)):
    """What is advised for each of many samples; later spans hold the rows of the earlier ones."""
    reference = random.binomial(20_000, 0.9, RUNS) / 20_000
    right = np.zeros(RUNS)
    answers, rows = [], 0
    for span in spans:
        right, rows = right + random.binomial(span - rows, 0.9 + change, RUNS), span
        share = right / span
        error = np.sqrt(share * (1 - share) / span + reference * (1 - reference) / 20_000)
        answers.append(
            [
                retraining_advice(Evidence(tolerance=0.02, change=c, error=e)).state
                for c, e in zip(share - reference, error, strict=True)
            ]
        )
    return [each[deciding(each)] for each in zip(*answers, strict=True)]


@pytest.mark.parametrize("change", RATES)
def test_the_rule_errs_as_often_as_its_table_says(change):
    found = states(np.random.default_rng(3), change)
    for state, rate in RATES[change].items():
        assert found.count(state) / RUNS == pytest.approx(rate, abs=0.03), state


def test_two_spans_call_a_loss_of_just_the_tolerance_degraded_in_less_than_one_of_ten():
    found = states(np.random.default_rng(4), -0.02, spans=(2_000, 4_000))
    assert found.count("degraded") / RUNS < 0.1
    assert found.count("healthy") / RUNS < 0.1


def test_two_spans_call_a_model_that_lost_nothing_degraded_in_less_than_one_of_a_thousand():
    found = states(np.random.default_rng(5), 0.0, spans=(2_000, 4_000))
    assert found.count("degraded") / RUNS < 0.001
    assert found.count("healthy") / RUNS > 0.95
