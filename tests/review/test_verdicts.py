"""What people say of cases: nothing is lost, one entry stands, and labels follow it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring import performance, review
from monitoring.models import parse
from monitoring.review.deciding import completed
from monitoring.store import Refused, cases, catalogue, verdicts
from monitoring.store.verdicts import Opinion


def labels(store, case):
    with store.cursor() as cursor:
        return cursor.execute(
            "SELECT _label, _source FROM m.labels WHERE _id = $id AND _source = 'review' ORDER BY ALL",
            {"id": case.id},
        ).fetchall()


def labelled_rows(store):
    return performance.material(store, "m").outcomes.rows.tolist()


@pytest.fixture
def case(filled):
    store = filled()
    return store, cases.listed(store, "m")[0]


def said(author, verdict="correct", **more):
    return Opinion(verdict, author=author, **more)


def test_a_verdict_becomes_a_label_of_its_own_source_and_no_metric_counts_it(case):
    store, one = case
    before = labelled_rows(store)
    decision = review.decided(store, store.model("m"), one)
    review.say(store, "m", one.number, said("Ada", "wrong", note=" seen ", tags=("new", "new", " ")), 0)
    now = cases.one(store, "m", one.number)
    assert (now.verdict, now.label, now.note, now.tags) == ("wrong", "01"[decision == "0"], "seen", ("new",))
    assert (now.author, now.revision, now.open) == ("Ada", 1, False)
    assert labels(store, one) == [("01"[decision == "0"], "review")]
    with store.writing() as cursor:
        catalogue.touch(cursor, "m", scores_stale=True)
    assert store.settle("m"), "everything is counted again"
    assert labelled_rows(store) == before


def test_of_two_who_saw_the_same_the_first_stands_and_both_are_kept(case):
    store, one = case
    first = review.say(store, "m", one.number, said("Ada"), one.revision)
    second = review.say(store, "m", one.number, said("Bob", "wrong"), one.revision)
    assert (first.stands, second.stands) == (True, False)
    assert cases.one(store, "m", one.number).author == "Ada"
    entries = verdicts.history(store, "m", one.number)
    assert [(entry.author, entry.verdict, entry.based_on) for entry in entries] == [
        ("Ada", "correct", 0), ("Bob", "wrong", 0),
    ]  # fmt: skip
    assert len(labels(store, one)) == 1
    third = review.say(store, "m", one.number, said("Bob", "wrong"), first.revision)
    assert third.stands
    assert cases.one(store, "m", one.number).verdict == "wrong"
    assert len(labels(store, one)) == 2, "a label that was revised stays known"


def test_undoing_brings_back_what_stood_before_and_the_history_stays(case):
    store, one = case
    for revision, verdict in enumerate(("correct", "wrong", "unsure")):
        review.say(store, "m", one.number, said("Ada", verdict), revision)
    assert labels(store, one) == []
    stood = []
    for revision in (3, 4, 5):
        verdicts.undo(store, "m", one.number, "Ada", revision)
        stood.append((cases.one(store, "m", one.number).verdict, len(labels(store, one))))
    assert stood == [("wrong", 2), ("correct", 1), ("", 0)]
    assert cases.one(store, "m", one.number).open
    assert len(verdicts.history(store, "m", one.number)) == 6
    with pytest.raises(Refused, match="taken back"):
        verdicts.undo(store, "m", one.number, "Ada", 6)


def test_nobody_undoes_what_they_have_not_seen(case):
    store, one = case
    review.say(store, "m", one.number, said("Ada"), 0)
    review.say(store, "m", one.number, said("Bob", "wrong"), 1)
    with pytest.raises(Refused, match="Bob has said something since"):
        verdicts.undo(store, "m", one.number, "Ada", 1)


@pytest.mark.parametrize(
    ("opinion", "words"),
    [
        (said(""), "who you are"),
        (said("Ada", "perhaps"), "one of correct, wrong, unsure"),
        (said("Ada", "unsure", label="1"), "gives no label"),
        (said("Ada", label="7"), "is 1 or 0"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(case, opinion, words):
    store, one = case
    with pytest.raises(Refused, match=words):
        review.say(store, "m", one.number, opinion, 0)
    assert verdicts.history(store, "m") == []


def test_verdict_and_label_must_agree():
    binary, number = parse('name = "m"\ntask = "binary"'), parse('name = "m"\ntask = "regression"')
    three = parse('name = "m"\ntask = "multiclass"\n[columns]\nscore = {a = "p", b = "q", c = "r"}')
    for model, decision, opinion in (
        (binary, "1", said("A", "correct", label="0")), (binary, "1", said("A", "wrong", label="1")),
        (three, "a", said("A", "wrong")), (three, "a", said("A", "wrong", label="a")),
        (number, "3.0", said("A", "wrong")), (binary, "", said("A")),
    ):  # fmt: skip
        with pytest.raises(Refused):
            completed(model, decision, opinion, "0")
    assert completed(three, "a", said("A"), "").label == "a"
    assert completed(three, "a", said("A", "wrong", label="c"), "").label == "c"
    assert completed(number, "3.0", said("A"), "").label == ""


def test_a_case_is_given_to_somebody_and_found_by_their_name(case):
    store, one = case
    cases.assign(store, "m", one.number, "Bob", "Ada")
    assert [found.number for found in cases.listed(store, "m", assignee="Bob")] == [one.number]
    cases.assign(store, "m", one.number, "", "Bob")
    assert cases.listed(store, "m", assignee="Bob") == []
    assert [entry[:2] for entry in verdicts.assignments(store, "m", one.number)] == [
        ("Bob", "Ada"),
        ("", "Bob"),
    ]
    with pytest.raises(Refused, match="no case"):
        cases.assign(store, "m", -1, "Bob", "Ada")


def test_two_people_agree_as_cohens_kappa_says(filled):
    from sklearn.metrics import cohen_kappa_score

    store = filled()
    table = cases.listed(store, "m", most=6)
    words = ("correct", "correct", "wrong", "unsure", "correct", "wrong")
    others = ("correct", "wrong", "wrong", "unsure", "correct", "correct")
    for one, first, second in zip(table, words, others, strict=True):
        review.say(store, "m", one.number, said("Ada", first), 0)
        review.say(store, "m", one.number, said("Bob", second), 0)
    (found,) = review.agreed(verdicts.history(store, "m"))
    assert (found.first, found.second, found.cases) == ("Ada", "Bob", 6)
    assert float(found.found.kappa) == pytest.approx(cohen_kappa_score(words, others))
    assert len(found.differ) == 2


STEPS = st.lists(st.tuples(st.sampled_from(["say", "undo"]), st.integers(0, 3)), max_size=12)


@given(STEPS)
def test_the_last_entry_that_nobody_took_back_is_what_stands(steps):
    """The stack of a history against a plain list of what was pushed and popped."""
    entries, plain, at = [], [], 0
    from datetime import datetime

    for step, _ in steps:
        if step == "undo" and not plain:
            continue
        at += 1
        undoes = plain.pop() if step == "undo" else 0
        if step == "say":
            plain.append(at)
        entries.append(
            verdicts.Entry(1, at, at - 1, True, undoes, "wrong", "", "", (), "A", datetime(2026, 1, 1))
        )
    assert [one.revision for one in verdicts.stack(entries)] == plain
