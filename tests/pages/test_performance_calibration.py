"""The Performance page's calibration: the sentence, the diagram, the course and the table."""

import json

import pytest

from tests.pages.performance_logs import HOSTILE, description, logged, said

QUERY = {"model": "m", "view": "calibration"}


def opened(open_app, **query):
    app = open_app("performance", **{**QUERY, **query})
    assert not app.exception, app.exception
    return app


def table(app):
    (one,) = [frame.value for frame in app.dataframe]
    return one.set_index("What")


def figure(app, place):
    return json.loads(app.get("plotly_chart")[place].proto.spec)


def test_scores_that_came_to_promise_too_much_are_called_too_high_beside_the_reference(open_app, filled):
    filled(description("binary"), *logged("binary"))
    app = opened(open_app, window="7 chunks")
    assert "too high" in said(app)
    rows = table(app)
    assert rows.columns.tolist() == ["Now", "Reference", "Meaning"]
    now, before = (
        float(rows.loc["Expected over observed", side].split()[0]) for side in ("Now", "Reference")
    )
    assert now > 1.3 > 1.15 > before
    names = [trace.get("name") for trace in figure(app, 0)["data"]]
    assert names == ["as in the reference", "as promised", "came true", "rows"]
    assert "noise floor" in [trace.get("name") for trace in figure(app, 1)["data"]]


def test_bins_of_equal_width_keep_the_ratio_of_expected_and_observed(open_app, filled):
    filled(description("binary"), *logged("binary"))
    apps = [opened(open_app, bins=bins) for bins in ("equal mass", "equal width")]
    assert "bins of equal width" in said(apps[1])
    mass, width = map(table, apps)
    assert mass.loc["Expected over observed", "Now"] == width.loc["Expected over observed", "Now"]
    assert mass.loc["Brier score", "Now"] == width.loc["Brier score", "Now"]
    assert any("show calibration m" in one.value and "--bins width" in one.value for one in apps[1].code)


def test_the_parts_of_the_brier_score_add_up_to_it(open_app, filled):
    filled(description("binary"), *logged("binary"))
    now = table(opened(open_app))["Now"]
    parts = [
        float(now[f"– {part}"].replace("−", "-"))
        for part in ("reliability", "uncertainty", "within bins", "resolution")
    ]
    assert sum(parts[:3]) - parts[3] == pytest.approx(float(now["Brier score"]), abs=2e-3)


def test_hostile_names_of_classes_are_shown_as_text(open_app, filled):
    log, told = logged("multiclass")
    told["label"] = told["label"].replace({"a": HOSTILE})
    filled(description("multiclass").replace("a = ", f"{json.dumps(HOSTILE)} = "), log, told)
    app = opened(open_app, output=f"class {HOSTILE}")
    assert next(box for box in app.selectbox if box.key == "output").value == f"class {HOSTILE}"
    assert not [item for item in app.markdown if item.allow_html]


@pytest.mark.parametrize("output", ["largest probability", "class b"])
def test_every_class_can_be_looked_at_by_itself(open_app, filled, output):
    filled(description("multiclass"), *logged("multiclass"))
    app = opened(open_app, output=output)
    assert next(box for box in app.selectbox if box.key == "output").value == output
    assert "Slope" in table(app).index


def test_without_a_reference_there_is_no_band_and_the_column_is_empty(open_app, filled):
    text = description("binary").split("[reference]")[0]
    filled(text, *logged("binary", days=12))
    app = opened(open_app)
    assert "There is no reference" in said(app) or "no rows with final labels" in said(app)


def test_without_final_labels_it_says_what_is_missing(open_app, filled):
    filled(description("binary"), logged("binary")[0])
    assert "no rows with final labels" in said(opened(open_app))


def test_scores_that_are_no_probabilities_have_no_calibration(open_app, filled):
    log, told = logged("binary")
    log["score"] = log["score"] * 10
    filled(description("binary"), log, told)
    assert "no probabilities" in said(opened(open_app))
