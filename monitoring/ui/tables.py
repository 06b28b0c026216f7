"""Every table is drawn here, and what it holds can be taken out as CSV, Parquet or JSON."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from functools import partial
from typing import Any, Literal

import pandas as pd
import streamlit as st

from monitoring.ui import address, cards, paper, pictures
from monitoring.ui.numbers import share

Files = Literal["foot", "below", "none"]
Rows = pd.DataFrame | Sequence[dict[str, Any]]
_SHOWN: ContextVar[dict[str, Rows] | None] = ContextVar("tables", default=None)
_PICTURE = "data:image/"
_SHARE = st.column_config.NumberColumn(format="percent")


def draw(rows: Rows, *, key: str, files: Files = "foot", shares: Sequence[str] = (), **options: Any) -> None:
    """Draw a table.

    Parameters
    ----------
    rows : DataFrame or sequence of dict
    key : str
        Unique on the page; what the table is called where it is taken out.
    files : {'foot', 'below', 'none'}
        Where its files are offered. Below it where a part of a page is drawn by itself, since the foot of
        the page is not drawn again then; nowhere where another table is about to take its place.
    shares : sequence of str
        Columns of numbers between 0 and 1 that are told in per cent, as everywhere in words.
    **options
        As `streamlit.dataframe` takes them.
    """
    data = _frame(rows)
    if address.for_paper():
        settings = {**options.get("column_config", {}), **{name: _SHARE for name in shares}}
        st.table(paper.printed(data, settings), hide_index=True)
    else:
        told: dict[Any, Any] = {name: share for name in shares if name in data}
        shown_as = data.style.format(told) if told else rows
        st.dataframe(shown_as, hide_index=True, key=key, **options)
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


def _frame(rows: Rows) -> pd.DataFrame:
    return rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))


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
    data = _frame(rows)
    drawn = [name for name in data.columns if data[name].astype(str).str.startswith(_PICTURE).any()]
    return data.drop(columns=drawn).to_csv(index=False).encode()
