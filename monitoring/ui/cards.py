"""Words on a page: the heading, the verdict, empty states, and how a number came about."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Literal

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from monitoring import results
from monitoring.formats import full
from monitoring.ui.numbers import count
from monitoring.ui.status import mark

_ROWS = 500
_FORMS: dict[Literal["parquet", "json"], tuple[str, str]] = {
    "parquet": ("Parquet", "application/vnd.apache.parquet"),
    "json": ("JSON", "application/json"),
}
# What the app's Markdown makes of plain text after escapes are gone: arrows and signs between blanks, links,
# addresses, icons and emoji. An invisible word joiner at each of these places keeps it text.
_JOINER = "\u2060"
_READ = re.compile(
    r"(?<!\S)(?=(?:<->|->|<-|--|>=|<=|~=)(?!\S))."
    r"|https?:(?=//)"
    r"|www(?=\.)"
    r"|(?<=[-.\w+])@(?=[-\w]+\.)"
    r"|:(?=material/|(?!\d\d:)[\w+-]+:)",  # two digits are no emoji, but often minutes
    re.ASCII | re.IGNORECASE,
)


def heading(title: str, question: str) -> DeltaGenerator:
    """A page's title and the one question it asks; gives the line they stand on, which has room for more."""
    line = st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="heading")
    with line:
        st.title(title, anchor=False, width="content")
        st.caption(question, width="content")
    return line


def empty(what: str, fix: str) -> None:
    """Say in words that there is nothing to show, and what would change that.

    Parameters
    ----------
    what : str
        A sentence; Markdown is not interpreted.
    fix : str
        What the reader can do; Markdown.
    """
    with st.container(border=True):
        st.markdown(f"**{escaped(what)}**")
        st.markdown(fix)


def verdict(status: str, sentence: str, *, key: str, word: str = "") -> None:
    """The answer to a page's question: a status and one sentence.

    Parameters
    ----------
    status : str
    sentence : str
        Plain text.
    key : str
        Unique on the page.
    word : str
        What the status is called here, where it is not that of a model.
    """
    with st.container(horizontal=True, wrap=False, border=True, vertical_alignment="center", key=key):
        badge(status, word)
        st.markdown(escaped(sentence), width="stretch")


def badge(status: str, word: str = "") -> None:
    """A status as word, shape and colour; another word than its own says for itself what it means."""
    shown = mark(status)
    st.badge(f"{shown.shape} {word or shown.word}", color=shown.badge, help=None if word else shown.meaning)


def signal(name: str, status: str, sentence: str, meaning: str = "") -> None:
    """A signal's name with its status as shape and colour; what it says appears on touch.

    Parameters
    ----------
    name, status, sentence : str
    meaning : str
        What the signal is, in plain words, before what it says; plain text.
    """
    shown = mark(status)
    about = f"{escaped(meaning)}\n\n" if meaning else ""
    text = escaped(name).replace("\\[", "[").replace("\\]", "]")  # a badge escapes brackets by itself
    st.badge(
        f"{shown.shape} {text}", color=shown.badge, help=f"{about}{shown.word}. {escaped(full(sentence))}"
    )


def said(name: str, status: str, sentence: str) -> str:
    """A signal's sentence with its mark, as Markdown.

    Parameters
    ----------
    name, status, sentence : str
        Plain text.
    """
    shown = mark(status)
    return f":{shown.badge}[**{shown.shape} {escaped(name)}**] &nbsp; {escaped(full(sentence))}"


def link(path: str, label: str, about: str | None = None, **query: str) -> None:
    """A link to another page of the app that carries what the bar says along.

    Parameters
    ----------
    path : str
        The page's file.
    label : str
    about : str, optional
        What appears on touch; Markdown.
    **query
        What else the address says; nothing that this page's own bar says.
    """
    st.page_link(
        path,
        label=label,
        icon=":material/arrow_forward:",
        icon_position="right",
        query_params=query,
        help=about,
    )


def export(csv: Callable[[], bytes], file_name: str) -> None:
    """A page's frame as a file of CSV, Parquet or JSON, made when somebody wants it.

    Parameters
    ----------
    csv : callable
    file_name : str
        Of the CSV; the others end in their own way.
    """
    files("CSV of this page", csv, file_name, key="export", type="tertiary")


def files(
    label: str,
    csv: Callable[[], bytes],
    file_name: str,
    *,
    key: str,
    type: Literal["secondary", "tertiary"] = "secondary",
) -> None:
    """A button for each kind of file; the others are made of the same CSV, so all say the same.

    Parameters
    ----------
    label : str
        Of the first button.
    csv : callable
    file_name : str
        Of the CSV; the others end in their own way.
    key : str
        Unique on the page.
    type : {'secondary', 'tertiary'}
    """
    stem = file_name.removesuffix(".csv")
    with st.container(horizontal=True, gap="small", width="content", key=f"{key}-files"):
        st.download_button(
            label, csv, file_name=file_name, mime="text/csv", icon=":material/download:", type=type,
            on_click="ignore", key=key,
        )  # fmt: skip
        for form, (name, mime) in _FORMS.items():
            st.download_button(
                name, partial(_reformed, csv, form), file_name=f"{stem}.{form}", mime=mime, type=type,
                on_click="ignore", key=f"{key}-{form}", help=f"The same as a file of {name}.",
            )  # fmt: skip


def _reformed(csv: Callable[[], bytes], form: Literal["parquet", "json"]) -> bytes:
    return results.reformed(csv(), form)


def quarantine(rejected: int, rows: Callable[[], pd.DataFrame], *, key: str) -> None:
    """Rows that were not taken in, behind a button; looked up only when somebody wants them.

    Parameters
    ----------
    rejected : int
    rows : callable
        Gives them with file, row, reason and detail.
    key : str
        Unique on the page.
    """
    label = f"{count(rejected)} row{'' if rejected == 1 else 's'} in the quarantine"
    panel = st.popover(label, type="tertiary", icon=":material/report:", on_change="rerun", key=key)
    if panel.open:
        with panel:
            st.caption("These rows were not taken in. Mend them at their source and send the file again.")
            st.dataframe(rows().head(_ROWS), hide_index=True)


def explanation(what: str, why: str, then: str) -> None:
    """The three questions everybody has about a page, behind one button.

    Parameters
    ----------
    what, why, then : str
        Markdown: what is shown, why it matters, what to do about it.
    """
    with st.popover("What is this?", type="tertiary", icon=":material/help:"):
        st.markdown(f"**What is this?** {what}\n\n**Why?** {why}\n\n**What next?** {then}")


def comparison(rows: Sequence[tuple[str, str, str]], current: str) -> None:
    """A small table: what, in the reference, now.

    Parameters
    ----------
    rows : sequence of (name, reference, current)
        Plain text.
    current : str
        What the last column is about.
    """
    body = "\n".join(f"| {' | '.join(map(escaped, row))} |" for row in rows)
    st.markdown(f"| | Reference | {escaped(current)} |\n|:--|--:|--:|\n{body}")


def trust(
    facts: Mapping[str, str],
    query: str,
    csv: Callable[[], bytes],
    file_name: str,
    *,
    key: str,
    others: Sequence[tuple[str, str, str]] = (),
    every: Callable[[], bytes] | None = None,
    sql: Callable[[], str] | None = None,
) -> None:
    """How a number came about: every choice behind it, the query, and the numbers themselves.

    Parameters
    ----------
    facts : mapping of str to str
        Method, bins, smoothing, n, reference, data cut-off; plain text.
    query : str
        What was asked of the store; or the command that answers the same.
    csv : callable
        Makes the file when somebody wants it.
    file_name : str
    key : str
        Unique on the page.
    others : sequence of (method, value, amber level)
        What other methods say of the same rows; plain text.
    every : callable, optional
        Makes a file with every method's numbers.
    sql : callable, optional
        Gives the statements that the numbers come from, when somebody wants to see them.
    """
    with st.expander(
        "How this number came about", icon=":material/verified:", key=key, on_change="rerun",
        bind="query-params",
    ):  # fmt: skip
        rows = "\n".join(f"| {escaped(name)} | {escaped(value)} |" for name, value in facts.items())
        st.markdown(f"| What | How |\n|---|---|\n{rows}")
        if others:
            body = "\n".join(f"| {' | '.join(map(escaped, row))} |" for row in others)
            st.markdown(f"| The same chunk by | Value | Amber from |\n|:--|--:|--:|\n{body}")
        st.caption("All numbers of this page, chunk by chunk, from the command line:")
        st.code(query, language=None, wrap_lines=True)
        files("CSV of these numbers", csv, file_name, key=f"{key}-csv", type="secondary")
        if every is not None:
            files("CSV by every method", every, f"every-method-{file_name}", key=f"{key}-every")
        if sql is not None and st.toggle(
            "Show query", key="query", bind="query-params",
            help="The SQL that these numbers come from, as it has just run, with the values it was given.",
        ):  # fmt: skip
            st.caption("It runs as it stands in DuckDB, on the store or a copy of it.")
            st.code(sql(), language="sql", height=360)


def escaped(text: str) -> str:
    r"""Text that Markdown shows as it is, on one line.

    Blanks and line breaks become one blank, as they do on a page anyway. Where no escape helps, an invisible
    character keeps what is written from becoming a link, an icon or another sign.

    Examples
    --------
    >>> escaped("<b>[x](y)</b> :red[z] $1")
    '\\<b\\>\\[x\\]\\(y\\)\\</b\\> \\:red\\[z\\] \\$1'
    >>> escaped("a\n===\n\n# b"), escaped("a >= b")
    ('a === \\# b', 'a \\>\u2060= b')
    """
    text = _READ.sub(lambda found: found.group() + _JOINER, " ".join(text.split()))
    return "".join("\\" + letter if letter in r"\`*_{}[]()<>#+-.!|$:~&" else letter for letter in text)
