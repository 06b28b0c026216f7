"""Writers and the ingester are killed at random for a few seconds; `tests/slow` does so for a minute."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HARNESS = Path(__file__).with_name("chaos.py")
pytestmark = pytest.mark.skipif(os.name == "nt", reason="SIGKILL is of POSIX")


def chaos(folder, seconds, seed):
    command = [sys.executable, str(HARNESS), "run", str(folder), str(seconds), str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def assert_nothing_lost_or_repeated(found):
    assert found["acknowledged"] > 1000, found
    assert found["rows"] >= found["acknowledged"], found
    wrong = {name: found[name] for name in found if name.startswith(("lost_", "duplicated_"))}
    assert len(wrong) == 6
    assert set(wrong.values()) == {0}, found
    assert found["profiled_rows"] == [found["rows"] + found["reference"]], found
    assert (found["quarantined"], found["pending"], found["last_error"]) == (0, 0, ""), found
    assert found["left_in_inbox"] == [], found


def test_killing_writers_and_the_ingester_loses_and_repeats_nothing(tmp_path):
    found = chaos(tmp_path, seconds=4, seed=1)
    assert_nothing_lost_or_repeated(found)
    assert min(found["kills"].values()) > 3, found
