"""The scores of rows that are read: of the version that is asked for, of a regression, of each class."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from monitoring.store import Store
from monitoring.store.rows import sample
from tests.store.numbered_rows import (
    EVERY,
    MODEL,
    places,
    plain,
    sequence,
    take,
)


def test_scores_are_those_of_the_version_that_is_asked_for(store: Store, tmp_path: Path) -> None:
    both = [sequence(4).assign(version=v, score=s) for v, s in (("a", [0.1, 0.2, 0.3, None]), ("b", 0.9))]
    take(plain(store), tmp_path, pd.concat([both[0], both[1].iloc[:2]]))
    rows = {version: sample(store, "m", EVERY, version=version) for version in (None, "a", "b", "none")}
    by_row = {
        version: dict(zip(places(found), found.score.tolist(), strict=True))
        for version, found in rows.items()
    }
    assert {len(found) for found in rows.values()} == {4}
    nan = pytest.approx(np.nan, nan_ok=True)
    for version in (None, "a"):
        assert by_row[version] == {0: 0.1, 1: 0.2, 2: 0.3, 3: nan}
    assert by_row["b"] == {0: 0.9, 1: 0.9, 2: nan, 3: nan}
    assert by_row["none"] == dict.fromkeys(range(4), nan)


def test_an_id_that_comes_again_on_a_later_day_keeps_its_own_score(store: Store, tmp_path: Path) -> None:
    again = sequence(2, day="2026-04-20").assign(row=[10.0, 11.0], score=[0.7, 0.8])
    take(plain(store), tmp_path, sequence(2).assign(score=[0.1, 0.2]), again)
    rows = sample(store, "m", EVERY)
    assert rows.total == 4
    assert dict(zip(places(rows), rows.score, strict=True)) == {0: 0.1, 1: 0.2, 10: 0.7, 11: 0.8}


def test_a_prediction_of_a_far_day_is_not_that_of_an_earlier_request_of_its_id(
    store: Store, tmp_path: Path
) -> None:
    later = sequence(1, day="2026-04-20").assign(row=10.0)
    take(plain(store), tmp_path, sequence(1), pd.concat([later.assign(version=v) for v in ("a", "b")]))
    rows = sample(store, "m", EVERY, version="b")
    assert dict(zip(places(rows), np.isnan(rows.score), strict=True)) == {0: True, 10: False}


def test_a_shadow_that_scores_after_midnight_is_found_and_the_nearest_prediction_stands(
    store: Store, tmp_path: Path
) -> None:
    late = sequence(1).assign(predicted_at=pd.Timestamp("2026-03-29T23:59:00"), version="a")
    shadow = late.assign(predicted_at=pd.Timestamp("2026-03-30T00:01:00"), version="b", score=0.6)
    other = late.assign(predicted_at=pd.Timestamp("2026-03-28T00:01:00"), version="b", score=0.1, row=7.0)
    take(plain(store), tmp_path, pd.concat([late, shadow]), other)
    rows = sample(store, "m", EVERY, version="b")
    assert dict(zip(places(rows), rows.score, strict=True)) == {0: 0.6, 7: 0.1}


def test_a_wide_log_has_a_score_for_each_version(store: Store, tmp_path: Path) -> None:
    text = MODEL.format(zone="UTC", chunk="1 day", segments="[]")
    store.add(text + '[columns.scores]\na = "sa"\nb = "sb"\n')
    take(store, tmp_path, sequence(3).drop(columns="score").assign(sa=[0.1, 0.2, 0.3], sb=[0.4, None, 0.6]))
    shadow = sample(store, "m", EVERY, version="b")
    assert shadow.kinds == {"row": "numeric"}
    assert dict(zip(places(shadow), shadow.score.tolist(), strict=True)) == {
        0: 0.4, 1: pytest.approx(np.nan, nan_ok=True), 2: 0.6
    }  # fmt: skip
    assert sorted(sample(store, "m", EVERY).score) == [0.1, 0.2, 0.3]


@pytest.mark.parametrize(
    ("logged", "expected"),
    [
        ({"prediction": [5.0, -7.5]}, [5.0, -7.5]),
        ({"score": [5.0, -7.5]}, [5.0, -7.5]),
        ({"score": [1.0, 2.0], "prediction": [5.0, -7.5]}, [5.0, -7.5]),
    ],
)
def test_the_score_of_a_regression_is_the_number_it_predicted(
    store: Store, tmp_path: Path, logged: dict, expected: list[float]
) -> None:
    store.add('name = "m"\ntask = "regression"\n')
    take(store, tmp_path, sequence(2).drop(columns="score").assign(**logged))
    rows = sample(store, "m", EVERY)
    assert rows.kinds == {"row": "numeric"}
    assert [rows.score[places(rows).index(place)] for place in (0, 1)] == expected


def test_a_multiclass_model_has_a_score_for_each_class(store: Store, tmp_path: Path) -> None:
    store.add(
        'name = "m"\ntask = "multiclass"\n[columns.score]\n"on time" = "p0"\n'
        '\'la"te; --\' = "p1"\n"{x}" = "p2"\n'
    )
    take(store, tmp_path, sequence(3).drop(columns="score").assign(p0=[0.1, 0.2, 0.3], p1=0.5, p2=0.2))
    rows = sample(store, "m", EVERY)
    assert list(rows.scores) == ["on time", 'la"te; --', "{x}"]
    assert dict(zip(places(rows), rows.scores["on time"], strict=True)) == {0: 0.1, 1: 0.2, 2: 0.3}
    assert rows.scores['la"te; --'].tolist() == [0.5] * 3
    assert np.isnan(rows.score).all()
    empty = sample(store, "m", [])
    assert {label: len(column) for label, column in empty.scores.items()} == dict.fromkeys(rows.scores, 0)
