"""The button Report: it costs nothing before it is pressed, and gives what the bar says."""

from __future__ import annotations

import datetime as dt

from monitoring import reports
from monitoring.store import Store
from monitoring.ui import report_button, session
from monitoring.ui.scopes import Choices, scope_of
from tests.pages.performance_logs import HOSTILE


def test_the_button_reads_nothing_until_it_is_pressed_and_gives_what_the_bar_says(
    filled, open_app, monkeypatch
) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("a report that nobody asked for")

    filled.usual(extra={HOSTILE: 1.0})
    with monkeypatch.context() as patch:
        patch.setattr(reports, "gather", refused)
        for where in ("health", "model"):
            app = open_app(where, model="m")
            assert not app.exception
            labels = [one.label for one in app.get("download_button")]
            assert "Report" in labels
            assert "CSV of this page" in labels
            assert labels.count("Parquet") == labels.count("JSON") == labels.count("CSV of this page")
    (model,) = session.models()
    choices = Choices(model="m", range="28d", as_of=dt.date(2026, 2, 10), version="nobody")
    text = report_button.written(scope_of(model, choices)).decode()
    assert "14 Jan 2026 to 10 Feb 2026" in text
    assert "judged at 11 Feb 2026, 00:00 UTC" in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text
    assert "<img" not in text


def test_a_model_without_predictions_has_a_report_that_says_so(store_file, open_app) -> None:
    with Store.open(store_file) as store:
        store.add('name = "m"\ntask = "binary"')
    app = open_app("model", model="m")
    assert not app.exception
    (model,) = session.models()
    assert "Not enough is known" in report_button.written(scope_of(model, Choices(model="m"))).decode()
