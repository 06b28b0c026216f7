"""Courses over time with what happened meanwhile: versions that came or served, and what was decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from monitoring.events import Event
from monitoring.models import Model
from monitoring.ui import charts, pictures, session

_LANES = 3  # of words, so that those of events close to each other do not lie on one another
_LANE = 14  # pixels


def draw(figure: go.Figure, model: Model, *, key: str, into: Any = st) -> None:
    """Draw a chart whose horizontal axis is time.

    Parameters
    ----------
    figure : Figure
    model : Model
        Whose events are marked.
    key : str
    into : container, optional
        Where to; by default the page.
    """
    pictures.draw(marked(figure, model, session.events(model)), key=key, into=into)


def marked(figure: go.Figure, model: Model, events: Sequence[Event]) -> go.Figure:
    """A chart over time with a line for every event that lies within what it shows.

    Where the reference lies is drawn by the charts themselves, and a version that was there from the start
    needs no mark.

    Parameters
    ----------
    figure : Figure
        It is changed.
    model : Model
    events : sequence of Event
    """
    ends = _extent(figure)
    if ends is None:
        return figure
    step = dt.timedelta(days=1) if model.grain == "day" else dt.timedelta(hours=1)
    shown = [
        (min(at, ends[1]), one)  # what happened within the last chunk stands at it
        for one in events
        if one.kind != "reference" and ends[0] < (at := _place(one, model)) < ends[1] + step
    ]
    if not shown:
        return figure
    dashes = {"promotion": "solid", "decision": "dot", "deploy": "dash", "note": "dashdot"}
    lines = [charts.upright(at, color=charts.REFERENCE, dash=dashes[one.kind]) for at, one in shown]
    middle = ends[0] + (ends[1] - ends[0]) / 2
    notes = [
        {
            "x": at, "y": 1, "yref": "paper", "yanchor": "top", "yshift": -_LANE * (place % _LANES),
            "xanchor": "right" if at > middle else "left", "text": charts.plain(one.title),
            "hovertext": charts.plain(one.words), "showarrow": False,
            "font": {"size": 10, "color": charts.REFERENCE},
        }
        for place, (at, one) in enumerate(shown)
    ]  # fmt: skip
    layout = figure["layout"]
    layout["shapes"] = (*layout["shapes"], *lines)
    layout["annotations"] = (*layout["annotations"], *notes)
    return figure


def _place(event: Event, model: Model) -> dt.datetime:
    """Where an event lies on an axis of profile keys: local days, or hours of UTC."""
    zone = model.zone if model.grain == "day" else dt.UTC
    return event.at.astimezone(zone).replace(tzinfo=None)


def _extent(figure: go.Figure) -> tuple[dt.datetime, dt.datetime] | None:
    """The first and the last moment that a chart shows; None where its axis is not time."""
    ends = []
    for trace in figure.data:
        x = np.asarray(trace.x if "x" in trace and trace.x is not None else [])
        if x.size and x.dtype.kind in "biufc":
            return None
        try:
            moments = x.astype("datetime64[us]")
        except (TypeError, ValueError):
            return None
        known = moments[~np.isnat(moments)]
        ends += [known.min(), known.max()] if known.size else []
    return (min(ends).item(), max(ends).item()) if ends else None
