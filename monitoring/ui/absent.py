"""What several pages say where there is nothing to show, each with what to do; the page then stops."""

from __future__ import annotations

import datetime as dt

from monitoring import reasons
from monitoring.drift import CalendarError
from monitoring.ui import cards
from monitoring.ui.numbers import day
from monitoring.ui.scopes import Scope


def calendar(error: CalendarError) -> None:
    """Say that a single row far off makes a calendar too long to draw.

    Parameters
    ----------
    error : CalendarError
    """
    cards.empty(str(error), "Take the file with that row out: `python -m monitoring forget MODEL FILE`.")


def chunk(scope: Scope, version: str = "") -> None:
    """Say that no chunk of the range is complete.

    Parameters
    ----------
    scope : Scope
    version : str
        Whose predictions are meant; empty for all rows.
    """
    start, stop = day(scope.window.start), day(scope.window.stop - dt.timedelta(days=1))
    whose = f" of {version}" if version else ""
    cards.empty(f"No complete chunk{whose} from {start} to {stop}.", reasons.fix("no_data"))
