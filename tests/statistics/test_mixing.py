"""A change of the mean, taken apart: against hand-made numbers, arithmetic on rows, and simulation."""

import numpy as np
import pytest
from scipy import stats

from monitoring.statistics.mixing import mix_and_rate

ESTIMATES = ("change", "mix", "rate", "slice_change", "slice_mix", "slice_rate")


def moments(slices, score, count, centre=0.0):
    """Rows, sum and sum of squares around the centre, of every slice."""
    shifted = score - centre
    return [np.bincount(slices, w, minlength=count) for w in (np.ones(len(score)), shifted, shifted**2)]


def sample(generator, rows, p, mean, sd):
    slices = generator.choice(len(p), rows, p=p)
    return slices, np.asarray(mean)[slices] + np.asarray(sd)[slices] * generator.normal(size=rows)


def two_samples(seed=1):
    generator = np.random.default_rng(seed)
    return (
        sample(generator, 900, [0.5, 0.3, 0.2], [1.0, 2.0, 4.0], [1.0, 0.5, 2.0]),
        sample(generator, 400, [0.3, 0.3, 0.4], [1.0, 2.5, 4.0], [1.0, 0.5, 1.0]),
    )


def flat(found, field="value"):
    parts = [np.asarray(getattr(getattr(found, name), field)) for name in ESTIMATES]
    whole = [part[..., None] for part in parts[:3]]
    return np.concatenate([*whole, *parts[3:]], axis=-1)


def taken_apart(reference, current, count=3, centre=0.0):
    return mix_and_rate(*moments(*reference, count, centre), *moments(*current, count, centre))


def test_a_change_computed_by_hand_is_matched():
    found = mix_and_rate([600, 400], [60, 120], [60, 120], [300, 700], [30, 280], [30, 280])
    assert float(found.change.value) == pytest.approx(0.13, abs=1e-12)
    assert float(found.mix.value) == pytest.approx(0.059999999999999984, abs=1e-12)
    assert float(found.rate.value) == pytest.approx(0.07000000000000002, abs=1e-12)
    assert found.slice_mix.value == pytest.approx([-0.3 * (0.1 - 0.18), 0.3 * (0.3 - 0.18)])
    assert found.slice_rate.value == pytest.approx([0.0, 0.7 * 0.1])


def test_the_parts_add_up_to_the_change_of_the_mean():
    reference, current = two_samples()
    found = taken_apart(reference, current)
    change = current[1].mean() - reference[1].mean()
    assert float(found.change.value) == pytest.approx(change, rel=1e-12)
    assert float(found.mix.value + found.rate.value) == pytest.approx(change, rel=1e-12)
    for whole in ("change", "mix", "rate"):
        parts = getattr(found, f"slice_{whole}").value
        assert parts.sum() == pytest.approx(float(getattr(found, whole).value), rel=1e-12)
    assert found.reference_share.sum() == pytest.approx(1.0)


def test_the_error_of_the_change_is_that_of_welch():
    reference, current = two_samples()
    found = taken_apart(reference, current)
    welch = stats.ttest_ind(current[1], reference[1], equal_var=False)
    assert float(found.change.value / found.change.error) == pytest.approx(welch.statistic, rel=1e-12)


@pytest.mark.parametrize("absent", ["nowhere", "before", "now"])
def test_the_errors_are_those_of_the_delta_method_on_rows(absent):
    """Each row's influence by a numeric derivative of the estimate in that row's weight."""
    reference, current = two_samples(2)
    if absent != "nowhere":
        slices, score = reference if absent == "before" else current
        slices[slices == 1] = 2

    given = [np.array(moments(*side, 3))[:, None] for side in (reference, current)]
    variance = 0.0
    for place, (slices, score) in enumerate((reference, current)):
        own = score[:, None] ** np.arange(3)[:, None, None] * np.eye(3)[slices]
        up, down = (
            [side + step * own * (i == place) for i, side in enumerate(given)] for step in (1e-4, -1e-4)
        )
        slope = (flat(mix_and_rate(*up[0], *up[1])) - flat(mix_and_rate(*down[0], *down[1]))) / 2e-4
        variance = variance + (slope**2).sum(axis=0)
    found = taken_apart(reference, current)
    # variances divide by n - 1, influences by n
    assert flat(found, "error") == pytest.approx(
        np.sqrt(variance), rel=0.01
    )  # variances divide by n - 1, influences by n


def test_a_growing_slice_that_scores_like_the_average_changes_nothing():
    found = mix_and_rate(
        [500, 250, 250], [50, 0, 50], [50, 9, 50], [200, 100, 700], [20, 0, 140], [20, 9, 150]
    )
    assert found.slice_mix.value[0] == pytest.approx((0.2 - 0.5) * (0.1 - 0.1), abs=1e-15)
    assert found.slice_mix.value[1] == pytest.approx((0.1 - 0.25) * (0.0 - 0.1))


def test_the_same_samples_do_not_change():
    reference, _ = two_samples()
    found = taken_apart(reference, reference)
    for name in ESTIMATES:
        assert getattr(found, name).value == pytest.approx(0.0, abs=1e-12)
    assert float(found.rate.error) > 0


def test_a_slice_without_reference_rows_is_all_mix():
    found = mix_and_rate([100, 0], [10, 0], [10, 0], [50, 50], [5, 30], [5, 30])
    assert found.slice_mix.value == pytest.approx([0.0, 0.5 * (0.6 - 0.1)])
    assert found.slice_rate.value == pytest.approx([0.0, 0.0])
    assert found.slice_rate.error[1] == 0
    assert found.slice_mix.error[1] == found.slice_change.error[1] > 0
    assert float(found.mix.value) == pytest.approx(0.35 - 0.1)


def test_a_slice_without_current_rows_is_all_mix():
    found = mix_and_rate([50, 50], [5, 30], [5, 30], [100, 0], [10, 0], [10, 0])
    assert found.slice_mix.value == pytest.approx([0.5 * (0.1 - 0.35), -0.5 * (0.6 - 0.35)])
    assert found.slice_rate.value == pytest.approx([0.0, 0.0])
    assert found.slice_rate.error[1] == 0


def test_a_slice_without_any_rows_is_silent():
    with_it = mix_and_rate([50, 0, 50], [5, 0, 30], [5, 0, 30], [80, 0, 20], [10, 0, 9], [10, 0, 9])
    without = mix_and_rate([50, 50], [5, 30], [5, 30], [80, 20], [10, 9], [10, 9])
    for name in ESTIMATES:
        ours, theirs = getattr(with_it, name), getattr(without, name)
        where = [0, 2] if name.startswith("slice") else ...
        assert ours.value[where] == pytest.approx(theirs.value)
        assert ours.error[where] == pytest.approx(theirs.error)
    assert with_it.slice_change.value[1] == with_it.slice_change.error[1] == 0


def test_a_slice_of_one_row_is_as_unsure_as_the_others_vary():
    lone = mix_and_rate([50, 50, 1], [5, 30, 1], [5, 30, 1], [50, 50, 50], [5, 30, 25], [5, 30, 25])
    within = (50 * 0.1 * 0.9 + 50 * 0.6 * 0.4) / 98
    share, step = 1 / 3, 0.5 - 1.0
    current = (share * (1 - share) * step**2 + share * 0.25 * 50 / 49) / 150
    assert lone.slice_rate.error[2] == pytest.approx(np.sqrt(share**2 * within + current))


def test_where_every_slice_has_one_row_its_rate_is_as_unsure_as_anything():
    many, one = [50, 50], [5, 30]
    lone = mix_and_rate(many, one, one, [1, 1], [1, 1], [1, 1])
    assert lone.rate.value == pytest.approx(1 - 0.35)
    for found in (lone.rate, lone.slice_rate):
        assert np.isnan([found.error, found.lower, found.upper]).all()
    assert np.isfinite(lone.mix.error)  # it rests on the reference's means
    assert np.isfinite(lone.change.error)
    new = mix_and_rate([50, 0], [5, 0], [5, 0], [0, 1], [0, 1], [0, 1])
    assert new.slice_rate.error.tolist() == [0.0, 0.0]
    assert float(new.rate.error) == 0.0


def test_nothing_depends_on_the_centre():
    reference, current = two_samples()
    plain, far = taken_apart(reference, current), taken_apart(reference, current, centre=50.0)
    for name in ESTIMATES:
        assert getattr(far, name).value == pytest.approx(getattr(plain, name).value, abs=1e-10)
        assert getattr(far, name).error == pytest.approx(getattr(plain, name).error, rel=1e-9)


def test_scores_far_from_zero_keep_their_digits_around_a_centre():
    reference, current = two_samples()
    lifted = [(slices, score + 1e9) for slices, score in (reference, current)]
    near = taken_apart(*lifted, centre=1e9 + 2)
    plain = taken_apart(reference, current)
    assert near.slice_rate.error == pytest.approx(plain.slice_rate.error, rel=1e-5)
    assert float(near.mix.value) == pytest.approx(float(plain.mix.value), abs=1e-6)


def test_chunks_add_up_and_broadcast_against_one_reference():
    reference, current = two_samples()
    halves = [moments(current[0][part], current[1][part], 3) for part in (slice(0, 150), slice(150, None))]
    base = moments(*reference, 3)
    merged = mix_and_rate(*base, *(a + b for a, b in zip(*halves, strict=True)))
    whole = taken_apart(reference, current)
    assert merged.slice_mix.error == pytest.approx(whole.slice_mix.error, rel=1e-9)
    stacked = mix_and_rate(*base, *(np.stack(pair) for pair in zip(*halves, strict=True)))
    alone = mix_and_rate(*base, *halves[1])
    assert stacked.slice_rate.value.shape == stacked.reference_share.shape == (2, 3)
    for name in ESTIMATES:
        assert getattr(stacked, name).upper[1] == pytest.approx(getattr(alone, name).upper)


def test_an_empty_side_is_a_gap_and_warns_of_nothing():
    found = mix_and_rate([[5, 5], [0, 0]], [[1, 2], [0, 0]], [[1, 2], [0, 0]], [4, 4], [1, 1], [1, 1])
    for name in ESTIMATES:
        estimate = getattr(found, name)
        assert np.isfinite(estimate.lower[0]).all()
        assert np.isnan(estimate.value[1]).all()
        assert np.isnan(estimate.lower[1]).all()


def test_impossible_moments_are_refused():
    with pytest.raises(ValueError, match="different slices: 2 and 1"):
        mix_and_rate([1, 2], [1, 2], [1, 2], [1], [1], [1])
    with pytest.raises(ValueError, match="negative"):
        mix_and_rate([1, -2], [1, 2], [1, 2], [1, 2], [1, 2], [1, 2])
    with pytest.raises(ValueError, match="at least one slice"):
        mix_and_rate([], [], [], [], [], [])


def test_moments_are_not_changed():
    given = [np.array([5.0, 0.0]), np.array([1.0, 0.0]), np.array([1.0, 0.0])]
    kept = [a.copy() for a in given]
    mix_and_rate(*given, *given)
    assert all((a == b).all() for a, b in zip(given, kept, strict=True))


def test_the_mix_of_a_slice_that_is_like_the_whole_and_stays_is_never_overstated():
    generator = np.random.default_rng(4)
    rows = [generator.multinomial(n, [0.3, 0.4, 0.3], size=3000) for n in (3000, 900)]
    totals = [generator.binomial(n, [0.1, 0.3, 0.5]) for n in rows]
    found = mix_and_rate(rows[0], totals[0], totals[0], rows[1], totals[1], totals[1]).slice_mix
    held = ((found.lower <= 0) & (found.upper >= 0)).mean(axis=0)
    assert held[1] >= 0.99
    assert held[[0, 2]] == pytest.approx(0.95, abs=0.03)


@pytest.mark.parametrize("binary", [False, True])
def test_intervals_hold_the_truth_about_as_often_as_they_say(binary):
    repeats, sizes = 3000, (3000, 900)
    shares = np.array([[0.5, 0.3, 0.15, 0.05], [0.25, 0.4, 0.2, 0.15]])
    means = np.array([[0.1, 0.4, 0.5, 0.8], [0.1, 0.5, 0.5, 0.6]])
    generator = np.random.default_rng(3)
    sides = []
    for p, mean, size in zip(shares, means, sizes, strict=True):
        rows = generator.multinomial(size, p, size=repeats).astype(float)
        sd = np.sqrt(mean * (1 - mean))
        if binary:
            total = generator.binomial(rows.astype(int), mean).astype(float)
            square = total
        else:  # the sum of normal scores, and their squares around its mean as a chi-square
            total = rows * mean + sd * np.sqrt(rows) * generator.normal(size=rows.shape)
            square = total**2 / rows + sd**2 * generator.chisquare(rows - 1)
        sides += [rows, total, square]
    found = mix_and_rate(*sides)
    whole = (shares * means).sum(axis=1)
    mix = (shares[1] - shares[0]) * (means[0] - whole[0])
    rate = shares[1] * (means[1] - means[0])
    truths = (whole[1] - whole[0], mix.sum(), rate.sum(), mix + rate, mix, rate)
    for name, truth in zip(ESTIMATES, truths, strict=True):
        estimate = getattr(found, name)
        held = ((estimate.lower <= truth) & (truth <= estimate.upper)).mean(axis=0)
        assert held == pytest.approx(0.95, abs=0.03), name
