"""The frame around every page: navigation, the shared bar, the status line; no page is shown without it."""

from __future__ import annotations

import ast
import contextlib
import functools
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NoReturn

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from monitoring.store import StoreError, StoreInUse
from monitoring.ui import address, cards, filters, health_session, refresh, saving, session, tables

ROOT = Path(__file__).resolve().parents[2]
ICON = str(Path(__file__).parent / "static" / "icon.png")
LOGO = str(Path(__file__).parent / "static" / "logo.svg")
STYLE = Path(__file__).parent / "shell.css"
PRINT = Path(__file__).parent / "print.css"
PAPER = 700
"""Pixels between the margins of a sheet of A4."""


@dataclass(frozen=True)
class Page:
    """One page: a file in pages/, and where it stands in the navigation.

    Attributes
    ----------
    name : str
        The file's name and the page's URL.
    section : str
    icon : str
        A name of the icon font that Streamlit brings.
    every_model : bool
        Whether it shows all models at once.
    versions : bool
        Whether it shows one version of its model at a time.
    references : bool
        Whether the reader chooses what chunks are compared with.
    parts : bool
        Whether the reader chooses chunk and segment; else it shows all rows at the model's own chunk.
    forms : bool
        Whether a person may be filling something in; then it is never drawn again by itself.
    bar : bool
        Whether it is about what the bar says.
    empty : bool
        Whether it has something to show while there is no model.
    """

    name: str
    section: str
    icon: str
    every_model: bool = False
    versions: bool = False
    references: bool = True
    parts: bool = True
    forms: bool = True
    bar: bool = True
    empty: bool = False

    @property
    def path(self) -> Path:
        """The file that draws it."""
        return ROOT / "pages" / f"{self.name}.py"


PAGES = (
    Page("health", "Monitor", "monitor_heart", every_model=True, forms=False),
    Page("model", "Monitor", "fact_check", references=False, parts=False, forms=False),
    Page("drift", "Monitor", "query_stats"),
    Page("predictions", "Monitor", "online_prediction", versions=True, forms=False),
    Page("performance", "Monitor", "insights", versions=True, references=False, forms=False),
    Page("quality", "Monitor", "rule", references=False),
    Page("shadow", "Monitor", "compare_arrows", references=False),
    Page("review", "Act", "rate_review", references=False, parts=False),
    Page("batch", "Act", "upload_file", references=False, parts=False, empty=True),
    Page("alerts", "Act", "notifications", references=False, parts=False),
    Page("settings", "Set up", "tune", every_model=True, bar=False, empty=True),
    Page("glossary", "Learn", "menu_book", every_model=True, bar=False, forms=False, empty=True),
)

_IN_SHELL: ContextVar[bool] = ContextVar("in_shell", default=False)


def page_path(name: str) -> str:
    """The file of a page, as links want it."""
    return str(next(page.path for page in PAGES if page.name == name))


def has(name: str) -> bool:
    """Whether the app has a page of that name."""
    return any(page.name == name for page in PAGES)


@functools.cache
def title_and_question(path: Path) -> tuple[str, str]:
    """A page's title and the one question it asks, both from its docstring.

    Parameters
    ----------
    path : Path
        A file in pages/, its docstring beginning ``Title: question?``.
    """
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    title, _, question = docstring.splitlines()[0].partition(": ")
    return title, question[:1].upper() + question[1:]


def main() -> None:
    """Draw the frame and, in it, the page of the URL."""
    st.set_page_config(page_title="Lookout", page_icon=ICON, layout="wide", initial_sidebar_state=208)
    st.logo(LOGO, icon_image=ICON)
    st.html(STYLE)
    st.html(_print_style(printing=address.for_paper()))
    entries = {page: _entry(page) for page in PAGES}
    sections: dict[str, list] = {}
    for page, entry in entries.items():
        sections.setdefault(page.section, []).append(entry)
    entry = st.navigation(sections)
    page = next((page for page, known in entries.items() if known == entry), PAGES[0])
    address.begin(page.name)
    tables.begin()
    token = _IN_SHELL.set(True)
    try:
        notes = _frame(page)
        with contextlib.suppress(_Stopped):
            entry.run()
        tables.foot()
        with notes:
            for note in address.notes():
                st.info(cards.escaped(note), icon=":material/link_off:")
    finally:
        _IN_SHELL.reset(token)


class _Stopped(Exception):
    """A page has said all it has to say."""


def stop() -> NoReturn:
    """End a page before its last line; the frame still draws what belongs to it.

    After Streamlit's own stop nothing can be drawn any more.
    """
    raise _Stopped


def page_guard() -> None:
    """Keep a page inside the frame; its first statement.

    Streamlit may run a page's file by itself, when it finds pages/ beside the script it was given. Then the
    frame is drawn instead, with the page in it.
    """
    if not _IN_SHELL.get():
        main()
        st.stop()


def _entry(page: Page) -> st.Page:  # type: ignore[valid-type]
    title, question = title_and_question(page.path)
    return st.Page(
        page.path,
        title=title,
        icon=f":material/{page.icon}:",
        url_path=page.name,
        default=page is PAGES[0],
        help=question,
    )


def _frame(page: Page) -> DeltaGenerator:
    """Draw title, question, bar and status line; stop with words where there is nothing to show.

    Gives the place where is told what the address says and cannot be shown.
    """
    title, question = title_and_question(page.path)
    line = cards.heading(title, question)
    try:
        models = session.models()
    except StoreInUse as error:
        cards.empty(
            "Another process owns the store.", fix=f"Stop process {error.pid}, then reload this page."
        )
        st.stop()
    except StoreError as error:
        cards.empty("The store cannot be opened.", fix=cards.escaped(str(error)))
        st.stop()
    if not models:
        cards.empty(
            "No models yet.",
            fix="Add your own from a file of its log, under *Settings* or with "
            "`python -m monitoring add FILE`; or run `make demo` for three models of real flights, then "
            "reload this page.",
        )
        if not page.empty:
            cards.link(page_path("settings"), "Add a model")
            st.stop()
    if not page.bar or not models:
        return st.container(key="address")
    choices = filters.bar(
        models, every_model=page.every_model, versions=page.versions, references=page.references,
        parts=page.parts,
    )  # fmt: skip
    filters.remember(choices)
    with line:
        _tools(page)
    _printed(choices)
    if not page.every_model:
        _status_line()
    return st.container(key="address")


def _tools(page: Page) -> None:
    """How fresh the view is, how often it looks for new data, and its view for paper."""
    st.space("stretch")
    about = "What can be read, as wide as a sheet of A4."
    with st.container(width="content", key="tools"):
        refresh.tools(partial(cards.link, str(page.path), "For paper", about, print="1"), forms=page.forms)
    if address.for_paper():
        with st.container(horizontal=True, key="back"):
            st.page_link(page.path, label="Back to the page", icon=":material/arrow_back:")


def _printed(choices: filters.Choices) -> None:
    """What the bar says, on paper, where the bar cannot be."""
    until = f"as of {choices.as_of}" if choices.as_of else "newest data"
    segment = choices.segment if choices.model else ""
    said = (choices.model, choices.version, f"range {choices.range}", until, choices.chunk, segment,
            filters.until())  # fmt: skip
    with st.container(key="printed"):
        st.caption(cards.escaped(" · ".join(one for one in said if one)))


@functools.cache
def _print_style(*, printing: bool) -> str:
    """The rules for paper; in the print view they hold on the screen as well, at the width of a sheet."""
    rules = PRINT.read_text(encoding="utf-8")
    style = f"<style>@media print {{ {rules} }}"
    if printing:
        style += f"{rules} [data-testid=stMainBlockContainer] {{ max-width: {PAPER}px !important; }}"
        style += "@media screen { [data-testid=stMainBlockContainer] { padding: 2rem 0 !important; } }"
        style += "@media screen { .st-key-back [data-testid=stPageLink] { display: block !important; } }"
    return f"{style}</style>"


def _status_line() -> None:
    """How the model of the bar does, under the bar of every page that shows one model."""
    scope = filters.scope()
    if saving.running(scope.model.name) is not None:
        st.caption("This model is being profiled anew; until that is complete, pages show it as it was.")
    report = health_session.report(scope.model, scope.as_of_at if scope.as_of else None)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="status-line"):
        cards.badge(report.status)
        st.markdown(f"**{cards.escaped(scope.model.label_title)}**", width="content")
        for signal in report.signals:
            cards.signal(signal.name, signal.status, signal.sentence)
