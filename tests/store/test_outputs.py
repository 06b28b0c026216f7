"""The profile of outputs: scores and the labels they met, whatever came first and changed how often."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.store import outputs, score_compaction
from monitoring.store.placing import places
from tests.laws import examples
from tests.store.scored_logs import (
    ZONE,
    assert_counted,
    assert_states_equal,
    description,
    labels,
    opened,
    predictions,
    state,
    take,
)

TASKS = ("binary", "multiclass", "regression")


@pytest.fixture(scope="module", params=TASKS)
def task(request):
    return request.param


@pytest.fixture(scope="module", params=[False, True], ids=["days", "hours"])
def labelled(request, task, tmp_path_factory):
    """A store of a log and its labels that is only read, both of them, and whether its chunks are hours."""
    hours, folder = request.param, tmp_path_factory.mktemp("labelled")
    log = predictions(task, days=2 if hours else 5)
    told = labels(task, log)
    with opened(folder, description(task, hours=hours)) as store:
        take(store, folder, log)
        take(store, folder, told, "labels")
        yield store, log, told, hours


@pytest.mark.parametrize("segment", [("", ""), ("city", "Rome"), ("city", "(missing)")])
def test_it_counts_what_the_rows_say(task, labelled, segment):
    store, log, told, hours = labelled
    assert_counted(store, task, log, told, segment=segment, hours=hours)
    for days in (0, 2):
        until = dt.datetime(2026, 1, 1) + dt.timedelta(days=days, hours=5 if hours else 0)
        assert_counted(store, task, log, told, until=until, segment=segment, hours=hours)


def test_labels_before_their_prediction_and_two_versions_count_the_same(tmp_path, task):
    one, two = predictions(task), predictions(task, seed=5, version="two", days=3)
    shared = ["city", "age"]  # the features of a request, whichever version scores it
    two[shared] = one.set_index("id").loc[two["id"], shared].to_numpy()
    two["age"] = two["age"].astype(float)
    told = labels(task, one)
    with opened(tmp_path / "s", description(task)) as store:
        take(store, tmp_path, told.iloc[::2], "labels")
        take(store, tmp_path, two)
        take(store, tmp_path, one)
        take(store, tmp_path, told.iloc[1::2], "labels")
        assert_counted(store, task, pd.concat([one, two]), told)
        assert_counted(store, task, pd.concat([one, two]), told, segment=("city", "Oslo"))


def test_logged_decisions_are_kept_apart_from_scores(tmp_path):
    log = predictions("binary", decided=True)
    told = labels("binary", log)
    with opened(tmp_path / "s", description("binary")) as store:
        take(store, tmp_path, log)
        take(store, tmp_path, told, "labels")
        assert_counted(store, "binary", log, told)


def test_a_label_in_the_log_itself_counts(tmp_path):
    log = predictions("binary").assign(label="1")
    log["labelled_at"] = log["predicted_at"] + pd.Timedelta(hours=30)
    told = log[["id", "label", "labelled_at"]]
    with opened(tmp_path / "s", description("binary")) as store:
        take(store, tmp_path, log)
        assert_counted(store, "binary", log.drop(columns=["label", "labelled_at"]), told)


parts = st.lists(
    st.tuples(st.sampled_from(["predictions", "labels"]), st.integers(0, 9)), min_size=1, max_size=7
)


@examples(3, 20)
@given(order=parts, forget=st.one_of(st.none(), st.integers(0, 6)))
def test_files_in_any_order_and_forgotten_ones_give_what_one_pass_gives(
    tmp_path_factory, task, order, forget
):
    folder = tmp_path_factory.mktemp("s")
    log = predictions(task)
    told = labels(task, log, revised=0.6)
    whole = {"predictions": log, "labels": told}
    with (
        opened(folder / "one", description(task)) as store,
        opened(folder / "two", description(task)) as again,
    ):
        names, kept = [], []
        for kind, seed in dict.fromkeys(order):  # overlapping: every file holds a part of the rows drawn anew
            rows = whole[kind].sample(frac=0.6, random_state=seed)
            names.append(take(store, folder, rows, kind))
            kept.append((kind, rows))
        if forget is not None and forget < len(names):
            known = store.files("m")["name"].tolist()
            if names[forget] in known:
                store.forget("m", names[forget])
                kept.pop(forget)
        for kind in ("predictions", "labels"):
            for rows in (rows for one, rows in kept if one == kind):
                take(again, folder, rows, kind)
        assert_states_equal(state(store), state(again))


def test_merging_partial_rows_changes_nothing(tmp_path):
    log = predictions("binary")
    told = labels("binary", log)
    with opened(tmp_path / "s", description("binary")) as store:
        for start in range(0, len(log), 10):
            take(store, tmp_path, log.iloc[start : start + 10])
        for start in range(0, len(told), 10):
            take(store, tmp_path, told.iloc[start : start + 10], "labels")
        before = state(store)
        with store.writing() as cursor:
            assert score_compaction.compact(cursor, "m", least=2) > 0
        assert_states_equal(before, state(store))
        with store.writing() as cursor:
            assert score_compaction.compact(cursor, "m", least=2) == 0


def test_old_rows_stay_counted_when_retention_deletes_them_and_new_labels_of_kept_rows_count(tmp_path):
    log = predictions("binary", days=20)
    told = labels("binary", log)
    with opened(tmp_path / "s", description("binary")) as store:
        take(store, tmp_path, log)
        take(store, tmp_path, told, "labels")
        before = state(store)
        store.add("retention_days = 5\n" + description("binary"))
        with store.cursor() as cursor:
            (left,) = cursor.execute("SELECT count(*) FROM m.predictions").fetchone()
        assert left < len(log) / 2
        assert_states_equal(before, state(store))


def test_another_threshold_becomes_an_edge_and_another_positive_value_counts_other_losses(tmp_path):
    log = predictions("binary")
    told = labels("binary", log)
    with opened(tmp_path / "s", description("binary")) as store:
        take(store, tmp_path, log)
        take(store, tmp_path, told, "labels")
        (before,) = outputs.grids(store, "m")
        assert 0.3 in before.edges
        store.add(description("binary").replace("threshold = 0.3", "threshold = 0.123456"))
        (after,) = outputs.grids(store, "m")
        assert 0.123456 in after.edges
        moments = outputs.cube(store, "m", after).labelled.moments.sum((0, 1))
        store.add(description("binary").replace("threshold = 0.3", 'threshold = 0.3\npositive = "0"'))
        (after,) = outputs.grids(store, "m")
        assert outputs.cube(store, "m", after).labelled.moments.sum((0, 1))[1] != pytest.approx(moments[1])
        assert_counted(store, "binary", log, told)


def test_a_version_without_rows_in_the_reference_has_its_first_four_weeks(tmp_path):
    with opened(tmp_path / "s", description("binary")) as store:
        take(store, tmp_path, predictions("binary"))
        late = predictions("binary", days=40, seed=3, version="two")
        late = late.assign(predicted_at=late["predicted_at"] + pd.Timedelta(days=10), id="x" + late["id"])
        take(store, tmp_path, late)
        windows = outputs.references(store, "m")
        assert windows["one"].stop == dt.datetime(2026, 1, 3)
        assert windows["two"].start == dt.datetime(2026, 1, 11)
        assert windows["two"].stop == dt.datetime(2026, 2, 8)
        two = next(grid for grid in outputs.grids(store, "m") if grid.version == "two")
        local = late["predicted_at"].dt.tz_localize("UTC").dt.tz_convert(ZONE).dt.tz_localize(None)
        own = late["score"][local < windows["two"].stop].dropna()
        assert set(np.quantile(own, np.arange(501) / 500, method="inverted_cdf")) <= set(two.edges)


def test_a_model_without_a_reference_counts_outputs_as_well(tmp_path):
    log = predictions("binary")
    told = labels("binary", log)
    with opened(tmp_path / "s", description("binary", reference="", segments=False)) as store:
        take(store, tmp_path, log)
        take(store, tmp_path, told, "labels")
        assert_counted(store, "binary", log, told)


floats = st.floats(-1e12, 1e12, allow_nan=False)


@settings(max_examples=150, deadline=None)
@given(
    edges=st.lists(floats, min_size=1, max_size=60, unique=True).map(sorted),
    values=st.lists(st.one_of(floats, st.floats(allow_nan=False, allow_infinity=False)), max_size=40),
)
def test_a_value_is_placed_as_a_search_among_the_edges_places_it(edges, values):
    values = np.array([*values, *edges, *np.nextafter(edges, -np.inf), *np.nextafter(edges, np.inf)])
    assert places(edges).of(values).tolist() == np.searchsorted(edges, values, side="right").tolist()
