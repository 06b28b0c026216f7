"""The app as a script, without a server or a browser."""

import functools
import json
from pathlib import Path

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest, local_script_runner

from monitoring.store import Store
from monitoring.ui import drift_together, session
from tests.conftest import fill, seen_once
from tests.pages.performance_logs import description, logged
from tests.store.scored_logs import take

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session", autouse=True)
def components_are_looked_for_once():
    """Every AppTest would look through all installed packages for components of Streamlit."""
    with pytest.MonkeyPatch.context() as patch:
        found = functools.cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", found)
        yield


@pytest.fixture(scope="session", autouse=True)
def the_end_of_a_run_is_waited_for():
    """An AppTest asks a thousand times a second whether its script has ended, at some cost."""
    asked = local_script_runner.require_widgets_deltas

    def waited(runner, timeout=3):
        runner._script_thread.join(timeout)
        asked(runner, 1)  # stops one that has not ended, and says so

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local_script_runner, "require_widgets_deltas", waited)
        yield


def opened(page="health", script="app.py", asked=None, **query):
    """The app at a page and with a query, on the store that the environment names."""
    app = AppTest.from_file(ROOT / script, default_timeout=60)
    for name, value in {**(asked or {}), **query}.items():
        app.query_params[name] = value
    if page != "health" and script == "app.py":
        app.switch_page(f"pages/{page}.py")
    return app.run()


def sentences(app):
    """What the sentences with explained terms are: lists of lines as the browser gets them."""
    found = [json.loads(item.proto.json or "{}") for item in app.get("bidi_component")]
    return [one for one in found if "terms" in one]


def told(app):
    """The text of those sentences."""
    lines = [line for one in sentences(app) for line in one["lines"]]
    return " ".join(
        text for line in lines for part in (line["name"], line["text"]) for text, _ in [*part, (" ", "")]
    )


@pytest.fixture
def open_app(store_file):
    """Open the app at a page and with a query; the store is closed when the test ends."""
    yield opened
    session.close()


@pytest.fixture(scope="module")
def open_once(tmp_path_factory):
    """Open a page of a log once for several tests of this module, which change nothing in the store."""
    with pytest.MonkeyPatch.context() as patch:

        def put(page, *given, **query):
            path = tmp_path_factory.mktemp("once") / "lookout.duckdb"
            patch.setenv("LOOKOUT_STORE", str(fill(path, *given)))
            return opened(page, **query)

        yield put
    session.close()


@pytest.fixture(scope="module")
def drift_in_turn():
    """The test harness stops a run, and with it every parallel part, as soon as the script has ended."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drift_together, "panel", st.fragment(drift_together.panel.__wrapped__))
        yield


@pytest.fixture
def filled(store_file, shelf):
    """Put a log and its labels into the store that the app of this test serves; gives both."""

    def filling(text, log, told):
        with Store.open(store_file) as store:
            store.add(text)
            take(store, store_file.parent, log, "predictions")
            if told is not None:
                take(store, store_file.parent, told, "labels")
            seen_once(store)

    def put(text, log, told=None):
        shelf(store_file, (text, log, told), lambda: filling(text, log, told))

    def usual(task="binary", **options):
        log, told = logged(task, **options)
        put(description(task), log, told)
        return log, told

    put.usual = usual
    return put
