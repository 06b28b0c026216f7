"""The demo becomes files that a store takes in, once."""

import pandas as pd
import pytest

from monitoring import demo
from monitoring.models import parse


@pytest.fixture(scope="module")
def flights():
    """What is committed."""
    return demo.read()


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


def test_the_store_holds_the_whole_demo(store, flights):
    assert {model.name for model in store.models()} == {*demo.MODELS, demo.LATE_LABELS}
    for model in store.models():
        journal = store.files(model.name)
        assert journal["rejected"].sum() == 0
        assert journal["duplicates"].sum() == 0
        assert store.span(model.name).rows == len(flights.features)
    volume = store.volume("flights").groupby("version")["n"].sum()
    assert volume["logistic"] == len(flights.features)
    assert volume["boosting"] == flights.predictions["boosting"].notna().sum()


def test_the_store_knows_the_features_of_every_model(store):
    categorical = {"carrier", "origin", "dest", "weekday"}
    for model in store.models():
        kinds = store.features(model.name)
        assert set(kinds) == set(model.features)
        assert {name for name, kind in kinds.items() if kind == "categorical"} == categorical


def test_building_again_changes_nothing(store):
    before = [(store.data_version(model.name), len(store.files(model.name))) for model in store.models()]
    demo.build(store, late_labels=True)
    assert [
        (store.data_version(model.name), len(store.files(model.name))) for model in store.models()
    ] == before


def test_a_model_that_was_changed_by_hand_keeps_its_change(store):
    store.add(demo.toml("delay").replace('owner = "Demo"', 'owner = "Ada"'))
    demo.build(store)
    assert store.model("delay").owner == "Ada"


def test_a_file_that_was_forgotten_comes_back(store):
    name = "outcome-labels-2013-05.parquet"
    store.forget("outcome", name)
    assert name not in set(store.files("outcome")["name"])
    demo.build(store)
    assert name in set(store.files("outcome")["name"])


def test_progress_is_told_from_nothing_to_all(built):
    shares = [share for share, _ in built.said]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert any("flights" in what for _, what in built.said)


def test_building_takes_seconds(built):
    assert built.seconds < 30  # of an idle processor, for three models; it is about twenty
