"""What a change of a model's file means is told before it is made, and agrees with what is then done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from monitoring import events
from monitoring.consequences import PARTS, consequences
from monitoring.models import Model, ModelError, parse
from monitoring.store import Refused, Store, catalogue, profiling, scoring
from monitoring.store.changes import Plan
from monitoring.store.transactions import settle

TEXT = """name = "churn"
task = "binary"
owner = "Ada"  # asks for it
clock = "last row"
[versions]
champion = "a"
shadows = ["b"]
[reference]
start = 2026-01-01
stop = 2026-01-11
[segments]
columns = ["city"]
[features.age]
importance = 0.5
"""


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A model with twenty days; tests look and change nothing."""
    folder = tmp_path_factory.mktemp("changes")
    with Store.open(folder / "lookout.duckdb") as store:
        store.add(TEXT)
        store.ingest("churn", _log(folder))
        yield store


def _log(folder: Path) -> Path:
    number = np.arange(400)
    at = pd.Timestamp("2026-01-01") + pd.to_timedelta(number * 72, "min")
    city = np.where(number % 2, "Rome", "Oslo")
    pd.DataFrame(
        {"id": number, "predicted_at": at, "age": number % 7.0, "plan": city, "city": city, "score": 0.5}
    ).to_parquet(folder / "log.parquet")
    return folder / "log.parquet"


ANEW = "20 days (400 rows) are profiled anew: "
QUIET = "nothing is recomputed"
CASES = {
    "owner": ('owner = "Ada"', 'owner = "Eve"', f"the owner: {QUIET}"),
    "wording": ("# asks for it", "# asked", f"only its wording changes: {QUIET}"),
    "limits": ("[segments]", "[limits]\ndrift_floor = 0.1\n[segments]", f"limits: {QUIET}"),
    "chunk": ("[versions]", 'chunk = "7 days"\n[versions]', f"chunks of 7 days: {QUIET}"),
    "importance": ("0.5", "0.7", f"importances of features: {QUIET}"),
    "title": ("[features.age]", '[features.age]\ntitle = "Age"', f"titles of features: {QUIET}"),
    "reference": (
        "2026-01-11",
        "2026-01-06",
        f"new reference: 2026-01-01 to 2026-01-06: {ANEW}inputs, odd rows, outputs and labels; a moment. "
        "Pages show the profile as it is until then",
    ),
    "segments": ('["city"]', '["city", "plan"]', f"segments city, plan: {ANEW}inputs"),
    "threshold": (
        "[versions]", "threshold = 0.7\n[versions]", f"another threshold: {ANEW}outputs and labels; a moment"
    ),
    "exclude": ("[versions]", 'exclude = ["age"]\n[versions]', f"excluded features: {ANEW}odd rows; a"),
    "kind": (
        "[features.age]", '[features.plan]\nkind = "binary"\n[features.age]', f"another kind of plan: {ANEW}"
    ),
    "rules": (
        "[segments]", "[rules.columns.age]\nmin = 0\n[segments]", f"rules of the data: {ANEW}rules; a moment"
    ),
    "private": ("= 0.5", "= 0.5\nprivate = true", "private: age. Values stay in the log"),
    "retention": (
        "[versions]", "retention_days = 5\n[versions]", "retention of 5 days: 100 raw rows are deleted"
    ),
    "roomy": ("[versions]", "retention_days = 900\n[versions]", "retention of 900 days: nothing is deleted"),
    "source": ("[segments]", '[source]\npath = "/log"\n[segments]', "source: it is followed from the next"),
    "instants": ("[segments]", '[instants]\ntimezone = "Asia/Tokyo"\n[segments]', "how instants are written"),
    "columns": ("[segments]", '[columns]\nid = "key"\n[segments]', "names of columns: they hold for files"),
}  # fmt: skip
REFUSED = {
    "task": ('"binary"', '"regression"', "the task of a registered model cannot change"),
    "zone": (
        "[versions]",
        'timezone = "Asia/Tokyo"\n[versions]',
        "the timezone of a registered model cannot",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_change_is_told_in_lines_and_words(held: Store, case: str) -> None:
    before, after, words = CASES[case]
    found = consequences(held, TEXT.replace(before, after, 1))
    (said,) = found.words
    assert said.startswith(words)
    assert found.refused == ""
    assert found.diff.splitlines()[:2] == ["--- churn.toml as it is", "+++ churn.toml as it is to be"]
    added = [line[1:] for line in found.diff.splitlines()[2:] if line.startswith("+")]
    assert added == [
        line for line in TEXT.replace(before, after, 1).splitlines() if line not in TEXT.splitlines()
    ]


FIXED = {"name", "task", "timezone"}  # keys that a registered model keeps
KEYS = {
    "title": 'title = "Will they go?"', "chunk": 'chunk = "7 days"', "threshold": "threshold = 0.7",
    "positive": 'positive = "gone"', "clock": 'clock = "last row"', "owner": 'owner = "Ada"',
    "notes": 'notes = "watch it"', "versions": '[versions]\nchampion = "b"',
    "columns": '[columns]\nid = "key"', "instants": '[instants]\ndates = "dmy"',
    "reference": "[reference]\nstart = 2026-01-01\nstop = 2026-01-08",
    "source": '[source]\npath = "/log"', "segments": '[segments]\ncolumns = ["city"]',
    "features": '[features.age]\nunit = "years"', "limits": "[limits]\nminimum_rows = 50",
    "costs": "[costs]\nfalse_positive = 1\nfalse_negative = 5", "rules": "[rules.columns.age]\nmin = 0",
    "review": "[review]\nbudget = 5", "scoring": '[scoring]\nfile = "a.skops"',
    "exclude": 'exclude = ["age"]',
    "star": 'star = ["age"]', "retention_days": "retention_days = 90", "alerts": '[[alerts]]\nname = "a"',
}  # fmt: skip
HEAD = 'name = "churn"\ntask = "binary"\n'


def test_no_key_of_a_models_file_can_change_without_a_word() -> None:
    assert set(KEYS) == set(Model.model_fields) - FIXED
    before = parse(HEAD)
    for key, text in KEYS.items():
        after = parse(f"{HEAD}{text}\n")
        assert getattr(before, key) != getattr(after, key), key
        assert [words for part in PARTS for words in part(before, after, Plan(before, after))], key


@pytest.mark.parametrize("case", REFUSED)
def test_what_would_be_refused_is_told_in_the_same_words(held: Store, case: str) -> None:
    before, after, why = REFUSED[case]
    text = TEXT.replace(before, after)
    assert why in consequences(held, text).refused
    with pytest.raises(Refused, match=why):
        held.add(text)


def test_a_text_that_is_no_model_names_the_key(held: Store) -> None:
    with pytest.raises(ModelError, match="colour: unknown key"):
        consequences(held, f'colour = "red"\n{TEXT}')


def test_nothing_changed_and_a_new_model_are_told(held: Store) -> None:
    assert (consequences(held, TEXT).words, consequences(held, TEXT).diff) == (
        ("the file stays as it is",),
        "",
    )
    found = consequences(held, 'name = "new"\ntask = "binary"\n')
    assert found.words == ("a new model; its log is empty",)
    assert found.diff.endswith('+name = "new"\n+task = "binary"')


@pytest.mark.parametrize("case", ["owner", "reference", "segments", "threshold", "importance"])
def test_what_is_told_to_be_profiled_anew_is_what_is_done(
    held: Store, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(profiling, "rebuild", lambda *_: done.append("inputs"))
    monkeypatch.setattr(scoring, "rebuild", lambda *_: done.append("outputs"))
    monkeypatch.setattr("monitoring.store.outlier_counts.rebuild", lambda *_: done.append("odd"))
    before, after, _ = CASES[case]
    text = TEXT.replace(before, after, 1)
    plan = consequences(held, text).plan
    with held.cursor() as cursor:
        cursor.execute("BEGIN")
        settle(cursor, catalogue.register(cursor, text))
        cursor.execute("ROLLBACK")  # nothing of it is kept
    told = [
        name for due, name in ((plan.features, "inputs"), (plan.odd, "odd"), (plan.outputs, "outputs")) if due
    ]
    assert done == told


def test_a_change_that_began_with_another_text_changes_nothing(held: Store) -> None:
    with pytest.raises(Refused, match="somebody else saved its file meanwhile"):
        held.add(TEXT.replace("Ada", "Eve"), instead_of=TEXT.replace("Ada", "Bob"))
    assert held.toml("churn") == TEXT


def test_a_change_of_the_reference_is_an_event_at_the_models_clock(tmp_path: Path) -> None:
    with Store.open(tmp_path / "lookout.duckdb") as store:
        store.add(TEXT)
        store.ingest("churn", _log(tmp_path))
        store.add(TEXT.replace("2026-01-11", "2026-01-06"), author=" Eve <b> ", instead_of=TEXT)
        store.add(TEXT.replace("2026-01-11", "2026-01-06").replace("Ada", "Bob"), author="Bob")
        model = store.model("churn")
        told = [one for one in events.events(store, model, store.volume("churn")) if "changed" in one.title]
        assert [(one.kind, one.day(model)) for one in told] == [("reference", dt.date(2026, 1, 20))]
        days = ("2026-01-01 to 2026-01-06", "2026-01-01 to 2026-01-11")
        assert told[0].words == f"the reference is {days[0]} since then, before it {days[1]}, by Eve <b>"
        store.remove("churn")
        store.add(TEXT)
        assert not [
            one for one in events.events(store, model, store.volume("churn")) if "changed" in one.title
        ]
