"""The frame stands around every page, however the page was reached."""

from pathlib import Path

import pytest
from streamlit import net_util
from streamlit.web.server import server_util

from monitoring.store import StoreError
from monitoring.ui import lifespan, session, shell

PAGES = [page.name for page in shell.PAGES]


def said(app):
    """Everything the page says in Markdown."""
    return " ".join(item.value for item in [*app.markdown, *app.caption, *app.title])


def test_every_file_of_pages_is_in_the_navigation():
    files = {path.stem for path in (Path(shell.ROOT) / "pages").glob("*.py")}
    assert files == set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_one_question_in_its_docstring(page):
    title, question = shell.title_and_question(shell.ROOT / "pages" / f"{page}.py")
    assert title.lower() == page
    assert question.endswith("?")


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_store_is_explained_with_a_fix(open_app, page):
    app = open_app(page)
    assert not app.exception
    assert "No models yet" in said(app)
    assert "make demo" in said(app)


@pytest.mark.parametrize("page", PAGES)
def test_the_frame_is_still_there_after_several_runs(open_app, page):
    app = open_app(page)
    for _ in range(3):
        app.run()
        assert not app.exception
        assert app.title[0].value == shell.title_and_question(shell.ROOT / "pages" / f"{page}.py")[0]
        assert "No models yet" in said(app)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_run_without_the_shell_shows_the_frame(open_app, page):
    app = open_app(page, script=f"pages/{page}.py")
    assert not app.exception
    assert "No models yet" in said(app)


def test_a_foreign_file_is_an_explained_state_and_stays_untouched(open_app, store_file):
    store_file.write_bytes(b"this is not a database" * 100)
    before = store_file.read_bytes()
    app = open_app()
    assert not app.exception
    assert "cannot be opened" in said(app)
    assert store_file.read_bytes() == before


def test_what_a_store_says_is_text(open_app, store_file, monkeypatch):
    def closed():
        raise StoreError("/data/*old*/[a](b): no")

    monkeypatch.setattr(session, "models", closed)
    app = open_app()
    assert r"\[a\]\(b\)" in said(app)
    assert r"\*old\*" in said(app)


def test_a_page_of_another_site_is_refused_without_asking_the_internet_who_we_are(monkeypatch):
    asked = []
    monkeypatch.setattr(net_util, "get_external_ip", net_util.get_external_ip)  # put back afterwards
    monkeypatch.setattr(net_util, "_external_ip", None)
    monkeypatch.setattr(net_util, "_make_blocking_http_get", lambda url, timeout: asked.append(url))
    assert not server_util.is_url_from_allowed_origins("https://elsewhere.example")
    assert asked, "Streamlit does not ask any more: the function is needed no longer"
    asked.clear()
    lifespan.stay_here()
    assert not server_util.is_url_from_allowed_origins("https://elsewhere.example")
    assert not asked
