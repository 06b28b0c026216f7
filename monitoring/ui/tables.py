"""Every table is drawn here, and what it holds can be taken out as CSV, Parquet or JSON."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from functools import partial
from typing import Any, Literal

import pandas as pd
import streamlit as st

from monitoring.ui import address, cards, pictures

Files = Literal["foot", "below", "none"]
Rows = pd.DataFrame | Sequence[dict[str, Any]]
_SHOWN: ContextVar[dict[str, Rows] | None] = ContextVar("tables", default=None)
PRINTED = 100
"""Rows of a table that go on paper."""
_PICTURE = "data:image/"


def draw(rows: Rows, *, key: str, files: Files = "foot", **options: Any) -> None:
    """Draw a table.

    Parameters
    ----------
    rows : DataFrame or sequence of dict
    key : str
        Unique on the page; what the table is called where it is taken out.
    files : {'foot', 'below', 'none'}
        Where its files are offered. Below it where a part of a page is drawn by itself, since the foot of
        the page is not drawn again then; nowhere where another table is about to take its place.
    **options
        As `streamlit.dataframe` takes them.
    """
    if address.for_paper() and "column_config" not in options:
        st.table(_on_paper(rows), hide_index=True)
    else:
        st.dataframe(rows, hide_index=True, key=key, **options)
    shown = _SHOWN.get()
    if files == "below":
        with st.popover("Take out", type="tertiary", icon=":material/download:", key=f"{key}-out",
                        on_change="rerun") as opened:  # fmt: skip
            if opened.open:
                _offered(key, rows)
    elif files == "foot" and shown is not None:
        shown[key] = rows


def begin() -> None:
    """Forget the tables of the run before."""
    _SHOWN.set({})


def foot() -> None:
    """Offer every table of the page as files; made only when somebody wants one."""
    shown = _SHOWN.get()
    _SHOWN.set(None)
    if not shown:
        return
    panel = st.popover(
        "Tables as files", type="tertiary", icon=":material/download:", key="tables", on_change="rerun"
    )
    if panel.open:
        with panel:
            for key, rows in shown.items():
                _offered(key, rows)


def _on_paper(rows: Rows) -> pd.DataFrame:
    """A table that breaks its lines instead of being cut at the margin; what is in it stays text."""
    data = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    named = data.head(PRINTED).rename(columns=lambda name: cards.escaped(str(name)))
    return named.map(lambda value: cards.escaped(value) if isinstance(value, str) else value)


def _offered(key: str, rows: Rows) -> None:
    title = key.replace("-", " ").capitalize()
    st.caption(cards.escaped(title))
    cards.files("CSV", partial(csv, rows), f"{pictures.file_name(key)}.csv", key=f"table-{key}")


def csv(rows: Rows) -> bytes:
    r"""A table as a CSV file, without its pictures.

    Examples
    --------
    >>> csv([{"feature": "age", "share": 0.5, "course": "data:image/svg+xml;base64,AA=="}])
    b'feature,share\nage,0.5\n'
    """
    data = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    drawn = [name for name in data.columns if data[name].astype(str).str.startswith(_PICTURE).any()]
    return data.drop(columns=drawn).to_csv(index=False).encode()
