"""The quarantine: what was set aside and why, and the way back into the log."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path

import pandas as pd
import streamlit as st

from monitoring.commands import receipt_line
from monitoring.models import Model
from monitoring.store import StoreError
from monitoring.ui import cards, paging, quality_session, session, tables
from monitoring.ui.numbers import count

PER_PAGE = 50
MOST = 10_000  # rows of a download
OURS = ("lookout_reason", "lookout_detail", "lookout_file", "lookout_row")
"""Columns that a download adds; they are taken out again when the mended file comes back."""
EVERY = "every reason"
_KINDS = {"predictions": "predictions", "labels": "labels"}


def panel(model: Model) -> None:
    """Rows that were not taken in, by reason, with their content, and how to bring them back.

    Parameters
    ----------
    model : Model
    """
    found = quality_session.reasons_of(model)
    if not found:
        st.caption("Nothing was set aside: every row of every file was taken in.")
        return
    totals: dict[str, int] = {}
    for reason, _, n in found:
        totals[reason] = totals.get(reason, 0) + n
    told = ", ".join(f"{count(n)} {reason.replace('_', ' ')}" for reason, n in totals.items())
    since = quality_session.mended(model)
    back = f" {count(since)} of them have come in since." if since else ""
    st.caption(f"{count(sum(totals.values()))} rows were set aside: {cards.escaped(told)}.{back}")
    asked = st.selectbox(
        "Reason",
        [EVERY, *totals],
        key="set_aside",
        bind="query-params",
        width=230,
        label_visibility="collapsed",
    )
    reason = asked if asked in totals else ""
    _table(model, reason)
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**1. Take them out**")
        st.caption(
            f"At most {count(MOST)} rows, as they came, with the reason in columns of their own. Columns "
            "marked private are not kept here: mend those rows where they come from."
        )
        _downloads(model, reason, sorted({kind for one, kind, _ in found if reason in ("", one)}))
    with right:
        st.markdown("**2. Mend them and bring them back**")
        _upload(model)


def _table(model: Model, reason: str) -> None:
    """A page of rows; the content as it came."""
    place = paging.asked("set_aside_page", f"{model.name} {reason}")
    rows, total = quality_session.set_aside(model, reason, (place - 1) * PER_PAGE, PER_PAGE)
    if place > paging.last(total, PER_PAGE):
        rows, total = quality_session.set_aside(model, reason, 0, PER_PAGE)
    tables.draw(rows, key="set-aside-table")
    label = f"Page of {count(paging.last(total, PER_PAGE))}, {count(total)} rows set aside"
    paging.control("set_aside_page", label, total, PER_PAGE, width=260)


def _downloads(model: Model, reason: str, kinds: list[str]) -> None:
    """A file per kind, since predictions and labels have other columns."""
    for kind in kinds:
        st.download_button(
            f"CSV of rejected {kind}",
            lambda kind=kind: rejected(model, reason, kind),
            file_name=f"{model.name}-rejected-{kind}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key=f"rejected-{kind}",
        )


def rejected(model: Model, reason: str, kind: str) -> bytes:
    """Rejected rows as a CSV file: their columns, then why, from where and which row.

    Parameters
    ----------
    model : Model
    reason : str
        One reason; all by default.
    kind : str
        Of the files they came in.
    """
    parts = []
    for first in range(0, MOST, 200):
        rows, total = quality_session.set_aside(model, reason, first, 200)
        parts.append(rows)
        if first + 200 >= total:
            break
    found = pd.concat(parts, ignore_index=True)
    return written(found[found["kind"] == kind])


def written(found: pd.DataFrame) -> bytes:
    r"""Rows of the quarantine as CSV, in the columns they came with.

    Parameters
    ----------
    found : DataFrame
        With file, row, reason, detail and content.

    Examples
    --------
    >>> row = {"file": "a.csv", "row": 3, "reason": "missing_id", "detail": "empty", "content": '{"x": 1}'}
    >>> print(written(pd.DataFrame([row])).decode())
    x,lookout_reason,lookout_detail,lookout_file,lookout_row
    1,missing_id,empty,a.csv,3
    <BLANKLINE>
    """
    contents = [
        json.loads(one) if isinstance(one, str) and one.startswith("{") else {} for one in found["content"]
    ]
    columns = list(dict.fromkeys(name for one in contents for name in one))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*columns, *OURS])
    told = zip(found["reason"], found["detail"], found["file"], found["row"], strict=True)
    for one, (reason, detail, file, row) in zip(contents, told, strict=True):
        known = ["" if one.get(name) is None else one[name] for name in columns]
        writer.writerow([*known, reason, detail, file, "" if pd.isna(row) else int(row)])
    return out.getvalue().encode()


def mended(content: bytes) -> bytes:
    r"""A mended CSV file without the columns that the download added; one that has none stays as it is.

    Examples
    --------
    >>> mended(b"x,lookout_reason\n1,missing_id\n"), mended(b"x;lookout_row\n1;7\n")
    (b'x\n1\n', b'x\n1\n')
    """
    text = content.decode("utf-8-sig")
    header = text.partition("\n")[0]
    if not any(name in header for name in OURS):
        return content
    delimiter = max(",;\t|", key=header.count)  # a table program may write another than it read
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    kept = [place for place, name in enumerate(rows[0]) if name not in OURS]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([row[place] if place < len(row) else "" for place in kept] for row in rows if row)
    return out.getvalue().encode()


def _upload(model: Model) -> None:
    """A mended file goes the way of every file; what became of it stands below."""
    with st.form("mend", border=False):
        kind = st.radio("These are", list(_KINDS), horizontal=True, key="mend-kind")
        file = st.file_uploader("Mended file", ["csv", "parquet", "jsonl"], key="mend-file")
        sent = st.form_submit_button("Take it in", icon=":material/upload:")
    if sent and file is None:
        st.caption("Choose a file first.")
    if sent and file is not None:
        said = take_in(model, file.name, file.getvalue(), _KINDS[kind or "predictions"])
        st.session_state["mend-said"] = said
        st.rerun()
    if said := st.session_state.pop("mend-said", ""):
        st.markdown(cards.escaped(said))


def take_in(model: Model, name: str, content: bytes, kind: str) -> str:
    """Take a mended file in as any other, and say what became of it.

    Parameters
    ----------
    model : Model
    name : str
        As the person's computer calls it.
    content : bytes
    kind : {'predictions', 'labels'}
    """
    title = Path(name).name or "mended.csv"
    suffix = Path(title).suffix.lower()
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"mended{suffix}"
            path.write_bytes(mended(content) if suffix == ".csv" else content)
            said = receipt_line(session.store().ingest(model.name, path, kind, title=title))
    except (StoreError, UnicodeDecodeError, csv.Error) as error:
        return f"{title}: {error}; nothing of it was taken in"
    session.forget_models()  # what pages remember is a second old at most, and the page is drawn at once
    return said
