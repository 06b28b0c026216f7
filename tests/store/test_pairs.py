"""The profile of pairs: requests that two versions scored, whichever came first, counted row by row."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.store import outputs, pairs, score_compaction
from monitoring.store.pair_subjects import ERROR_LOSSES, PAIRED, PROBABILITY_LOSSES
from tests.laws import examples
from tests.store import scored_logs
from tests.store.scored_logs import assert_same, by_hand, keys, known, labels, opened, take
from tests.store.scored_logs import predictions as one_version

TASKS = ("binary", "multiclass", "regression")
SEGMENTS = (("", ""), ("city", "Rome"), ("city", "(missing)"))


def description(task):
    text = scored_logs.description(task)
    if "[columns]" in text:
        return text.replace("[columns]", '[columns]\nerror = "failed"')
    return text.replace("[versions]", '[columns]\nerror = "failed"\n[versions]')


def both(task, days=5):
    """Two versions of which the second scored some of the requests, a few of them after midnight."""
    one = one_version(task, days)
    two = one_version(task, days, seed=5, version="two")
    shared = ["id", "city", "age"]
    two[shared] = one[shared].to_numpy()
    two["age"] = two["age"].astype(float)
    rng = np.random.default_rng(2)
    two["predicted_at"] = two["predicted_at"] + pd.to_timedelta(rng.integers(0, 300, len(two)), unit="min")
    latency = rng.gamma(2, 5, len(one)).round(2)
    one, two = one.assign(latency=latency), two.assign(latency=latency + 1)
    one, two = (rows.assign(failed=rng.random(len(rows)) < 0.2) for rows in (one, two))
    return one, two[rng.random(len(two)) < 0.7]


def main(task, rows, side):
    if task == "multiclass":
        return rows[[f"p_{name}_{side}" for name in "abc"]].max(axis=1).to_numpy()
    return rows[f"{'score' if task == 'binary' else 'prediction'}_{side}"].to_numpy()


def decided(task, rows, side):
    score = main(task, rows, side)
    if task == "binary":
        return np.where(np.isfinite(score), score >= 0.3, 2).astype(int)
    if task == "regression":
        return np.zeros(len(rows), int)
    return rows[[f"p_{name}_{side}" for name in "abc"]].to_numpy().argmax(axis=1)


def losses(task, rows, side):
    """Losses of labelled rows by name; nan where there is none."""
    label = rows["label"]
    if task == "regression":
        error = (main(task, rows, side) - label).to_numpy()
        with np.errstate(all="ignore"):
            logs = (np.log1p(main(task, rows, side)) - np.log1p(label)) ** 2
            relative = np.where(label != 0, np.abs(error / label), np.nan)
        return {
            "absolute": np.abs(error), "error": error, "square": error**2, "relative": relative,
            "log": logs.to_numpy(),
        }  # fmt: skip
    if task == "binary":
        chance = np.where(label == "1", main(task, rows, side), 1 - main(task, rows, side))
        brier = (1 - chance) ** 2
    else:
        chances = rows[[f"p_{name}_{side}" for name in "abc"]].to_numpy()
        truth = (label.to_numpy()[:, None] == np.array(list("abc"))).astype(float)
        chance, brier = (chances * truth).sum(1), ((chances - truth) ** 2).sum(1)
    return {"log_loss": -np.log(np.maximum(chance, 2.220446049250313e-16)), "brier": brier}


def paired(one, two, told):
    rows = one.merge(two, on=["id", "city", "age"], suffixes=("_one", "_two"))
    rows["key"] = keys(rows[["predicted_at_one", "predicted_at_two"]].min(axis=1))
    return rows.merge(known(told).rename("label"), left_on="id", right_index=True, how="left")


def assert_paired(store, task, one, two, told):
    """Hold the profile of pairs against a count row by row, in every segment and both ways round."""
    whole = paired(one, two, told)
    for segment in SEGMENTS:
        rows = whole if not segment[0] else whole[whole["city"].fillna("(missing)") == segment[1]]
        cube = pairs.cube(store, "m", "one", "two", segment=segment)
        back = pairs.cube(store, "m", "two", "one", segment=segment)
        assert sorted(rows["key"].unique()) == [pd.Timestamp(key) for key in cube.chunks]
        for place, key in enumerate(cube.chunks):
            part = rows[rows["key"] == key]
            assert_cells(task, cube, cube.all, (place,), part)
            assert_pair_moments(task, cube, place, part)
            for number, label in enumerate(cube.labels):
                labelled = part[part["label"].notna()]
                if task != "regression":
                    labelled = labelled[labelled["label"] == label]
                assert_cells(task, cube, cube.labelled, (number, place), labelled)
                assert_losses(task, cube, (number, place), labelled)
        chosen = np.ones(len(cube.chunks), bool)
        turned = np.moveaxis(back.labelled.joint(back.grid, chosen), [1, 2, 3, 4], [2, 1, 4, 3])
        np.testing.assert_array_equal(turned, cube.labelled.joint(cube.grid, chosen))
        names = [n for n in cube.names if n.endswith(("_2", "n"))]
        for number, name in enumerate(cube.names):
            sign = 1 if name in names else -1
            np.testing.assert_array_equal(
                back.labelled.moments[..., number], sign * cube.labelled.moments[..., number]
            )


def assert_cells(task, cube, tally, place, rows):
    shape = cube.grid.shape
    flat = int(np.ravel_multi_index(place, tally.shape)) if tally.shape else 0
    found = np.zeros(int(np.prod(shape)))
    mine = tally.place == flat
    np.add.at(found, tally.cell[mine], tally.counts[mine])
    slots = []
    for side, edges, width in zip(("one", "two"), cube.grid.edges, shape[:2], strict=True):
        value = main(task, rows, side)
        slots.append(np.where(np.isfinite(value), np.searchsorted(edges, value, side="right"), width - 1))
    expected = np.zeros(shape)
    np.add.at(expected, (*slots, decided(task, rows, "one"), decided(task, rows, "two")), 1)
    np.testing.assert_array_equal(found.reshape(shape), expected)


def assert_pair_moments(task, cube, place, rows):
    one, two = main(task, rows, "one"), main(task, rows, "two")
    there = np.isfinite(one) & np.isfinite(two)
    difference = (two - one)[there]
    late, later = rows["latency_one"], rows["latency_two"]
    expected = [
        there.sum(), difference.sum(), (difference**2).sum(), np.abs(difference).sum(), len(rows),
        late.sum(), later.sum(), (late**2).sum(), (later**2).sum(), (late * later).sum(),
        len(rows), rows["failed_one"].sum(), rows["failed_two"].sum(),
        (rows["failed_one"] & rows["failed_two"]).sum(),
    ]  # fmt: skip
    assert len(expected) == len(PAIRED)
    np.testing.assert_allclose(cube.all.moments[place], expected, atol=1e-6)


def assert_losses(task, cube, place, rows):
    one, two = losses(task, rows, "one"), losses(task, rows, "two")
    names = ERROR_LOSSES if task == "regression" else PROBABILITY_LOSSES
    assert cube.names == names
    found = dict(zip(names, cube.labelled.moments[place], strict=True))
    for name in one:
        difference = two[name] - one[name]
        there = np.isfinite(difference)
        assert found[name] == pytest.approx(difference[there].sum(), abs=1e-6)
        assert found[f"{name}_2"] == pytest.approx((difference[there] ** 2).sum(), rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("task", TASKS)
def test_pairs_are_counted_as_their_rows_say_in_any_order_of_files(tmp_path, task):
    one, two = both(task)
    told = labels(task, one)
    with opened(tmp_path / "s", description(task)) as store:
        take(store, tmp_path, told.iloc[::3], "labels")
        take(store, tmp_path, two.iloc[::2])
        take(store, tmp_path, one)
        take(store, tmp_path, told.iloc[1::3], "labels")
        take(store, tmp_path, two.iloc[1::2])
        take(store, tmp_path, told.iloc[2::3], "labels")
        assert_paired(store, task, one, two, told)


@pytest.mark.parametrize("task", TASKS)
def test_each_side_counts_its_outputs_on_shared_requests_only(tmp_path, task):
    one, two = both(task)
    told = labels(task, one)
    with opened(tmp_path / "s", description(task)) as store:
        for rows in (one, two):
            take(store, tmp_path, rows)
        take(store, tmp_path, told, "labels")
        key = paired(one, two, told).set_index("id")["key"]
        for version, other, own in (("one", "two", one), ("two", "one", two)):
            rows = own[own["id"].isin(key.index)]
            rows = rows.assign(key=key.loc[rows["id"]].to_numpy())
            rows = rows.merge(known(told).rename("label"), left_on="id", right_index=True, how="left")
            for grid in (grid for grid in outputs.grids(store, "m") if grid.version == version):
                cube = pairs.side(store, "m", grid, other)
                for number, label in enumerate(cube.labels):
                    labelled = rows[rows["label"].notna()]
                    labelled = labelled if task == "regression" else labelled[labelled["label"] == label]
                    if task == "regression" and grid.subject == "score":
                        continue
                    for place, chunk in enumerate(cube.chunks):
                        part = labelled[labelled["key"] == chunk]
                        assert_same(cube.labelled, (number, place), by_hand(task, cube, part))


parts = st.lists(
    st.tuples(st.sampled_from(["one", "two", "labels"]), st.integers(0, 9)), min_size=2, max_size=7
)


@pytest.mark.parametrize("task", TASKS)
@examples(2, 20)
@given(order=parts, forget=st.one_of(st.none(), st.integers(0, 6)))
def test_forgetting_and_any_order_leave_the_pairs_that_one_pass_counts(tmp_path_factory, task, order, forget):
    folder = tmp_path_factory.mktemp("s")
    one, two = both(task, days=3)
    told = labels(task, one)
    whole = {"one": one, "two": two, "labels": told}
    with opened(folder / "one", description(task)) as store:
        kept, names = [], []
        for kind, seed in dict.fromkeys(order):
            rows = whole[kind].sample(frac=0.6, random_state=seed)
            names.append(take(store, folder, rows, "labels" if kind == "labels" else "predictions"))
            kept.append((kind, rows))
        known_files = store.files("m")["name"].tolist()
        if forget is not None and forget < len(names) and names[forget] in known_files:
            store.forget("m", names[forget])
            kept.pop(forget)
        left = {
            kind: pd.concat([whole[kind].iloc[:0], *(rows for name, rows in kept if name == kind)])
            for kind in whole
        }
        for kind, identity in (("one", ["id"]), ("two", ["id"]), ("labels", None)):
            left[kind] = left[kind].drop_duplicates(identity)
        if len(left["one"]) and len(left["two"]):
            assert_paired(store, task, left["one"], left["two"], left["labels"])


def test_merging_partial_rows_keeps_the_pairs(tmp_path):
    one, two = both("binary")
    told = labels("binary", one)
    with opened(tmp_path / "s", description("binary")) as store:
        for start in range(0, len(one), 40):
            take(store, tmp_path, one.iloc[start : start + 40])
            take(store, tmp_path, two.iloc[start : start + 40])
        take(store, tmp_path, told, "labels")
        with store.writing() as cursor:
            assert score_compaction.compact(cursor, "m", least=2) > 0
        assert_paired(store, "binary", one, two, told)


def test_a_promoted_shadow_leaves_every_pair_as_it_was(tmp_path):
    one, two = both("binary")
    told = labels("binary", one)
    with opened(tmp_path / "s", description("binary")) as store:
        for rows in (one, two):
            take(store, tmp_path, rows)
        take(store, tmp_path, told, "labels")
        before = pairs.cube(store, "m", "one", "two")
        text = description("binary").replace('champion = "one"', 'champion = "two"')
        store.add(text.replace('shadows = ["two"]', 'shadows = ["one"]'))
        after = pairs.cube(store, "m", "one", "two")
        assert after.chunks == before.chunks
        np.testing.assert_array_equal(after.labelled.moments, before.labelled.moments)
        assert_paired(store, "binary", one, two, told)


def test_an_id_that_is_used_again_the_next_day_is_another_request(tmp_path):
    one, two = (rows[rows["predicted_at"] < "2026-01-02"] for rows in both("binary", days=1))
    again = [rows.assign(predicted_at=rows["predicted_at"] + pd.Timedelta(days=1)) for rows in (one, two)]
    two, again[1] = (
        rows.assign(predicted_at=ours["predicted_at"].loc[rows.index])
        for rows, ours in ((two, one), (again[1], again[0]))
    )
    with opened(tmp_path / "s", description("binary")) as store:
        for rows in (one, two, *again):
            take(store, tmp_path, rows)
        days = keys(pd.concat([one["predicted_at"].loc[two.index], again[0]["predicted_at"].loc[two.index]]))
        for segment in SEGMENTS:
            cube = pairs.cube(store, "m", "one", "two", segment=segment)
            city = one["city"].loc[two.index].fillna("(missing)")
            mine = pd.concat([city, city]) == segment[1] if segment[0] else days.notna()
            expected = days[mine.to_numpy()].value_counts().sort_index()
            assert np.bincount(cube.all.place, cube.all.counts).tolist() == expected.tolist()
