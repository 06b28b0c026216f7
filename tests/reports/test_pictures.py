"""Pictures hold what they are given: every value in its place, gaps as gaps, names as text."""

from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.reports import charts, pairs, scales, strips, svg
from monitoring.windows import Window

DAY = dt.timedelta(days=1)
START = dt.datetime(2026, 1, 1)
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=40)
NUMBERS = st.floats(-1e12, 1e12, allow_nan=False) | st.just(float("nan"))


def days(count: int) -> list[Window]:
    return [Window(START + i * DAY, START + (i + 1) * DAY) for i in range(count)]


def read(picture: svg.Element) -> ElementTree.Element:
    return ElementTree.fromstring(picture.text)


def places(root: ElementTree.Element, look: str) -> list[float]:
    """How far down the points of a class lie."""
    return [float(one.get("cy", "nan")) for one in root.iter("circle") if one.get("class") == f"point {look}"]


@settings(max_examples=25, deadline=None)
@given(ANYTHING, ANYTHING)
def test_any_text_is_text_and_any_attribute_stays_one(inside: str, value: str) -> None:
    one = read(svg.element("text", inside, aria_label=value))
    assert len(one) == 0
    assert set(one.attrib) == {"aria-label"}
    assert (one.text or "").split() == svg.clean(inside).replace("\r", " ").split()


@settings(max_examples=25, deadline=None)
@given(ANYTHING)
def test_a_text_that_is_cut_fits_and_what_is_left_is_its_beginning(text: str) -> None:
    short = svg.cut(text, 12)
    assert len(short) <= 12
    assert " ".join(svg.clean(text).split()).startswith(short.removesuffix("…"))


@settings(max_examples=25, deadline=None)
@given(st.lists(NUMBERS, min_size=1, max_size=12), st.booleans())
def test_an_axis_holds_every_value_between_round_ends(values: list[float], zero: bool) -> None:
    low, high = scales.reach([values], zero=zero)
    known = [value for value in values if np.isfinite(value)]
    room = 1e-6 * max(abs(low), abs(high), 1.0)
    assert low < high
    assert all(low - room <= value <= high + room for value in known)
    assert not zero or low <= 0 <= high
    found = scales.ticks(low, high)
    assert 2 <= len(found) <= 7
    assert all(low - room <= tick <= high + room for tick in found)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 400), st.integers(1, 2000))
def test_moments_on_an_axis_are_few_and_inside(first: int, length: int) -> None:
    start = START + first * DAY
    found = scales.moments(start, start + length * DAY)
    assert 1 <= len(found) <= 5
    assert all(0 <= share <= 1 for share, _ in found)
    assert len({word for _, word in found}) == len(found)


@settings(max_examples=25, deadline=None)
@given(st.lists(NUMBERS, min_size=1, max_size=9), ANYTHING)
def test_a_course_draws_each_known_value_once_and_no_other(values: list[float], title: str) -> None:
    value = np.array(values)
    hollow = np.arange(len(value)) % 3 == 2
    one = charts.Course(
        days(len(value)), value, scales.plainly, hollow=hollow, status=["green"] * len(value),
        notes=[title] * len(value), volume=(np.full(len(value), 9.0), np.full(len(value), 4.0)),
    )  # fmt: skip
    root = read(charts.course(one, title, "what it shows"))
    known = np.isfinite(value)
    assert len(places(root, "quiet")) == (known & ~hollow).sum()
    assert len(places(root, "hollow")) == (known & hollow).sum()
    assert [root[0].tag, root[1].tag] == ["title", "desc"]
    bars = [one.get("class") for one in root.iter("rect")]
    assert bars.count("bar rows") == bars.count("bar labelled") == len(value)


def test_higher_values_lie_higher_and_gaps_break_the_line() -> None:
    value = np.array([0.2, 0.4, np.nan, 0.6, 0.8])
    root = read(charts.course(charts.Course(days(5), value, scales.plainly, status=["green"] * 5), "t", "d"))
    down = places(root, "quiet")
    assert down == sorted(down, reverse=True)
    steps = np.diff(down)
    assert steps[0] == pytest.approx(steps[2], abs=0.02), (
        "equal steps of the value are equal steps on the page"
    )
    assert [one.get("class") for one in root.iter("path")] == ["course", "course"]


def test_amber_and_red_have_a_shape_of_their_own() -> None:
    states = ["green", "amber", "red", "grey"]
    one = charts.Course(days(4), np.array([1.0, 2.0, 3.0, 4.0]), scales.plainly, status=states)
    root = read(charts.course(one, "t", "d"))
    drawn = {part.get("class"): part.get("d") for part in root.iter("path")}
    assert drawn["point amber"] != drawn["point red"]
    assert len(places(root, "grey")) == len(places(root, "quiet")) == 1


def test_a_ribbon_is_higher_the_worse_a_day_is() -> None:
    states = ["grey", "green", "amber", "red", "no such status"]
    root = read(strips.ribbon(days(5), states, [f"day: {one}" for one in states], [], "t", "d"))
    bars = [one for one in root.iter("rect") if (one.get("class") or "").startswith("day")]
    tall = [float(bar.get("height", "nan")) for bar in bars]
    assert tall[:4] == sorted(tall[:4])
    assert len(set(tall[:4])) == 4
    assert bars[4].get("class") == "day grey", "what is not known is grey"
    assert [one.findtext("title") for one in bars] == [f"day: {one}" for one in states]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(0, 50), min_size=2, max_size=8), st.lists(st.integers(0, 50), min_size=2, max_size=8)
)
def test_bars_are_as_long_as_shares(before: list[int], now: list[int]) -> None:
    count = min(len(before), len(now))
    sides = [np.array(one[:count]) / max(sum(one[:count]), 1) for one in (before, now)]
    names = [f"<b>{i}" for i in range(count)]
    root = read(pairs.bars(names, sides[0], sides[1], "t", "d", scales.per_cent))
    most = max(max(sides[0]), max(sides[1])) or 1.0
    for side, look in zip(sides, ("before", "now"), strict=True):
        drawn = [one for one in root.iter("rect") if one.get("class") == f"area {look}"]
        assert [float((one.get("width") or "").rstrip("%")) for one in drawn] == pytest.approx(
            100 * side / most, abs=0.01
        )


def test_areas_of_two_histograms_stand_on_one_axis() -> None:
    first = (np.array([0.0, 1.0, 2.0]), np.array([0.5, 0.5]))
    second = (np.array([2.0, 3.0, 4.0]), np.array([0.5, 0.5]))
    root = read(pairs.histograms(first, second, "x", "t", "d", tell=scales.plainly))
    left, right = (
        [float(pair.split(",")[0]) for pair in (one.get("d") or "").strip("MZ").split()]
        for one in root.iter("path")
    )
    assert max(left) == pytest.approx(min(right), abs=0.02)
    assert min(left) == pytest.approx(svg.FIELD * 0.012, abs=0.02)
    assert max(right) == pytest.approx(svg.FIELD * 0.988, abs=0.02)


def test_a_small_course_of_nothing_is_empty_and_has_a_name() -> None:
    nothing = np.full(5, np.nan)
    root = read(strips.sparkline(nothing, nothing, nothing, "grey", "PSI of <age>"))
    assert root.findtext("title") == "PSI of <age>"
    assert not list(root.iter("path"))
