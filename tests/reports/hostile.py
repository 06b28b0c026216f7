"""A log whose every name tries to be something else on a page, and reports of it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from monitoring import reports
from monitoring.store import Store
from monitoring.store.trials import Trial, register

MADE = dt.datetime(2026, 4, 1, 12, tzinfo=dt.UTC)
DAYS, ROWS, TURN = 45, 60, 34
TAG = "<img src=x onerror=evil()>"
TITLE = f"</title></style><script>evil()</script>{TAG} \"quoted\" 'too' & {{{{ 7 * 7 }}}}"
UNIT = "</text></svg><script>evil()</script>"
NOTES = "two\nlines\x00 and \u202eturned\u202c <b id=evil>bold</b> [a](javascript:evil()) 😀"
FEATURE = f"city {TAG} \"q\" 'q' `q` | {{% evil %}}"
ARABIC = "مدينة‏ \u202eevil\u202c"
SHADOW = "two <b class=evil>&amp;</b>"
LONG = "evil" * 75
CATEGORIES = (
    "Rome",
    TAG,
    "</desc></svg><script>evil()</script>",
    "a\nb\tc",
    ARABIC,
    "😀 <i>evil</i>",
    LONG,
    "",
)
SECRETS = ["known to nobody", "nor this"]
HOSTILE = (TITLE, FEATURE, SHADOW, LONG)


def quoted(text: str) -> str:
    """A string as TOML has it."""
    return json.dumps(text, ensure_ascii=False)


def description() -> str:
    """The model's file."""
    return f"""
name = "m"
title = {quoted(TITLE)}
owner = {quoted(TAG)}
notes = {quoted(NOTES)}
task = "binary"
clock = "last row"
[versions]
champion = "one"
shadows = [{quoted(SHADOW)}]
[reference]
start = 2026-01-01
stop = 2026-01-22
[segments]
columns = ["place"]
[features.{quoted(FEATURE)}]
importance = 0.4
[features.{quoted(LONG)}]
title = {quoted(LONG)}
unit = {quoted(UNIT)}
importance = 0.5
[features.secret]
private = true
importance = 0.3
"""


def log() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Predictions of both versions and labels; later inputs are others and scores say less."""
    random = np.random.default_rng(3)
    parts, told = [], []
    for day in range(DAYS):
        late = day >= TURN
        start = pd.Timestamp("2026-01-01") + pd.Timedelta(days=day)
        at = start + pd.to_timedelta(np.linspace(0, 80_000, ROWS), "s")
        chances = [0.02] * 7 + [0.86] if late else [0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]
        score = random.uniform(size=ROWS).round(4)
        truth = np.clip(score - 0.35, 0, 1) if late else score
        both = pd.DataFrame(
            {
                "id": [f"{day}-{i}" for i in range(ROWS)], "predicted_at": at, "score": score,
                FEATURE: random.choice(np.array(CATEGORIES, object), ROWS, p=chances),
                LONG: random.normal(5.0 if late else 0.0, 1.0, ROWS),
                "secret": random.choice(SECRETS, ROWS, p=[0.9, 0.1] if late else [0.1, 0.9]),
                "place": random.choice(np.array(["Oslo", TAG], object), ROWS),
            }
        )  # fmt: skip
        parts += [
            both.assign(version="one"),
            both.assign(version=SHADOW, score=random.uniform(size=ROWS).round(4)),
        ]
        came = at + pd.to_timedelta(random.integers(0, 49, ROWS), "h")
        told.append(
            pd.DataFrame(
                {
                    "id": both["id"],
                    "label": (random.uniform(size=ROWS) < truth).astype(int),
                    "labelled_at": came,
                }
            )
        )
    known = pd.concat(told, ignore_index=True)
    return pd.concat(parts, ignore_index=True), known[known["labelled_at"] < pd.Timestamp("2026-02-15")]


def filled(folder: Path) -> Path:
    """A store in a folder that holds all of it, and a trial of the shadow."""
    predictions, labels = log()
    predictions.to_parquet(folder / "log.parquet")
    labels.to_parquet(folder / "labels.parquet")
    with Store.open(folder / "lookout.duckdb") as store:
        store.add(description())
        assert store.ingest("m", folder / "log.parquet").rejected == 0
        assert store.ingest("m", folder / "labels.parquet", "labels").rejected == 0
        register(store, Trial("m", "one", SHADOW, "brier", 0.01, 2000, 20_000))
    return folder / "lookout.duckdb"


@dataclass(frozen=True, eq=False)
class Made:
    """A report as it was gathered and as it was written."""

    found: reports.Gathered
    html: str
    record: dict


def made(store: Store, asked: reports.Asked | None = None) -> Made:
    """Gather and write a report of the model ``m``."""
    found = reports.gather(store, store.model("m"), asked)
    return Made(found, reports.html(found, MADE), json.loads(reports.text(found, MADE)))
