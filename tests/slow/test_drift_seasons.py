"""A weekly pattern: Sundays that differ by nature are no drift, and other days are not judged more mildly."""

import pytest

NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def by_weekday(found):
    """The rate of each weekday; the first of the current days is a Monday."""
    return [float(found.alarms[:, day::7].mean()) for day in range(7)]


@pytest.mark.parametrize("rows", [300, 1000, 5000])
@pytest.mark.parametrize("weeks", [5, 8, 13])
def test_sundays_that_differ_fire_no_more_than_other_days(simulation, figures, weeks, rows):
    world = simulation.World("normal", 7 * weeks, rows, 0.03, 200, 42, sunday=0.3)
    told, untold = (by_weekday(simulation.found(world, days=days)) for days in (True, False))
    words = (
        " ".join(f"{n} {100 * rate:.1f}" for n, rate in zip(NAMES, r, strict=True)) for r in (told, untold)
    )
    figures(
        f"false alarms in %, Sundays +0.3 sd, {weeks} weeks, n={rows:,}: {next(words)}; "
        f"weekdays not told apart: {next(words)}"
    )
    assert max(told) <= 0.035
    assert untold[6] > 0.035
    assert sum(told[:6]) > sum(untold[:6])  # one limit for all would leave the other days asleep


def test_a_wednesday_that_moves_as_a_sunday_does_is_found(simulation, figures):
    world = simulation.World("normal", 56, 1000, 0.03, 200, 42, sunday=0.3, shift=0.3)
    told, untold = (by_weekday(simulation.found(world, days=days)) for days in (True, False))
    figures(f"power on Wednesdays moved by 0.3 sd, 8 weeks: {told[2]:.2f}; not told apart: {untold[2]:.2f}")
    assert told[2] >= 0.8
    assert untold[2] < told[2]
