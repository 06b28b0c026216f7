"""Tables as they go on paper: text that breaks its lines, with numbers as the screen shows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from monitoring.ui import cards
from monitoring.ui.numbers import share

PRINTED = 100
"""Rows of a table that go on paper."""
_PICTURES = ("image", "line_chart", "bar_chart", "area_chart")


def printed(data: pd.DataFrame, settings: Mapping[str, Any]) -> pd.DataFrame:
    r"""A table whose cells are plain text, escaped; pictures and hidden columns stay away.

    Parameters
    ----------
    data : DataFrame
    settings : mapping
        Of columns, as `streamlit.dataframe` takes them.

    Examples
    --------
    >>> from streamlit import column_config
    >>> rows = pd.DataFrame({"a": [0.125], "b": [2.0], "c": ["*x*"], "d": [1]})
    >>> share, number = (column_config.NumberColumn(format=form) for form in ("percent", "%.2f"))
    >>> printed(rows, {"a": share, "b": number, "d": None}).values.tolist()
    [['12\\.5 %', '2\\.00', '\\*x\\*']]
    """
    columns = {}
    for name in data.columns:
        if name in settings and settings[name] is None:
            continue
        one = settings.get(name)
        known: Mapping[str, Any] = one if isinstance(one, Mapping) else {}
        how = known.get("type_config") or {}
        if how.get("type") in _PICTURES:
            continue
        label = cards.escaped(str(known.get("label") or name))
        columns[label] = [_cell(value, how.get("format")) for value in data[name].head(PRINTED)]
    return pd.DataFrame(columns)


def _cell(value: object, form: str | None) -> object:
    """A value as text where its column says how, or where it is text anyway."""
    if isinstance(value, str):
        return cards.escaped(value)
    if isinstance(value, dt.datetime) and not pd.isna(value):
        return f"{value.day} {value:%b %Y, %H:%M:%S}"
    if isinstance(value, bool) or not isinstance(value, int | float) or form is None:
        return value
    if pd.isna(value):
        return "–"
    if form == "percent":
        return cards.escaped(share(float(value)))
    if "%" in form:
        return cards.escaped((form % value).replace("-", "−"))
    return f"{value:,}"
