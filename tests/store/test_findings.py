"""Findings: what was computed from rows is kept, bounded, and never in the way of a question."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.store import Store, copies, findings
from monitoring.store.findings import KEPT, recall, remember
from tests.store.conftest import CHURN

OTHER = CHURN.replace('"churn"', '"other"')
contents = st.dictionaries(
    st.text(max_size=3),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=6,
    ),
    max_size=4,
)


def count(store: Store) -> int:
    with store.cursor() as cursor:
        row = cursor.execute("SELECT count(*) FROM findings").fetchone()
    return row[0] if row else -1


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("findings") / "lookout.duckdb") as opened:
        opened.add(CHURN)
        yield opened


@settings(max_examples=30, deadline=None)
@given(content=contents, key=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_what_is_recalled_is_what_was_remembered(shared: Store, content: dict, key: str) -> None:
    assert remember(shared, "churn", key, "churn-1", content)
    assert recall(shared, "churn", key, "churn-1") == content


def test_numbers_that_are_none_come_back_as_they_were(churn: Store) -> None:
    content = {"auc": math.nan, "upper": math.inf, "third": 1 / 3, "numpy": np.float64(0.1)}
    assert remember(churn, "churn", "k", "1", content)
    found = recall(churn, "churn", "k", "1")
    assert found is not None
    assert found == {**content, "auc": pytest.approx(math.nan, nan_ok=True)}


def test_a_finding_made_from_something_else_is_not_recalled(churn: Store) -> None:
    assert recall(churn, "churn", "k", "1") is None
    remember(churn, "churn", "k", "1", {"auc": 0.5})
    assert recall(churn, "churn", "k", "2") is None
    assert recall(churn, "churn", "K", "1") is None
    assert recall(churn, "other", "k", "1") is None
    assert recall(churn, "churn", "k", "1") == {"auc": 0.5}


def test_the_newest_finding_of_a_key_takes_the_place_of_the_one_before(churn: Store) -> None:
    for made_from, auc in (("1", 0.5), ("2", 0.6), ("2", 0.7)):
        assert remember(churn, "churn", "k", made_from, {"auc": auc})
    assert recall(churn, "churn", "k", "2") == {"auc": 0.7}
    assert recall(churn, "churn", "k", "1") is None
    assert count(churn) == 1


def test_the_oldest_findings_of_a_model_make_room_and_those_of_others_stay(churn: Store) -> None:
    churn.add(OTHER)
    remember(churn, "other", "k0", "1", {"at": -1})
    for at in range(KEPT + 3):
        assert remember(churn, "churn", f"k{at}", "1", {"at": at})
    remember(churn, "churn", "k3", "1", {"at": 3})  # the oldest that is left is now the newest
    remember(churn, "churn", "new", "1", {})
    kept = [at for at in range(KEPT + 3) if recall(churn, "churn", f"k{at}", "1") is not None]
    assert kept == [3, *range(5, KEPT + 3)]
    assert recall(churn, "other", "k0", "1") == {"at": -1}
    assert count(churn) == KEPT + 1


def test_a_finding_is_kept_even_when_the_clock_went_back(churn: Store) -> None:
    for at in range(KEPT):
        remember(churn, "churn", f"k{at}", "1", {})
    with churn.cursor() as cursor:
        cursor.execute("UPDATE findings SET made_at = made_at + INTERVAL 1 YEAR")
    assert remember(churn, "churn", "new", "1", {"new": True})
    assert recall(churn, "churn", "new", "1") == {"new": True}
    assert count(churn) == KEPT


def test_a_model_of_the_name_of_a_removed_one_does_not_know_its_findings(churn: Store) -> None:
    made_from = churn.data_version("churn")
    remember(churn, "churn", "k", made_from, {"auc": 0.5})
    churn.remove("churn")
    assert recall(churn, "churn", "k", made_from) is None
    churn.add(CHURN)
    assert churn.data_version("churn") == made_from
    assert recall(churn, "churn", "k", made_from) is None


def test_a_removed_model_takes_its_findings_with_it_and_no_others(churn: Store) -> None:
    churn.add(OTHER)
    for name in ("churn", "other"):
        remember(churn, name, "k", "1", {"of": name})
    churn.remove("churn")
    assert count(churn) == 1
    assert recall(churn, "other", "k", "1") == {"of": "other"}


def test_a_changed_description_leaves_findings_to_what_they_were_made_from(churn: Store) -> None:
    remember(churn, "churn", "k", "1", {"auc": 0.5})
    churn.add(CHURN.replace("task =", 'title = "Churn"\ntask ='))
    assert recall(churn, "churn", "k", "1") == {"auc": 0.5}


def test_nothing_is_kept_of_a_model_that_is_not_there(churn: Store) -> None:
    assert remember(churn, "gone", "k", "1", {}) is False
    assert count(churn) == 0


def test_a_question_does_not_wait_for_a_writer_at_work(churn: Store) -> None:
    remember(churn, "churn", "old", "1", {"old": True})
    writing, done = threading.Event(), threading.Event()

    def write() -> None:
        with churn.writing():
            writing.set()
            done.wait(30)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert writing.wait(10)
        started = time.perf_counter()
        assert remember(churn, "churn", "k", "1", {}) is False
        assert time.perf_counter() - started < 10 * findings.PATIENCE
        assert recall(churn, "churn", "old", "1") == {"old": True}
    finally:
        done.set()
        writer.join()
    assert remember(churn, "churn", "k", "1", {}), "the writer before has let go"


def test_a_write_that_fails_is_no_failure_of_the_question_and_changes_nothing(churn: Store) -> None:
    remember(churn, "churn", "k", "1", {"auc": 0.5})
    with churn.cursor() as cursor:
        cursor.execute("ALTER TABLE findings ALTER content SET DATA TYPE VARCHAR[] USING [content]")
    assert remember(churn, "churn", "k", "1", {"auc": 0.6}) is False
    with churn.cursor() as cursor:
        cursor.execute("ALTER TABLE findings ALTER content SET DATA TYPE VARCHAR USING content[1]")
    assert recall(churn, "churn", "k", "1") == {"auc": 0.5}, "the earlier one is still there"
    with churn.cursor() as cursor:
        cursor.execute("DROP TABLE findings")
    assert remember(churn, "churn", "k", "1", {}) is False
    assert churn.add(CHURN).name == "churn", "others can write"


def test_content_that_is_no_json_is_a_mistake_that_is_told(churn: Store) -> None:
    with pytest.raises(TypeError, match="ndarray"):
        remember(churn, "churn", "k", "1", {"shares": np.ones(2)})
    assert count(churn) == 0


def test_findings_do_not_change_the_version_of_the_data(churn: Store) -> None:
    before = churn.data_version("churn")
    remember(churn, "churn", "k", before, {})
    assert churn.data_version("churn") == before


def test_findings_survive_a_restart_and_a_restored_backup(tmp_path: Path) -> None:
    path = tmp_path / "lookout.duckdb"
    with Store.open(path) as store:
        store.add(CHURN)
        remember(store, "churn", "k", "1", {"auc": 0.5})
        store.backup(tmp_path / "backup")
    for prepare in (lambda: None, lambda: copies.restore(tmp_path / "backup", path)):
        prepare()
        with Store.open(path) as store:
            assert recall(store, "churn", "k", "1") == {"auc": 0.5}


def test_a_store_made_before_findings_were_kept_can_keep_them(tmp_path: Path) -> None:
    path = tmp_path / "lookout.duckdb"
    with Store.open(path) as store:
        store.add(CHURN)
        with store.cursor() as cursor:
            cursor.execute("DROP TABLE findings")
            cursor.execute("DELETE FROM migrations WHERE name LIKE '%findings%'")
    with Store.open(path) as store:
        assert remember(store, "churn", "k", "1", {"auc": 0.5})
        assert recall(store, "churn", "k", "1") == {"auc": 0.5}
