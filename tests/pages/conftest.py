"""The app as a script, without a server or a browser."""

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from monitoring.store import Store
from monitoring.ui import session
from tests.pages.performance_logs import description, logged
from tests.store.scored_logs import take

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def open_app(store_file):
    """Open the app at a page and with a query; the store is closed when the test ends."""

    def opened(page="health", script="app.py", **query):
        app = AppTest.from_file(ROOT / script, default_timeout=60)
        for name, value in query.items():
            app.query_params[name] = value
        if page != "health" and script == "app.py":
            app.switch_page(f"pages/{page}.py")
        return app.run()

    yield opened
    session.close()


@pytest.fixture(scope="session")
def shelf(tmp_path_factory):
    """Stores that were filled once, by what they hold."""
    return tmp_path_factory.mktemp("shelf"), {}


@pytest.fixture
def filled(store_file, shelf):
    """Put a log and its labels into the store that the app of this test serves; gives both."""
    folder, known = shelf

    def put(text, log, told=None):
        with Store.open(store_file) as store:
            store.add(text)
            take(store, store_file.parent, log, "predictions")
            if told is not None:
                take(store, store_file.parent, told, "labels")

    def usual(task="binary", **options):
        key = (task, *options.items())
        log, told = logged(task, **options)
        if key not in known:
            put(description(task), log, told)
            known[key] = shutil.copy(store_file, folder / f"{len(known)}.duckdb")
        else:
            shutil.copy(known[key], store_file)
        return log, told

    put.usual = usual
    return put
