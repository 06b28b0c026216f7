"""The Predictions page: its answer, its views, versions side by side; on awkward data as on ordinary data."""

import datetime as dt
import io
import json
import shlex

import numpy as np
import pandas as pd
import pytest

from monitoring import drift, performance, predictions
from monitoring.predictions.frames import LOW
from monitoring.questions import QUESTIONS
from monitoring.store import Span, Store
from monitoring.ui import predictions_trust
from monitoring.ui.drift_view import View
from monitoring.ui.predictions_session import Picture
from monitoring.ui.scopes import Scope
from monitoring.windows import Window
from tests.conftest import seen_once
from tests.store.scored_logs import description, labels, take
from tests.store.scored_logs import predictions as log_of

HOSTILE = "<img src=x onerror=alert(1)> [a](b) $x$ :red[z] `q`"
REFERENCE = "[reference]\nstart = 2026-01-01\nstop = 2026-01-15\n"
VIEWS = {
    "binary": ("level", "classes", "confidence"),
    "multiclass": ("level", "classes", "confidence"),
    "regression": ("level", "residuals"),
}


def text_of(task, reference=REFERENCE, **given):
    return description(task, reference=reference, **given).replace(
        "timezone", 'clock = "last row"\ntimezone', 1
    )


@pytest.fixture
def filled(store_file, tmp_path, shelf):
    """Put files into the store that the app of this test serves."""

    def filling(text, log, told):
        with Store.open(store_file) as store:
            store.add(text)
            for kind, frame in (("predictions", log), ("labels", told)):
                if frame is not None:
                    take(store, tmp_path, frame, kind)
            seen_once(store)

    def put(text, log=None, told=None):
        shelf(store_file, (text, log, told), lambda: filling(text, log, told))

    return put


def both(task, days=26):
    """A champion, and a shadow that answers differently from the second week on."""
    log = log_of(task, days=days, each=48, seed=3)
    shadow = log_of(task, days=days, each=48, seed=4, version="two").assign(id=log["id"])
    return pd.concat([log, shadow[shadow["predicted_at"] >= pd.Timestamp("2026-01-08")]], ignore_index=True)


def said(app):
    """All text of the page, without what keeps it from being read as Markdown."""
    items = [*app.markdown, *app.caption, *app.title, *app.subheader]
    return " ".join(str(item.value) for item in items).replace("\\", "").replace("\u2060", "")


def charts(app):
    return {item.proto.id.split("-")[-1]: json.loads(item.proto.spec) for item in app.get("plotly_chart")}


@pytest.mark.parametrize(("task", "view"), [(task, view) for task, views in VIEWS.items() for view in views])
def test_every_view_of_every_task_answers_in_at_most_four_charts(open_app, filled, task, view):
    log = both(task)
    filled(text_of(task), log, labels(task, log[log["version"] == "one"], share=0.9))
    app = open_app("predictions", about=view)
    assert not app.exception
    assert 3 <= len(app.get("plotly_chart")) <= 4
    assert app.selectbox(key="version").options == ["one", "two"]
    assert "in the reference" in said(app)
    assert not [item for item in app.markdown if item.allow_html]


def test_a_score_that_moved_is_the_answer_with_since_when(open_app, filled):
    log = log_of("binary", days=26, each=96)
    late = log["predicted_at"] >= pd.Timestamp("2026-01-20 06:00")
    filled(text_of("binary"), log.assign(score=np.where(late, log["score"] * 0.5, log["score"])))
    app = open_app("predictions")
    assert not app.exception
    assert "Since 20 Jan" in said(app)
    calm = open_app("predictions", as_of="2026-01-18")
    assert "Since" not in said(calm)


def test_a_shadow_stands_beside_the_champion_when_asked(open_app, filled):
    filled(text_of("binary"), both("binary"))
    app = open_app("predictions", about="confidence")
    assert "two: mean confidence" not in said(app)
    app.selectbox(key="beside").select("two").run()
    assert not app.exception
    assert len(app.get("plotly_chart")) == 4
    assert "one: mean confidence" in said(app)
    assert "two: mean confidence" in said(app)
    names = {trace.get("name") for chart in charts(app).values() for trace in chart["data"]}
    assert {"one: current", "two: current", "one: reference", "two: reference", "one", "two"} <= names


def test_the_bound_of_confidence_is_in_the_address_and_moves_to_an_edge(open_app, filled):
    log = log_of("binary", days=26, each=48)
    filled(text_of("binary"), log)
    app = open_app("predictions", about="confidence", below="0.7211")
    assert "Share below 0.722" in said(app)
    last = log[log["predicted_at"].dt.tz_localize("UTC").dt.tz_convert("America/New_York").dt.day >= 20]
    few = (np.maximum(last["score"], 1 - last["score"]).dropna() < 0.722).mean()
    assert f"{100 * few:.0f}." in said(app)


def test_a_shadow_with_days_of_its_own_says_so(open_app, filled):
    filled(
        text_of("binary", REFERENCE + "[reference.two]\nstart = 2026-01-08\nstop = 2026-01-18\n"),
        both("binary"),
    )
    app = open_app("predictions", version="two")
    assert not app.exception
    assert "own reference of two" in said(app)


def test_a_model_without_a_reference_is_compared_with_its_first_weeks(open_app, filled):
    filled(text_of("binary", ""), log_of("binary", days=40, each=48))
    app = open_app("predictions")
    assert not app.exception
    assert "own reference of one" in said(app)


def test_another_reference_of_the_bar_is_respected_and_told(open_app, filled):
    filled(text_of("binary"), log_of("binary", days=26, each=48))
    app = open_app("predictions", reference="rolling:7")
    assert not app.exception
    assert "the 7 days before" in said(app)


def test_a_model_without_predictions_is_explained(open_app, filled):
    filled(text_of("binary"))
    app = open_app("predictions")
    assert not app.exception
    assert "No predictions of one yet" in said(app)


def test_a_store_without_models_is_explained(open_app):
    app = open_app("predictions", script="pages/predictions.py")
    assert not app.exception
    assert "No models yet" in said(app)


def test_a_range_without_a_complete_chunk_is_explained(open_app, filled):
    filled(text_of("binary"), log_of("binary", days=1, each=48).head(20))
    app = open_app("predictions", range="7d")
    assert not app.exception
    assert "No complete chunk of one" in said(app)


@pytest.mark.parametrize("value", [np.nan, 0.25, 1.0])
def test_scores_that_are_missing_or_always_the_same_break_nothing(open_app, filled, value):
    filled(text_of("binary"), log_of("binary", days=20, each=48).assign(score=value, prediction=1))
    for view in VIEWS["binary"]:
        app = open_app("predictions", about=view)
        assert not app.exception
    if np.isnan(value):
        assert "have no finite score" in said(app)


def test_hostile_names_of_versions_and_classes_are_shown_as_text(open_app, filled):
    log = both("multiclass").replace({"version": {"two": HOSTILE}})
    text = (
        text_of("multiclass")
        .replace('"two"', json.dumps(HOSTILE))
        .replace("c = ", f"{json.dumps(HOSTILE)} = ")
    )
    filled(text, log)
    for view in VIEWS["multiclass"]:
        app = open_app("predictions", about=view, version=HOSTILE, output="Class mix")
        assert not app.exception
        assert not [item for item in app.markdown if item.allow_html]
        for chart in charts(app).values():
            assert "<img" not in json.dumps(chart)


def test_segments_and_longer_chunks_are_respected(open_app, filled):
    log = log_of("binary", days=26, each=96)
    filled(text_of("binary"), log)
    app = open_app("predictions", segment="city=Rome", chunk="7 days", current="1 chunk")
    assert not app.exception
    assert "city=Rome" in said(app)


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_a_reference_file_is_what_everything_is_compared_with(open_app, filled, tmp_path, task):
    log = log_of(task, days=26, each=96)
    past = log.assign(id="f" + log["id"], predicted_at=log["predicted_at"] - pd.Timedelta(days=60))
    told = labels(task, past, share=1.0, revised=0.0).set_index("id")["label"]
    file = tmp_path / f"{task}.parquet"
    past.assign(label=past["id"].map(told)).to_parquet(file)
    filled(text_of(task, f"[reference]\nfile = {json.dumps(str(file))}\n"), log, labels(task, log))
    for view in VIEWS[task]:
        app = open_app("predictions", about=view)
        assert not app.exception
        assert len(app.get("plotly_chart")) >= 3
        assert f"{task}.parquet" in said(app)
        assert "| Rows | 2,496 |" in said(app)


def test_the_file_of_the_page_is_what_its_command_answers(filled, store_file):
    filled(text_of("binary"), log_of("binary", days=26, each=48))
    with Store.open(store_file) as store:
        model = store.model("m")
        one = predictions.assess(store, performance.material(store, "m"))
        keys = one.drift.keys
        view = View(one.drift, one.colours, drift.verdict(one.drift), len(keys) - 2, slice(3, len(keys) - 1))
        picture = Picture(one, view, predictions.verdict(one.drift))
        scope = scope_of_model(model)
        words = shlex.split(predictions_trust.command(picture, scope, "auto"))
        assert words[:6] == ["python", "-m", "monitoring", "show", "predictions", "m"]
        asked = {word[2:]: words[place + 1] for place, word in enumerate(words[:-1]) if word[:2] == "--"}
        answer = QUESTIONS["predictions"](store, model, asked, "1 day").to_csv(index=False).encode()
        assert predictions_trust.csv(picture, LOW) == answer
        output = pd.read_csv(io.BytesIO(predictions_trust.csv(picture, LOW, "score")))
        assert set(output["subject"]) == {"score"}
        assert {"psi", "wasserstein"} <= set(
            pd.read_csv(io.BytesIO(predictions_trust.every(picture)))["measure"]
        )


def scope_of_model(model):
    span = Span(None, None, None, None, 0)
    return Scope(model, Window(dt.datetime.min, dt.datetime.max), "1 day", "", ("", ""), None, span, "one")
