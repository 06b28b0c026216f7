"""Measuring a piece of work: in a process of its own, in CPU seconds and peak memory."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# One thread for numpy's libraries: the work is measured in CPU seconds, and idle threads spin.
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}


@dataclass
class Cost:
    """What a piece of work took: user and system time of all threads, in seconds."""

    cpu: float = 0.0


@contextmanager
def cost() -> Iterator[Cost]:
    """Measure the CPU time of a block."""
    spent, before = Cost(), _cpu()
    yield spent
    spent.cpu = _cpu() - before


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_megabytes() -> float:
    """The most memory this process ever held."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(one for one in status.read_text().splitlines() if one.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 1024


def measured(task: str, **arguments: object) -> dict[str, float]:
    """Run a task of `benchmarks.tasks` in a fresh process and read its figures.

    Raises
    ------
    RuntimeError
        If it failed; with what it said.
    """
    return _last_line([sys.executable, "-m", "benchmarks.tasks", task, json.dumps(arguments)])


def peer(python: str, script: str, *arguments: str) -> dict[str, float]:
    """Run another library's script of this folder with the Python of its environment, and read its figures.

    Raises
    ------
    RuntimeError
        If it failed; with what it said.
    """
    return _last_line([python, str(ROOT / "benchmarks" / script), *arguments])


def _last_line(command: list[str]) -> dict[str, float]:
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr.strip()}")
    return json.loads(done.stdout.splitlines()[-1])
