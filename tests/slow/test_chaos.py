"""Writers and the ingester are killed at random for a minute, and the ingester at its worst places too."""

import runpy
from pathlib import Path

SHORT = runpy.run_path(str(Path(__file__).parents[1] / "store" / "test_chaos.py"))
pytestmark = SHORT["pytestmark"]


def test_a_minute_of_killing_writers_and_the_ingester_loses_and_repeats_nothing(tmp_path):
    found = SHORT["chaos"](tmp_path, seconds=60, seed=11)
    SHORT["assert_nothing_lost_or_repeated"](found)
    assert found["kills"]["writer"] > 50, found
    places = {when: times for when, times in found["died_by_themselves"].items() if when != "never"}
    assert len(places) == 4
    assert all(places.values()), found
