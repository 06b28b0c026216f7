"""One feature row by row: the textbook's distances on exactly those rows, between what the bins allow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from monitoring.drift import exact as module
from monitoring.drift.against import Against
from monitoring.drift.exact import Exact, exact
from monitoring.drift.reference_days import NoReferenceError
from monitoring.store import Store, UnknownModel
from monitoring.windows import Window
from tests.drift.distances import gap, moved
from tests.store.test_retention import filled as emptied

HEAD = 'name = "m"\ntask = "binary"\n'
WINDOW = "[reference]\nstart = 2026-01-01\nstop = 2026-01-21\n"
FILE = '[reference]\nfile = "reference.parquet"\n'
SEGMENTS = '[segments]\ncolumns = ["city"]\n'
VERSIONS = '[versions]\nchampion = "a"\nshadows = ["b"]\n'
NUMBERS = ["normal", "skewed", "mostly_zero", "five", "tenths", "constant", "far", "tiny"]
DAYS, EACH = 40, 60


def day(number: int) -> dt.datetime:
    return dt.datetime(2026, 1, 1) + dt.timedelta(days=number)


def days(first: int, stop: int) -> Window:
    return Window(day(first), day(stop))


def log(seed: int = 0) -> pd.DataFrame:
    """Forty days; from the twentieth on every feature has moved, and some hold what no one saw before."""
    rng, count = np.random.default_rng(seed), DAYS * EACH
    at = pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(count) * (24 * 60 / EACH), unit="min")
    late = np.arange(count) >= 20 * EACH
    normal = rng.normal(0, 1, count) + 0.3 * late
    normal[rng.random(count) < 0.1] = np.nan
    normal[::37], normal[::41] = np.inf, -np.inf
    five = rng.integers(0, 5, count) * 1.0
    five[late & (rng.random(count) < 0.3)] = 2.0
    tenths = rng.integers(0, 12, count) / 10
    tenths[late & (rng.random(count) < 0.2)] = 0.25  # between two values of the reference
    tenths[late & (rng.random(count) < 0.1)] = 7.0
    return pd.DataFrame(
        {
            "id": [f"{seed}-{i}" for i in range(count)],
            "predicted_at": at,
            "score": 0.5,
            "normal": normal,
            "skewed": rng.lognormal(0, 1.5, count) * np.where(late, 1.2, 1),
            "mostly_zero": np.where(rng.random(count) < np.where(late, 0.7, 0.8), 0, rng.random(count)),
            "five": five,
            "tenths": tenths,
            "constant": np.where(late & (rng.random(count) < 0.1), 4.0, 3.0),
            "far": 1e9 + rng.normal(0, 1, count) + 0.1 * late,
            "tiny": 1e-9 * rng.normal(0, 1, count),
            "city": rng.choice(np.array(["Rome", "Oslo", None], object), count, p=[0.6, 0.3, 0.1]),
            "never": np.nan,
        }
    )


LOG = log()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("exact")
    with Store.open(folder / "lookout.duckdb") as opened:
        opened.add(HEAD + VERSIONS + WINDOW + SEGMENTS)
        LOG.to_parquet(folder / "log.parquet", index=False)
        assert not opened.ingest("m", folder / "log.parquet").problem
        yield opened


def rows_of(feature: str, *parts: Window, city: str = "") -> np.ndarray:
    """Finite values of a feature on the days of windows, straight from the log."""
    inside = np.zeros(len(LOG), bool)
    for part in parts:
        inside |= (LOG["predicted_at"] >= part.start) & (LOG["predicted_at"] < part.stop)
    values = LOG.loc[inside & ((LOG["city"] == city) | (not city)), feature].to_numpy(float)
    return values[np.isfinite(values)]


def assert_within(found: Exact) -> None:
    """What the bins allow holds; digits are lost where sums of many numbers are taken."""
    bins, little = found.binned, 1e-9 * (1 + found.wasserstein)
    assert (
        bins.kolmogorov_smirnov - 1e-12 <= found.kolmogorov_smirnov <= bins.kolmogorov_smirnov_bound + 1e-12
    )
    assert abs(found.wasserstein - bins.wasserstein) <= bins.wasserstein_bound - bins.wasserstein + little


CASES = [
    ("after", days(25, 27), None, [days(0, 20)]),
    ("inside", days(5, 12), None, [days(0, 5), days(12, 20)]),
    ("reaching out", days(15, 25), None, [days(0, 15)]),
    ("reaching in", Window(day(-5), day(4)), None, [days(4, 20)]),
    ("rolling", days(21, 23), Against("rolling", chunks=5, gap=2), [days(14, 19)]),
    ("weekday", days(30, 31), Against("weekday", weeks=4), [days(d, d + 1) for d in (2, 9, 16, 23)]),
]


@pytest.mark.parametrize("feature", NUMBERS)
@pytest.mark.parametrize(
    ("window", "against", "parts"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_it_is_the_distance_of_the_windows_rows_from_those_of_its_reference_alone(
    store: Store, feature: str, window: Window, against: Against | None, parts: list[Window]
) -> None:
    found = exact(store, "m", feature, window, against=against)
    before, now = rows_of(feature, *parts), rows_of(feature, window)
    assert (found.reference_rows, found.reference_total) == (len(before), len(before))
    assert (found.current_rows, found.current_total) == (len(now), len(now))
    assert (found.feature, found.sampled, found.deleted) == (feature, False, False)
    assert found.kolmogorov_smirnov == pytest.approx(gap(before, now), abs=1e-12)
    healthy = rows_of(feature, days(0, 20))
    assert found.scale == pytest.approx(np.std(healthy, ddof=1) or 1.0, rel=1e-6)
    assert found.wasserstein == pytest.approx(moved(before, now) / found.scale, rel=1e-6, abs=1e-12)
    assert_within(found)


@pytest.mark.parametrize("feature", ["normal", "five"])
def test_the_p_value_is_that_of_the_exact_law_where_rows_are_few(store: Store, feature: str) -> None:
    found = exact(store, "m", feature, days(25, 27))
    before, now = rows_of(feature, days(0, 20)), rows_of(feature, days(25, 27))
    assert found.p_value == pytest.approx(stats.ks_2samp(before, now, method="exact").pvalue, rel=1e-9)
    assert found.p_value_exact


def test_the_p_value_is_that_of_the_limiting_law_where_rows_are_many() -> None:
    rng = np.random.default_rng(0)
    before, now = rng.normal(size=module.EXACT_ROWS + 1), rng.normal(0.02, 1, 9_000)
    distance, p_value, by_law = module._kolmogorov_smirnov(before, now)
    oracle = stats.ks_2samp(before, now)
    assert (distance, p_value, by_law) == (oracle.statistic, oracle.pvalue, False)
    assert module._kolmogorov_smirnov(before[1:], now)[2]


def test_samples_that_are_nearly_or_quite_alike_have_a_p_value_of_about_1_and_no_warning() -> None:
    assert module._kolmogorov_smirnov(np.zeros(1), np.ones(1)) == (1.0, 1.0, True)
    for size in range(1, 300):
        places = np.arange(size)
        for shift in (0, 1, 2):
            _, p_value, by_law = module._kolmogorov_smirnov(places, places + shift)
            assert 0 <= p_value <= 1
            assert by_law or p_value >= 0.999


def test_values_that_the_grid_knows_one_by_one_hide_nothing(store: Store) -> None:
    found = exact(store, "m", "five", days(25, 30))
    bins = found.binned
    assert bins.kolmogorov_smirnov == bins.kolmogorov_smirnov_bound
    assert found.kolmogorov_smirnov == pytest.approx(bins.kolmogorov_smirnov)
    assert bins.wasserstein_bound == pytest.approx(bins.wasserstein)
    assert found.wasserstein == pytest.approx(bins.wasserstein)
    assert found.kolmogorov_smirnov > 0.1


def test_values_between_those_that_the_grid_knows_widen_what_it_allows(store: Store) -> None:
    found = exact(store, "m", "tenths", days(25, 30)).binned
    assert found.kolmogorov_smirnov_bound > found.kolmogorov_smirnov + 0.05
    assert found.wasserstein_bound > found.wasserstein + 0.01


def test_what_the_bins_hide_is_less_than_half_their_widths(store: Store) -> None:
    found = exact(store, "m", "skewed", days(25, 30))
    before, now = rows_of("skewed", days(0, 20)), rows_of("skewed", days(25, 30))
    (grid,) = store.cubes("m", features=["skewed"]).numeric.grids
    ends = np.array([min(before.min(), now.min()), *grid.edges, max(before.max(), now.max())])
    shares = sum(np.histogram(side, ends)[0] / len(side) for side in (before, now))
    half = (shares * np.diff(ends)).sum() / 2 / found.scale
    assert 0 < found.binned.wasserstein_bound - found.binned.wasserstein < half


def test_a_segment_is_compared_with_itself(store: Store) -> None:
    found = exact(store, "m", "normal", days(25, 35), segment=("city", "Oslo"))
    before, now = rows_of("normal", days(0, 20), city="Oslo"), rows_of("normal", days(25, 35), city="Oslo")
    assert (found.reference_rows, found.current_rows) == (len(before), len(now))
    assert found.kolmogorov_smirnov == pytest.approx(gap(before, now))
    assert found.scale == pytest.approx(np.std(before, ddof=1))
    assert_within(found)


def test_a_versions_own_days_are_a_reference(store: Store) -> None:
    found = exact(store, "m", "normal", days(30, 32), against=Against("version", version="a"))
    before, now = rows_of("normal", days(0, 28)), rows_of("normal", days(30, 32))
    assert found.reference_rows == len(before)
    assert found.scale == pytest.approx(np.std(before, ddof=1))
    assert found.kolmogorov_smirnov == pytest.approx(gap(before, now))
    assert_within(found)


@pytest.mark.parametrize("dated", [True, False])
@pytest.mark.parametrize("against", [None, Against("rolling", chunks=3)])
def test_a_reference_file_is_read_where_it_is_the_reference(
    tmp_path: Path, dated: bool, against: Against | None
) -> None:
    early = LOG[LOG["predicted_at"] < day(20)]
    early = early if dated else early.drop(columns=["predicted_at", "id"])
    early.to_parquet(tmp_path / "reference.parquet", index=False)
    LOG[LOG["predicted_at"] >= day(20)].to_parquet(tmp_path / "log.parquet", index=False)
    with Store.open(tmp_path / "lookout.duckdb") as store:
        store.add(HEAD + FILE, folder=tmp_path)
        assert not store.ingest("m", tmp_path / "log.parquet").problem
        found = exact(store, "m", "skewed", days(25, 30), against=against)
    before = rows_of("skewed", days(22, 25) if against else days(0, 20))
    assert found.reference_rows == len(before)
    assert found.kolmogorov_smirnov == pytest.approx(gap(before, rows_of("skewed", days(25, 30))))
    assert found.scale == pytest.approx(np.std(rows_of("skewed", days(0, 20)), ddof=1))
    assert_within(found)


@pytest.mark.parametrize("gap_", [0, 1])
def test_a_rolling_reference_counts_in_the_chunks_it_is_asked_for(store: Store, gap_: int) -> None:
    against = Against("rolling", chunks=2, gap=gap_)
    found = exact(store, "m", "skewed", days(28, 35), against=against, chunk="7 days")
    before = rows_of("skewed", days(14 - 7 * gap_, 28 - 7 * gap_))
    assert found.reference_rows == len(before)
    assert found.kolmogorov_smirnov == pytest.approx(gap(before, rows_of("skewed", days(28, 35))))
    assert_within(found)


def test_hours_are_compared_where_the_model_counts_them(tmp_path: Path) -> None:
    LOG.to_parquet(tmp_path / "log.parquet", index=False)
    with Store.open(tmp_path / "lookout.duckdb") as store:
        store.add(HEAD + 'chunk = "1 hour"\n' + WINDOW)
        assert not store.ingest("m", tmp_path / "log.parquet").problem
        window = Window(dt.datetime(2026, 1, 10, 3), dt.datetime(2026, 1, 10, 9))
        found = exact(store, "m", "skewed", window)
    before = rows_of("skewed", Window(day(0), window.start), Window(window.stop, day(20)))
    assert (found.reference_rows, found.current_rows) == (len(before), len(rows_of("skewed", window)))
    assert found.kolmogorov_smirnov == pytest.approx(gap(before, rows_of("skewed", window)))
    assert_within(found)


def test_more_rows_than_wanted_are_drawn_and_it_says_so(store: Store) -> None:
    whole, some = (exact(store, "m", "normal", days(25, 35), rows=most) for most in (10_000, 300))
    assert not whole.sampled
    assert some.sampled
    assert not some.deleted
    assert (some.reference_rows, some.current_rows) == (300, 300)
    assert (some.reference_total, some.current_total) == (whole.reference_total, whole.current_total)
    assert some.binned == whole.binned
    assert some.kolmogorov_smirnov == pytest.approx(whole.kolmogorov_smirnov, abs=0.1)
    assert exact(store, "m", "normal", days(25, 35), rows=300) == some


def test_rows_that_retention_has_deleted_are_said_to_be_gone(tmp_path: Path) -> None:
    with Store.open(tmp_path / "lookout.duckdb") as store:
        kept = "retention_days = 3\n[reference]\nstart = 2026-01-01\nstop = 2026-01-03\n"
        store.add(HEAD + kept)
        emptied(store, tmp_path, 1, 2, 5, 17, 18, 19, 20)
        found = exact(store, "m", "x", days(16, 20))
        assert (found.current_rows, found.current_total, found.deleted, found.sampled) == (
            300,
            400,
            True,
            True,
        )
        assert not exact(store, "m", "x", days(17, 20)).deleted
        with pytest.raises(
            ValueError, match="nothing of the window to compare; its raw rows have been deleted"
        ):
            exact(store, "m", "x", days(4, 5))


@pytest.mark.parametrize(
    ("feature", "window", "against", "words"),
    [
        ("normal", days(100, 101), None, "normal: nothing of the window to compare; it has no finite value"),
        ("never", days(25, 30), None, "never: "),
        ("normal", days(1, 3), Against("rolling", chunks=1, gap=9), "normal: nothing of the reference"),
        ("city", days(25, 30), None, "'city' is categorical and holds no numbers"),
        ("age", days(25, 30), None, "no feature 'age'"),
        ("normal", days(0, 20), None, "normal: nothing of the reference"),
        ("normal", days(25, 30), Against("version", version="b"), "version 'b' has no rows"),
    ],
)
def test_what_cannot_be_compared_is_said_in_words(
    store: Store, feature: str, window: Window, against: Against | None, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        exact(store, "m", feature, window, against=against)


def test_a_model_without_a_reference_and_one_that_there_is_not_are_told_apart(tmp_path: Path) -> None:
    with Store.open(tmp_path / "lookout.duckdb") as store:
        store.add(HEAD)
        with pytest.raises(NoReferenceError):
            exact(store, "m", "normal", days(0, 1))
        with pytest.raises(UnknownModel):
            exact(store, "other", "normal", days(0, 1))
