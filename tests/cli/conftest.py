"""A command line with the app down and with the app up, on an empty store or on one of a steady month."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.cli.running import TOML, Run, invoke, log

ROOT = Path(__file__).resolve().parents[2]
APPS = """
import os, sys
from monitoring.ui import background
for store in sys.stdin:
    os.environ["LOOKOUT_STORE"] = store.rstrip()
    background.start()
    print("up", flush=True)
    sys.stdin.readline()
    background.stop()
    print("down", flush=True)
"""


@pytest.fixture(scope="session")
def apps() -> Iterator[Callable[[str], str]]:
    """Say a line to a process that owns one store after another, and hear its answer: it starts but once."""
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", APPS], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        stdin, stdout = process.stdin, process.stdout
        assert stdin is not None
        assert stdout is not None

        def told(line: str) -> str:
            stdin.write(f"{line}\n")
            stdin.flush()
            return stdout.readline()

        yield told
        stdin.close()


@pytest.fixture(params=["down", "up"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Run]:
    """Run commands on one store, with the app beside it or without."""
    store = tmp_path / "store" / "lookout.duckdb"
    if request.param == "down":
        yield partial(invoke, store)
        return
    apps = request.getfixturevalue("apps")
    assert apps(str(store)) == "up\n"
    yield partial(invoke, store)
    assert apps("") == "down\n"


@pytest.fixture(scope="session")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with files of a steady month and of days that differ, and a store that took them in."""
    folder = tmp_path_factory.mktemp("stocked")
    (folder / "churn.toml").write_text(TOML, "utf-8")
    store = folder / "store" / "lookout.duckdb"
    assert invoke(store, "add", folder / "churn.toml").code == 0
    files = log(folder, "steady.parquet", 0, 28), log(folder, "off.parquet", 28, 3, 30.0)
    said = invoke(store, "ingest", "churn", *files)
    assert said.code == 0, said
    return folder


@pytest.fixture
def stock(stocked: Path, tmp_path: Path) -> None:
    """Give a test its own copy of them before the app starts."""
    shutil.copytree(stocked, tmp_path, dirs_exist_ok=True)


@pytest.fixture
def churn(stock: None, run: Run) -> Run:
    """A model with a steady month and two days that differ."""
    return run
