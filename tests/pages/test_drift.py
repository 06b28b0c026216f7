"""The Drift page answers on awkward data as on ordinary data."""

import numpy as np
import pytest

from monitoring.ui.components.ranking import thinned

HOSTILE = "<img src=x onerror=alert(1)> 😀 [a](b) $x$ :red[z] `q` | \"'"


def normal(random, day, rows):
    return random.normal(size=rows)


def shifting(random, day, rows):
    return random.normal(3.0 if day >= 35 else 0.0, 1.0, size=rows)


def category(random, day, rows):
    names = ["a", "b", "", HOSTILE]
    return random.choice([*names, "new 😀"] if day >= 35 else names, size=rows)


def nothing(random, day, rows):
    return np.full(rows, np.nan)


def constant(random, day, rows):
    return np.ones(rows)


def said(app):
    return " ".join(str(item.value) for item in [*app.markdown, *app.caption, *app.title, *app.subheader])


def feature_box(app):
    return app.selectbox(key="feature")


def test_the_feature_that_moved_is_named_first(open_app, stored, log_of):
    stored(log_of({"calm": normal, "moved": shifting}))
    app = open_app("drift")
    assert not app.exception
    assert feature_box(app).options == ["moved", "calm"]
    assert "moved" in said(app)


def test_before_it_moved_nothing_drifts(open_app, stored, log_of):
    stored(log_of({"calm": normal, "moved": shifting}))
    app = open_app("drift", as_of="2024-02-03")
    assert not app.exception
    assert "No lasting drift in 2 features" in said(app)


@pytest.mark.parametrize("feature", ["x", HOSTILE, "nothing", "constant", "category"])
def test_awkward_names_and_values_are_shown_as_text(open_app, stored, log_of, feature):
    draws = {"x": normal, HOSTILE: shifting, "nothing": nothing, "constant": constant, "category": category}
    stored(log_of(draws))
    app = open_app("drift")
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
