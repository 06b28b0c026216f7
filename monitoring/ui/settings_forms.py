"""What is commonly changed of a model's file, as forms that change the keys they are about and no other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from monitoring.models import CHUNKS, Limits, Model
from monitoring.toml_text import Table, Value
from monitoring.ui import cards, session

Change = tuple[Table, str, Value | None]
_LIMITS = {
    "accuracy_drop": ("Loss that matters", 0.001, 1.0, "%.3f"),
    "drift_floor": ("Effect floor, as PSI", 0.0, 10.0, "%.3f"),
    "false_alarms": ("False alarms of a chart", 0.001, 0.2, "%.3f"),
}
_COLUMNS = ("Importance", "Excluded", "Starred", "Private")


def changes(model: Model, key: str) -> list[Change]:
    """Draw the forms, filled with what the file says, and give what was changed in them.

    Parameters
    ----------
    model : Model
        As the text that is edited says.
    key : str
        Begins the keys of all fields; another one begins with fresh fields.
    """
    found = [*_general(model, key), *_reference(model, key), *_limits(model, key)]
    return [*found, *_segments(model, key), *_features(model, key)]


def _general(model: Model, key: str) -> list[Change]:
    one, two, three = st.columns(3)
    owner = one.text_input("Owner", model.owner, key=f"{key}-owner")
    chunk = two.selectbox(
        "Chunk", CHUNKS, index=CHUNKS.index(model.chunk), key=f"{key}-chunk",
        help="One point on a chart. From or to an hour, the whole log is profiled anew.",
    )  # fmt: skip
    keep = three.number_input(
        "Raw rows are kept, days", min_value=0, value=model.retention_days or 0, step=1, key=f"{key}-keep",
        help="0 keeps all. The profile stays whatever is deleted.",
    )  # fmt: skip
    notes = st.text_area("Notes", model.notes, height=68, key=f"{key}-notes")
    found: list[Change] = [("", "owner", owner or None)] if owner != model.owner else []
    if chunk is not None and chunk != model.chunk:
        found.append(("", "chunk", chunk))
    if int(keep) != (model.retention_days or 0):
        found.append(("", "retention_days", int(keep) or None))
    if notes != model.notes:
        found.append(("", "notes", notes or None))
    return found


def _reference(model: Model, key: str) -> list[Change]:
    """The reference as a window of days; a file, or instants with an offset, are changed in the text."""
    now = model.reference
    if now is not None and (now.start is None or now.stop is None or now.start.tzinfo or _timed(now)):
        st.caption(cards.escaped(f"Reference: {now.words}. Change it in the text."))
        return []
    one, two, three = st.columns(3)
    start = one.date_input(
        "Reference from", now.start.date() if now and now.start else None, key=f"{key}-start",
        min_value=dt.date(1980, 1, 1), max_value=dt.date(2199, 12, 31),
    )  # fmt: skip
    stop = two.date_input(
        "to, not included", now.stop.date() if now and now.stop else None, key=f"{key}-stop",
        min_value=dt.date(1980, 1, 1), max_value=dt.date(2199, 12, 31),
    )  # fmt: skip
    span = session.span(model.name)
    if span.first and span.last:
        three.caption(f"The log has rows from {span.first:%Y-%m-%d} to {span.last:%Y-%m-%d}.")
    found: list[Change] = []
    for name, at, before in (("start", start, now and now.start), ("stop", stop, now and now.stop)):
        if isinstance(at, dt.date) and (before is None or at != before.date()):
            found.append(("reference", name, at))
    return found


def _timed(reference: Any) -> bool:
    """Whether a window begins or ends within a day."""
    return any(at.time() != dt.time() for at in (reference.start, reference.stop))


def _limits(model: Model, key: str) -> list[Change]:
    found: list[Change] = []
    fields = st.columns(4 + (model.task == "binary"))
    usual = Limits()
    for field, (name, (label, low, high, form)) in zip(fields, _LIMITS.items(), strict=False):
        now = float(getattr(model.limits, name))
        given = field.number_input(
            label, min(low, now), max(high, now), now, step=0.005, format=form, key=f"{key}-{name}"
        )
        if float(given) != now:
            found.append(("limits", name, None if given == getattr(usual, name) else float(given)))
    now = model.limits.minimum_rows
    given = fields[3].number_input("Rows that are too few", min_value=1, value=now, key=f"{key}-minimum")
    if int(given) != now:
        found.append(("limits", "minimum_rows", None if given == usual.minimum_rows else int(given)))
    if model.task == "binary":
        given = fields[4].number_input(
            "Threshold", value=model.threshold, step=0.01, format="%.4g", key=f"{key}-threshold",
            help="A score from here on means the event. Outputs are profiled anew.",
        )  # fmt: skip
        if float(given) != model.threshold:
            found.append(("", "threshold", float(given)))
    return found


def _segments(model: Model, key: str) -> list[Change]:
    words = [name for name, kind in _kinds(model).items() if kind in ("categorical", "binary")]
    offered = list(dict.fromkeys([*model.segments.columns, *words]))
    chosen = st.multiselect(
        "Segments", offered, list(model.segments.columns), max_selections=5, key=f"{key}-segments",
        help="Columns whose most frequent twenty values get a profile of their own; at most five.",
    )  # fmt: skip
    if tuple(chosen) == model.segments.columns:
        return []
    return [("segments", "columns", tuple(chosen) or None)]


def _features(model: Model, key: str) -> list[Change]:
    """A table of all features; what is ticked there is written where it differs from the file."""
    names = list(dict.fromkeys([*_kinds(model), *model.features, *model.exclude, *model.star]))
    if not names:
        st.caption("There is no feature yet: nothing was logged.")
        return []
    now = pd.DataFrame(
        {
            "Importance": [_known(model, name, "importance") for name in names],
            "Excluded": [name in model.exclude for name in names],
            "Starred": [name in model.star for name in names],
            "Private": [bool(_known(model, name, "private")) for name in names],
        },
        index=pd.Index(names, name="Feature"),
    ).astype({"Importance": "float64"})
    edited = st.data_editor(
        now, key=f"{key}-features", height="content" if len(names) <= 12 else 460,
        column_config={
            "_index": st.column_config.TextColumn("Feature", disabled=True, width="medium"),
            "Importance": st.column_config.NumberColumn(
                "Importance", min_value=0.0, help="On any scale; only the shares count. Empty: learnt."
            ),
            "Excluded": st.column_config.CheckboxColumn("Excluded", help="Shown, and never counted."),
            "Starred": st.column_config.CheckboxColumn("Starred", help="Important whatever its importance."),
            "Private": st.column_config.CheckboxColumn("Private", help="Its values are shown to nobody."),
        },
    )  # fmt: skip
    return _ticked(model, now, edited)


def _ticked(model: Model, now: pd.DataFrame, edited: pd.DataFrame) -> list[Change]:
    found: list[Change] = []
    for column, key in (("Excluded", "exclude"), ("Starred", "star")):
        before: tuple[str, ...] = getattr(model, key)
        ticked = set(edited.index[edited[column].fillna(False).astype(bool)])
        if ticked != set(before):
            kept = [name for name in before if name in ticked]
            added = [name for name in edited.index if name in ticked and name not in before]
            found.append(("", key, tuple([*kept, *added]) or None))
    known = _cells(now)
    for name, (importance, private) in _cells(edited).items():
        if importance != known[name][0]:
            found.append((("features", name), "importance", importance))
        if private != known[name][1]:
            found.append((("features", name), "private", private or None))
    return found


def _cells(table: pd.DataFrame) -> dict[str, tuple[float | None, bool]]:
    """Importance and whether it is private, by feature."""
    importance = table["Importance"].astype("float64").to_numpy()
    private = table["Private"].fillna(False).astype(bool).to_numpy()
    return {
        str(name): (None if np.isnan(one) else float(one), bool(two))
        for name, one, two in zip(table.index, importance, private, strict=True)
    }


def _known(model: Model, name: str, what: str) -> Any:
    known = model.features.get(name)
    return getattr(known, what) if known else None


def _kinds(model: Model) -> Mapping[str, str]:
    return session.store().features(model.name)
