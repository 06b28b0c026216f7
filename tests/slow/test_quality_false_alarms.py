"""How often checks of sound data are coloured: at most one in a hundred, for every check by itself."""

import numpy as np
import pytest

from monitoring import quality
from monitoring.quality import CHECKS
from monitoring.statistics.severity import AMBER, GREY
from monitoring.store import Store
from tests.quality.faults import CLEAN, clean

SEEDS = 12


@pytest.fixture(scope="module")
def alarms(tmp_path_factory):
    """By check: coloured and judged cells over several streams, and how the model's days were coloured."""
    counts, days = {key: [0, 0] for key in CHECKS}, []
    for seed in range(SEEDS):
        folder = tmp_path_factory.mktemp(f"stream{seed}")
        rng = np.random.default_rng(seed)
        frame = clean(days=100, each=150, seed=seed)
        frame = frame[rng.random(len(frame)) < 0.8].reset_index(drop=True)  # days of different volume
        frame.to_parquet(folder / "log.parquet")
        with Store.open(folder / "lookout.duckdb") as store:
            store.add(CLEAN)
            store.ingest("m", folder / "log.parquet")
            one = quality.read(store, "m")
        for check, status in zip(one.rows.checks, one.rows.status, strict=True):
            counts[check][0] += int((status >= AMBER).sum())
            counts[check][1] += int((status > GREY).sum())
        days.append(one.quality[2:-1])
    return counts, np.concatenate(days)


@pytest.mark.parametrize("key", CHECKS)
def test_at_most_one_quiet_check_in_a_hundred_is_coloured(alarms, key):
    coloured, judged = alarms[0][key]
    print(f"{key}: {coloured} of {judged}")
    assert coloured <= 0.01 * max(judged, 1)


def test_at_most_one_quiet_day_in_a_hundred_colours_the_model(alarms):
    assert (alarms[1] >= AMBER).mean() <= 0.01
