"""What the reference's own chunks teach: seasons, and the power that makes their scores nearly normal."""

import numpy as np
import pytest
from scipy import stats

from monitoring.statistics.limits import calibrated_limit, calibrated_p_value, calibration


def weekly(rng, weeks, sunday, shape=()):
    """Scores of daily chunks and their weekdays; Sundays score so many times as much."""
    place = np.arange(7 * weeks) % 7
    scores = 0.01 * rng.chisquare(9, size=(*shape, 7 * weeks)) / 9
    return np.where(place == 6, sunday, 1.0) * scores, place


def test_a_season_that_differs_has_a_limit_of_its_own():
    scores, place = weekly(np.random.default_rng(0), 8, 8.0)
    noise = np.full(scores.shape, 0.01)
    one, own = calibration(scores, noise), calibration(scores, noise, place, 7)
    today = np.full((1, 7), 0.01)
    alike = calibrated_limit(calibration(scores[None], noise[None]), today)
    apart = calibrated_limit(calibration(scores[None], noise[None], place, 7), today, np.arange(7))
    assert np.ptp(alike) == 0
    assert (apart[0, :6] < 0.7 * alike[0, :6]).all(), "other days are not judged by what Sundays do"
    assert apart[0, 6] > 2 * apart[0, :6].max()
    assert own.centre.shape == (7,)
    assert own.freedom == 56 - 7
    assert one.freedom == 55


def test_a_seasonal_limit_is_the_prediction_quantile_of_its_own_chunks():
    scores, place = weekly(np.random.default_rng(1), 6, 8.0)
    noise = np.full(scores.shape, 0.5)  # far above the scores: no excess, so that the power is a third
    top = calibrated_limit(calibration(scores[None], noise[None], place, 7), [[0.5] * 7], np.arange(7))
    root = np.cbrt(scores)
    means = np.array([root[place == day].mean() for day in range(7)])
    left = np.sqrt(((root - means[place]) ** 2).sum() / (42 - 7))
    by_hand = (means + stats.t.ppf(0.99, 35) * left * np.sqrt(1 + 1 / 6)) ** 3
    assert top[0] == pytest.approx(by_hand, rel=1e-9)


def test_seasons_that_do_not_differ_share_one_limit():
    scores, place = weekly(np.random.default_rng(2), 8, 1.0, (400,))
    noise = np.full(scores.shape, 0.01)
    learnt = calibration(scores, noise, place, 7)
    apart = np.ptp(learnt.centre, axis=-1) > 0
    assert apart.mean() <= 0.03, "an analysis of variance at 1 %"
    one = calibration(scores, noise)
    assert learnt.centre[~apart, 0] == pytest.approx(one.centre[~apart, 0])
    assert learnt.freedom[~apart] == pytest.approx(one.freedom[~apart])


def test_a_season_that_was_never_seen_is_judged_with_all_chunks():
    scores, place = weekly(np.random.default_rng(3), 8, 8.0)
    seen = place != 2
    noise = np.full(scores.shape, 0.01)
    learnt = calibration(np.where(seen, scores, np.nan), noise, place, 7)
    plain = calibration(scores[seen], noise[seen])
    assert learnt.centre[2] == pytest.approx(plain.centre[0])
    assert learnt.centre[6] > learnt.centre[[0, 1, 3, 4, 5]].max()


def test_too_few_chunks_cannot_tell_seasons_apart():
    scores, place = weekly(np.random.default_rng(4), 2, 30.0)
    learnt = calibration(scores[:13], np.full(13, 0.01), place[:13], 7)
    assert np.ptp(learnt.centre) == 0


def test_the_p_value_is_one_percent_at_the_limit_of_every_season():
    scores, place = weekly(np.random.default_rng(5), 8, 8.0, (3,))
    learnt = calibration(scores[:, None], np.full((3, 1, 56), 0.01), place, 7)
    noise, season = np.full((3, 7), 0.01), np.arange(7)
    top = calibrated_limit(learnt, noise, season)
    assert calibrated_p_value(learnt, top, noise, season) == pytest.approx(0.01, rel=1e-6)


def test_days_that_differ_take_a_smaller_power_and_pure_noise_the_cube_root():
    rng = np.random.default_rng(6)
    noise = 0.01 * rng.chisquare(9, size=(200, 30)) / 9
    level = 0.01 * rng.chisquare(1, size=(200, 30))
    expected, variance = np.full((200, 30), 0.01), np.full((200, 30), 2 * 0.01**2 / 9)
    calm, mixed, wild = (
        calibration(scores, expected, variance=variance).power.mean()
        for scores in (noise, noise + level, noise + 100 * level)
    )
    assert mixed < 0.13 < 0.28 < calm <= 1 / 3
    assert wild > 0.3, "where days alone count, it is a chi-square of one degree again"
    assert calibration(noise + level, expected).power == pytest.approx(1 / 3)


def test_a_mixture_of_noise_and_days_stays_below_its_limit():
    rng = np.random.default_rng(7)
    shape = (600, 90)
    scores = 0.01 * rng.chisquare(9, size=shape) / 9 + 0.01 * rng.chisquare(1, size=shape)
    expected, variance = np.full((600, 60), 0.01), np.full((600, 60), 2 * 0.01**2 / 9)
    plain, suited = (
        (
            scores[:, 60:] > calibrated_limit(calibration(scores[:, :60], expected, **given), expected[:, :1])
        ).mean()
        for given in ({}, {"variance": variance})
    )
    assert 0.005 <= suited <= 0.022
    assert plain > 1.3 * suited, "a cube root would leave too many above"


def test_a_wild_row_takes_the_logarithm_unless_days_differ_more():
    scores, noise = np.full((2, 12), 0.01) * np.linspace(0.5, 1.5, 12), np.full((2, 12), 0.01)
    scores[1] += 0.5
    learnt = calibration(scores, noise, variance=noise**2, wild=[True, True])
    assert learnt.power[0] == 0
    assert learnt.power[1] > 0
    logs = np.log(scores[0] / 0.01)
    by_hand = 0.01 * np.exp(logs.mean() + stats.t.ppf(0.99, 11) * logs.std(ddof=1) * np.sqrt(1 + 1 / 12))
    tops = calibrated_limit(learnt, [[0.01], [0.01]])
    assert tops[0, 0] == pytest.approx(by_hand, rel=1e-9)
    assert calibrated_p_value(learnt, tops, [[0.01], [0.01]]) == pytest.approx(0.01, rel=1e-6)
