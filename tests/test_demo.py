"""The demo becomes files that a store takes in, once."""

import time

import pandas as pd
import pytest

from monitoring import demo
from monitoring.models import parse
from monitoring.store import Store


@pytest.fixture(scope="module")
def flights():
    """What is committed."""
    return demo.read()


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A store with the demo and the model whose labels are late, what was said meanwhile, and the seconds."""
    said = []
    with Store.open(tmp_path_factory.mktemp("demo") / "lookout.duckdb") as store:
        started = time.process_time()
        demo.build(store, lambda share, what: said.append((share, what)), late_labels=True)
        yield store, said, time.process_time() - started


def log(flights, name, kind):
    model = parse(demo.toml(name))
    return pd.concat([part.rows for part in demo.parts(model, flights) if part.kind == kind])


@pytest.mark.parametrize("name", demo.MODELS)
def test_every_flight_is_in_the_log_of_every_model(flights, name):
    found = log(flights, name, "predictions")
    assert found["flight_id"].tolist() == flights.features["flight_id"].tolist()


@pytest.mark.parametrize(("name", "count"), [("flights", 92_397), ("delay", 92_397), ("outcome", 94_494)])
def test_labels_that_never_came_are_not_in_the_log(flights, name, count):
    found = log(flights, name, "labels")
    assert len(found) == count
    assert found.notna().all(axis=None)


def test_a_cancelled_flight_has_its_label_when_it_should_have_left(flights):
    found = log(flights, "outcome", "labels").set_index("flight_id")
    scored_at = flights.features.set_index("flight_id")["scored_at"]
    cancelled = found[found["outcome"] == "cancelled"]["known_at"]
    assert len(cancelled) > 2000
    assert (cancelled - scored_at[cancelled.index] == pd.Timedelta(hours=2)).all()


@pytest.mark.parametrize("name", [*demo.MODELS, demo.LATE_LABELS])
def test_files_are_cut_at_the_models_own_months(flights, name):
    model = parse(demo.toml(name))
    for part in demo.parts(model, flights):
        at = model.columns.predicted_at if part.kind == "predictions" else model.columns.labelled_at
        months = part.rows[at].dt.tz_convert("America/New_York").dt.strftime("%Y-%m").unique().tolist()
        assert part.name == f"{name}-{part.kind}-{months[0]}.parquet"
        assert len(months) == 1


def test_late_labels_are_the_same_labels_three_to_forty_days_later(flights):
    on_time = log(flights, "flights", "labels").set_index("flight_id").sort_index()
    late = log(flights, demo.LATE_LABELS, "labels").set_index("flight_id").sort_index()
    assert late["late"].equals(on_time["late"])
    waited = late["arrived_at"] - on_time["arrived_at"]
    assert waited.min() >= pd.Timedelta(days=3)
    assert waited.max() <= pd.Timedelta(days=40)
    assert waited[late["late"] == 1].mean() > waited[late["late"] == 0].mean() + pd.Timedelta(days=10)


def test_the_store_holds_the_whole_demo(built, flights):
    store = built[0]
    assert {model.name for model in store.models()} == {*demo.MODELS, demo.LATE_LABELS}
    for model in store.models():
        journal = store.files(model.name)
        assert journal["rejected"].sum() == 0
        assert journal["duplicates"].sum() == 0
        assert store.span(model.name).rows == len(flights.features)
    volume = store.volume("flights").groupby("version")["n"].sum()
    assert volume["logistic"] == len(flights.features)
    assert volume["boosting"] == flights.predictions["boosting"].notna().sum()


def test_the_store_knows_the_features_of_every_model(built):
    categorical = {"carrier", "origin", "dest", "weekday"}
    for model in built[0].models():
        kinds = built[0].features(model.name)
        assert set(kinds) == set(model.features)
        assert {name for name, kind in kinds.items() if kind == "categorical"} == categorical


def test_building_again_changes_nothing(built):
    store = built[0]
    before = [(store.data_version(model.name), len(store.files(model.name))) for model in store.models()]
    demo.build(store, late_labels=True)
    assert [
        (store.data_version(model.name), len(store.files(model.name))) for model in store.models()
    ] == before


def test_a_model_that_was_changed_by_hand_keeps_its_change(built):
    store = built[0]
    store.add(demo.toml("delay").replace('owner = "Demo"', 'owner = "Ada"'))
    demo.build(store)
    assert store.model("delay").owner == "Ada"


def test_a_file_that_was_forgotten_comes_back(built):
    store = built[0]
    name = "outcome-labels-2013-05.parquet"
    store.forget("outcome", name)
    assert name not in set(store.files("outcome")["name"])
    demo.build(store)
    assert name in set(store.files("outcome")["name"])


def test_progress_is_told_from_nothing_to_all(built):
    shares = [share for share, _ in built[1]]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert any("flights" in what for _, what in built[1])


def test_building_takes_seconds(built):
    assert built[2] < 30  # of processor time, for four models; it is about nine
