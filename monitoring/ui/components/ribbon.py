"""The status ribbon: a bar per day, the worse the higher; a click says which day to judge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from monitoring.ui.components.source import WORDS, component
from monitoring.ui.numbers import count

_RIBBON = component("ribbon")


def day_ticks(days: Sequence[dt.date], most: int = 12) -> list[dict[str, object]]:
    """Where an axis of days is labelled: at months when it is long, else at weeks or days.

    Parameters
    ----------
    days : sequence of date
        One per position, oldest first.
    most : int
        How many labels fit.

    Examples
    --------
    >>> march = [dt.date(2013, 3, 1) + dt.timedelta(days=i) for i in range(62)]
    >>> day_ticks(march)
    [{'at': 0, 'label': 'Mar 2013'}, {'at': 31, 'label': 'Apr'}, {'at': 61, 'label': 'May'}]
    """
    begins = [i for i, day in enumerate(days) if i == 0 or day != days[i - 1]]
    length = (days[-1] - days[0]).days + 1 if days else 0
    if length < 60:
        shown = begins[:: 7 if length > 10 else 1]
        return [{"at": i, "label": f"{days[i].day} {days[i]:%b}"} for i in shown]
    months = [i for i in begins if i == 0 or days[i].month != days[i - 1].month]
    # The first label stands for a month that had begun before; it goes where it would touch the next.
    months = months[1:] if len(months) > 2 and months[1] * most < len(days) else months
    shown = months[:: -(-len(months) // most)]
    return [
        {"at": i, "label": f"{days[i]:%b %Y}" if i == shown[0] or days[i].month == 1 else f"{days[i]:%b}"}
        for i in shown
    ]


def ribbon(
    statuses: Mapping[dt.date, tuple[str, str, str]],
    days: Sequence[dt.date],
    *,
    title: str,
    second: str,
    as_of: dt.date | None,
    reference: tuple[dt.date, dt.date] | None,
    volume: Sequence[int],
    key: str,
    on_pick: Callable[[dt.date], None],
    events: Sequence[tuple[dt.date, str]] = (),
) -> None:
    """Draw a model's ribbon.

    Parameters
    ----------
    statuses : mapping of date to (status, status of what is behind it, words)
        Days without an entry are gaps.
    days : sequence of date
        The days drawn, oldest first, without gaps.
    title : str
        Whose ribbon it is, for those who hear the page.
    second : str
        What the thin line below is about.
    as_of : date or None
        The last day that counts, when one was chosen; later days are dimmed.
    reference : tuple of date or None
        The reference, half-open.
    volume : sequence of int
        Requests of the last days, oldest first.
    key : str
        Unique on the page.
    on_pick : callable
        Told the day that was picked, before the page runs again.
    events : sequence of (date, str), optional
        What happened on a day, marked by a line and told where it is touched; plain text.
    """

    def picked() -> None:
        on_pick(dt.date.fromisoformat(st.session_state[key].pick))

    entries = [
        {
            "key": day.isoformat(),
            "date": f"{day:%a} {day.day} {day:%b %Y}",
            "status": status,
            "second": second,
            "text": words,
        }
        for day in days
        for status, second, words in [statuses.get(day, ("", "", ""))]
    ]
    last = len(days) - 1 if as_of is None else (as_of - days[0]).days
    _RIBBON(
        data={
            "label": f"Daily status of {title}. Arrow keys choose a day, Enter judges as of that day.",
            "days": entries,
            "second": second,
            "marks": WORDS,
            "asOf": max(-1, min(last, len(days) - 1)),
            "chosen": as_of is not None,
            "reference": _positions(reference, days),
            "ticks": day_ticks(days),
            "events": [
                {"at": (day - days[0]).days, "text": text}
                for day, text in events
                if days and days[0] <= day <= days[-1]
            ],
            "volume": list(volume),
            "volumeWords": f"{count(sum(volume))} in {len(volume)} days",
        },
        key=key,
        on_pick_change=picked,
        width="stretch",
    )


def _positions(reference: tuple[dt.date, dt.date] | None, days: Sequence[dt.date]) -> list[int] | None:
    """Where the reference begins and stops among the days; None when it lies outside."""
    if reference is None:
        return None
    start, stop = (max(0, min((bound - days[0]).days, len(days))) for bound in reference)
    return [start, stop] if stop > start else None
