"""The app as a script, without a server or a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from monitoring.ui import session

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
