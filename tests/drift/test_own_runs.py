"""Runs of the reference as long as the judged window: where they lie, with which rows, and without them."""

import itertools

import numpy as np
import pytest

from monitoring import drift
from monitoring.drift import multivariate
from monitoring.drift.own_runs import runs
from monitoring.drift.tables import tables
from monitoring.statistics import classifier
from monitoring.windows import Window
from tests.drift.inspected_rows import DAY, LIVE, START, drawn, rows, silent


@pytest.fixture
def told_apart(monkeypatch):
    """Rows of both sides of everything that the classifier was shown."""
    sizes, real = [], classifier.domain_classifier

    def counting(reference, current, *given, **more):
        sizes.append((len(reference), len(current)))
        return real(reference, current, *given, **more)

    monkeypatch.setattr(classifier, "domain_classifier", counting)
    return sizes


def of_days(rng, each, length, sizes):
    """Samples and keys of 28 reference days, and runs of a length with so many rows."""
    matrix = tables(drawn(rng, 28 * each), drawn(rng, 9000))
    keys = np.repeat(np.datetime64(START, "us") + np.arange(28) * np.timedelta64(1, "D"), each)
    found = runs(None, keys, length * DAY, DAY)
    return matrix, keys, [(run, matrix.reference[:rows]) for run, rows in zip(found, sizes, strict=False)]


def test_every_comparison_has_as_many_rows_as_the_judged_one(told_apart):
    matrix, keys, own = of_days(np.random.default_rng(0), 300, 4, [5000] * 7)
    found = multivariate.classifier(matrix, keys, own, silent)
    assert told_apart == [(multivariate.ROWS, multivariate.ROWS)] * 8
    assert found["rows"] == [multivariate.ROWS] * 2


def test_runs_of_few_rows_make_all_comparisons_as_small_but_a_quiet_one_is_left_out(told_apart):
    matrix, keys, own = of_days(np.random.default_rng(0), 100, 4, [700, 60, 700, 650, 800, 900, 700])
    found = multivariate.classifier(matrix, keys, own, silent)
    assert told_apart == [(2400, 650)] * 7
    assert (found["rows"], found["blocks"]) == ([2400, 650], 6)


@pytest.mark.parametrize("sizes", [[5000] * 3, [50] * 7, [5000, 50, 50, 50, 50, 50, 50]])
def test_without_enough_runs_there_is_no_limit_and_no_colour(told_apart, sizes):
    matrix, keys, own = of_days(np.random.default_rng(0), 100, 4, sizes)
    matrix.current[:, 0] += 3
    found = multivariate.classifier(matrix, keys, own, silent)
    assert (found["limit"], found["blocks"], len(told_apart)) == (None, 0, 1)
    looked = drift.Inspection(START, LIVE, classifier=found)
    assert looked.classifier["auc"] > 0.9
    assert (looked.status, looked.drifted, looked.telling) == ("grey", False, False)


def test_runs_lie_apart_inside_the_reference_and_are_spread_over_it():
    keys = np.datetime64(START, "us") + np.arange(91) * np.timedelta64(1, "D")
    weeks = runs([Window(START - 9 * DAY, START + 91 * DAY)], keys, 7 * DAY, DAY)
    assert len(weeks) == 10
    assert (weeks[0].start, weeks[-1].stop) == (START, START + 91 * DAY)
    assert all(a.stop <= b.start for a, b in itertools.pairwise(weeks))
    around = [Window(START, START + 10 * DAY), Window(START + 17 * DAY, START + 30 * DAY)]
    assert [run.start for run in runs(around, keys, 7 * DAY, DAY)] == [START, START + 17 * DAY]
    same = [Window(START + 7 * i * DAY, START + (7 * i + 1) * DAY) for i in range(8)]
    assert runs(same, keys, DAY, DAY) == same
    assert runs(None, keys[:3], 7 * DAY, DAY) == runs(None, keys[:0], DAY, DAY) == []


def test_a_window_as_long_as_the_reference_is_not_coloured(filled):
    store = filled(rows(days=50, shift=2.0))
    found = drift.inspect(store, "m", Window(LIVE, LIVE + 20 * DAY))
    assert found.status == "grey"
    assert found.sentence(store.model("m")).startswith("Uncalibrated: 4 runs of the reference as long as ")
    frame = drift.inspected(found, store.model("m"), "reference")
    (area,) = frame[frame["measure"] == "domain_classifier"].to_dict("records")
    assert (area["status"], area["reason"]) == ("grey", "uncalibrated")
    assert np.isnan(area["limit_high"])


def test_rows_of_runs_are_drawn_for_them(filled, told_apart):
    store = filled(rows(days=35, each=800))
    drift.inspect(store, "m", Window(LIVE, LIVE + DAY), rows=2000)
    # of 2,000 reference rows a day holds about seventy, and all its 800 are drawn
    assert [pair[1] for pair in told_apart] == [800] * 11
