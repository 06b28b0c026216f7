"""The Review page: a row is looked at and decided, and two people never overwrite each other."""

import numpy as np
import pytest

from monitoring import review
from monitoring.store import Store, cases, verdicts
from monitoring.store.verdicts import Opinion
from tests.pages.performance_logs import HOSTILE, description, logged, said

REVIEW = '[versions]\nchampion = "one"\nshadows = ["two"]\n[review]\naudit = 0.05\nbudget = 8\n'


@pytest.fixture
def queue(filled):
    """Fill the store with two versions of a task and hostile names."""

    def put(task="binary", labels=True, days=32):
        log, told = logged(task, days=days, rows=20, turn=99)
        random = np.random.default_rng(3)
        log = log.assign(city=random.choice(["Oslo", HOSTILE], len(log)), version="one")
        log["id"] = log["id"] + HOSTILE
        told["id"] = told["id"] + HOSTILE
        text = description(task).replace("[reference]", f"{REVIEW}[reference]")
        filled(text, log, told if labels else None)

    return put


def case_of(app):
    return int(next(item.value for item in app.subheader if item.value.startswith("Case")).split()[1])


def judge(app, verdict, author="Ada"):
    app.text_input(key="review-author").set_value(author)
    app.button(key=f"say-{verdict}").click()
    return app.run()


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_every_view_of_every_task_is_drawn(open_app, queue, task):
    queue(task)
    app = open_app("review", model="m")
    for view in ("queue", "findings"):
        app.segmented_control(key="view").set_value(view)
        app.run()
        assert not app.exception
        text = said(app)
        assert "cases wait, the oldest from" in text
        assert "0 of" in text
        assert not any(item.allow_html for item in app.markdown if "<img" in item.value)
    if task != "multiclass":
        return
    app.segmented_control(key="view").set_value("queue")
    app.run()
    app = judge(app, "wrong")
    assert "which class would have been right" in app.error[0].value
    app.selectbox(key=f"review-label-{case_of(app)}-0").set_value("b")
    app = judge(app, "wrong")
    assert not app.exception
    assert app.success or "the model said b" in app.error[0].value


def test_a_verdict_is_kept_the_next_case_follows_and_it_is_taken_back(open_app, queue, store_file):
    queue()
    app = open_app("review", model="m")
    first = case_of(app)
    app = judge(app, "wrong", author=" ")
    assert "ay who you are" in app.error[0].value
    assert "0 decided" in said(app)
    app.text_input(key=f"review-note-{first}-0").set_value(HOSTILE)
    app = judge(app, "wrong")
    assert not app.exception
    assert case_of(app) != first
    assert f"Case {first}: wrong" in app.success[0].value.replace("\\", "")
    app.segmented_control(key="state").set_value("decided")
    app.session_state["review-case"] = first
    app.run()
    assert app.dataframe[0].value["Verdict"].tolist() == ["wrong by Ada"]
    assert "Stands: **wrong**" in " ".join(item.value for item in app.markdown)
    app.button(key="undo").click()
    app.run()
    assert not app.exception
    assert "taken back" in app.success[0].value
    assert "No case with these filters" not in said(app), "the case stays, though it is not decided any more"
    assert case_of(app) == first
    assert set(app.dataframe[-1].value["State"]) == {"taken back", "–"}


def test_of_two_people_on_one_case_neither_overwrites_the_other(open_app, queue, store_file):
    queue()
    one, two = open_app("review", model="m"), open_app("review", model="m")
    number = case_of(one)
    assert case_of(two) == number
    judge(one, "correct", "Ada")
    two = judge(two, "wrong", "Bob")
    assert not two.exception
    assert "Ada said correct" in two.warning[0].value.replace("\\", "")
    assert case_of(two) == number, "Bob stays where he is"
    history = two.dataframe[-1].value
    assert sorted(zip(history["Who"], history["What"], strict=True)) == [("Ada", "correct"), ("Bob", "wrong")]
    assert set(history["State"]) == {"stands", "came after another one; does not stand"}
    two = judge(two, "wrong", "Bob")
    assert case_of(two) != number, "having seen Ada's word, he may say otherwise"
    two.segmented_control(key="view").set_value("findings")
    two.run()
    agreement = next(frame.value for frame in two.dataframe if "Two reviewers" in frame.value)
    assert agreement["Cases"].tolist() == [1]


def test_a_case_is_given_to_somebody_and_reasons_filter(open_app, queue, store_file):
    queue()
    app = open_app("review", model="m", reason="Uncertain")
    why = app.dataframe[0].value["Why"]
    assert len(why) > 3
    assert why.str.contains("Uncertain").all()
    number = case_of(app)
    app.text_input(key="review-author").set_value("Ada")
    app.text_input(key=f"assignee-{number}").set_value(HOSTILE)
    app.button(key=f"FormSubmitter:assignment-{number}-Give").click()
    app.run()
    assert not app.exception
    assert app.dataframe[-1].value["What"].tolist() == [f"given to {HOSTILE}"]


def test_the_audits_estimate_is_told_here_and_on_performance(open_app, queue, store_file):
    queue()
    with Store.open(store_file) as store:
        review.fill(store, "m")
        for one in cases.listed(store, "m", state="all", reason="audit", most=999)[:32]:
            verdicts.give(store, "m", one.number, Opinion("correct", label="1", author="Ada"), 0)
    app = open_app("review", model="m", view="findings")
    assert not app.exception
    estimates = next(frame.value for frame in app.dataframe if "Estimate" in frame.value)
    row = estimates[(estimates["Metric"] == "Accuracy") & (estimates["From"] == "random audit")].iloc[0]
    assert row["Estimate"] != "–"
    assert row["Decided"] == "32"
    page = open_app("performance", model="m", metric="accuracy")
    assert not page.exception
    assert "Audit: By the audit" in said(page)
    page.segmented_control(key="reviewed").set_value("with logged ones").run()
    assert not page.exception
    assert "an estimate needs 30" in said(page), "of the rows that wait hardly one was drawn"
    page.segmented_control(key="reviewed").set_value("left out").run()
    assert not page.exception
    assert "an estimate needs 30" not in said(page)
    paper = open_app("review", model="m", print="1")
    assert not paper.exception
    assert not paper.dataframe, "tables with settings of their own break their lines on paper, too"
    assert all("In the reference" not in table.value for table in paper.table)
    assert not any("data:image" in table.value.to_string() for table in paper.table)


def test_a_log_without_rows_says_what_to_do(open_app, store_file):
    with Store.open(store_file) as store:
        store.add(description("binary"))
    app = open_app("review", model="m")
    assert not app.exception
    assert "No predictions yet" in said(app)


def test_a_row_that_is_gone_can_still_be_read_about(open_app, queue, store_file):
    queue()
    with Store.open(store_file) as store:
        review.fill(store, "m")
        with store.writing() as cursor:
            cursor.execute("DELETE FROM m.requests")
            cursor.execute("DELETE FROM m.predictions")
    app = open_app("review", model="m")
    assert not app.exception
    assert "gone from the log" in app.info[0].value
    app = judge(app, "correct")
    assert "gone" in app.error[0].value
