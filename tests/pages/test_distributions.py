"""A feature beside its reference: every row is in the picture, words fit it, and what is private stays so."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.drift import Against
from monitoring.drift.wording import distinct
from monitoring.store.cubes import Cube
from monitoring.store.grids import Grid
from monitoring.ui.distributions import OUTSIDE_FROZEN, Histogram, categorical, continuous, densities
from monitoring.ui.feature_detail import Sample, distribution, facts, outside
from monitoring.ui.frequencies import frequencies, ticks


def cube(grid):
    """A cube of one feature that holds no rows; what is drawn comes from samples."""
    nothing, slots = np.zeros((1, 0)), np.zeros((1, 0, grid.slots))
    return Cube(
        features=(grid.feature,), grids=(grid,), chunks=(), counts=slots, sums=slots, n=nothing,
        missing=nothing, non_finite=nothing, total=nothing, square=nothing, minimum=nothing, maximum=nothing,
    )  # fmt: skip


def rows(counts, minimum=np.nan, maximum=np.nan):
    counts = np.array(counts)
    return Sample(counts, counts.sum(), 0, 0, 1.0, minimum, maximum)


def area(trace):
    """The area under a side of a distribution, which is drawn in steps that hold until the next point."""
    return float((np.diff(trace.x) * np.asarray(trace.y)[:-1]).sum())


@pytest.mark.parametrize("highest", [9.0, 11.0])
def test_a_moving_reference_with_rows_beyond_the_bins_keeps_all_its_area_where_it_lies(highest):
    edges = np.array([0.0, 5.0, 10.0])
    before = Histogram(edges, np.array([0, 0, 30, 20, 50]), 1.0, 30.0)
    now = Histogram(edges, np.array([0, 0, 50, 49, 1 if highest > 10 else 0]), 1.0, highest)
    figure = continuous(before, now, "x", outside=OUTSIDE_FROZEN)
    assert [area(trace) for trace in figure.data] == pytest.approx([1, 1])
    assert max(figure.data[0].x) == 30
    assert figure.data[0].y[list(figure.data[0].x).index(10)] == pytest.approx(0.5 / 20)
    (note,) = figure.layout.annotations
    assert "50.0 % before, " in note.text
    assert note.text.endswith(" now above the range of the bins")


@given(
    counts=st.lists(st.integers(0, 1000), min_size=6, max_size=6).filter(any),
    low=st.floats(0.1, 50),
    high=st.floats(0.1, 50),
    inner=st.floats(0, 1),
)
def test_rows_far_below_the_range_leave_a_gap_and_the_area_stays_one(counts, low, high, inner):
    below = Histogram(np.array([0.0, 1.0, 2.5, 7.0]), np.array(counts), -low, -low * inner)
    bounds, heights = densities(below, -low, 7.0 + high)
    assert (heights >= 0).all()
    assert (heights * np.diff(bounds)).sum() == pytest.approx(1)
    only = Histogram(np.array([0.0, 1.0]), np.array([5, 0, 0, 0]), -6.0, -4.0)
    assert [part.tolist() for part in densities(only, *only.extent)] == [[-6, -4, 0, 1], [0.5, 0, 0]]


def test_names_that_only_the_reference_holds_are_drawn():
    figure = categorical(["a", "b"], np.array([5, 5, 0, 90]), np.array([5, 5, 0, 0]), OUTSIDE_FROZEN)
    assert [sum(trace.x) for trace in figure.data] == pytest.approx([1, 1])
    assert "never seen in the model’s reference period" in figure.layout.yaxis.ticktext


def test_values_outside_that_only_the_reference_holds_are_drawn():
    grid = Grid("x", "numeric", edges=(1.0, 2.0), discrete=True)
    figure = distribution(cube(grid), rows([50, 25, 25, 0]), rows([0, 1, 1, 0]), "x", names=True)
    assert list(figure.layout.xaxis.ticktext) == ["below", "1", "2"]
    assert [sum(trace.y) for trace in figure.data] == pytest.approx([1, 1])


@pytest.mark.parametrize("against", [Against("rolling"), Against("weekday"), Against("version", version="v")])
def test_words_about_what_is_outside_are_true_of_a_reference_that_is_not_the_models_own(against):
    words = outside(against)
    numeric = cube(Grid("x", "numeric", edges=(1.0, 2.0, 3.0)))
    names = cube(Grid("k", "categorical", categories=("a",)))
    before, now = rows([0, 1, 4, 4, 1]), rows([0, 1, 4, 5, 0])
    told = [name for name, *_ in facts(numeric, before, now, outside=words)]
    assert "Above the range of the model’s reference period" in told
    told = [name for name, *_ in facts(names, rows([9, 0, 1]), rows([9, 0, 1]), outside=words)]
    assert "Never seen in the model’s reference period" in told
    assert "Above the reference’s range" in [
        name for name, *_ in facts(numeric, before, now, outside=outside(Against()))
    ]


def test_values_that_differ_late_stay_apart():
    days = (20130701.0, 20130702.0, 20130703.0)
    grid = Grid("day", "ordinal", edges=days, discrete=True)
    figure = distribution(cube(grid), rows([0, 1, 2, 3, 0]), rows([0, 3, 2, 1, 0]), "day", names=True)
    assert list(figure.layout.xaxis.ticktext) == ["20130701", "20130702", "20130703"]
    assert [len(set(trace.x)) for trace in figure.data] == [3, 3]
    many = distribution(
        cube(grid), rows([0, 1, 2, 3, 0]), rows([0, 3, 2, 1, 0]), "day", names=True, ratios=True
    )
    assert len(set(many.layout.yaxis.ticktext)) == 3


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), unique=True, max_size=12))
def test_no_two_numbers_look_alike(values):
    assert len(set(distinct(values))) == len(values)


@pytest.mark.parametrize("ratios", [False, True])
@pytest.mark.parametrize("discrete", [False, True])
def test_pictures_of_a_private_feature_hold_no_value_of_a_row(ratios, discrete):
    edges = (1717.25, 2828.5, 3939.75)
    grid = Grid("salary", "numeric", edges=edges, discrete=discrete)
    before, now = rows([0, 1, 4, 5, 0], 1717.25, 3939.75), rows([1, 0, 4, 4, 2], 1212.5, 9898.5)
    figure = distribution(cube(grid), before, now, "Salary", names=False, ratios=ratios)
    sent = json.dumps(figure.to_plotly_json(), default=lambda part: part.tolist())
    assert not [value for value in (*edges, 1212.5, 9898.5) if f"{value:g}"[:4] in sent]
    words = (figure.layout.yaxis if ratios else figure.layout.xaxis).ticktext
    assert {"below", "above", "value 2" if discrete else "bin 1"} <= set(words)


@pytest.mark.parametrize(
    ("before", "now"), [([5000, 5000, 5000], [5100, 4900, 5000]), ([90_000, 1, 0], [1, 9000, 9000])]
)
def test_some_ratio_beside_one_can_always_be_read(before, now):
    axis = frequencies(["a", "b", "c"], np.array(before), np.array(now)).layout.xaxis
    low, high = (10**end for end in axis.range)
    assert 3 <= len(axis.tickvals) <= 8
    assert all(low <= place <= high for place in axis.tickvals)
    assert "1" in axis.ticktext


@given(st.floats(1e-9, 1), st.floats(1, 1e9))
def test_ratios_on_the_axis_are_few_and_in_range(low, high):
    places = ticks(low, high)
    assert 1.0 in places
    assert len(places) <= 8
    assert all(low <= place <= high for place in places)
