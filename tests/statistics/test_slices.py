"""The slices whose mean changed most: changes that were planted, samples without any, and odd samples."""

import time
import tracemalloc

import numpy as np
import pytest

from monitoring.statistics.slices import worst_slices
from tests.statistics.coded_samples import codes, named, samples, within


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("size", [0.5, 2.0, -1.0])
def test_a_planted_slice_of_two_predicates_is_the_only_hit(size, seed):
    r, c, y, z = samples(seed)
    z[within(c, (1, 4), (2, 0))] += size
    found = worst_slices(r, c, y, z)
    assert named(found) == [((1, 4), (2, 0))]
    assert found[0].change == pytest.approx(size, abs=0.2)
    assert found[0].rate < 0.05


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("size", [0.25, 1.0, -3.0])
def test_a_change_of_one_predicate_is_not_told_again_by_its_children(size, seed):
    r, c, y, z = samples(seed)
    z[c[:, 3] == 1] += size
    assert named(worst_slices(r, c, y, z)) == [((3,), (1,))]


def test_the_interval_of_a_change_holds_it_about_as_often_as_it_says():
    held = []
    for seed in range(300):
        r, c, y, z = samples(seed, rows=2000, columns=2)
        z[c[:, 1] == 1] += 1.0
        (found,) = worst_slices(r, c, y, z, least_rows=200, most=1)
        held.append(found.lower <= 1.0 <= found.upper)
    assert np.mean(held) == pytest.approx(0.95, abs=0.03)


def test_what_a_slice_contributes_is_what_the_mean_owes_to_it():
    r, c, y, z = samples(1)
    z[c[:, 3] == 1] += 1
    (found,) = worst_slices(r, c, y, z)
    healed = np.where(c[:, 3] == 1, z - (found.change - found.elsewhere), z)
    assert z.mean() - healed.mean() == pytest.approx(found.contribution)


def test_several_planted_slices_are_all_found_the_largest_first():
    r, c, y, z = samples(2)
    z[c[:, 0] == 0] += 0.5
    z[within(c, (2, 5), (1, 3))] -= 1.5
    z[within(c, (0, 1), (0, 2))] += 1.5
    found = named(worst_slices(r, c, y, z))
    assert found[0] == ((0,), (0,))
    assert {*found} == {((0,), (0,)), ((2, 5), (1, 3)), ((0, 1), (0, 2))}
    assert len(worst_slices(r, c, y, z, most=2)) == 2
    assert worst_slices(r, c, y, z, most=0) == []


def test_a_lookalike_of_the_changed_column_is_not_told_as_well():
    r, c, y, z = samples(3)
    generator = np.random.default_rng(30)
    for table in (r, c):
        same = generator.uniform(size=len(table)) < 0.8
        table[same, 5] = table[same, 0]
        table[:, 4] = table[:, 0]
    z[c[:, 0] == 2] += 0.5
    assert named(worst_slices(r, c, y, z)) == [((0,), (2,))]


def test_a_slice_is_not_told_as_its_nearly_equal_children():
    """Nine in ten rows agree in every other column, so that chance often makes a child clearer."""
    told = []
    for seed in range(120):
        r, c, y, z = samples(seed, rows=8000, columns=10)
        generator = np.random.default_rng(1000 + seed)
        for table in (r, c):
            table[:, 1:][generator.uniform(size=(8000, 9)) < 0.9] = 0
        z[c[:, 0] == 1] += 0.4
        told.append(named(worst_slices(r, c, y, z, most=1)))
    assert np.mean([found == [((0,), (1,))] for found in told]) >= 0.95


def test_a_slice_that_changed_otherwise_once_its_part_is_set_back_is_not_told():
    r, c, y, z = samples(20)
    z[c[:, 0] == 0] -= 0.3
    z[within(c, (0, 1), (0, 0))] += 4.0
    assert z[c[:, 0] == 0].mean() > y[r[:, 0] == 0].mean() + 0.3
    assert ((0,), (0,)) not in named(worst_slices(r, c, y, z))


def test_a_constant_column_changes_nothing():
    r, c, y, z = samples(21)
    z[c[:, 3] == 1] += 0.5
    wider = (np.column_stack([table, np.full(len(table), 2)]) for table in (r, c))
    assert worst_slices(*wider, y, z) == worst_slices(r, c, y, z)


@pytest.mark.parametrize("score", ["normal", "rare", "skewed"])
def test_nothing_is_found_where_nothing_changed(score):
    draw = {
        "normal": lambda generator, n: generator.normal(size=n),
        "rare": lambda generator, n: (generator.uniform(size=n) < 0.01).astype(float),
        "skewed": lambda generator, n: generator.lognormal(size=n),
    }[score]
    generator = np.random.default_rng(4)
    hits, loose = [], []
    for _ in range(150):
        given = codes(generator, 6000), codes(generator, 3000), draw(generator, 6000), draw(generator, 3000)
        hits.append(bool(worst_slices(*given, least_rows=100, least_effect=0.0)))
        if len(loose) < 20:
            loose.append(bool(worst_slices(*given, least_rows=100, least_effect=0.0, false_discoveries=1.0)))
    assert np.mean(hits) <= 0.07
    assert np.mean(loose) >= 0.9  # so many slices are tested that some change by chance


def test_nothing_stands_out_where_everything_moved():
    hits = []
    for seed in range(60):
        r, c, y, z = samples(seed, rows=6000)
        y, z = y + 0.5 * r[:, 0], z + 0.5 * c[:, 0] + 1.0
        hits.append(bool(worst_slices(r, c, y, z, least_rows=100)))
    assert np.mean(hits) <= 0.07


def test_a_slice_that_stays_while_others_move_is_not_called_changed():
    r, c, y, z = samples(5)
    z[c[:, 0] != 2] += 1.0
    assert ((0,), (2,)) not in named(worst_slices(r, c, y, z))


def test_a_slice_that_moves_more_than_all_others_is_told_by_how_much():
    r, c, y, z = samples(6)
    z += 0.5
    z[c[:, 0] == 2] += 0.75
    (found,) = worst_slices(r, c, y, z)
    assert (found.columns, found.codes) == ((0,), (2,))
    assert found.change == pytest.approx(1.25, abs=0.1)
    assert found.elsewhere == pytest.approx(0.5, abs=0.1)
    assert found.effect == pytest.approx(0.75 / np.std(z), abs=0.15)


def test_a_change_of_the_mix_alone_is_not_a_change_of_slices():
    r, c, y, z = samples(7)
    c[np.random.default_rng(70).uniform(size=len(c)) < 0.5, 0] = 3
    y, z = y + 2.0 * (r[:, 0] == 3), z + 2.0 * (c[:, 0] == 3)
    assert z.mean() > y.mean() + 0.5
    assert worst_slices(r, c, y, z) == []


def test_missing_is_a_value_like_any_other():
    r, c, y, z = samples(8)
    z[c[:, 2] == -1] += 0.5
    assert named(worst_slices(r, c, y, z)) == [((2,), (-1,))]
    z[within(c, (0, 4), (-1, 1))] += 2
    assert {*named(worst_slices(r, c, y, z))} == {((2,), (-1,)), ((0, 4), (-1, 1))}


def test_rare_errors_that_multiply_in_a_slice_are_found():
    r, c, y, z = samples(9)
    generator = np.random.default_rng(90)
    y, z = (generator.uniform(size=(2, len(y))) < 0.01).astype(float)
    changed = within(c, (1, 2), (0, 3))
    z[changed] = generator.uniform(size=changed.sum()) < 0.08
    assert named(worst_slices(r, c, y, z)) == [((1, 2), (0, 3))]


def test_small_slices_and_small_effects_are_left_out():
    r, c, y, z = samples(10)
    z[c[:, 3] == 1] += 0.5
    rows = (c[:, 3] == 1).sum()
    only = {"most": 1}
    assert named(worst_slices(r, c, y, z, least_rows=rows, **only)) == [((3,), (1,))]
    assert ((3,), (1,)) not in named(worst_slices(r, c, y, z, least_rows=rows + 1))
    assert ((3,), (1,)) not in named(worst_slices(r, c, y, z, least_share=(rows + 1) / len(c)))
    assert worst_slices(r, c, y, z, least_effect=0.6) == []
    few = np.flatnonzero((r[:, 3] != 1) | (np.cumsum(r[:, 3] == 1) <= 29))
    assert ((3,), (1,)) not in named(worst_slices(r[few], c, y[few], z))


def test_a_slice_of_all_rows_has_nothing_to_stand_out_from():
    r, c, y, z = samples(11)
    r[:, 0] = c[:, 0] = 0
    assert worst_slices(r, c, y, z + 1) == []


@pytest.mark.parametrize("rows", [0, 1, 2, 40])
def test_a_few_rows_are_answered_with_nothing(rows):
    r, c, y, z = samples(12, rows=rows)
    assert worst_slices(r, c, y, z + 5) == []
    assert worst_slices(r, c, y, z + 5, least_rows=0, least_share=0.0) == []


def test_without_columns_there_are_no_slices():
    assert (
        worst_slices(np.zeros((900, 0), int), np.zeros((900, 0), int), np.arange(900), np.arange(900)) == []
    )


def test_constant_scores_are_answered_with_nothing():
    r, c, y, z = samples(13)
    for before, now in ((0.1, 0.1), (0.1, 0.7)):
        assert worst_slices(r, c, np.full(len(y), before), np.full(len(z), now)) == []
    moved = np.where(c[:, 3] == 1, 1.0, 0.0)  # no variance anywhere, and yet a change
    (found,) = worst_slices(r, c, np.zeros(len(y)), moved)
    assert (found.columns, found.codes, found.p_value) == ((3,), (1,), 0.0)


def test_rows_without_a_score_are_left_out():
    r, c, y, z = samples(14)
    z[c[:, 3] == 1] += 0.5
    lost = np.random.default_rng(140).uniform(size=len(z)) < 0.2
    holes = np.where(lost, np.nan, z)
    holes[np.flatnonzero(lost)[0]] = np.inf
    assert worst_slices(r, c, y, holes) == worst_slices(r, c[~lost], y, z[~lost])


def test_a_wild_score_breaks_nothing():
    r, c, y, z = samples(15)
    z[0] = 1e8
    assert worst_slices(r, c, y, z) == []


@pytest.mark.parametrize("wild", [1e3, -1e8, 1e200])
def test_a_few_wild_scores_do_not_hide_a_slice(wild):
    r, c, y, z = samples(20)
    z[c[:, 3] == 1] += 1
    (calm,) = worst_slices(r, c, y, z)
    z[np.flatnonzero(c[:, 3] != 1)[:3]] = wild
    (found,) = worst_slices(r, c, y, z)
    assert (found.columns, found.codes) == ((3,), (1,))
    assert found.change == pytest.approx(calm.change, rel=1e-6)
    assert found.effect == pytest.approx(calm.effect, rel=0.02)
    z[np.flatnonzero(c[:, 3] == 1)[:3]] = wild
    (found,) = worst_slices(r, c, y, z)
    assert found.current_mean == pytest.approx(z[c[:, 3] == 1].mean())
    assert found.lower < found.current_mean - found.reference_mean < found.upper


def test_errors_rarer_than_a_thousandth_are_no_wild_scores():
    r, c, y, z = samples(21)
    y, z = np.zeros(len(y)), np.zeros(len(z))
    z[np.flatnonzero(c[:, 3] == 1)[:25]] = 1
    assert 25 / (len(y) + len(z)) < 0.001
    with_them = worst_slices(r, c, y, z, least_effect=0.0)
    assert named(with_them)[0] == ((3,), (1,))


def test_units_of_the_score_do_not_matter():
    r, c, y, z = samples(16)
    z[within(c, (1, 4), (2, 0))] += 1
    (plain,), (scaled,) = worst_slices(r, c, y, z), worst_slices(r, c, 1e6 + y / 100, 1e6 + z / 100)
    assert scaled.change == pytest.approx(plain.change / 100, rel=1e-4)
    assert scaled.effect == pytest.approx(plain.effect, rel=1e-4)
    assert scaled.reference_mean == pytest.approx(1e6 + plain.reference_mean / 100)


def test_samples_are_not_changed():
    given = samples(17)
    given[3][given[1][:, 3] == 1] += 0.5
    kept = [array.copy() for array in given]
    assert worst_slices(*given)
    assert all((a == b).all() for a, b in zip(given, kept, strict=True))


def test_what_are_not_samples_is_refused():
    r, c, y, z = samples(18, rows=50)
    with pytest.raises(ValueError, match="different columns: 6 and 5"):
        worst_slices(r, c[:, :5], y, z)
    with pytest.raises(ValueError, match="do not match"):
        worst_slices(r, c, y, z[:-1])
    with pytest.raises(ValueError, match="whole numbers"):
        worst_slices(r.astype(float), c, y, z)
    with pytest.raises(ValueError, match="between -1 and 99"):
        worst_slices(r, c - 1, y, z)
    with pytest.raises(ValueError, match="between -1 and 99"):
        worst_slices(r, c + 97, y, z)


def test_two_hundred_thousand_rows_of_fifteen_columns_take_a_second_and_a_half_at_most():
    r, c, y, z = samples(19, rows=200_000, columns=15, values=8)
    z[within(c, (1, 4), (2, 0))] += 0.5
    started = time.process_time()
    found = worst_slices(r, c, y, z)
    assert time.process_time() - started < 1.5
    assert named(found) == [((1, 4), (2, 0))]


def test_many_columns_of_many_values_take_no_memory_for_pairs_that_are_too_small():
    generator = np.random.default_rng(20)
    r, c = generator.integers(-1, 21, (2, 2000, 200))
    y, z = generator.normal(size=(2, 2000))
    c[:700, 5] = r[:700, 5] = 3
    z[c[:, 5] == 3] += 1
    started = time.process_time()
    tracemalloc.start()
    found = worst_slices(r, c, y, z)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert named(found) == [((5,), (3,))]
    assert peak < 50e6
    assert time.process_time() - started < 2


def test_of_many_frequent_values_only_pairs_with_enough_rows_are_kept():
    generator = np.random.default_rng(21)
    r, c = generator.integers(0, 20, (2, 20_000, 40))
    y, z = generator.normal(size=(2, 20_000))
    tracemalloc.start()
    assert worst_slices(r, c, y, z) == []
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60e6
