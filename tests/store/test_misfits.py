"""Values of another type are counted by feature, whatever its name holds."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from monitoring.store import Store, UnknownModel
from monitoring.store.misfits import type_misfits
from tests.store.numbered_rows import plain, sequence, take

MISFITS = [
    "a",
    "a': b",
    "a' holds a value that",
    'it\'s "x"',
    "line\nbreak",
    "back\\slash",
    "\\'",
    "Größe🦊",
    "'",
]


def test_misfits_are_counted_by_feature_whatever_its_name_holds(store: Store, tmp_path: Path) -> None:
    plain(store)
    take(store, tmp_path, sequence(1, **dict.fromkeys(MISFITS, 1.0)))
    for count, name in enumerate(MISFITS, 1):
        word = "column 'a': ' is not a number" if count % 2 else "\\' holds a value that"
        others = {other: 1.0 for other in MISFITS if other != name}
        take(store, tmp_path, sequence(count, 100 * count, **others, **{name: word}))
    assert type_misfits(store, "m") == {name: count for count, name in enumerate(MISFITS, 1)}
    assert list(type_misfits(store, "m").values()) == list(range(len(MISFITS), 0, -1)), "most rows first"


def test_misfits_of_private_features_and_of_other_spellings_count_and_scores_do_not(
    store: Store, tmp_path: Path
) -> None:
    store.add('name = "m"\ntask = "binary"\n[features."s\'ecret: "]\nprivate = true\n')
    take(store, tmp_path, sequence(1, age=1.0, **{"s'ecret: ": 1.0}))
    assert type_misfits(store, "m") == {}
    take(store, tmp_path, sequence(2, 10, AGE="x", **{"s'ecret: ": 1.0}))
    take(store, tmp_path, sequence(3, 20, age=1.0, **{"S'ECRET: ": "x"}))
    take(store, tmp_path, sequence(4, 30).assign(score="high"))
    assert type_misfits(store, "m") == {"s'ecret: ": 3, "age": 2}
    assert Counter(store.quarantine("m")["reason"]) == {"changed_type": 9}
    with pytest.raises(UnknownModel):
        type_misfits(store, "x")


def test_misfits_of_a_reference_file_are_none_of_the_log(store: Store, tmp_path: Path) -> None:
    lines = ["age,city", "40,Oslo", "old,Oslo", "41,Rome"]
    (tmp_path / "reference.csv").write_text("\n".join(lines) + "\n", "utf-8")
    kind = '[features.age]\nkind = "numeric"\n'
    store.add('name = "m"\ntask = "binary"\n[reference]\nfile = "reference.csv"\n' + kind, folder=tmp_path)
    assert Counter(store.quarantine("m")["reason"]) == {"changed_type": 1}
    assert type_misfits(store, "m") == {}
    take(store, tmp_path, sequence(3, age="x", city="Oslo"))
    assert Counter(store.quarantine("m")["file"]) == {"reference.csv": 1, "1.parquet": 3}
    assert type_misfits(store, "m") == {"age": 3}
