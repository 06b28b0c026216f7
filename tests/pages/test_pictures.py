"""What the pictures promise: areas are shares, windows end when everything is judged, ticks never touch."""

import datetime as dt
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.models import parse
from monitoring.store import Span
from monitoring.ui.charts import plain
from monitoring.ui.components.ribbon import day_ticks
from monitoring.ui.distributions import Histogram, categorical, densities
from monitoring.ui.scopes import Choices, judged_until, window_of

NOW = dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC)
SPAN = Span(dt.datetime(2024, 1, 1), dt.datetime(2024, 3, 31), None, None, 1)


def model(**keys):
    lines = "".join(f'{key} = "{value}"\n' for key, value in keys.items())
    return parse(f'name = "m"\ntask = "binary"\ntimezone = "America/New_York"\n{lines}')


@given(
    counts=st.lists(st.integers(0, 1000), min_size=6, max_size=6).filter(any),
    low=st.floats(0.1, 50),
    high=st.floats(0.1, 50),
)
def test_the_area_under_a_distribution_is_one_outliers_included(counts, low, high):
    edges = np.array([0.0, 1.0, 2.5, 7.0])
    histogram = Histogram(edges, np.array(counts), -low, 7.0 + high)
    bounds, heights = densities(histogram, -low, 7.0 + high)
    assert (heights >= 0).all()
    assert (heights * np.diff(bounds)).sum() == pytest.approx(1)


def test_rows_far_above_the_range_leave_a_gap():
    histogram = Histogram(np.array([0.0, 1.0]), np.array([0, 0, 0, 5]), 4.0, 6.0)
    bounds, heights = densities(histogram, 0.0, 6.0)
    assert bounds.tolist() == [0, 1, 4, 6]
    assert heights.tolist() == [0, 0, 0.5]


def test_two_categories_that_look_alike_stay_two_bars():
    figure = categorical(["x" * 40 + "a", "x" * 40 + "b"], np.array([1, 2, 0, 0]), np.array([2, 1, 0, 0]))
    assert len(figure.data[0].y) == 2
    assert len(set(figure.data[0].y)) == 2


def test_a_name_is_never_read_as_a_tag_or_a_link():
    figure = categorical(["<a href='https://example.com'>x</a>"], np.array([1, 0, 0]), np.array([1, 0, 0]))
    assert "<" not in figure.layout.yaxis.ticktext[0]
    assert plain("&lt;") == "&amp;lt;"


def test_as_of_a_day_includes_that_whole_day():
    assert judged_until(model(), SPAN, dt.date(2024, 2, 10), NOW) == dt.datetime(2024, 2, 11)


def test_as_of_a_day_in_an_hourly_model_ends_at_local_midnight():
    hourly = model(chunk="1 hour")
    assert judged_until(hourly, SPAN, dt.date(2024, 2, 10), NOW) == dt.datetime(2024, 2, 11, 5)
    assert judged_until(hourly, SPAN, dt.date(2024, 7, 10), NOW) == dt.datetime(2024, 7, 11, 4)


def test_the_clock_decides_where_a_range_ends():
    last_row = window_of(model(clock="last row"), SPAN, Choices(range="7d"), NOW)
    assert (last_row.start, last_row.stop) == (dt.datetime(2024, 3, 25), dt.datetime(2024, 4, 1))
    now = window_of(model(clock="now"), SPAN, Choices(range="7d"), NOW)
    assert now.stop == dt.datetime(2024, 5, 2)


def test_all_reaches_back_to_the_first_row_and_never_turns_around():
    assert window_of(model(), SPAN, Choices(range="all"), NOW).start == SPAN.first
    before = window_of(model(), SPAN, Choices(range="all", as_of=dt.date(2023, 1, 1)), NOW)
    assert before.start < before.stop


@given(start=st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1)), length=st.integers(1, 1500))
def test_ticks_are_few_and_far_enough_apart(start, length):
    ticks = day_ticks([start + dt.timedelta(days=i) for i in range(length)])
    places = [tick["at"] for tick in ticks]
    assert len(ticks) <= 13
    assert all(after - before >= length / 16 for before, after in pairwise(places))
