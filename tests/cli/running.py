"""Commands as the tests run them, what they say, and logs for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from typer.testing import CliRunner

from monitoring.cli import app

TOML = """
name = "churn"
task = "binary"
clock = "last row"
[reference]
start = 2026-01-01
stop = 2026-01-15
[features.age]
importance = 1.0
"""


@dataclass(frozen=True)
class Said:
    """What a command printed and how it ended."""

    stdout: str
    stderr: str
    code: int


Run = Callable[..., Said]


def invoke(store: Path, *arguments: object, stdin: str | None = None) -> Said:
    """Run a command on a store."""
    result = CliRunner().invoke(app, ["--store", str(store), *map(str, arguments)], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return Said(result.stdout, result.stderr, result.exit_code)


def log(folder: Path, name: str, first: int, days: int, shift: float = 0.0) -> Path:
    rng = np.random.default_rng(first)
    at = pd.Timestamp("2026-01-01") + pd.to_timedelta(
        np.repeat(np.arange(first, first + days), 200), unit="D"
    )
    at = at + pd.to_timedelta(rng.integers(0, 86_400, len(at)), unit="s")
    data = pd.DataFrame(
        {"id": [f"{first}-{i}" for i in range(len(at))], "predicted_at": at.sort_values(),
         "age": rng.normal(40 + shift, 10, len(at)), "score": rng.random(len(at)).round(4)}
    )  # fmt: skip
    data.to_parquet(folder / name)
    return folder / name
