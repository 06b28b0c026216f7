"""The page Batch as a script: a file comes, is told, and is let go of."""

import gc
import re

import pandas as pd
import pytest

from monitoring.ui import session
from tests.pages.performance_logs import HOSTILE, description, logged, said


@pytest.fixture
def churn(filled):
    """A quiet log without labels; gives its rows."""
    log, _ = logged(days=30, rows=60)
    log = log.reset_index(drop=True)
    filled(description("binary"), log)
    return log


def sent(app, frame, name="batch.csv", place=0):
    app.file_uploader[place].upload(name, frame.to_csv(index=False).encode(), "text/csv")
    return app.run()


def test_a_file_is_told_and_nothing_of_it_stays(churn, open_app, store_file):
    app = open_app("batch", model="m")
    assert not app.exception
    assert "No file yet" in said(app)
    rows = churn.tail(60).assign(id=lambda one: "new " + one["id"])
    sent(app, rows)
    assert not app.exception
    assert "Like the reference" in said(app)
    assert "60 rows, 60 of them usable" in said(app)
    copy = app.session_state["batch-file"].path
    assert copy.is_file()
    assert app.session_state["batch-done"][1].taken.accepted == 60
    assert len(session.store().files("m")) == 1, "nothing is stored unless it is asked for"
    app.button(key="drop-file").click().run()
    assert "batch-done" not in app.session_state
    gc.collect()
    assert not copy.exists()
    sent(app, rows.assign(x=HOSTILE), f"{HOSTILE}.csv")
    assert not app.exception
    assert "x of another type" in said(app)
    assert not [one for one in app.markdown if re.search(r"(?<!\\)<img", str(one.value))], "only escaped"
    app.button(key="drop-file").click().run()
    sent(app, pd.DataFrame({"x": []}))
    assert not app.exception
    assert "has columns but no row" in said(app)


def test_rows_are_added_to_the_log_only_when_asked(churn, open_app):
    app = open_app("batch", model="m")
    rows = churn.tail(60).assign(id=lambda one: "new " + one["id"])
    sent(app, rows)
    assert session.store().span("m").rows == len(churn)
    app.button(key="batch-add").click().run()
    assert not app.exception
    assert "60 rows taken in" in said(app)
    assert session.store().span("m").rows == len(churn) + 60


def test_two_files_are_compared_in_an_empty_store(open_app, store_file):
    app = open_app("batch")
    assert "No models yet" in said(app)
    rows = pd.DataFrame({"a": range(200), "b": ["x", "y"] * 100}).assign(c=lambda one: one["a"] % 7)
    sent(app, rows.assign(c=lambda one: one["c"] + 100))
    sent(app, rows, "march.csv")
    assert not app.exception
    assert "Not like the reference" in said(app)
    assert "march.csv" in said(app)
    assert not session.store().models()
