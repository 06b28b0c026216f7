"""The Drift page answers on awkward data as on ordinary data."""

import datetime as dt
from collections import Counter

import numpy as np
import pytest

from monitoring import drift
from monitoring.ui import drift_likely, drift_rows
from monitoring.ui.components.ranking import thinned
from tests.pages.drift_logs import (
    HOSTILE,
    category,
    constant,
    feature_box,
    normal,
    nothing,
    said,
    shifting,
)

pytestmark = pytest.mark.usefixtures("drift_in_turn")


def test_the_feature_that_moved_is_named_first(open_app, stored, log_of):
    stored(log_of({"calm": normal, "moved": shifting}))
    app = open_app("drift")
    assert not app.exception
    assert feature_box(app).options == ["moved", "calm"]
    assert "moved" in said(app)


def test_before_it_moved_nothing_drifts(open_app, stored, log_of):
    stored(log_of({"calm": normal, "moved": shifting}, rows=200))
    app = open_app("drift", as_of="2024-02-03")
    assert not app.exception
    assert "No lasting drift in 2 features" in said(app)


@pytest.fixture(scope="module")
def awkward(drift_in_turn, open_once, log_of):
    """The page of a model whose features have awkward names and values."""
    draws = {"x": normal, HOSTILE: shifting, "nothing": nothing, "constant": constant, "category": category}
    return open_once("drift", log_of(draws))


@pytest.mark.parametrize("feature", ["x", HOSTILE, "nothing", "constant", "category"])
def test_awkward_names_and_values_are_shown_as_text(awkward, feature):
    app = awkward
    feature_box(app).select(feature).run()
    assert not app.exception
    assert feature_box(app).value == feature
    assert not [item for item in app.markdown if item.allow_html]


def test_one_day_of_data_is_explained(open_app, stored, log_of):
    stored(log_of({"x": normal}, days=1))
    app = open_app("drift")
    assert not app.exception
    assert "No complete chunk" in said(app)


def test_a_model_without_predictions_is_explained(open_app, store_file):
    from monitoring.store import Store

    with Store.open(store_file) as store:
        store.add('name = "empty"\ntask = "binary"\n[reference]\nstart = 2024-01-01\nstop = 2024-02-01')
    app = open_app("drift")
    assert not app.exception
    assert "No complete chunk" in said(app)


def test_a_model_without_a_reference_is_explained_with_a_fix(open_app, stored, log_of):
    stored(log_of({"x": normal}), 'name = "churn"\ntask = "binary"\nclock = "last row"')
    app = open_app("drift")
    assert not app.exception
    assert "names no reference" in said(app)
    assert "[reference]" in said(app)


def test_three_hundred_features_are_one_table(open_app, stored, log_of):
    stored(log_of({f"feature {i:03d}": normal for i in range(300)}, days=35, rows=40))
    app = open_app("drift")
    assert not app.exception
    assert len(feature_box(app).options) == 300
    assert "The 40 worst of 300 features." in said(app)


@pytest.fixture
def worked(monkeypatch):
    """How often the page works out what is the same whichever feature is looked at."""
    calls = Counter()

    def watch(module, name, whole=lambda *_: True):
        work = getattr(module, name)

        def counted(*args, **given):
            calls[name] += whole(*args)
            return work(*args, **given)

        monkeypatch.setattr(module, name, counted)

    watch(drift, "judged", lambda found: len(found.cubes.numeric.features) > 1)
    watch(drift, "verdict")
    watch(drift_rows, "ranked")
    watch(drift_likely, "groups")
    return calls


def test_another_feature_works_out_nothing_that_is_the_same_for_all(open_app, stored, log_of, worked):
    stored(log_of({**{f"feature {i:02d}": normal for i in range(12)}, "moved": shifting}))
    app = open_app("drift")
    first = dict(worked)
    counted = {"judged": 1, "verdict": 3, "ranked": 1, "groups": 1}
    assert first == counted, "for the status line a verdict of inputs and one of outputs too"
    feature_box(app).select("feature 07").run()
    assert not app.exception
    assert feature_box(app).value == "feature 07"
    assert worked == first


def test_another_day_judges_no_feature_again(open_app, stored, log_of, worked):
    stored(log_of({"calm": normal, "moved": shifting}))
    app = open_app("drift")
    assert feature_box(app).options == ["moved", "calm"]
    app.date_input(key="as_of").set_value(dt.date(2024, 2, 1)).run()
    assert not app.exception
    assert "No lasting drift in 2 features" in said(app), "what was seen of another day is not shown"
    assert worked["judged"] == 1


def test_the_page_survives_repeated_runs_and_a_page_change(open_app, stored, log_of):
    stored(log_of({"calm": normal, "moved": shifting}))
    app = open_app("drift", range="28d")
    feature_box(app).select("calm").run()
    app.switch_page("pages/health.py").run()
    app.switch_page("pages/drift.py").run()
    app.run()
    assert not app.exception
    assert app.title[0].value == "Drift"


def test_a_thinned_course_keeps_its_peaks():
    series = np.zeros(1000)
    series[777] = 5.0
    assert thinned(series).max() == 5.0
    assert len(thinned(series)) == 90
