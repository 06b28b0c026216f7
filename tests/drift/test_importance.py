"""How much features matter: as the model's file says, or as a surrogate of its scores has learnt."""

import numpy as np
import pandas as pd
import pytest

from monitoring import drift
from monitoring.models import parse
from monitoring.statistics import surrogate
from monitoring.store import Store

BINARY = 'name = "m"\ntask = "binary"\nclock = "last row"\n'
WINDOW = "[reference]\nstart = 2026-01-01\nstop = 2026-01-15\n"
FILE = '[reference]\nfile = "reference.parquet"\n'
FEATURES = ("strong", "weak", "idle", "city")


def rows(days=20, seed=0, first="2026-01-01", each=40):
    """Rows whose score follows ``strong`` three times as much as ``weak`` and a little ``city``."""
    rng = np.random.default_rng(seed)
    count = days * each
    strong, weak, idle = rng.normal(size=(3, count))
    city = rng.choice(np.array(["Rome", "Oslo", None], object), count)
    score = 1 / (1 + np.exp(-(3 * strong + weak + 0.5 * (city == "Rome"))))
    wall = pd.Timestamp(first) + pd.to_timedelta(np.arange(count) * (1440 // each), unit="min")
    return pd.DataFrame(
        {
            "id": [f"{seed}-{i}" for i in range(count)],
            "predicted_at": wall,
            "score": score.round(4),
            "strong": strong,
            "weak": weak,
            "idle": idle,
            "city": city,
        }
    )


@pytest.fixture
def filled(tmp_path):
    """A function that makes a store of a model's file, logs, and a reference file."""
    opened = []

    def fill(toml, *logs, reference=None):
        folder = tmp_path / str(len(opened))
        folder.mkdir()
        if reference is not None:
            reference.to_parquet(folder / "reference.parquet", index=False)
        store = Store.open(folder / "lookout.duckdb")
        opened.append(store)
        store.add(toml, folder=folder)
        for number, log in enumerate(logs):
            ingested(store, log, folder / f"{number}.parquet")
        return store

    yield fill
    for store in opened:
        store.close()


def ingested(store, log, path):
    log.to_parquet(path, index=False)
    assert not store.ingest("m", path).problem


@pytest.fixture
def trained(monkeypatch):
    """How many surrogates were trained."""
    count, real = [], surrogate.surrogate_importance

    def counting(*given, **more):
        count.append(given[0].shape)
        return real(*given, **more)

    monkeypatch.setattr(surrogate, "surrogate_importance", counting)
    return count


def weights(store, **more):
    assessment = drift.read(store, "m", checks=("chunk",), **more)
    return assessment.weights, dict(zip(assessment.features, assessment.weights.values.tolist(), strict=True))


def test_the_files_importances_are_taken_as_they_are_and_nothing_is_trained(filled, trained):
    stated = "[features.weak]\nimportance = 7\n[features.city]\nimportance = 0.5\n"
    found, by_name = weights(filled(BINARY + WINDOW + stated, rows()))
    assert (found.source, np.isnan(found.quality)) == ("file", True)
    assert (by_name["weak"], by_name["city"]) == (7.0, 0.5)
    assert np.isnan([by_name["strong"], by_name["idle"]]).all()
    assert trained == []


def test_some_importances_are_enough_to_tell_high_from_low(filled):
    stated = "[features.weak]\nimportance = 7\n[features.city]\nimportance = 0.5\n"
    store = filled(BINARY + WINDOW + stated, rows())
    assessment = drift.read(store, "m")
    high = dict(zip(assessment.features, drift.important(assessment).tolist(), strict=True))
    assert high == {"strong": False, "weak": True, "idle": False, "city": False}
    features = {one.feature: one for one in drift.verdict(assessment).features}
    assert "importance" not in features["strong"].sentence
    assert "(importance 7)" in features["weak"].sentence


def test_without_a_file_that_says_so_a_surrogate_of_the_score_tells_and_is_called_one(filled):
    store = filled(BINARY + WINDOW, rows())
    found, by_name = weights(store)
    assert found.source == "surrogate"
    assert 0.5 < found.quality <= 1
    assert sum(by_name.values()) == pytest.approx(1, abs=1e-5)
    assert by_name["strong"] > by_name["weak"] > by_name["idle"]
    assert by_name["strong"] > 0.5
    sentence = next(
        one.sentence for one in drift.verdict(drift.read(store, "m")).features if one.feature == "strong"
    )
    assert "(importance about 0." in sentence


def test_what_was_learnt_is_remembered_in_the_store(filled, trained, monkeypatch):
    store = filled(BINARY + WINDOW, rows())
    first, _ = weights(store)
    assert len(trained) == 1

    def never(*given, **more):
        raise AssertionError("trained again")

    monkeypatch.setattr(surrogate, "surrogate_importance", never)
    for segment in (("", ""),):
        again, _ = weights(store, segment=segment)
        np.testing.assert_array_equal(again.values, first.values)
        assert again.quality == first.quality
    weights(store, against=drift.CONSECUTIVE)
    path = store.path
    store.close()
    with Store.open(path) as reopened:
        np.testing.assert_array_equal(weights(reopened)[0].values, first.values)


def test_that_nothing_could_be_learnt_is_remembered_too(filled, trained):
    store = filled(BINARY + WINDOW, rows().assign(score=np.linspace(0, 1, 800).round(3)[::-1]))
    for _ in range(2):
        found, _ = weights(store)
        assert (found.source, np.isnan(found.values).all()) == ("", True)
    assert len(trained) == 1


def test_a_log_that_grows_is_no_reason_to_learn_again(filled, trained, tmp_path):
    store = filled(BINARY + WINDOW, rows())
    before, _ = weights(store)
    ingested(store, rows(3, 5, "2026-02-01"), tmp_path / "later.parquet")
    after, _ = weights(store)
    np.testing.assert_array_equal(before.values, after.values)
    assert len(trained) == 1


def test_other_rows_of_the_reference_are_a_reason_to_learn_again(filled, trained, tmp_path):
    store = filled(BINARY + WINDOW, rows())
    weights(store)
    late = rows(14, 6).assign(score=lambda data: (1 / (1 + np.exp(-3 * data["idle"]))).round(4))
    ingested(store, late, tmp_path / "late.parquet")
    _found, by_name = weights(store)
    assert len(trained) == 2
    assert by_name["idle"] > 0.1
    store.add((BINARY + WINDOW).replace("2026-01-01", "2026-01-03"))
    weights(store)
    assert len(trained) == 3


def test_other_scores_of_the_same_rows_are_a_reason_to_learn_again(filled, trained, tmp_path):
    store = filled(BINARY + WINDOW, rows(14), rows(6, 1, "2026-01-15"))
    _, before = weights(store)
    store.forget("m", "0.parquet")
    other = rows(14).assign(score=lambda data: (1 / (1 + np.exp(-3 * data["idle"]))).round(4))
    ingested(store, other, tmp_path / "other.parquet")
    _, after = weights(store)
    assert len(trained) == 2
    assert max(before, key=before.get) == "strong"
    assert max(after, key=after.get) == "idle"


def test_the_rows_of_a_reference_file_are_learnt_from(filled, trained, tmp_path):
    store = filled(BINARY + FILE, rows(6, 1, "2026-02-01"), reference=rows(14))
    found, by_name = weights(store)
    assert found.source == "surrogate"
    assert max(by_name, key=by_name.get) == "strong"
    other = rows(14).assign(score=lambda data: (1 / (1 + np.exp(-3 * data["idle"]))).round(4))
    (tmp_path / "other").mkdir()
    other.to_parquet(tmp_path / "other" / "reference.parquet", index=False)
    store.add(BINARY + FILE, folder=tmp_path / "other")
    _, by_name = weights(store)
    assert max(by_name, key=by_name.get) == "idle"
    assert len(trained) == 2


@pytest.mark.parametrize(
    "lacking",
    [
        {"reference": rows(14).drop(columns="score")},
        {"reference": rows(1, each=40)},
        {"reference": rows(14).assign(score=0.5)},
        {"reference": rows(14)[["strong", "city"]]},
    ],
    ids=["no scores", "few rows", "constant score", "features alone"],
)
def test_no_importance_is_known_where_scores_are_missing_few_or_all_the_same(filled, lacking):
    found, _ = weights(filled(BINARY + FILE, rows(6, 1, "2026-02-01"), **lacking))
    assert (found.source, np.isnan(found.quality)) == ("", True)
    assert np.isnan(found.values).all()


def test_no_importance_is_known_before_there_are_rows(filled, trained, tmp_path):
    store = filled(BINARY + WINDOW)
    assert weights(store)[0].source == ""
    ingested(store, rows(), tmp_path / "first.parquet")
    assert weights(store)[0].source == "surrogate"
    assert len(trained) == 1


def test_a_regression_has_importances(filled):
    log = rows().assign(prediction=lambda data: 1000 * data["weak"] + 10).drop(columns="score")
    found, by_name = weights(filled(BINARY.replace("binary", "regression") + WINDOW, log))
    assert found.source == "surrogate"
    assert by_name["weak"] > 0.9


def test_a_multiclass_model_has_importances_of_all_its_classes(filled):
    def with_classes(data):
        raw = np.exp(np.column_stack([2 * data["strong"], 2 * data["weak"], np.zeros(len(data))]))
        shares = (raw / raw.sum(axis=1, keepdims=True)).round(4)
        return data.drop(columns="score").assign(p_a=shares[:, 0], p_b=shares[:, 1], p_c=shares[:, 2])

    toml = 'name = "m"\ntask = "multiclass"\nclock = "last row"\n' + WINDOW
    toml += '[columns.score]\na = "p_a"\nb = "p_b"\nc = "p_c"\n'
    found, by_name = weights(filled(toml, with_classes(rows())))
    assert found.source == "surrogate"
    assert min(by_name["strong"], by_name["weak"]) > 0.3
    assert max(by_name["idle"], by_name["city"]) < 0.1


def test_columns_of_every_odd_sort_do_not_keep_the_others_from_being_learnt(filled):
    rng = np.random.default_rng(3)
    log = rows().assign(
        nothing=np.nan,
        constant=1.0,
        infinite=np.inf,
        wild=rng.choice([1.0, 1e100, -np.inf, np.nan], 800),
        names=[f"n{i}" for i in rng.integers(0, 400, 800)],
    )
    _found, by_name = weights(filled(BINARY + WINDOW, log))
    assert max(by_name, key=by_name.get) == "strong"
    assert all(by_name.get(name, 0.0) < 0.1 for name in ("nothing", "constant", "infinite", "wild"))


def test_a_model_without_a_reference_has_none(filled):
    store = filled(BINARY, rows())
    with pytest.raises(drift.NoReferenceError):
        drift.read(store, "m")
    assert drift.importance.learnt(store, parse(BINARY)) is None
