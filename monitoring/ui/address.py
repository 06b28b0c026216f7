"""The address of a view: every choice that changes what is seen stands in it, and what is wrong is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import streamlit as st

PARAMETERS: dict[str, str] = {
    "model": "model",
    "version": "version",
    "range": "range",
    "chunk": "chunk",
    "reference": "reference",
    "segment": "segment",
    "as_of": "as of",
    "refresh": "how often new data are looked for",
    "print": "view for paper",
    "page": "page",
    "view": "view",
    "metric": "metric",
    "window": "window",
    "known_at": "as known on",
    "method": "measured by",
    "feature": "feature",
    "drawn": "drawn",
    "current": "current rows",
    "series": "what is drawn over time",
    "exact": "exact distance, open or not",
    "mix": "mix by column",
    "output": "output",
    "about": "view of the outputs",
    "sure_by": "measure of sureness",
    "below": "limit of low confidence",
    "beside": "version beside it",
    "threshold": "threshold",
    "cost_fp": "cost of a wrong positive",
    "cost_fn": "cost of a missed event",
    "bins": "bins",
    "reviewed": "labels of a review, counted or not",
    "shadow": "shadow",
    "check": "check",
    "finding": "check of a subject",
    "together": "chunks told together",
    "rows": "rows behind a number, open or not",
    "rows_page": "page of the rows behind a number",
    "set_aside": "reason why rows were set aside",
    "set_aside_page": "page of the rows set aside",
    "odd_by": "what counts as odd",
    "odd": "chunk of odd rows",
    "reason": "reason of a case",
    "state": "state",
    "given": "person a case is given to",
    "case": "case",
    "trust": "how a number came about, open or not",
    "query": "query, shown or not",
    "incident": "incident",
    "rule": "rule",
    "messages": "state of messages",
    "against": "what a file is compared with",
    "term": "term",
    "q": "letters that are searched for",
    "kind": "kind of term",
}
"""What an address can say, each name with what it chooses."""
_STATE, _PAGE = "address", "page-of-address"
_LONGEST = 60


@dataclass
class _Opened:
    """A page as it was opened by its address.

    Attributes
    ----------
    page : str
    waiting : dict
        What the address said, until the control of that name is drawn and has taken it or not.
    notes : list of str
        What could not be taken, in words.
    """

    page: str
    waiting: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def begin(page: str) -> None:
    """Read the address of a page before its controls do, whenever another page is opened.

    Parameters
    ----------
    page : str
    """
    known: _Opened | None = st.session_state.get(_STATE)
    if known is None or known.page != page:
        said = {name: st.query_params.get_all(name) for name in st.query_params}
        st.session_state[_STATE] = _Opened(page, said)


def page() -> str:
    """The page that is shown."""
    known: _Opened | None = st.session_state.get(_STATE)
    return known.page if known else ""


def for_paper() -> bool:
    """Whether the address asks for the view that is printed."""
    return st.query_params.get("print") == "1"


def refuse(name: str, value: str) -> None:
    """Say that what the address says under a name is not taken; for what no control of Streamlit checks."""
    known: _Opened = st.session_state[_STATE]
    known.waiting.pop(name, None)
    note = refused(name, [value])
    if note not in known.notes:
        known.notes.append(note)


def notes() -> list[str]:
    """What the address of this page says and cannot be shown, once the page is drawn.

    Streamlit takes out of the address what its control cannot take, and what is the default anyway.
    """
    known: _Opened = st.session_state[_STATE]
    for name, values in list(known.waiting.items()):
        if name not in PARAMETERS:
            known.notes.append(f"The address says {_short(name)}, which is no choice here. It is ignored.")
        elif name not in st.session_state:
            continue  # its control is not drawn: it belongs to another view or page
        elif st.query_params.get_all(name) != values and not same(st.session_state[name], values):
            known.notes.append(refused(name, values))
        known.waiting.pop(name)
    return known.notes


def refused(name: str, values: Sequence[str]) -> str:
    """A sentence about a value that is not taken.

    Examples
    --------
    >>> refused("metric", ["luck"])
    'The address asks for luck (metric), which does not exist here. It is ignored.'
    >>> refused("view", [""])
    'The address asks for nothing (view), which does not exist here. It is ignored.'
    """
    asked = ", ".join(_short(one) for one in values if one) or "nothing"
    return f"The address asks for {asked} ({PARAMETERS[name]}), which does not exist here. It is ignored."


def same(value: object, said: Sequence[str]) -> bool:
    """Whether a control's value is what an address says.

    Examples
    --------
    >>> same(0.5, ["0.50"]), same(dt.date(2026, 1, 2), ["2026-01-02"]), same(True, ["true"])
    (True, True, True)
    >>> same(["a", "b"], ["a", "b"]), same("a", ["b"]), same(None, ["x"]), same(1, ["one"])
    (True, False, False, False)
    """
    if isinstance(value, list | tuple):
        return len(value) == len(said) and all(
            same(one, [text]) for one, text in zip(value, said, strict=True)
        )
    text = said[-1] if said else ""
    if value is None:
        return text == ""
    if isinstance(value, bool):
        return text.lower() == str(value).lower()
    if isinstance(value, int | float):
        try:
            return float(text) == float(value)
        except ValueError:
            return False
    if isinstance(value, dt.date):
        return text == value.isoformat()
    return text == str(value)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
