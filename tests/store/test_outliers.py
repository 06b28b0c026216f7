"""Odd rows in the store: scored once when they come, forgotten exactly, scored anew with a new reference."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from monitoring.statistics.outliers import conformal, ecod, rates
from monitoring.store import Store, outlier_counts, outlier_fits, outliers
from monitoring.windows import Window

CITY = 'Größe"; DROP TABLE log; --'
TOML = """
name = "churn"
task = "binary"
clock = "last row"
[reference]
start = 2026-01-01
stop = 2026-01-11
"""
START = dt.datetime(2026, 1, 1)
ALL = Window(START, START + dt.timedelta(days=99))


def log(first: int, days: int, rows: int = 220, seed: int = 0, odd: int = 0) -> pd.DataFrame:
    """Rows of some days; the first ``odd`` of them are far out, in a city that nobody knows."""
    draw = np.random.default_rng([seed, first])
    count = days * rows
    at = pd.Timestamp(START) + pd.to_timedelta(np.repeat(np.arange(first, first + days), rows), unit="D")
    age = np.where(draw.random(count) < 0.1, np.nan, draw.normal(40, 10, count).round(1))
    city = draw.choice(np.array(["Rome", "Oslo", "", None], dtype=object), count, p=[0.6, 0.3, 0.05, 0.05])
    age[:odd], city[:odd] = 400.0 + np.arange(odd), "🦊 <b>new</b>"
    return pd.DataFrame(
        {
            "id": [f"{seed}-{first}-{i}" for i in range(count)],
            "predicted_at": at + pd.to_timedelta(draw.integers(3600, 80_000, count), unit="s"),
            "score": draw.random(count),
            "age": age,
            CITY: city,
        }
    )


REFERENCE = log(0, 10)
CURRENT = log(10, 3, odd=8)


def take(store: Store, name: str, rows: pd.DataFrame) -> None:
    path = store.path.parent / f"{name}.parquet"
    rows.to_parquet(path, index=False)
    receipt = store.ingest("churn", path)
    assert receipt.accepted == len(rows), receipt


def filled(folder: Path, parts: dict[str, pd.DataFrame], toml: str = TOML) -> Store:
    folder.mkdir(exist_ok=True)
    store = Store.open(folder / "lookout.duckdb")
    store.add(toml)
    for name, rows in parts.items():
        take(store, name, rows)
    return store


def picture(store: Store) -> tuple:
    """All counts and the oddest rows."""
    found = outliers.counts(store, "churn")
    odd = outliers.oddest(store, "churn", ALL, 10_000)
    return (
        found.keys.tolist(), found.counts.tolist(), found.leads.tolist(), odd.ids, odd.scores.tolist(),
        odd.values,
    )  # fmt: skip


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Store:
    with filled(tmp_path_factory.mktemp("odd") / "one", {"old": REFERENCE, "new": CURRENT}) as store:
        yield store


def by_hand(store: Store, rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Scores and p-values of rows, from the halves of the reference that the order of hashes gives."""
    with store.cursor() as cursor:
        order = cursor.execute(
            "SELECT _id FROM churn.requests WHERE _day < DATE '2026-01-11' ORDER BY hash(_id), _day"
        ).fetchall()
    reference = REFERENCE.set_index("id").loc[[one for (one,) in order]]
    fitted, held = reference.iloc[0::2], reference.iloc[1::2]
    tails = ecod.tails(fitted["age"])
    shares = fitted[CITY].fillna("(none)").value_counts() / len(fitted)

    def score(part: pd.DataFrame) -> np.ndarray:
        known = part[CITY].fillna("(none)").map(shares).fillna(1 / (len(fitted) + 1))
        return ecod.terms(tails, part["age"]) - np.log(known.to_numpy())

    calibrated, scores = score(held), score(rows)
    return scores, (1 + (calibrated[None, :] >= scores[:, None] - 1e-9).sum(axis=1)) / (len(held) + 1)


def test_every_row_is_counted_by_its_p_value_and_the_oddest_are_kept_by_id(kept: Store) -> None:
    found = outliers.counts(kept, "churn")
    assert found.keys.tolist() == [START + dt.timedelta(days=day) for day in range(13)]
    assert found.rows.tolist() == [220] * 13
    scores, p_values = by_hand(kept, CURRENT)
    below = (p_values[:, None] < np.array(outlier_counts.LEVELS)).sum(axis=1).reshape(3, 220)
    for day in range(3):
        expected = np.bincount(below[day], minlength=len(outlier_counts.LEVELS) + 1)
        assert found.counts[10 + day].tolist() == expected.tolist()
    assert found.outlying[10] >= 8
    assert found.leads.sum(axis=1).tolist() == found.outlying.tolist()
    odd = outliers.oddest(kept, "churn", Window(START + dt.timedelta(days=10), ALL.stop), 30)
    order = np.lexsort((CURRENT["id"].to_numpy().astype(str), -scores.round(9)))[: len(odd.ids)]
    assert odd.scores == pytest.approx(scores[order])
    assert set(odd.ids[:8]) == set(CURRENT["id"].iloc[:8])
    assert odd.contributions.sum(axis=1) == pytest.approx(odd.scores)
    at = odd.ids.index(CURRENT["id"].iloc[3])
    assert (odd.values["age"][at], odd.values[CITY][at]) == (403.0, "🦊 <b>new</b>")


def test_a_fit_reads_as_it_was_written(kept: Store) -> None:
    known = outliers.fit(kept, "churn")
    assert known is not None
    assert known.usable
    assert (known.fitted, known.held_rows, known.total) == (1100, 1100, 2200)
    with kept.cursor() as cursor:
        again = outlier_fits.fit(cursor, kept.model("churn"))
    for one, two in zip(known.columns, again.columns, strict=True):
        assert (one.feature, one.kind, one.categories, one.usual) == (
            two.feature, two.kind, two.categories, two.usual,
        )  # fmt: skip
        for a, b in ((one.terms, two.terms), *([(one.tails.terms, two.tails.terms)] if one.tails else [])):
            np.testing.assert_array_equal(a, b)
    assert known.held is not None
    assert again.held is not None
    np.testing.assert_array_equal(known.held.scores, again.held.scores)


def test_forgetting_a_file_leaves_no_trace_and_its_return_changes_nothing(tmp_path: Path) -> None:
    late = log(11, 1, seed=2, odd=3)
    with (
        filled(tmp_path / "with", {"old": REFERENCE, "new": CURRENT, "late": late}) as full,
        filled(tmp_path / "without", {"old": REFERENCE, "new": CURRENT}) as without,
    ):
        expected, whole = picture(without), picture(full)
        assert whole != expected
        full.forget("churn", "late.parquet")
        assert picture(full) == expected
        take(full, "late", late)
        assert picture(full) == whole
        full.forget("churn", "old.parquet")  # the reference itself
        assert outliers.counts(full, "churn").keys.tolist() == []


def test_order_and_split_of_files_change_nothing_and_partial_rows_are_added_up(
    tmp_path: Path, kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlier_counts, "_PARTIALS", 1.4)
    parts = {f"p{i}": CURRENT.iloc[i::5] for i in range(5)}
    with filled(tmp_path / "split", {"old": REFERENCE, **dict(reversed(parts.items()))}) as store:
        assert picture(store) == picture(kept)
        with store.cursor() as cursor:
            rows = cursor.execute("SELECT count(*) FROM churn.outlier_counts").fetchone()
        assert rows is not None
        assert rows[0] < 10 + 5 * 3
        with store.writing() as cursor:
            monkeypatch.setattr(outlier_counts, "_PARTIALS", 1)
            outlier_counts.tidy(cursor, store.model("churn"))
            assert cursor.execute("SELECT count(*) FROM churn.outlier_counts").fetchone() == (13,)
        assert picture(store) == picture(kept)


def test_a_new_reference_scores_everything_anew_and_says_how_far_it_is(tmp_path: Path) -> None:
    with filled(tmp_path / "anew", {"old": REFERENCE, "new": CURRENT}) as store:
        before, said = outliers.counts(store, "churn"), []
        store.add(TOML.replace("2026-01-11", "2026-01-14"), lambda share, what: said.append((share, what)))
        after, known = outliers.counts(store, "churn"), outliers.fit(store, "churn")
        assert known is not None
        assert known.total == 13 * 220
        assert after.rows.tolist() == before.rows.tolist()
        assert after.counts.tolist() != before.counts.tolist()
        assert any("scoring the rows of churn anew" in what for _, what in said)


def test_an_excluded_feature_makes_no_row_odd(tmp_path: Path) -> None:
    with filled(tmp_path / "less", {"old": REFERENCE, "new": CURRENT}) as store:
        version = store.data_version("churn")
        store.add(f'exclude = ["age"]\n{TOML}')
        known = outliers.fit(store, "churn")
        assert known is not None
        assert known.features == (CITY,)
        assert outliers.counts(store, "churn").rows.sum() == len(REFERENCE) + len(CURRENT)
        assert store.data_version("churn") != version


def test_with_fewer_than_a_thousand_held_back_rows_nothing_is_scored(tmp_path: Path) -> None:
    with filled(tmp_path / "few", {"old": REFERENCE.iloc[:1990], "new": CURRENT}) as store:
        known = outliers.fit(store, "churn")
        assert known is not None
        assert not known.usable
        assert known.total == 1990
        assert len(outliers.counts(store, "churn").keys) == 0
        assert outliers.oddest(store, "churn", ALL).ids == ()


def test_a_feature_that_a_forgotten_file_took_with_it_is_missing(tmp_path: Path) -> None:
    more = log(12, 1, seed=3).assign(extra=1.0)
    with filled(tmp_path / "gone", {"old": REFERENCE, "new": CURRENT, "more": more}) as store:
        known = outliers.fit(store, "churn")
        assert known is not None
        assert known.features == ("age", CITY), "a feature that the reference never had is not scored by"
        store.forget("churn", "more.parquet")
        assert outliers.counts(store, "churn").rows.sum() == len(REFERENCE) + len(CURRENT)


def test_a_reference_that_is_a_file_is_fitted_and_its_rows_are_not_counted(tmp_path: Path) -> None:
    folder = tmp_path / "file"
    folder.mkdir()
    REFERENCE.drop(columns=["id", "predicted_at"]).to_parquet(folder / "reference.parquet", index=False)
    toml = 'name = "churn"\ntask = "binary"\n[reference]\nfile = "reference.parquet"\n'
    with Store.open(folder / "lookout.duckdb") as store:
        store.add(toml, folder=folder)
        take(store, "new", CURRENT)
        known, found = outliers.fit(store, "churn"), outliers.counts(store, "churn")
        assert known is not None
        assert known.total == 2200
        assert found.rows.tolist() == [220] * 3
        assert found.outlying[0] >= 8


def test_retention_keeps_counts_and_ids_and_lets_values_go(tmp_path: Path) -> None:
    later = log(13, 20, rows=30, seed=5)
    toml = f"retention_days = 5\n{TOML}"
    with filled(tmp_path / "kept", {"old": REFERENCE, "new": CURRENT, "later": later}, toml) as store:
        found = outliers.counts(store, "churn")
        assert found.rows[10:13].tolist() == [220] * 3
        odd = outliers.oddest(store, "churn", Window(START + dt.timedelta(days=10), ALL.stop), 8)
        assert len(odd.ids) == 8
        assert np.isnan(odd.contributions).all()
        assert odd.values["age"] == [None] * 8


def test_no_more_than_fifty_rows_of_a_day_are_kept(tmp_path: Path) -> None:
    with filled(
        tmp_path / "many", {"old": REFERENCE, "new": log(10, 1, odd=90), "more": log(10, 1, seed=1, odd=90)}
    ) as store:
        odd = outliers.oddest(store, "churn", Window(START + dt.timedelta(days=10), ALL.stop), 1000)
        assert len(odd.ids) == 50
        assert outliers.counts(store, "churn").outlying[10] >= 180


def test_the_oddest_rows_tell_of_the_same_p_value_as_the_counts(kept: Store) -> None:
    known = outliers.fit(kept, "churn")
    assert known is not None
    assert known.held is not None
    odd = outliers.oddest(kept, "churn", ALL, 1000)
    below = conformal.p_values(known.held, odd.scores) < rates.ALPHA
    assert below.sum() == outliers.counts(kept, "churn").outlying.sum()


def test_a_store_from_before_scores_its_rows_when_it_is_opened(tmp_path: Path) -> None:
    with filled(tmp_path / "old", {"old": REFERENCE, "new": CURRENT}) as store:
        expected, path = picture(store), store.path
        with store.writing() as cursor:
            for table in (*outlier_counts.TABLES, *outlier_fits.TABLES):
                cursor.execute(f"DROP TABLE churn.{table}")
            cursor.execute("DELETE FROM migrations WHERE name LIKE '%how_odd_they_are'")
    with Store.open(path) as again:
        assert picture(again) == expected


def test_hours_and_names_that_the_store_uses_itself_are_no_trouble(tmp_path: Path) -> None:
    toml = TOML.replace('task = "binary"', 'task = "binary"\ntimezone = "America/New_York"\nchunk = "1 hour"')
    given = {"age": "chunk", CITY: "place"}
    parts = {"old": REFERENCE.rename(columns=given), "new": CURRENT.rename(columns=given)}
    with filled(tmp_path / "hours", parts, toml) as store:
        found = outliers.counts(store, "churn")
        assert found.rows.sum() == len(REFERENCE) + len(CURRENT)
        assert len(found.keys) > 13 * 20
        odd = outliers.oddest(store, "churn", Window(START + dt.timedelta(days=10), ALL.stop), 8)
        assert set(odd.ids) == set(CURRENT["id"].iloc[:8])
        at = CURRENT.set_index("id")["predicted_at"].loc[list(odd.ids)].dt.floor("h")
        assert odd.chunks.tolist() == at.dt.to_pydatetime().tolist()
        assert odd.values["place"] == ["🦊 <b>new</b>"] * 8
        assert sorted(odd.values["chunk"]) == [400.0 + i for i in range(8)]
