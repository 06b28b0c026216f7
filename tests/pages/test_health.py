"""The Health page names every model, however little is known of it."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from monitoring import results
from monitoring.models import parse
from monitoring.store import Span
from monitoring.ui import health_view
from monitoring.ui.days import statuses
from monitoring.ui.scopes import Choices
from tests.pages.conftest import told

HOSTILE = "<img src=x onerror=alert(1)> 😀 [a](b) $x$ :red[z] `q` | \"'"
HOURLY = """
name = "churn"
task = "binary"
clock = "last row"
chunk = "1 hour"
[reference]
start = 2024-01-01
stop = 2024-01-05
"""


def normal(random, day, rows):
    return random.normal(size=rows)


def shifting(random, day, rows):
    return random.normal(3.0 if day >= 35 else 0.0, 1.0, size=rows)


def said(app):
    return " ".join(str(item.value) for item in [*app.markdown, *app.caption, *app.title])


def tiles(app):
    return {metric.label.split()[-1]: metric.value for metric in app.metric}


def test_a_drifting_model_is_counted_explained_and_linked(open_app, stored, log_of):
    stored(log_of({"calm": normal, "moved": shifting}))
    app = open_app()
    assert not app.exception
    assert tiles(app) == {"Act": "0", "Watch": "1", "Unknown": "0", "Healthy": "0"}
    assert "moved" in told(app)


def test_as_of_a_day_before_it_moved_the_model_is_healthy(open_app, stored, log_of):
    stored(log_of({"calm": normal, "moved": shifting}, rows=200))
    app = open_app(as_of="2024-02-03")
    assert not app.exception
    assert tiles(app)["Healthy"] == "1"
    app.button[0].click().run()
    assert tiles(app)["Watch"] == "1"


def test_hostile_names_are_text(open_app, stored, log_of):
    stored(log_of({HOSTILE: shifting}))
    app = open_app()
    assert not app.exception
    assert not [item for item in app.markdown if item.allow_html]
    assert "<img src" in told(app)


@pytest.mark.parametrize("days", [1, 2])
def test_a_day_or_two_of_data_is_unknown_not_healthy(open_app, stored, log_of, days):
    stored(log_of({"x": normal}, days=days))
    app = open_app()
    assert not app.exception
    assert tiles(app)["Healthy"] == "0"


def test_models_without_predictions_or_reference_are_listed(open_app, stored, log_of):
    from monitoring.store import Store

    path = stored(log_of({"x": normal}), 'name = "churn"\ntask = "binary"\nclock = "last row"')
    with Store.open(path) as store:
        store.add('name = "silent"\ntask = "binary"')
    app = open_app()
    assert not app.exception
    assert tiles(app)["Unknown"] == "2"
    assert "silent" in said(app)


def test_a_model_with_a_reference_and_no_predictions_is_unknown(open_app, store_file):
    from monitoring.store import Store

    with Store.open(store_file) as store:
        store.add('name = "m"\ntask = "binary"\n[reference]\nstart = 2026-01-01\nstop = 2026-02-01')
    app = open_app()
    assert not app.exception
    assert tiles(app)["Unknown"] == "1"


def test_many_models_come_in_pages(open_app, store_file):
    from monitoring.store import Store

    with Store.open(store_file) as store:
        for i in range(25):
            store.add(f'name = "model-{i:02d}"\ntask = "binary"')
    app = open_app()
    assert not app.exception
    assert "model\\-19" in said(app)
    assert "model\\-20" not in said(app)


def test_rows_that_were_not_taken_in_are_counted_and_can_be_read(open_app, stored, log_of, tmp_path):
    from monitoring.store import Store

    path = stored(log_of({"x": normal}))
    bad = tmp_path / "bad.csv"
    bad.write_text("id,predicted_at,score,x\n,2024-02-01,0.5,1.0\nr9,never,0.5,1.0\n")
    with Store.open(path) as store:
        assert store.ingest("churn", bad).rejected == 2
    app = open_app()
    app.session_state["quarantine-churn"] = True
    app.run()
    assert not app.exception
    assert app.dataframe[0].value["file"].tolist() == ["bad.csv", "bad.csv"]


@pytest.mark.parametrize("page", ["health", "drift"])
def test_a_model_with_hourly_chunks_has_both_pages(open_app, stored, log_of, page):
    stored(log_of({"x": normal}, days=8, rows=2400), HOURLY)
    app = open_app(page, as_of="2024-01-07")
    assert not app.exception


def test_a_day_shows_the_worst_of_its_hours_and_a_week_colours_each_day():
    model = parse('name = "m"\ntask = "binary"\ntimezone = "America/New_York"')
    starts = pd.to_datetime(["2024-01-02 05:00", "2024-01-02 06:00"], utc=True)
    hours = results.frame(
        {
            "chunk_start": starts,
            "chunk_stop": starts + pd.Timedelta(hours=1),
            "status": ["grey", "amber"],
            "n": [4, 4],
            "value": [np.nan, 0.25],
        }
    )
    assert statuses(hours, hours, model) == {dt.date(2024, 1, 2): ("amber", "amber", "1 of 4 features drift")}
    week = hours.iloc[[1]].assign(chunk_stop=starts[1] + pd.Timedelta(days=7))
    assert len(statuses(week, week, model)) == 8


def test_a_model_without_data_does_not_stretch_the_ribbons_of_the_others():
    """Its window ends now, which may be years after the last row of all others."""
    logged, bare = (parse(f'name = "{name}"\ntask = "binary"\nclock = "last row"') for name in ("a", "b"))
    first, last = dt.datetime(2024, 1, 1), dt.datetime(2024, 2, 29, 23)
    spans = {"a": (logged, Span(first, last, last, None, 9)), "b": (bare, Span(None, None, None, None, 0))}
    days = health_view.days_of(spans, Choices(range="1y"))
    assert days[0] == first.date()
    assert last.date() <= days[-1] <= last.date() + dt.timedelta(days=1)
    assert health_view.days_of({"b": spans["b"]}, Choices(range="7d"))
