"""Editing a model on the page Settings: forms and text, what follows, saving beside the page, refusals."""

import datetime as dt
import json
import os

import pytest
import streamlit as st

from monitoring import events
from monitoring.models import parse
from monitoring.store import Store, followed
from monitoring.ui import session, settings_edit, settings_source
from tests.pages.performance_logs import HOSTILE, said

TEXT = """# ours
name = "churn"
task = "binary"  # or go
title = "Will they <i>leave</i>?"
clock = "last row"
[reference]
start = 2024-01-01  # as agreed
stop = 2024-01-15
"""


@pytest.fixture(scope="module", autouse=True)
def parts_in_turn():
    """The test harness stops a run, and with it every parallel part, as soon as the script has ended."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name in ((settings_edit, "progress"), (settings_source, "looking")):
            patch.setattr(module, name, st.fragment(getattr(module, name).__wrapped__))
        yield


@pytest.fixture
def editor(open_app, stored, log_of):
    """The page with the editor of a small model open."""
    data = log_of(
        {"age": lambda random, day, n: random.normal(40, 5, n),
         HOSTILE: lambda random, day, n: random.choice(["x", "y"], n)},
        days=20, rows=20,
    )  # fmt: skip
    stored(data, TEXT)

    def opened():
        app = open_app("settings")
        assert not app.exception
        app.session_state["edit-churn"] = True
        app.run()
        assert not app.exception
        return app

    return opened


def field(app, kind, ending):
    """The field of a change whose key ends so."""
    keys = [one.key or "" for one in getattr(app, kind)]
    (key,) = [key for key in keys if key.startswith("editing-churn-") and key.endswith(ending)]
    return getattr(app, kind)(key=key)


def plain(*texts):
    return " ".join(texts).replace("\\", "")


def test_a_form_changes_its_keys_and_says_what_follows_and_saves(editor):
    app = editor()
    assert "Nothing is changed yet." in [one.value for one in app.caption]
    field(app, "text_input", "-owner").set_value(HOSTILE).run()
    assert not app.exception
    assert [line for line in app.code[0].value.splitlines() if line[0] in "+-"][2:] == [
        f"+owner = {_toml(HOSTILE)}"
    ]
    assert "the owner: nothing is recomputed" in plain(said(app))
    field(app, "date_input", "-stop").set_value(dt.date(2024, 1, 11)).run()
    assert "20 days (400 rows) are profiled anew: inputs, odd rows, outputs and labels" in plain(said(app))
    field(app, "text_input", "-author").set_value("Ada").run()
    app.button(key="save-churn").click().run()
    assert not app.exception
    assert plain(app.success[0].value) == "churn is saved."
    shown = plain(next(one.value for one in app.markdown if "| What | How |" in one.value))
    assert "1 Jan 2024 to 10 Jan 2024" in shown, "what is told of the model is that of the saved file"
    store = session.store()
    now = store.toml("churn")
    assert now.startswith('# ours\nname = "churn"\ntask = "binary"  # or go\n')
    assert (parse(now).owner, parse(now).reference.words) == (HOSTILE, "2024-01-01 to 2024-01-11")
    told = events.events(store, store.model("churn"), store.volume("churn"))
    assert [one.words for one in told if "changed" in one.title] == [
        "the reference is 2024-01-01 to 2024-01-11 since then, before it 2024-01-01 to 2024-01-15, by Ada"
    ]


def _toml(text):
    return json.dumps(text, ensure_ascii=False)


def test_the_text_goes_on_where_the_forms_ended_and_faults_name_the_key(editor):
    app = editor()
    field(app, "text_input", "-owner").set_value("Ada").run()
    app.segmented_control(key="how-churn").set_value(settings_edit.TEXT).run()
    area = field(app, "text_area", "-text")
    assert 'owner = "Ada"' in area.value
    for text, fault in (
        (area.value.replace("clock", "colour"), "colour: unknown key"),
        (area.value.replace('"churn"', '"other"'), "a registered model keeps its name"),
        (area.value.replace('"binary"', '"regression"'), "the task of a registered model cannot change"),
        (area.value.replace("stop = 2024-01-15", "stop = 2023-01-15"), "stop must be after start"),
        (area.value + '[source]\npath = "/etc"\n', "no folder may be read from here"),
        ("", "name: missing"),
    ):
        field(app, "text_area", "-text").set_value(text).run()
        assert not app.exception
        assert fault in plain(app.error[-1].value), text
        assert not [one for one in app.button if one.key == "save-churn"]


def test_who_saves_after_somebody_else_is_told_and_overwrites_nothing(editor):
    app = editor()
    field(app, "text_input", "-owner").set_value("Ada").run()
    theirs = session.store().toml("churn").replace("# ours", '# theirs\nnotes = "read me"')
    session.store().add(theirs)
    app.button(key="save-churn").click().run()
    assert not app.exception
    assert "somebody else saved its file meanwhile" in app.error[0].value
    assert session.store().toml("churn") == theirs
    app.button(key="again-churn").click().run()
    assert field(app, "text_area", "-notes").value == "read me"


def test_ticks_of_features_are_written_where_they_differ(editor):
    app = editor()
    turn = field(app, "text_input", "-owner").key.removesuffix("-owner")
    app.session_state[f"{turn}-features"] = {
        "edited_rows": {0: {"Excluded": True, "Importance": 0.5}, 1: {"Private": True, "Starred": True}},
        "added_rows": [], "deleted_rows": [],
    }  # fmt: skip
    app.run()
    assert not app.exception
    added = {line for line in app.code[0].value.splitlines() if line.startswith("+")}
    names = list(session.store().features("churn"))
    assert f"+exclude = [{_toml(names[0])}]" in added
    assert f"+star = [{_toml(names[1])}]" in added
    assert {"+importance = 0.5", "+private = true"} <= added


def test_rows_that_retention_would_delete_are_deleted_only_when_that_is_ticked(editor):
    app = editor()
    field(app, "number_input", "-keep").set_value(2).run()
    assert "raw rows are deleted for good" in plain(said(app))
    assert app.button(key="save-churn").disabled
    field(app, "checkbox", "-sure").check().run()
    assert not app.button(key="save-churn").disabled


def test_a_source_is_looked_at_on_request_and_its_troubles_are_told(open_app, store_file):
    folder = store_file.parent / "log"
    with Store.open(store_file) as store:
        store.add('name = "churn"\ntask = "binary"\n[source]\npath = "log"\n', folder=store_file.parent)
    app = open_app("settings")
    assert not app.exception
    app.button(key="look-churn").click().run()
    assert not app.exception
    assert f"the source is not there: {folder}" in plain(app.warning[0].value)
    folder.mkdir()
    (folder / "a.csv").write_text("id,predicted_at,score\n1,2026-01-01T00:00:00Z,0.5\n")
    os.utime(folder / "a.csv", (1e9, 1e9))
    app.button(key="look-churn").click().run()
    assert "a.csv: 1 rows taken in" in plain(*(one.value for one in app.caption))
    assert not app.warning
    assert followed.troubles(session.store(), "churn") == []


def test_a_model_without_rows_can_be_edited(open_app, store_file):
    with Store.open(store_file) as store:
        store.add('name = "churn"\ntask = "regression"\nnotes = "<b>"\n')
    app = open_app("settings")
    app.session_state["edit-churn"] = True
    app.run()
    assert not app.exception
    field(app, "date_input", "-start").set_value(dt.date(2024, 1, 11)).run()
    assert not app.exception
    assert "stop: missing" in plain(said(app))
