"""Every chart is drawn here, with one toolbar that makes an image of it whose name says what it shows."""

from __future__ import annotations

import re
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from monitoring.ui import address
from monitoring.ui.scopes import Choices

SCALE = 2
"""Pixels of an image for each of the screen's, so that it is sharp on paper."""
SUBJECTS = ("feature", "output", "metric", "finding", "shadow")
"""Choices of a page that say what a chart is about, the most telling first."""
_LONGEST = 40


def draw(figure: go.Figure, *, key: str, into: Any = st, **more: Any) -> None:
    """Draw a figure with the app's toolbar.

    Parameters
    ----------
    figure : Figure
    key : str
        Unique on the page; part of the image's name.
    into : container, optional
        Where to; by default the page.
    **more
        As `streamlit.plotly_chart` takes it, such as what happens when a point is touched.
    """
    into.plotly_chart(figure, key=key, config=config(file_name(key)), **more)


def config(name: str) -> dict[str, Any]:
    """What Plotly is told about the toolbar: one button, an image of twice the resolution.

    Parameters
    ----------
    name : str
        Of the image, without its ending.

    Examples
    --------
    >>> config("flights-drift")["toImageButtonOptions"]
    {'format': 'png', 'filename': 'flights-drift', 'scale': 2}
    """
    return {
        "displaylogo": False,
        "displayModeBar": "hover",
        "modeBarButtons": [["toImage"]],
        "scrollZoom": False,
        "toImageButtonOptions": {"format": "png", "filename": name, "scale": SCALE},
    }


def file_name(key: str) -> str:
    """How an image of this page is called: model, page, chart, subject, range and the day of *as of*."""
    choices: Choices = st.session_state.get("choices", Choices())
    subject = next((str(st.session_state[one]) for one in SUBJECTS if st.session_state.get(one)), "")
    until = f"as-of-{choices.as_of}" if choices.as_of else ""
    return joined([choices.model, address.page(), key, subject, choices.range, until])


def joined(parts: list[str]) -> str:
    """Words as the name of a file, whatever they hold.

    Examples
    --------
    >>> joined(["flights", "drift", "", "dew point/°C", "1y"])
    'flights-drift-dew-point-C-1y'
    >>> joined(["../..", "<b>"])
    'b'
    """
    plain = [re.sub(r"[^A-Za-z0-9_]+", "-", part).strip("-")[:_LONGEST].strip("-") for part in parts]
    return "-".join(part for part in plain if part) or "chart"
