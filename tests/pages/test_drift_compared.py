"""With what and how the Drift page compares: references, methods, limits, segments, and its trust panel."""

import io

import pandas as pd
import pytest

from monitoring import drift
from monitoring.store import Store
from monitoring.ui import drift_trust
from monitoring.ui.drift_view import View
from tests.conftest import CHURN
from tests.pages.drift_logs import category, feature_box, normal, said, shifting

pytestmark = pytest.mark.usefixtures("drift_in_turn")


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


@pytest.fixture(scope="module")
def trusted(drift_in_turn, open_once, log_of):
    """The page of a model with one quiet feature and a limit of its own."""
    return open_once("drift", log_of({"x": normal}, rows=200), CHURN + "[limits]\nfalse_alarms = 0.05\n")


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
def test_the_trust_panel_tells_the_bins_and_smoothing_of_the_method_in_use(trusted, method, smoothing, bins):
    trusted.selectbox(key="method").select(method).run()
    (table,) = [item.value for item in trusted.markdown if item.value.startswith("| What | How |")]
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
