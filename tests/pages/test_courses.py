"""Courses over time: no chunk is invisible, and what is touched tells its moment, value and interval."""

import datetime as dt

import numpy as np

from monitoring.ui.charts import course

NAN = np.nan


def days(many, **step):
    return [dt.datetime(2024, 1, 1) + i * dt.timedelta(**(step or {"days": 1})) for i in range(many)]


def at(trace, place):
    """A moment of a trace, which Plotly is given as text."""
    return dt.datetime.fromisoformat(trace.x[place])


def named(figure, name):
    (trace,) = [trace for trace in figure.data if trace.name == name]
    return trace


def test_a_chunk_between_two_gaps_is_a_point():
    value = np.array([0.1, NAN, 0.3, NAN, 0.2, 0.4, NAN, 0.9])
    figure = course(days(8), value, title="d", beside=("before", value))
    for name in ("d", "before"):
        trace = named(figure, name)
        assert trace.mode == "lines+markers"
        assert (np.asarray(trace.marker.size) > 0).tolist() == [True, False, True] + 4 * [False] + [True]
    assert named(course(days(3), np.array([0.1, 0.2, 0.3]), title="d"), "d").mode == "lines"


def test_a_single_chunk_shows_its_value_limit_and_floor():
    figure = course(
        days(1), np.array([0.1]), title="d", limit=np.array([0.3]), floor=np.array([0.05]), status=["green"]
    )
    assert named(figure, "d").marker.size.tolist() == [5]
    for name, height in (("limit", 0.3), ("noise floor", 0.05)):
        trace = named(figure, name)
        assert at(trace, 0) < days(1)[0] < at(trace, -1)
        assert trace.y.tolist() == [height, height]
    assert list(figure.layout.xaxis.tickvals) == days(1)


def test_a_limit_that_stands_alone_is_as_broad_as_a_chunk():
    figure = course(days(4), np.full(4, 0.1), title="d", limit=np.array([NAN, 0.3, NAN, 0.4]))
    trace = named(figure, "limit")
    assert at(trace, 2) - at(trace, 1) == dt.timedelta(days=1)
    assert np.isfinite(trace.y).tolist() == [False, True, True, False, True, True]


def test_every_point_that_can_be_touched_tells_its_interval():
    value = np.array([0.1, 0.2, 0.3, 0.4, 0.5])
    lower = np.array([0.05, 0.1, 0.2, NAN, 0.4])
    figure = course(
        days(5),
        value,
        title="d",
        status=["green", "amber", "red", "red", "grey"],
        partial=np.array([False, False, False, False, True]),
        interval=(lower, value + 0.1),
    )
    assert named(figure, "d").customdata[0] == "0.100<br>95 %: 0.050 to 0.200"
    assert list(named(figure, "Watch").customdata) == ["0.200<br>95 %: 0.100 to 0.300"]
    assert list(named(figure, "Act").customdata) == ["0.300<br>95 %: 0.200 to 0.400", "0.400"]
    assert list(named(figure, "not complete, not judged").customdata) == ["0.500<br>95 %: 0.400 to 0.600"]
    told = {trace.hovertemplate.split("<extra>")[0] for trace in figure.data}
    assert told == {"%{x|%a %-d %b %Y}<br>%{customdata}"}


def test_hours_have_tooltips_of_their_own():
    hourly = course(days(3, hours=1), np.array([0.1, 0.2, 0.3]), title="d")
    assert "%H:%M UTC" in hourly.data[0].hovertemplate
    daily = course(days(3), np.array([0.1, 0.2, 0.3]), title="d")
    assert "%H" not in daily.data[0].hovertemplate


def test_the_word_of_a_late_start_is_not_cut_off_at_the_right():
    for place, side in ((1, "left"), (8, "right")):
        figure = course(days(10), np.linspace(0, 1, 10), title="d", since=days(10)[place])
        (note,) = figure.layout.annotations
        assert (note.text, note.xanchor, note.yanchor) == ("began", side, "bottom")


def test_moments_on_the_axis_are_on_one_line():
    figure = course(days(10), np.linspace(0, 1, 10), title="d")
    assert len(figure.layout.xaxis.tickformatstops) == 4
    assert not [stop for stop in figure.layout.xaxis.tickformatstops if "<br>" in stop.value]
