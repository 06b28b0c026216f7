"""Where references lie: never on what they judge, told by running sums that count every position apart."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.drift.against import Against
from monitoring.drift.layouts import AT_ONCE, layout
from monitoring.drift.spans import chunks, timeline, trailing
from monitoring.windows import Window

ORIGIN = dt.datetime(2013, 3, 1)
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
CHUNKS = {"hour": ("1 hour", "1 day"), "day": ("1 day", "7 days", "28 days")}


@st.composite
def lines(draw, most=90):
    """A timeline of days or hours, its reference anywhere on it, and which of its positions hold rows."""
    grain = draw(st.sampled_from(["day", "hour"]))
    step = DAY if grain == "day" else HOUR
    length = draw(st.integers(1, most if grain == "day" else 3 * most))
    start = draw(st.integers(0, length - 1))
    stop = draw(st.integers(start + 1, length))
    reference = Window(ORIGIN + start * step, ORIGIN + stop * step)
    chunk = draw(st.sampled_from(CHUNKS[grain]))
    line = timeline([ORIGIN, ORIGIN + (length - 1) * step], reference, chunk, grain)
    rows = draw(st.lists(st.booleans(), min_size=line.length, max_size=line.length))
    return line, np.flatnonzero(rows)


def spans_of(line, many):
    return trailing(line, many) if many > 1 else chunks(line)


def one_hot(line, held):
    """Running counts of shape (1, positions + 1, positions): every position with rows is a bin of its own."""
    rows = np.zeros((line.length, line.length))
    rows[held, held] = 1.0
    return np.concatenate([np.zeros((1, line.length)), rows.cumsum(axis=0)])[None]


def members(sums):
    """The positions that are in each sum, each of which must be there once."""
    counts = np.asarray(sums)[0]
    assert set(np.unique(counts)) <= {0.0, 1.0}, "a row counts once or not at all"
    return [set(np.flatnonzero(one).tolist()) for one in counts]


def every_total(found, running, spans):
    """Members of the reference of each span, part by part as the comparison asks for them."""
    out = []
    for one in found.parts(spans):
        sums = members(found.total(running, one))
        out += sums * len(one) if len(sums) == 1 else sums
    return out


AGAINST = st.one_of(
    st.just(Against()),
    st.just(Against("version", version="champion")),
    st.builds(
        lambda chunks, gap: Against("rolling", chunks=chunks, gap=gap), st.integers(1, 40), st.integers(0, 9)
    ),
    st.builds(lambda weeks: Against("weekday", weeks=weeks), st.integers(1, 12)),
)


@settings(max_examples=80, deadline=None)
@given(made=lines(), against=AGAINST, many=st.sampled_from([1, 7, 28]))
def test_no_row_of_a_span_is_in_its_reference(made, against, many):
    line, held = made
    spans = spans_of(line, many)
    totals = every_total(layout(against, line), one_hot(line, held), spans)
    assert len(totals) == len(spans)
    for start, stop, reference in zip(spans.start, spans.stop, totals, strict=True):
        assert not reference & set(range(start, stop))
        assert reference <= set(held.tolist())


@settings(max_examples=50, deadline=None)
@given(made=lines(), many=st.sampled_from([1, 7, 28]))
def test_a_fixed_reference_is_all_of_its_rows_but_the_spans_own(made, many):
    line, held = made
    spans = spans_of(line, many)
    found, running = layout(Against(), line), one_hot(line, held)
    whole = set(held.tolist()) & set(range(int(line.reference.start[0]), int(line.reference.stop[0])))
    own = [set(range(start, stop)) for start, stop in zip(spans.start, spans.stop, strict=True)]
    assert every_total(found, running, spans) == [whole - one for one in own]
    assert members(found.whole(running, spans)) == [whole]
    reference = set(range(int(line.reference.start[0]), int(line.reference.stop[0])))
    assert found.shared(spans).tolist() == [bool(one & reference) for one in own]


@settings(max_examples=50, deadline=None)
@given(
    made=lines(),
    count=st.integers(1, 40),
    gap=st.integers(0, 9),
    many=st.sampled_from([1, 7, 28]),
    since=st.integers(0, 60),
)
def test_a_rolling_reference_is_the_chunks_before_the_gap_and_nothing_from_before_the_log(
    made, count, gap, many, since
):
    line, held = made
    spans = spans_of(line, many)
    against = Against("rolling", chunks=count, gap=gap, since=line.key(since))
    expected = []
    for start in spans.start:
        stop = start - gap * line.per_chunk
        expected.append(
            {one for one in held.tolist() if max(stop - count * line.per_chunk, since) <= one < stop}
        )
    assert every_total(layout(against, line), one_hot(line, held), spans) == expected


@settings(max_examples=50, deadline=None)
@given(made=lines(), weeks=st.integers(1, 12), many=st.sampled_from([1, 7]), since=st.integers(0, 60))
def test_a_weekday_reference_holds_the_same_weekdays_and_hours_of_whole_weeks_before(
    made, weeks, many, since
):
    line, held = made
    spans = spans_of(line, many)
    against = Against("weekday", weeks=weeks, since=line.key(since))
    totals = every_total(layout(against, line), one_hot(line, held), spans)
    week = dt.timedelta(days=7) // line.step
    length = int((spans.stop - spans.start).max())
    back = week * -(-length // week)
    for start, stop, reference in zip(spans.start, spans.stop, totals, strict=True):
        expected = set()
        for one in range(1, weeks + 1):
            if start - one * back >= since:
                expected |= set(range(start - one * back, stop - one * back))
        assert reference == expected & set(held.tolist())
        own = {(line.key(one).weekday(), line.key(one).hour) for one in range(start, stop)}
        assert {(line.key(one).weekday(), line.key(one).hour) for one in reference} <= own


@settings(max_examples=50, deadline=None)
@given(made=lines(), against=AGAINST, many=st.sampled_from([1, 7, 28]))
def test_blocks_are_parts_of_the_reference_and_apart_from_each_other(made, against, many):
    line, held = made
    spans, found = spans_of(line, many), layout(against, line)
    running = one_hot(line, held)
    for part in found.parts(spans):
        blocks = found.blocks(part, many * line.per_chunk)
        lengths = blocks.stop - blocks.start
        assert (lengths >= 0).all()
        assert lengths.max(initial=0) <= many * line.per_chunk
        wholes = members(found.whole(running, part))
        for place in range(len(blocks.start)):
            own = [set(range(a, b)) for a, b in zip(blocks.start[place], blocks.stop[place], strict=True)]
            union = set().union(*own)
            assert len(union) == sum(len(one) for one in own), "blocks share no position"
            assert union & set(held.tolist()) <= wholes[min(place, len(wholes) - 1)]


def test_a_rolling_reference_of_whole_blocks_is_cut_without_a_rest():
    line = timeline([ORIGIN, ORIGIN + 99 * DAY], Window(ORIGIN, ORIGIN + 10 * DAY), "1 day", "day")
    found, spans = layout(Against("rolling", chunks=28), line), chunks(line)
    blocks = found.blocks(spans, 1)
    assert blocks.start.shape == (100, 28)
    assert blocks.start[50].tolist() == list(range(49, 21, -1))
    assert (blocks.stop[50] - blocks.start[50]).tolist() == [1] * 28
    weeks = found.blocks(trailing(line, 7), 7)
    assert (weeks.stop[60] - weeks.start[60]).tolist() == [4] * 7, "seven blocks, though shorter than a week"


@pytest.mark.parametrize("grain", ["day", "hour"])
def test_too_little_history_is_short(grain):
    step, chunk = (DAY, "1 day") if grain == "day" else (HOUR, "1 hour")
    line = timeline([ORIGIN, ORIGIN + 399 * step], Window(ORIGIN, ORIGIN + 10 * step), chunk, grain)
    spans = chunks(line)

    def short(against, first=0):
        flags = layout(against, line).short(spans, first)
        assert (np.diff(flags.astype(int)) <= 0).all(), "once there is enough, there always is"
        return int(flags.sum())

    assert short(Against()) == 0
    assert short(Against("rolling", chunks=28)) == 7
    assert short(Against("rolling", chunks=28), first=100) == 107
    assert short(Against("rolling", chunks=28, gap=5)) == 12
    assert short(Against("rolling", chunks=3)) == 3
    assert short(Against("rolling", chunks=1)) == 1
    week = 7 if grain == "day" else 168
    assert short(Against("weekday", weeks=4)) == 2 * week
    assert short(Against("weekday", weeks=3), first=5) == 2 * week + 5
    assert short(Against("weekday", weeks=1)) == week


def test_many_chunks_against_long_references_are_looked_at_a_few_at_a_time():
    line = timeline([ORIGIN, ORIGIN + 9_999 * HOUR], Window(ORIGIN, ORIGIN + 100 * HOUR), "1 hour", "hour")
    spans = chunks(line)
    for against in (Against("rolling", chunks=28 * 24), Against("weekday", weeks=52)):
        found = layout(against, line)
        parts = found.parts(spans)
        assert np.concatenate([part.start for part in parts]).tolist() == spans.start.tolist()
        assert np.concatenate([part.stop for part in parts]).tolist() == spans.stop.tolist()
        assert max(found.blocks(part, 1).start.size for part in parts) <= AT_ONCE


@pytest.mark.parametrize("against", [Against("rolling", chunks=250_000), Against("weekday", weeks=250_000)])
def test_a_reference_longer_than_the_log_takes_no_more_room_than_the_log(against):
    line = timeline([ORIGIN, ORIGIN + 49 * DAY], Window(ORIGIN, ORIGIN + 10 * DAY), "1 day", "day")
    found, spans = layout(against, line), chunks(line)
    assert found.blocks(spans, 1).start.size <= 50 * 50
    assert len(members(found.total(one_hot(line, np.arange(50)), spans))[-1]) == (
        49 if against.form[0] == "r" else 7
    )


def test_no_span_has_a_reference_of_no_spans():
    line = timeline([ORIGIN, ORIGIN + 9 * DAY], Window(ORIGIN, ORIGIN + 5 * DAY), "1 day", "day")
    nothing = chunks(line)
    nothing = type(nothing)(nothing.start[:0], nothing.stop[:0])
    for against in (Against(), Against("rolling"), Against("weekday")):
        found = layout(against, line)
        assert [len(part) for part in found.parts(nothing)] == [0]
        assert found.short(nothing, 0).tolist() == found.shared(nothing).tolist() == []
