"""The Drift page answers on awkward data as on ordinary data."""

import datetime as dt
import io
import time
from collections import Counter

import numpy as np
import pandas as pd
import pytest
import streamlit as st

from monitoring import drift
from monitoring.store import Store
from monitoring.ui import drift_likely, drift_rows, drift_together, drift_trust
from monitoring.ui.components.ranking import thinned
from monitoring.ui.drift_view import View

CHURN = """
name = "churn"
task = "binary"
clock = "last row"
[reference]
start = 2024-01-01
stop = 2024-01-29
"""

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


@pytest.fixture(autouse=True)
def in_turn(monkeypatch):
    """The test harness stops a run, and with it every parallel part, as soon as the script has ended."""
    monkeypatch.setattr(drift_together, "panel", st.fragment(drift_together.panel.__wrapped__))


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
    stored(log_of({"calm": normal, "moved": shifting}, rows=200))
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


def finished(app, runs=120):
    """Run the page until what is worked out beside it has come."""
    for _ in range(runs):
        if "Slices that changed most" in said(app):
            return app
        time.sleep(0.25)
        app.run()
    raise AssertionError(said(app))


def together_only(random, day, rows):
    """A normal feature that follows another from day 35 on, its own distribution being the same."""
    first = np.random.default_rng([3, day]).normal(size=rows)
    noise = random.normal(size=rows)
    return first * 0.9 + noise * np.sqrt(1 - 0.81) if day >= 35 else noise


def leading(random, day, rows):
    return np.random.default_rng([3, day]).normal(size=rows)


def test_a_change_that_no_single_feature_shows_is_found_beside_the_page(open_app, stored, log_of):
    stored(log_of({"first": leading, "second": together_only, "third": normal}, rows=300))
    app = open_app("drift")
    assert "All features at once, and what is likely related" in said(app), "the page does not wait for it"
    finished(app)
    assert not app.exception
    assert "No lasting drift in 3 features" in said(app)
    assert "A classifier tells these rows from the reference" in said(app)


def test_quiet_features_are_quiet_together(open_app, stored, log_of):
    stored(log_of({"first": normal, "second": normal}, rows=300))
    app = finished(open_app("drift"))
    assert "A classifier cannot tell these rows from the reference" in said(app)
    assert "No feature that counts is beyond its limit" in said(app)


def test_too_few_rows_for_all_features_at_once_are_said_and_the_page_stands(open_app, stored, log_of):
    stored(log_of({"moved": shifting}, rows=9))
    app = finished(open_app("drift"))
    assert not app.exception
    assert "rows" in said(app)


REFERENCES = ["fixed", "rolling 28", "rolling 28 gap 7", "weekday 8", "version champion"]


@pytest.mark.parametrize("reference", REFERENCES)
def test_every_reference_is_shown(open_app, stored, log_of, reference):
    stored(log_of({"calm": normal, "moved": shifting}))
    app = open_app("drift", reference=reference)
    assert not app.exception
    assert app.selectbox(key="reference").options == REFERENCES
    assert app.selectbox(key="reference").value == reference
    assert feature_box(app).options


def test_a_reference_that_is_not_offered_is_the_models_own(open_app, stored, log_of):
    stored(log_of({"calm": normal}))
    app = open_app("drift", reference="yesterday")
    assert not app.exception
    assert app.selectbox(key="reference").value == "fixed"


def test_ratios_show_a_rare_value_that_doubles(open_app, stored, log_of):
    def rare(random, day, rows):
        return random.choice(["usual", "rare"], p=[0.996, 0.004] if day >= 35 else [0.998, 0.002], size=rows)

    stored(log_of({"kind": rare}, rows=2000))
    app = open_app("drift", drawn="ratios")
    assert not app.exception
    assert "Moved most: rare" in said(app).replace("\\", "")
    assert app.segmented_control(key="drawn").value == "ratios"


def test_small_segments_are_grey_with_their_rows(open_app, stored, log_of):
    def place(random, day, rows):
        return random.choice(["large", "small"], p=[0.9, 0.1], size=rows)

    segments = CHURN + '[segments]\ncolumns = ["place"]\n'
    stored(log_of({"x": normal, "place": place}), segments)
    app = open_app("drift", feature="x")
    assert not app.exception
    rows = segment_rows(app)
    assert rows["place=large"].status == "green"
    assert rows["place=small"].status == "grey"
    assert "too few rows" in rows["place=small"].note


def segment_rows(app):
    """The rows of the table by segment, made as the page makes them."""
    from monitoring.ui import drift_segments, drift_session, drift_view, scopes, session

    model = session.model_named("churn")
    scope = scopes.scope_of(model, scopes.Choices(model="churn"))
    view = drift_view.view(*session.assessment(model, model.chunk), scope)
    found = drift_session.by_segment(model, "x", model.chunk, "auto", "")
    return {row.name: row for row in drift_segments.rows(view, found)}


def test_importances_are_learnt_where_the_file_gives_none_and_labelled(open_app, stored, log_of):
    log = log_of({"matters": normal, "idle": normal}, rows=200)
    log["score"] = 1 / (1 + np.exp(-2 * log["matters"]))
    stored(log)
    app = open_app("drift")
    assert not app.exception
    assert "Importances are learnt from the model's scores" in said(app)


def test_limits_open_in_a_drawer_with_what_is_in_force(open_app, stored, log_of):
    stored(log_of({"calm": normal, "moved": shifting}))
    app = open_app("drift")
    app.button(key="limits").click().run()
    assert not app.exception
    assert app.slider(key="new-floor").value == 0.02
    assert app.select_slider(key="new-rate").value == 0.01
    assert "These are the limits in force." in [item.value for item in app.info]


def test_the_method_that_was_chosen_says_why(open_app, stored, log_of):
    stored(log_of({"x": normal}))
    app = open_app("drift")
    assert "fewer than 1,000 rows in a chunk" in said(app).replace("\\", "")
    app.selectbox(key="method").select("welch_t").run()
    assert "chosen by hand" in said(app)


@pytest.mark.parametrize(
    ("method", "smoothing", "bins"),
    [
        ("psi", "half a row added to every bin that is occupied on either side", "ten groups"),
        ("kullback_leibler", "half a row added to every bin that is occupied on either side", "ten groups"),
        ("hellinger", "none", "ten groups"),
        ("wasserstein", "none", "all quantiles kept"),
        ("welch_t", "none", "none: mean and variance of the rows"),
    ],
)
def test_the_trust_panel_tells_the_bins_and_smoothing_of_the_method_in_use(
    open_app, stored, log_of, method, smoothing, bins
):
    stored(log_of({"x": normal}, rows=200), CHURN + "[limits]\nfalse_alarms = 0.05\n")
    app = open_app("drift")
    app.selectbox(key="method").select(method).run()
    (table,) = [item.value for item in app.markdown if item.value.startswith("| What | How |")]
    facts = table.replace("\\", "")
    assert f"| Smoothing | {smoothing} |" in facts
    assert f"| Bins | {bins}" in facts
    assert "sampling noise at 95 %" in facts


def test_another_reference_than_the_models_own_says_why_colours_may_differ(open_app, stored, log_of):
    stored(log_of({"x": normal}))
    assert "their colour may be another" not in said(open_app("drift"))
    assert "their colour may be another" in said(open_app("drift", reference="rolling:7:0"))


def test_a_feature_is_not_split_by_itself(open_app, stored, log_of):
    stored(log_of({"x": normal, "city": category}), CHURN + '[segments]\ncolumns = ["city"]\n')
    app = open_app("drift")
    feature_box(app).select("city").run()
    assert "The only segment column is this feature itself." in said(app)
    feature_box(app).select("x").run()
    assert "The only segment column is this feature itself." not in said(app)


def test_every_methods_numbers_judge_a_last_chunk_that_is_not_over_as_partial(store_file, stored, log_of):
    stored(log_of({"x": normal}, days=39))
    with Store.open(store_file) as store:
        now = store.now(store.model("churn"))
        found = drift.material(store, "churn", features=["x"])
        assessment = drift.judged(found, chunk="7 days", as_of=now)
        colours = drift.signal(assessment)
        view = View(assessment, colours, drift.verdict(assessment, colours), 0, slice(len(assessment.keys)))
    data = pd.read_csv(io.BytesIO(drift_trust.every(found, view, now)))
    last = data[data["chunk_start"] == data["chunk_start"].max()]
    assert set(last["reason"]) == {"partial"}
    assert set(last["status"]) == {"grey"}
    assert "partial" not in set(data.drop(last.index)["reason"])
