"""The Quality page: its answer, the rows behind a number, the way back from the quarantine."""

import io
import json
import shlex

import numpy as np
import pandas as pd
import pytest

from monitoring import quality
from monitoring.questions import QUESTIONS
from monitoring.store import Store
from monitoring.ui import quality_repair, quality_session, quality_trust, session
from tests.conftest import CHURN
from tests.pages.drift_logs import HOSTILE, normal, nothing

RULED = CHURN.replace("[reference]", "[features.secret]\nprivate = true\n[reference]").rstrip() + (
    '\n[rules.columns.age]\nmin = -9\n[rules.rows]\n"in order" = "age <= 90"\n'
)


def failing(random, day, rows):
    return np.where(random.random(rows) < (0.6 if day >= 35 else 0.05), np.nan, random.normal(size=rows))


def impossible(random, day, rows):
    return np.where(np.arange(rows) == 0, 99.0 if day >= 40 else 1.0, random.normal(size=rows))


def names(random, day, rows):
    return random.choice(["a", HOSTILE, *([f"new {HOSTILE}"] if day >= 35 else [])], size=rows)


LOG = {
    "gone": failing,
    "age": impossible,
    HOSTILE: failing,
    "city": names,
    "secret": normal,
    "empty": nothing,
    "calm": normal,
}


def said(app):
    """All text of the page, without what keeps it from being read as Markdown."""
    items = [*app.markdown, *app.caption, *app.title, *app.subheader]
    return " ".join(str(item.value) for item in items).replace("\\", "").replace("\u2060", "")


@pytest.fixture(scope="module")
def page(open_once, log_of):
    """The page of a log in which columns begin to fail and rules are broken on the last days."""
    return open_once("quality", log_of(LOG), RULED, as_of="2024-02-10")


def test_the_page_says_what_is_wrong_and_ranks_it(page):
    assert not page.exception
    assert "in the reference" in said(page)
    assert "% of 60 rows missing" in said(page)
    assert "gone: missing" in page.selectbox(key="finding").options
    assert len(page.get("plotly_chart")) == 2
    assert page.selectbox(key="finding").options
    assert not [item for item in page.markdown if item.allow_html]


def test_hostile_names_are_shown_as_text(page):
    for chart in page.get("plotly_chart"):
        traces = json.loads(chart.proto.spec)["data"]
        shown = [{key: value for key, value in one.items() if key != "customdata"} for one in traces]
        assert "<img" not in json.dumps(shown), "what is only handed back is never drawn"
    page.selectbox(key="check").select("unseen").run()
    assert not page.exception
    assert "names that the reference never held" in said(page)
    assert not [item for item in page.markdown if item.allow_html]
    page.selectbox(key="check").select("every check").run()


def test_every_finding_can_be_looked_at(page):
    for finding in ("gone: missing", "in order: rule", "rows: volume", f"{HOSTILE}: missing"):
        page.selectbox(key="finding").select(finding).run()
        assert not page.exception, finding
        assert "How this number came about" in [item.label for item in page.expander]


def test_the_frame_of_the_page_is_what_its_command_answers(stored, log_of, store_file):
    stored(log_of(LOG), RULED)
    with Store.open(store_file) as store:
        model = store.model("churn")
        one = quality.read(store, "churn")
        picture = quality_session.Picture(
            one, quality.verdict(one), len(one.keys) - 2, slice(0, len(one.keys))
        )
        scope = type("S", (), {"model": model, "chunk": "1 day", "segment": ("", "")})()
        words = shlex.split(quality_trust.command(picture, scope))
        assert words[:6] == ["python", "-m", "monitoring", "show", "quality", "churn"]
        asked = {word[2:]: words[place + 1] for place, word in enumerate(words[:-1]) if word[:2] == "--"}
        answer = QUESTIONS["quality"](store, model, asked, "1 day").to_csv(index=False).encode()
        assert quality_trust.csv(picture) == answer
        part = pd.read_csv(io.BytesIO(quality_trust.csv(picture, picture.verdict.findings[0])))
        assert part["measure"].nunique() == part["subject"].nunique() == 1


def test_the_rows_behind_a_number_are_those_it_counts_and_hide_private_columns(stored, log_of, store_file):
    log = log_of(LOG)
    stored(log, RULED)
    with Store.open(store_file) as store:
        found = quality.material(store, "churn")
        one = quality.judged(found)
        checked = 0
        for finding in quality.verdict(one).findings:
            if finding.check in ("constant", *quality.drilling.OF_FILES, *quality.drilling.OF_LABELS):
                continue
            window = one.keys[-2]
            row = one.members[one.place(finding.check, finding.subject)][0]
            value, rows = one.rows.value[row, -2], one.rows.rows[row, -2]
            behind = quality.drilling.rows(store, found, finding.check, finding.subject, window, most=7)
            assert "secret" not in behind.rows.columns
            assert len(behind.rows) == min(behind.total, 7)
            if finding.check in ("volume", "stale"):
                assert behind.total == 60
            else:
                assert behind.total == (round(value * rows) if rows else 0), finding
            assert behind.hidden == (finding.subject == "secret")
            checked += behind.total > 0
        assert checked >= 5


def test_rows_are_looked_up_only_when_the_panel_is_open_and_turn_page_by_page(page):
    app = page.selectbox(key="finding").select("rows: volume").run()
    assert not app.exception
    assert not [one for one in app.dataframe if len(one.value)]
    app.session_state["rows"] = True
    app.run()
    assert not app.exception
    (table,) = [one.value for one in app.dataframe if len(one.value)]
    assert len(table) == 50
    app.number_input(key="rows_page").set_value(2).run()
    (second,) = [one.value for one in app.dataframe if len(one.value)]
    assert len(second) == 10
    assert not set(second["id"]) & set(table["id"])


def test_what_was_set_aside_can_be_taken_out_mended_and_brought_back(
    stored, log_of, open_app, store_file, tmp_path
):
    log = log_of({"age": normal, "calm": normal}, days=30, rows=40)
    stored(log)
    late = log.tail(30).assign(id=[f"late{place}" for place in range(30)]).astype({"age": object})
    late.iloc[:4, late.columns.get_loc("age")] = "four < five"
    path = tmp_path / "late.csv"
    late.to_csv(path, index=False)
    with Store.open(store_file) as store:
        assert store.ingest("churn", path).rejected == 4
    app = open_app("quality")
    assert not app.exception
    assert "4 rows were set aside: 4 changed type" in said(app)
    model = session.model_named("churn")
    out = quality_repair.rejected(model, "changed_type", "predictions")
    given = pd.read_csv(io.BytesIO(out))
    assert list(given.columns) == [*late.columns, *quality_repair.OURS]
    assert set(given["lookout_reason"]) == {"changed_type"}
    assert given["lookout_row"].tolist() == [1, 2, 3, 4]
    mended = out.decode().replace("four < five", "4.5").encode()
    told = quality_repair.take_in(model, "mended.csv", mended, "predictions")
    assert told == "mended.csv: 4 rows taken in\n"
    session.forget_models()  # as the page does; what data there are is asked again every few seconds only
    assert "4 of them have come in since" in said(open_app("quality"))
    with session.store().cursor() as cursor:
        rows = cursor.execute("SELECT count(*) FROM churn.requests WHERE age = 4.5").fetchone()
        columns = [row[0] for row in cursor.execute("DESCRIBE churn.requests").fetchall()]
    assert rows == (4,)
    assert not set(columns) & set(quality_repair.OURS)
    assert "nothing of it was taken in" in quality_repair.take_in(model, "odd.txt", b"x", "predictions")


def test_a_log_without_a_row_is_explained(open_app, store_file):
    with Store.open(store_file) as store:
        store.add(CHURN)
    app = open_app("quality")
    assert not app.exception
    assert "No rows yet" in said(app)


def test_a_model_without_a_reference_is_told_what_it_lacks(open_app, stored, log_of):
    stored(log_of({"age": normal}, days=30, rows=40), 'name = "churn"\ntask = "binary"\nclock = "last row"\n')
    app = open_app("quality")
    assert not app.exception
    assert "names no reference" in said(app)


def test_a_range_without_a_complete_chunk_is_explained(open_app, stored, log_of):
    stored(log_of({"age": normal}, days=1))
    app = open_app("quality", range="7d")
    assert not app.exception
    assert "No complete chunk" in said(app)


def test_a_rule_that_cannot_be_asked_is_told(open_app, stored, log_of):
    stored(log_of({"age": normal}, days=30, rows=40), CHURN + '[rules.rows]\n"<b>odd</b>" = "age"\n')
    app = open_app("quality")
    assert not app.exception
    assert "The rule <b>odd</b> cannot be asked: it gives a DOUBLE" in said(app)
