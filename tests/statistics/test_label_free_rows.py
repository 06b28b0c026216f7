"""Label-free estimates that need rows: weights, the tempered map, several classes, regression, records."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special
from sklearn import metrics as theirs

from monitoring.statistics.estimation import score_map
from monitoring.statistics.expectation import estimated_metrics
from monitoring.statistics.losses import error_model, estimated_errors
from monitoring.statistics.multiclass import (
    class_maps,
    estimated_classes,
    macro_metrics,
    mapped_probabilities,
)
from monitoring.statistics.sums import middles_of, score_sums, slot_of
from monitoring.statistics.tempering import tempered_map
from monitoring.statistics.track_record import earlier_half_widths, half_width, track_record
from monitoring.statistics.weighting import DomainWeights, domain_weights, effective_rows, tempered

EDGES = np.arange(101) / 100


def stream(seed, rows, second=0.0):
    """A calibrated model of x1 that does not know x2."""
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(rows, 2))
    x[:, 1] += second
    y = generator.uniform(size=rows) < special.expit(2 * x[:, 0] + 2 * x[:, 1] + 2)
    return x, special.expit(1.2 * x[:, 0] + 1.2), y.astype(float)


def known_of(f, y):
    sums = score_sums(EDGES, f, y)
    return score_map(middles_of(EDGES, sums), sums.rows, sums.positives)


def test_weights_move_the_reference_to_the_current_rows():
    x, _, _ = stream(0, 6000)
    now, _, _ = stream(1, 4000, second=-0.7)
    found = domain_weights(x, now, [False, False])
    assert np.average(x, axis=0, weights=found.weight) == pytest.approx(now.mean(axis=0), abs=0.12)
    assert found.effective == pytest.approx(effective_rows(found.weight) / 6000)
    assert found.supported
    assert not found.outside


def test_equal_samples_get_about_equal_weights():
    found = domain_weights(stream(2, 3000)[0], stream(3, 3000)[0], [False, False])
    assert abs(found.auc - 0.5) < 0.03
    assert found.exponent == 1
    assert found.effective > 0.8


def test_weights_are_the_same_every_time_and_know_missing_values_and_categories():
    generator = np.random.default_rng(4)
    rows = np.column_stack([generator.normal(size=900), generator.integers(0, 5, size=900)])
    rows[::7, 0], rows[::9, 1] = np.nan, -1
    first, second = (domain_weights(rows[:500], rows[500:], [False, True]) for _ in range(2))
    assert (first.weight == second.weight).all()
    constant = domain_weights(np.ones((200, 1)), np.ones((100, 1)), [False])
    assert constant.auc == 0.5
    assert constant.weight == pytest.approx(np.ones(200))


def test_rows_of_a_group_are_held_out_together_so_that_no_group_gives_itself_away():
    """A column with one value a day tells every day apart; told from other days, it tells nothing."""
    generator = np.random.default_rng(11)
    days = np.repeat(np.arange(20), 100)
    values = generator.normal(size=20)[days] + 1e-3 * generator.normal(size=2000)
    before, now = values[:1200, None], values[1200:, None]
    alone = domain_weights(before, now, [False])
    together = domain_weights(before, now, [False], groups=(days[:1200], days[1200:]))
    assert alone.auc > 0.95
    assert together.auc < 0.8
    assert together.effective >= 0.3
    few = domain_weights(before, now, [False], groups=(days[:1200] // 6, days[1200:] // 6))
    assert few.auc == alone.auc, "two groups cannot be held out in thirds"
    with pytest.raises(ValueError, match="1200 rows have groups of shape"):
        domain_weights(before, now, [False], groups=(days, days))


def test_far_away_rows_are_called_outside():
    found = domain_weights(stream(5, 1000)[0], stream(6, 1000)[0] + 3, [False, False])
    assert found.auc > 0.95
    assert found.outside
    assert not found.supported


def test_tempering_leaves_enough_rows_and_equal_weights_alone():
    weight, power = tempered(np.ones(10))
    assert power == 1
    assert (weight == 1).all()
    wild = np.exp(np.random.default_rng(7).normal(scale=3, size=1000))
    weight, power = tempered(wild)
    assert 0 < power < 1
    assert effective_rows(weight) >= 300
    assert effective_rows(wild ** (power + 0.1)) < 300
    assert effective_rows([0.0, 0.0]) == 0


def test_the_tempered_map_sees_an_omitted_feature_shift():
    x, f, y = stream(8, 8000)
    now, f_now, y_now = stream(9, 4000, second=-0.8)
    known, weights = known_of(f, y), domain_weights(x, now, [False, False])
    found = tempered_map(known, EDGES, weights, f, y)
    rows = np.bincount(slot_of(EDGES, f_now), minlength=102).astype(float)
    decided = np.where(middles_of(EDGES) >= 0.5, rows, 0.0)
    realised = ((f_now >= 0.5) == y_now).mean()
    plain = estimated_metrics(rows, decided, known)["accuracy"].value
    better = estimated_metrics(rows, decided, known, probability=found.probability)["accuracy"].value
    assert abs(plain - realised) > 0.08
    assert abs(better - realised) < 0.025


def test_equal_weights_hardly_move_the_map():
    _, f, y = stream(10, 5000)
    known = known_of(f, y)
    found = tempered_map(known, EDGES, DomainWeights(np.ones(5000), 0.5, 1.0, 1.0), f, y)
    assert np.abs(found.offset).max() < 4 * np.sqrt(0.25 / 250), "a bin of 250 rows scatters"
    assert abs(found.offset.mean()) < 0.015
    assert found.effective.sum() == pytest.approx(5000)
    y[:2500] = np.nan
    half = tempered_map(known, EDGES, DomainWeights(np.ones(5000), 0.5, 1.0, 1.0), f, y)
    assert half.effective.sum() == pytest.approx(2500)


def test_the_tempered_map_is_that_of_the_recipe():
    """Row by row: twenty quantile bins, weighted excess, shrunk."""
    _, f, y = stream(11, 1000)
    known, w = known_of(f, y), np.random.default_rng(12).uniform(0.2, 3, size=1000)
    found = tempered_map(known, EDGES, DomainWeights(w, 0.6, 1.0, 0.8), f, y)
    cuts = np.quantile(f, np.arange(1, 20) / 20)
    c = known.probability[slot_of(EDGES, f)]
    for b in (0, 7, 19):
        inside = (f >= (cuts[b - 1] if b else -1)) & (f < (cuts[b] if b < 19 else 2))
        effective = w[inside].sum() ** 2 / (w[inside] ** 2).sum()
        offset = np.average((y - c)[inside], weights=w[inside]) * effective / (effective + 20)
        assert found.offset[b] == pytest.approx(offset, abs=1e-12)


def test_several_classes_agree_with_the_labels():
    generator = np.random.default_rng(13)
    truth = generator.dirichlet([1.0, 2.0, 1.5], size=24_000)
    label = (generator.uniform(size=(24_000, 1)) > truth.cumsum(axis=1)).sum(axis=1)
    bold = truth**2 / (truth**2).sum(axis=1, keepdims=True)
    maps = class_maps(bold[:12_000], label[:12_000])
    assert all(known.fitted for known in maps)
    p, y = bold[12_000:], label[12_000:]
    found = estimated_classes(maps, p, p.argmax(axis=1))
    real = {
        "accuracy": theirs.accuracy_score(y, p.argmax(axis=1)),
        "precision": theirs.precision_score(y, p.argmax(axis=1), average="macro"),
        "recall": theirs.recall_score(y, p.argmax(axis=1), average="macro"),
        "f1": theirs.f1_score(y, p.argmax(axis=1), average="macro"),
        "kappa": theirs.cohen_kappa_score(y, p.argmax(axis=1)),
        "roc_auc": theirs.roc_auc_score(y, p, multi_class="ovr"),
    }
    for name, value in real.items():
        assert found.metrics[name].value == pytest.approx(value, abs=0.012), name
    confusion = theirs.confusion_matrix(y, p.argmax(axis=1))
    assert np.abs(found.confusion - confusion).max() < 160
    assert found.confusion.sum() == pytest.approx(12_000)


def test_the_error_of_several_classes_is_that_of_labels_drawn_again():
    generator = np.random.default_rng(14)
    p = generator.dirichlet([1.0, 1.0, 1.0], size=400)
    d = p.argmax(axis=1)
    identity = [score_map([0.0, 1.0], [10, 10], [0, 10], fit=False)] * 3
    found = estimated_classes(identity, p, d).metrics
    drawn = (generator.uniform(size=(150, 400, 1)) > p.cumsum(axis=1)).sum(axis=-1)
    for name, score in (
        ("accuracy", theirs.accuracy_score),
        ("f1", lambda y, z: theirs.f1_score(y, z, average="macro")),
        ("kappa", theirs.cohen_kappa_score),
    ):
        spread = np.std([score(y, d) for y in drawn])
        assert found[name].sampling == pytest.approx(spread, rel=0.2), name


def test_histograms_of_classes_give_the_mean_over_classes():
    generator = np.random.default_rng(15)
    p = generator.dirichlet([1.0, 2.0], size=3000)
    y = (generator.uniform(size=3000) > p[:, 0]).astype(float)
    maps = [known_of(p[:, k], (y == k).astype(float)) for k in (0, 1)]
    rows = np.stack([np.bincount(slot_of(EDGES, p[:, k]), minlength=102) for k in (0, 1)])
    decided = np.stack(
        [np.bincount(slot_of(EDGES, p[:, k]), p.argmax(axis=1) == k, minlength=102) for k in (0, 1)]
    )
    found = macro_metrics(rows, decided, maps, ["recall", "precision"])
    assert found["recall"].value == pytest.approx(
        theirs.recall_score(y, p.argmax(axis=1), average="macro"), abs=0.02
    )
    assert found["recall"].error > 0


def test_a_row_of_nothing_is_spread_evenly_and_rows_with_gaps_do_not_count():
    identity = [score_map([0.0, 1.0], [10, 10], [0, 10], fit=False)] * 3
    assert mapped_probabilities(identity, np.zeros((1, 3))) == pytest.approx(1 / 3)
    found = estimated_classes(identity, [[0.5, 0.5, 0.0], [np.nan, 0.5, 0.5]], [0, 1])
    assert found.confusion.sum() == pytest.approx(1)
    with pytest.raises(ValueError, match="at least two classes"):
        estimated_classes(identity, [[1.0]], [0])
    with pytest.raises(ValueError, match="maps for"):
        mapped_probabilities(identity, np.zeros((1, 2)))
    with pytest.raises(ValueError, match="indices of classes"):
        class_maps([[0.5, 0.5]], [2])


def test_errors_of_a_regression_follow_its_features():
    generator = np.random.default_rng(16)
    x = generator.uniform(0, 2, size=(6000, 2))
    truth = generator.normal(size=6000) * (0.5 + x[:, 0])
    model = error_model(x, [False] * 2, np.zeros(6000), truth)
    assert model.absolute.skill > 0.1
    calm, wild = x[:4000].copy(), x[:4000].copy()
    calm[:, 0], wild[:, 0] = calm[:, 0] / 2, 1 + wild[:, 0] / 2
    for now in (calm, wild):
        misses, inside = [], []
        found = estimated_errors(model, now, np.zeros(4000))
        for _ in range(20):
            y = generator.normal(size=4000) * (0.5 + now[:, 0])
            real = {"mae": np.abs(y).mean(), "rmse": np.sqrt((y**2).mean())}
            misses.append([abs(real[k] - found[k].value) / real[k] for k in real])
            inside.append([abs(real[k] - found[k].value) < 3 * found[k].error for k in real])
        assert np.mean(misses) < 0.04
        assert np.mean(inside) > 0.6
    assert (
        estimated_errors(model, wild, np.zeros(4000))["mae"].value
        > 1.4 * estimated_errors(model, calm, np.zeros(4000))["mae"].value
    )


def test_the_scatter_of_a_mean_error_is_told():
    generator = np.random.default_rng(17)
    x = generator.uniform(0, 2, size=(3000, 1))
    model = error_model(x, [False], np.zeros(3000), generator.normal(size=3000) * (0.5 + x[:, 0]))
    now = generator.uniform(0, 2, size=(500, 1))
    drawn = generator.normal(size=(2000, 500)) * (0.5 + now[:, 0])
    found = estimated_errors(model, now, np.zeros(500))
    assert found["mae"].sampling == pytest.approx(np.abs(drawn).mean(axis=1).std(), rel=0.15)
    assert found["rmse"].sampling == pytest.approx(np.sqrt((drawn**2).mean(axis=1)).std(), rel=0.15)


def test_errors_that_nothing_explains_are_their_mean():
    generator = np.random.default_rng(18)
    x, truth = generator.normal(size=(1000, 2)), generator.normal(size=1000)
    model = error_model(x, [False, False], np.zeros(1000), truth)
    assert model.absolute.skill <= 0
    found = estimated_errors(model, x + 5, np.zeros(1000))
    assert found["mae"].value == pytest.approx(np.abs(truth).mean())
    assert found["rmse"].value == pytest.approx(np.sqrt((truth**2).mean()))
    assert np.isnan(estimated_errors(model, np.zeros((0, 2)), np.zeros(0))["mae"].value)
    with pytest.raises(ValueError, match="at least 100 rows"):
        error_model(x[:50], [False, False], np.zeros(50), truth[:50])


@given(
    st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1) | st.just(float("nan"))), min_size=1, max_size=40),
    st.integers(0, 5),
)
def test_the_half_width_of_a_chunk_is_that_of_the_record_before_it(pairs, delay):
    estimated, realised = np.array(pairs).T
    known = np.maximum(np.arange(len(pairs)) - delay, 0)
    found = earlier_half_widths(estimated, realised, known)
    for place, until in enumerate(known):
        expected = track_record(estimated[:until], realised[:until]).half_width
        assert found[place] == pytest.approx(expected, nan_ok=True)
    changed = realised.copy()
    changed[-1] += 100
    assert earlier_half_widths(estimated, changed, known) == pytest.approx(found, nan_ok=True), "not its own"


def test_no_chunk_knows_its_own_label_or_forgets():
    for known in ([1, 1], [0, 2], [0, 1, 0]):
        with pytest.raises(ValueError, match="a chunk knows the labels of earlier chunks only"):
            earlier_half_widths(np.zeros(len(known)), np.zeros(len(known)), known)


def test_a_track_record_holds_nine_of_ten():
    generator = np.random.default_rng(19)
    held = []
    for _ in range(3000):
        misses = generator.standard_t(3, size=16)
        record = track_record(misses[:15], np.zeros(15))
        held.append(abs(misses[15]) <= record.half_width)
    assert np.mean(held) == pytest.approx(0.9375, abs=0.015)  # 15 of 16, as the rank has to be whole


def test_a_short_record_gives_way_to_the_model():
    record = track_record([0.1] * 9 + [np.nan], [0.2] * 10)
    assert record.count == 9
    assert np.isnan(record.half_width)
    assert half_width(0.01, other=0.03, record=record) == pytest.approx(0.0496, abs=1e-4)
    long = track_record([0.1] * 30, np.linspace(0.1, 0.2, 30))
    assert len(long.last) == 20
    assert long.bias < 0 < long.mean_error <= long.worst
    assert long.half_width == pytest.approx(np.linspace(0, 0.1, 30)[27])
    assert half_width([0.01, np.nan], record=long)[0] == long.half_width
    assert np.isnan(half_width([0.01, np.nan], record=long)[1])
    assert track_record([], []).count == 0
    with pytest.raises(ValueError, match="shape"):
        track_record([1.0], [1.0, 2.0])
