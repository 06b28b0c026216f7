"""Counters of faults: exact, additive over files, undone by forgetting, made again when a rule changes."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.store import Refused, Store, faults
from monitoring.store.counters import RETYPED, RULE, SAME_ID, TWICE
from tests.laws import examples

HEAD = """
name = "m"
task = "binary"
clock = "last row"
[reference]
start = 2026-01-01
stop = 2026-01-03
"""
RULES = """
[rules.columns.age]
min = 0
max = 120
[rules.columns.city]
allowed = ["Rome", "Oslo", "O'Brien"]
pattern = "[A-Z].*"
[rules.rows]
"in order" = "paid >= billed"
"absent" = "nowhere > 3 OR nowhere IS NULL"
"""


def log(rows=400, seed=0, days=4):
    rng = np.random.default_rng(seed)
    at = pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(rows) * days * 86_400 // rows, unit="s")
    return pd.DataFrame(
        {
            "id": [f"r{seed}-{place}" for place in range(rows)],
            "predicted_at": at,
            "score": rng.random(rows),
            "age": np.where(rng.random(rows) < 0.2, np.nan, rng.normal(60, 50, rows)),
            "city": rng.choice(["Rome", "Oslo", "oslo", "O'Brien", "Paris", None], rows),
            "paid": np.where(rng.random(rows) < 0.1, np.nan, rng.normal(size=rows)),
            "billed": rng.normal(size=rows),
        }
    )


def expected(frame):
    """The same counted by hand: by day and rule, rows that break it and rows of which it says something."""
    age, city, gap = frame["age"], frame["city"], frame["paid"] - frame["billed"]
    cases = {
        "age: min 0": (age < 0, age.notna()),
        "age: max 120": (age > 120, age.notna()),
        "city: allowed": (~city.isin(["Rome", "Oslo", "O'Brien"]) & city.notna(), city.notna()),
        "city: pattern": (city.eq("oslo"), city.notna()),
        "in order": (gap < 0, gap.notna()),
        "absent": (gap != gap + 0 * gap.index, age.isna() | age.notna()),
    }
    cases["absent"] = (pd.Series(False, frame.index), pd.Series(True, frame.index))
    day = frame["predicted_at"].dt.normalize()
    return {
        (rule, at.to_pydatetime()): (int(broken[day == at].sum()), int(said[day == at].sum()))
        for rule, (broken, said) in cases.items()
        for at in day.unique()
        if said[day == at].any()
    }


def counted(store, measure=RULE):
    tallies, trouble = faults.read(store, "m")
    assert not trouble
    if measure not in tallies:
        return {}
    one = tallies[measure]
    return {
        (subject, key): (int(one.hits[row, column]), int(one.rows[row, column]))
        for row, subject in enumerate(one.subjects)
        for column, key in enumerate(one.keys)
        if one.rows[row, column]
    }


def take(store, folder, name, frame):
    path = folder / f"{name}.parquet"
    frame.to_parquet(path)
    return store.ingest("m", path)


@pytest.fixture
def ruled(tmp_path):
    with Store.open(tmp_path / "lookout.duckdb") as store:
        store.add(HEAD + RULES)
        yield store


def test_rules_count_what_counting_by_hand_counts(ruled, tmp_path):
    take(ruled, tmp_path, "log", log())
    assert counted(ruled) == expected(log())


@examples(2, 30)
@given(cuts=st.lists(st.integers(0, 300), max_size=4), order=st.randoms(use_true_random=False))
def test_counters_of_many_files_are_those_of_one(tmp_path_factory, cuts, order):
    whole, folder = log(300), tmp_path_factory.mktemp("cut")
    edges = sorted({0, 300, *cuts})
    parts = [whole.iloc[a:b] for a, b in itertools.pairwise(edges)]
    order.shuffle(parts)
    with Store.open(folder / "lookout.duckdb") as store:
        store.add(HEAD + RULES)
        for number, part in enumerate(parts):
            take(store, folder, str(number), part)
        assert counted(store) == expected(whole)


def test_a_forgotten_file_takes_its_counters_away_and_gives_back_what_it_displaced(ruled, tmp_path):
    first, second = log(200), log(200, seed=1)
    both = pd.concat([first.head(50), second])
    take(ruled, tmp_path, "first", first)
    before = counted(ruled)
    take(ruled, tmp_path, "second", both)
    assert counted(ruled) == expected(pd.concat([first, second]))
    ruled.forget("m", "second.parquet")
    assert counted(ruled) == before
    take(ruled, tmp_path, "second", both)
    ruled.forget("m", "first.parquet")
    assert counted(ruled) == expected(both)


def test_a_changed_rule_is_counted_again_over_the_whole_log_and_says_so(ruled, tmp_path):
    take(ruled, tmp_path, "log", log())
    said = []
    ruled.add(HEAD + RULES.replace("max = 120", "max = 60"), lambda share, what: said.append(what))
    assert any("rules" in what for what in said)
    found = counted(ruled)
    day = pd.Timestamp("2026-01-01")
    inside = log()[log()["predicted_at"].dt.normalize() == day]
    assert found[("age: max 60", day.to_pydatetime())][0] == (inside["age"] > 60).sum()
    assert not [rule for rule, _ in found if rule == "age: max 120"]
    quiet = []
    ruled.add(HEAD + RULES.replace("max = 120", "max = 60"), lambda share, what: quiet.append(what))
    assert not any("rules" in what for what in quiet)
    ruled.add(HEAD)
    assert counted(ruled) == {}


def test_a_rule_is_the_same_for_a_column_that_comes_later(ruled, tmp_path):
    take(ruled, tmp_path, "log", log(200))
    late = log(200, seed=1).assign(nowhere=[2.0, 4.0] * 100)
    take(ruled, tmp_path, "late", late)
    found = {key: n for key, n in counted(ruled).items() if key[0] == "absent"}
    assert sum(hits for hits, _ in found.values()) == 100
    assert sum(rows for _, rows in found.values()) == 400


def test_a_rule_that_cannot_be_asked_is_told_with_the_reason_and_stops_no_file(tmp_path):
    with Store.open(tmp_path / "lookout.duckdb") as store:
        store.add(HEAD + '[rules.rows]\nodd = "city + 1 > 3"\nnumber = "age"\n')
        assert take(store, tmp_path, "log", log()).accepted == 400
        tallies, trouble = faults.read(store, "m")
        assert RULE not in tallies
        assert "No function matches" in trouble["odd"]
        assert trouble["number"] == "it gives a DOUBLE and not true or false"


def test_a_value_that_an_expression_cannot_read_breaks_nothing(tmp_path):
    with Store.open(tmp_path / "lookout.duckdb") as store:
        store.add(HEAD + '[rules.rows]\nround = "CAST(city AS DOUBLE) > 3"\n')
        frame = log().assign(city=["4", "x"] * 200)
        take(store, tmp_path, "log", frame)
        found = counted(store)
        assert sum(hits for hits, _ in found.values()) == 0
        assert sum(rows for _, rows in found.values()) == 200


def test_rows_that_come_twice_under_other_ids_are_counted_in_their_file(ruled, tmp_path):
    frame = log(200)
    again = frame.head(30).assign(id=[f"again{place}" for place in range(30)])
    take(ruled, tmp_path, "log", pd.concat([frame, again]))
    found = counted(ruled, TWICE)
    assert sum(hits for hits, _ in found.values()) == 30
    assert sum(rows for _, rows in found.values()) == 230


def test_ids_that_come_twice_and_values_of_another_type_are_counted_on_their_day(ruled, tmp_path):
    take(ruled, tmp_path, "log", log(200))
    frame = log(200, seed=1).astype({"age": object})
    frame.loc[150:154, "age"] = "old"
    frame = pd.concat([frame, frame.iloc[[3, 4]]])
    path = tmp_path / "late.csv"
    frame.to_csv(path, index=False)
    receipt = ruled.ingest("m", path)
    assert receipt.rejected == 7
    same, retyped = counted(ruled, SAME_ID), counted(ruled, RETYPED)
    assert {key: hits for key, (hits, _) in same.items() if hits} == {
        ("rows", pd.Timestamp("2026-01-01").to_pydatetime()): 2
    }
    assert {key: hits for key, (hits, _) in retyped.items() if hits} == {
        ("age", pd.Timestamp("2026-01-04").to_pydatetime()): 5
    }
    assert retyped[("age", pd.Timestamp("2026-01-04").to_pydatetime())][1] == 50 + 50
    ruled.forget("m", "late.csv")
    assert sum(hits for hits, _ in counted(ruled, SAME_ID).values()) == 0
    assert counted(ruled, RETYPED) == {}


def test_retention_keeps_the_counters_of_rules_that_stay(tmp_path):
    with Store.open(tmp_path / "lookout.duckdb") as store:
        head = HEAD.replace("[reference]", "retention_days = 2\n[reference]")
        store.add(head + RULES)
        take(store, tmp_path, "log", log(days=8))
        assert counted(store) == expected(log(days=8))
        store.add(head + RULES.replace("max = 120", "max = 60"))
        found = counted(store)
        assert len({key for rule, key in found if rule == "age: min 0"}) == 8
        assert len({key for rule, key in found if rule == "age: max 60"}) == 4
        with pytest.raises(Refused):
            store.forget("m", "log.parquet")


def test_a_store_of_before_has_its_faults_counted_when_it_is_opened(tmp_path):
    frame = log(200)
    again = frame.head(30).assign(id=[f"again{place}" for place in range(30)])
    wrong = pd.concat([frame, again, frame.tail(2)])
    with Store.open(tmp_path / "lookout.duckdb") as store:
        store.add(HEAD)
        take(store, tmp_path, "log", wrong)
        before = [counted(store, measure) for measure in (TWICE, SAME_ID)]
        with store.writing() as cursor:
            cursor.execute("DROP TABLE m.counters")
            cursor.execute("DELETE FROM migrations WHERE name LIKE '%faults_are_counted'")
    with Store.open(tmp_path / "lookout.duckdb") as store:
        assert [counted(store, measure) for measure in (TWICE, SAME_ID)] == before
