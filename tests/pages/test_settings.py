"""The Settings page: what is watched, and the way from a log to a model; hostile files and names included."""

import pytest

from monitoring.ui import session, settings_add
from tests.onboarding.made import small, written
from tests.pages.performance_logs import HOSTILE, description, logged, said

HEADS = [
    "1 · The log", "2 · Its columns", "3 · The model, and what no file can tell", "4 · The reference",
    "5 · The first row of Health", "6 · The model's file",
]  # fmt: skip


def given(app, tmp_path, frame, name="log.csv"):
    app.file_uploader[0].upload(name, written(frame, tmp_path, name).read_bytes())
    app.run()
    assert not app.exception
    return app


def heads(app):
    return [one.value for one in app.subheader]


def chosen(app, label):
    return next(one for one in app.selectbox if label in one.label)


def button(app, label):
    return next(one for one in app.button if label in one.label)


def verdict(app):
    """The sentence beside the first badge."""
    shown = [one.value for one in app.markdown]
    return shown[next(place for place, one in enumerate(shown) if "-badge[" in one) + 1]


def test_a_model_is_added_from_an_upload_once_what_is_asked_is_answered(open_app, store_file, tmp_path):
    app = open_app("settings")
    assert "No models yet" in said(app)
    assert heads(app) == HEADS[:1]
    frame = small()
    given(app, tmp_path, frame.assign(scored_at=frame["scored_at"].dt.tz_localize(None)), "churn.csv")
    assert heads(app) == HEADS[:3]
    assert "Answer what is asked above" in app.info[0].value
    assert "unique in every row, named like an id" in said(app)
    chosen(app, "without an offset").set_value("Europe/Paris").run()
    assert heads(app) == HEADS
    assert 'timezone = "Europe/Paris"' in app.code[0].value
    button(app, "Preview").click().run()
    assert not app.exception
    assert "Judged from 160 rows" in said(app)
    sentence = verdict(app)
    next(one for one in app.text_input if one.label == "Your name").set_value("Ada")
    button(app, "Save").click().run()
    assert not app.exception
    assert "**churn** is registered: 160 rows taken in" in said(app)
    assert verdict(app) == sentence, "as it was previewed"
    assert "# Registered by Ada (unverified)" in session.store().toml("churn")
    left = {path.name for path in tmp_path.iterdir()}
    assert left <= {"lookout.duckdb", "lookout.duckdb.wal", "churn.csv"}


def test_a_guess_can_be_overridden_and_the_file_says_so(open_app, store_file, tmp_path):
    app = given(open_app("settings"), tmp_path, small(other=[i % 7 / 10 + 0.05 for i in range(160)]))
    names = ["–", "request_id", "scored_at", "age", "probability", "other"]
    assert chosen(app, "Score").value == names.index("probability")
    chosen(app, "Score").set_value(names.index("other")).run()
    assert not app.exception
    assert "you say so; guessed was probability" in said(app)
    assert 'score = "other"                       # stated: you say so' in app.code[0].value
    chosen(app, "Id").set_value(0).run()
    assert heads(app) == HEADS[:2]
    assert "no column names the rows" in app.error[0].value


def test_a_column_of_versions_without_any_and_a_disk_that_is_full_are_no_crash(
    open_app, store_file, tmp_path, monkeypatch
):
    def full(*given):
        raise OSError(28, "No space left on device")

    app = given(open_app("settings"), tmp_path, small(release=None), "log.parquet")
    place = [*small().columns, "release"].index("release") + 1
    chosen(app, "Version").set_value(place).run()
    assert not app.exception
    assert 'champion = "champion"' in app.code[0].value
    monkeypatch.setattr(settings_add, "preview", full)
    button(app, "Preview").click().run()
    assert not app.exception
    assert "No space left on device" in app.error[0].value


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("picture.csv", b"\x89PNG\r\n\x1a\n\0\0", "not text, but a PNG image"),
        ("half.parquet", b"PAR1" + b"x" * 99, "its end is missing"),
        ("../../<img src=x>.csv", b"", "the file is empty"),
        ("header.csv", b"id,predicted_at,score\n", "there is no row in it"),
    ],
)
def test_a_file_that_is_no_log_is_told_and_leaves_nothing(
    open_app, store_file, tmp_path, name, content, words
):
    app = open_app("settings")
    app.file_uploader[0].upload(name, content)
    app.run()
    assert not app.exception
    assert words in said(app).replace("\\", "")
    assert heads(app) == HEADS[:1]
    assert session.store().models() == []
    assert not [one for one in tmp_path.iterdir() if not one.name.startswith("lookout.duckdb")]


def test_hostile_names_of_columns_are_shown_as_text_and_go_into_the_file(open_app, store_file, tmp_path):
    frame = small().rename(columns={"probability": HOSTILE, "request_id": "a\nb | c"})
    app = given(open_app("settings"), tmp_path, frame, "log.parquet")
    place = list(frame.columns).index(HOSTILE) + 1
    chosen(app, "Score").set_value(place).run()
    chosen(app, "Id").set_value(list(frame.columns).index("a\nb | c") + 1).run()
    assert not app.exception
    button(app, "Preview").click().run()
    assert not app.exception
    assert "Judged from 160 rows" in said(app)
    assert not any(item.allow_html for item in app.markdown if "<img" in item.value)


def test_a_path_is_read_only_below_folders_that_are_allowed(open_app, store_file, tmp_path, monkeypatch):
    (tmp_path / "logs").mkdir()
    written(small(), tmp_path / "logs", "churn.csv")
    written(small(), tmp_path, "secret.csv")
    (tmp_path / "logs" / "link.csv").symlink_to(tmp_path / "secret.csv")
    app = open_app("settings")
    assert app.text_input[0].disabled
    monkeypatch.setenv("LOOKOUT_PATHS", f"{tmp_path}/logs")
    app.run()
    for path in ("/etc/passwd", f"{tmp_path}/logs/../secret.csv", f"{tmp_path}/logs/link.csv", "\0"):
        app.text_input[0].set_value(path).run()
        assert not app.exception
        assert f"under {tmp_path}/logs" in app.error[0].value.replace("\\", "").replace("\u2060", "")
        assert heads(app) == HEADS[:1]
    app.text_input[0].set_value(f"{tmp_path}/logs/churn.csv").run()
    assert not app.exception
    assert heads(app) == HEADS


def test_every_model_is_told_in_words_with_its_file(open_app, filled):
    log, told = logged("binary", days=6, rows=20)
    text = (
        description("binary")
        + f"[instants]\ndates = 'dmy'\n[limits]\nminimum_rows = 7\n[features.age]\nunit = '{HOSTILE[:3]}'"
    )
    filled(text, log, told)
    app = open_app("settings")
    assert not app.exception
    shown = said(app).replace("\\", "")
    for words in ("binary: the event is 1", "dates in the order dmy", "minimum rows 7", "rows, "):
        assert words in shown, words
    assert not app.code
    app.session_state["toml-m"] = True
    app.run()
    assert not app.exception
    assert app.code[0].value == text.strip()


def test_the_versions_of_a_wide_log_are_proposed_and_can_be_said_to_be_features(
    open_app, store_file, tmp_path
):
    frame = small().rename(columns={"probability": "score_v1"})
    app = given(open_app("settings"), tmp_path, frame.assign(score_v2=frame["score_v1"] * 0.9))
    beside = next(one for one in app.multiselect if "other versions" in one.label)
    assert beside.value == ["score_v2"]
    assert "differ only in a version" in said(app)
    assert 'v2 = "score_v2"' in app.code[0].value
    beside.set_value([]).run()
    assert not app.exception
    assert "[columns.scores]" not in app.code[0].value
    assert 'score = "score_v1"' in app.code[0].value
