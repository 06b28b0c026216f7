"""What happened to a model, marked on courses over time."""

import datetime as dt

import numpy as np

from monitoring.events import Event
from monitoring.models import parse
from monitoring.ui import charts, timeline
from monitoring.windows import UTC

MODEL = parse('name = "m"\ntask = "binary"\ntimezone = "America/New_York"')
DAYS = [dt.datetime(2026, 1, 1) + dt.timedelta(days=i) for i in range(30)]
HOSTILE = "<b>serves</b>"


def drawn(*events, model=MODEL, at=DAYS):
    figure = charts.course(at, np.arange(len(at), dtype=float), title="value")
    return timeline.marked(figure, model, events)


def event(at, kind="promotion", title="two serves"):
    return Event(at, kind, title, f"{title}, and why")


def test_an_event_stands_at_its_local_moment_and_tells_why_when_touched():
    (note,) = drawn(event(dt.datetime(2026, 1, 11, 4, tzinfo=UTC))).layout.annotations
    assert note.x == dt.datetime(2026, 1, 10, 23)
    assert (note.text, note.hovertext) == ("two serves", "two serves, and why")


def test_an_hourly_model_counts_its_hours_in_utc():
    hourly = parse('name = "m"\ntask = "binary"\ntimezone = "America/New_York"\nchunk = "1 hour"')
    (note,) = drawn(event(dt.datetime(2026, 1, 11, 4, tzinfo=UTC)), model=hourly).layout.annotations
    assert note.x == dt.datetime(2026, 1, 11, 4)


def test_only_what_lies_within_the_chart_and_is_not_drawn_already_is_marked():
    inside = dt.datetime(2026, 1, 10, 12, tzinfo=UTC)
    before, after = dt.datetime(2025, 12, 1, tzinfo=UTC), dt.datetime(2026, 3, 1, tzinfo=UTC)
    assert not drawn(event(before), event(after), event(inside, "reference")).layout.annotations
    assert not drawn(event(dt.datetime(2026, 1, 1, 5, tzinfo=UTC), "deploy")).layout.annotations
    assert not drawn(event(inside), at=[]).layout.annotations


def test_what_happened_within_the_last_chunk_stands_at_it():
    (note,) = drawn(event(dt.datetime(2026, 1, 30, 21, tzinfo=UTC))).layout.annotations
    assert note.x == DAYS[-1]


def test_words_from_data_are_no_markup_and_close_ones_do_not_lie_on_each_other():
    days = [dt.datetime(2026, 1, day, tzinfo=UTC) for day in (10, 11, 25)]
    notes = drawn(*(event(day, title=HOSTILE) for day in days)).layout.annotations
    assert {one.text for one in notes} == {charts.plain(HOSTILE)}
    assert len({one.yshift for one in notes}) == 3
    assert [one.xanchor for one in notes] == ["left", "left", "right"]


def test_a_chart_whose_axis_is_not_time_stays_as_it_is():
    figure = charts.figure([{"type": "bar", "x": [0.1, 0.2], "y": [1, 2]}], height=100, x={}, y={})
    assert not timeline.marked(figure, MODEL, [event(DAYS[3].replace(tzinfo=UTC))]).layout.annotations
    named = charts.figure([{"type": "bar", "x": ["a", "b"], "y": [1, 2]}], height=100, x={}, y={})
    assert not timeline.marked(named, MODEL, [event(DAYS[3].replace(tzinfo=UTC))]).layout.annotations
