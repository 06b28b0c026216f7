"""From chunks to days: what a model's ribbon says of each of its local days."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from monitoring.models import Model

Days = dict[dt.date, tuple[str, str, str]]
"""By local day: the model's colour, the colour of the drift behind it, and words."""

_DAY = dt.timedelta(days=1)
# Of the chunks of one day the worst shows, and one that was judged rather than one that was not.
_SHOWN = ("red", "amber", "green", "grey")


def statuses(ribbon: pd.DataFrame, behind: pd.DataFrame, model: Model) -> Days:
    """Colour of each local day of a model, colour of the drift behind it, and words.

    Parameters
    ----------
    ribbon, behind : DataFrame
        Tidy, a row per chunk, the same chunks: the model's colour and its drift's.
    model : Model

    Returns
    -------
    Days
        A chunk of several days colours each of them.
    """
    found: Days = {}
    starts = ribbon["chunk_start"].dt.tz_convert(model.zone).dt.date
    stops = (ribbon["chunk_stop"] - pd.Timedelta(seconds=1)).dt.tz_convert(model.zone).dt.date
    drifting = (behind["value"].fillna(0) * behind["n"]).round().astype(int)
    rows = zip(starts, stops, ribbon["status"], behind["status"], drifting, behind["n"], strict=True)
    for first, last, status, second, loud, judged in rows:
        words = f"{loud} of {judged} features drift" if judged else "nothing could be judged"
        for i in range((last - first).days + 1):
            day = first + i * _DAY
            if day not in found or _SHOWN.index(status) < _SHOWN.index(found[day][0]):
                found[day] = (status, second, words)
    return found
