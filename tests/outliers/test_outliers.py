"""Rates of odd rows, what is said of them, and the closer look; from stores of small logs."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from monitoring import outliers, results
from monitoring.questions import QUESTIONS, QuestionError
from monitoring.statistics.outliers import rates
from monitoring.store import Store, outlier_counts
from monitoring.store.outliers import oddest
from monitoring.windows import Window

START = dt.datetime(2026, 1, 1)
HOSTILE = "<img src=x> [a](b) :red[c]"
TOML = f"""
name = "churn"
task = "binary"
clock = "last row"
[reference]
start = 2026-01-01
stop = 2026-01-15
[features.age]
title = "Age"
unit = "years"
[features.income]
title = "Income"
private = true
[features.city]
title = "{HOSTILE}"
"""
ODD_DAY, STORM = 20, 5


def made(days: int = 24, rows: int = 400, seed: int = 0) -> pd.DataFrame:
    """Quiet days; on one, forty rows are far out; one day of the reference holds a storm."""
    draw = np.random.default_rng(seed)
    count = days * rows
    day = np.repeat(np.arange(days), rows)
    age = np.where(draw.random(count) < 0.02, np.nan, draw.normal(40, 10, count))
    income, city = (
        draw.lognormal(3, 1, count),
        draw.choice(["Rome", "Oslo", "Bergen"], count, p=[0.7, 0.29, 0.01]),
    )
    place = np.arange(count) % rows
    storm, odd = (day == STORM) & (place < 200), (day == ODD_DAY) & (place < 40)
    age[storm] += 40
    income[storm] += 2_000
    age[odd], city = 139.5, np.where(odd & (place < 20), "Atlantis", city)
    income[odd & (place >= 20)] = 1e7
    age[odd & (place == 0)] = np.nan
    at = (
        pd.Timestamp(START)
        + pd.to_timedelta(day, unit="D")
        + pd.to_timedelta(draw.integers(0, 80_000, count), unit="s")
    )
    return pd.DataFrame(
        {"id": [f"r{i}" for i in range(count)], "predicted_at": at, "score": draw.random(count), "age": age,
         "income": income, "city": city}
    )  # fmt: skip


def filled(folder: Path, log: pd.DataFrame, toml: str = TOML) -> Store:
    store = Store.open(folder / "lookout.duckdb")
    store.add(toml)
    log.to_parquet(folder / "log.parquet", index=False)
    assert not store.ingest("churn", folder / "log.parquet").problem
    return store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    with filled(tmp_path_factory.mktemp("odd"), made()) as opened:
        yield opened


@pytest.fixture(scope="module")
def judged(store: Store) -> outliers.Judged:
    return outliers.judged(outliers.read(store, "churn"))


def test_the_day_with_odd_rows_is_red_and_quiet_days_are_green(judged: outliers.Judged) -> None:
    assert len(judged) == 24
    assert judged.status[ODD_DAY] == "red"
    assert judged.reason[ODD_DAY] == "outlying"
    assert judged.outlying[ODD_DAY] >= 39
    assert {status for place, status in enumerate(judged.status) if place > 14 and place != ODD_DAY} == {
        "green"
    }
    assert judged.rate == pytest.approx(judged.outlying / judged.rows)
    assert (judged.lower <= judged.rate).all()
    assert (judged.rate <= judged.upper).all()
    assert (judged.noise_floor <= judged.limit).all()


def test_chunks_add_days_up_and_one_that_is_not_over_is_not_judged(store: Store) -> None:
    found = outliers.read(store, "churn")
    at = dt.datetime(2026, 1, 25, tzinfo=dt.UTC)
    weeks = outliers.judged(found, "7 days", at)
    assert weeks.rows.tolist() == [2800, 2800, 2800, 1200]
    assert weeks.outlying.sum() == found.counts.outlying.sum()
    assert weeks.leads.sum(axis=1).tolist() == weeks.outlying.tolist()
    assert (weeks.status[3], weeks.reason[3]) == ("grey", "partial")
    early = outliers.judged(found, "1 day", dt.datetime(2026, 1, 10, 12, tzinfo=dt.UTC))
    assert len(early) == 10
    assert early.complete.tolist() == [True] * 9 + [False]


def test_a_storm_of_the_reference_makes_no_row_outlying_but_its_day_stands_out(
    judged: outliers.Judged,
) -> None:
    assert judged.status[STORM] != "red"
    assert judged.unusual[STORM] > 0.3
    assert outliers.standing_out(judged, range(15)) == [STORM]
    words = outliers.reference_sentence(judged)
    assert "6 Jan 2026" in words
    assert "stands out" in words


def test_a_window_and_a_chunk_are_said_in_words(judged: outliers.Judged) -> None:
    status, sentence = outliers.sentence(judged, range(len(judged)))
    assert status == "green", "that of the last day"
    assert sentence.startswith("24 Jan 2026: ")
    assert "one lies beyond the limit, most of all 21 Jan 2026" in sentence
    assert outliers.sentence(judged, [ODD_DAY])[0] == "red"
    assert outliers.sentence(judged, [])[0] == "grey"
    told = outliers.chunk_sentence(judged, ODD_DAY)
    assert told.startswith(f"{judged.outlying[ODD_DAY]} of 400 rows are outlying")
    assert "led by Income (20) and " in told
    quiet = next(place for place in range(len(judged)) if not judged.outlying[place])
    assert outliers.chunk_sentence(judged, quiet) == "None of 400 rows is outlying."


def test_a_row_is_explained_by_its_features_and_private_values_are_not_told(store: Store) -> None:
    found = outliers.read(store, "churn")
    day = Window(START + dt.timedelta(days=ODD_DAY), START + dt.timedelta(days=ODD_DAY + 1))
    odd = oddest(store, "churn", day, 60)
    words = [outliers.row_words(found.fit, odd, row, found.model) for row in range(len(odd.ids))]
    flat = " | ".join(part for row in words for part in row)
    assert "Age 139.5 years, higher than all of the reference" in flat
    assert f"{HOSTILE} “Atlantis”, never seen" in flat
    assert "Income (private): as rare as" in flat
    assert "10,000,000" not in flat
    assert "1e+07" not in flat
    missing = words[odd.ids.index(f"r{ODD_DAY * 400}")]
    assert any(part.startswith("Age missing, as in ") for part in missing)
    assert all(1 <= len(row) <= 3 for row in words)


def test_the_frame_is_tidy_and_holds_rates_leads_and_rows(store: Store, judged: outliers.Judged) -> None:
    model = store.model("churn")
    ask = QUESTIONS["outliers"]
    whole = ask(store, model, {}, "1 day")
    assert whole.columns.tolist() == list(results.COLUMNS)
    rate = whole[whole["measure"] == "outlier_rate"]
    assert rate["value"].tolist() == judged.rate.tolist()
    assert rate["n"].tolist() == judged.rows.tolist()
    leads = whole[whole["measure"] == "outlier_lead"]
    per_chunk = leads.groupby("chunk_start")["value"].sum()
    assert per_chunk.to_numpy() == pytest.approx(1.0)
    assert set(leads["subject"]) <= {"age", "income", "city"}
    assert (whole[whole["measure"] == "unusual_rate"]["status"] == "grey").all()
    window = {"start": "2026-01-21", "stop": "2026-01-22", "metric": "outlier_contribution"}
    rows = ask(store, model, window, "1 day")
    assert set(rows["segment"]) <= {f"id=r{ODD_DAY * 400 + i}" for i in range(40)}
    assert rows["segment"].nunique() == 20
    assert (rows["p_value"] < rates.ALPHA).all()
    assert (rows["value"] <= rows["statistic"] + 1e-9).all()
    json.loads(results.formatted(whole, "json"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [({"metric": "psi"}, "unknown measure 'psi'"), ({"segment": "city=Rome"}, "not counted by segment")],
)
def test_questions_that_cannot_be_answered_say_why(store: Store, arguments: dict, said: str) -> None:
    with pytest.raises(QuestionError, match=said):
        QUESTIONS["outliers"](store, store.model("churn"), arguments, "1 day")


@pytest.mark.parametrize(
    ("toml", "code"),
    [
        ('name = "churn"\ntask = "binary"', "no_reference"),
        (TOML.replace("2026-01-15", "2026-01-03"), "few_held_back"),
        (f'exclude = ["age", "income", "city"]\n{TOML}', "not_scored"),
    ],
)
def test_rows_that_cannot_be_scored_are_grey_with_the_reason(tmp_path: Path, toml: str, code: str) -> None:
    with filled(tmp_path, made(days=16, rows=300), toml) as store:
        with pytest.raises(outliers.NotScoredError) as told:
            outliers.read(store, "churn")
        assert told.value.code == code
        with pytest.raises(QuestionError, match="churn: "):
            QUESTIONS["outliers"](store, store.model("churn"), {}, "1 day")


def test_a_closer_look_lays_rows_out_and_the_forest_agrees_on_odd_rows(store: Store) -> None:
    found, said = outliers.read(store, "churn"), []
    day = Window(START + dt.timedelta(days=ODD_DAY), START + dt.timedelta(days=ODD_DAY + 1))
    looked = outliers.look(store, found, day, lambda share, what: said.append(share))
    assert (len(looked.reference), len(looked.current), looked.total) == (1000, 400, 400)
    assert len(looked.odd) == len(looked.ids) == len(looked.forest) >= 39
    assert np.isfinite(looked.reference + looked.current + looked.odd).all()
    assert {name for axis in looked.axes for name in axis} <= {"age", "income", "city"}
    assert looked.agreeing is not None
    assert looked.usual is not None
    assert looked.agreeing > 0.5 > looked.usual
    assert said[-1] == 1.0
    again = outliers.look(store, found, day, lambda share, what: said.append(-1.0))
    assert again == looked
    assert said[-1] == 1.0, "it is kept, not worked out again"
    empty = outliers.look(store, found, Window(dt.datetime(2030, 1, 1), dt.datetime(2030, 1, 2)))
    assert empty.note


def test_rows_like_the_reference_have_their_rate_within_its_interval(tmp_path: Path) -> None:
    draw = np.random.default_rng(11)
    count, held = 24_000, 12_000
    log = pd.DataFrame(
        {
            "id": [f"r{i}" for i in range(2 * count)],
            "predicted_at": pd.Timestamp(START) + pd.to_timedelta(np.arange(2 * count) * 50, unit="s"),
            "a": draw.normal(size=2 * count),
            "b": draw.exponential(size=2 * count).round(2),
            "c": draw.choice(list("xyzuv"), 2 * count, p=[0.5, 0.3, 0.15, 0.049, 0.001]),
        }
    )
    toml = TOML.replace(
        "2026-01-15", str((pd.Timestamp(START) + pd.Timedelta(seconds=count * 50)).ceil("D").date())
    )
    with filled(tmp_path, log, toml) as store:
        one = outliers.judged(outliers.read(store, "churn"), "1 day")
        assert one.found.fit.held_rows == pytest.approx(held, rel=0.1)
        fresh = np.array([key.start >= one.found.reference.stop for key in one.keys])
        hits, rows = int(one.outlying[fresh].sum()), int(one.rows[fresh].sum())
        m = rates.places(one.found.fit.held_rows)
        low, high = stats.betabinom.interval(0.99, rows, m, one.found.fit.held_rows + 1 - m)
        assert low <= hits <= high
        assert sum(status in ("amber", "red") for status in one.status) <= 1
        # Every level holds its share, not the one that makes a row outlying alone.
        found = one.found.counts
        late = found.keys >= np.datetime64(one.found.reference.stop)
        below = found.counts[late].sum(axis=0)
        for place, level in enumerate(outlier_counts.LEVELS[:5], 1):
            assert below[place:].sum() / below.sum() == pytest.approx(level, rel=0.15)
