"""How often the usual rules fire where nothing happens."""

import numpy as np
import pandas as pd

from monitoring import health
from monitoring.alerts import Rule, Watch, fired
from monitoring.alerts.courses import course, without
from monitoring.store import Store

DAYS, ROWS, SEEDS = 118, 100, 8
TOML = """
name = "calm"
task = "binary"
clock = "last row"
[reference]
start = 2026-01-01
stop = 2026-01-29
"""
RULES = (
    Rule(name="drift", signal="drift"),
    Rule(name="predictions", signal="predictions"),
    Rule(name="performance", signal="performance"),
    Rule(name="freshness", condition="freshness"),
    Rule(name="volume", condition="zero_volume"),
    Rule(name="coverage", condition="label_coverage"),
)


def calm(folder, seed):
    """A store of 90 days after a reference of 28 in which nothing ever changes."""
    rng = np.random.default_rng(seed)
    number = np.repeat(np.arange(DAYS), ROWS)
    features = {f"x{i}": rng.normal(size=len(number)) for i in range(8)}
    score = (1 / (1 + np.exp(-2 * features["x0"]))).round(4)
    at = pd.Timestamp("2026-01-01") + pd.to_timedelta(
        number * 1440 + np.tile(np.arange(ROWS), DAYS) * 14, unit="min"
    )
    ids = [f"r{i}" for i in range(len(number))]
    pd.DataFrame({"id": ids, "predicted_at": at, "score": score, **features}).to_parquet(
        folder / "log.parquet"
    )
    known = rng.random(len(number)) < 0.9
    told = pd.DataFrame(
        {
            "id": ids,
            "label": (rng.random(len(number)) < score).astype(int),
            "labelled_at": at + pd.Timedelta(hours=5),
        }
    )
    told[known].to_parquet(folder / "labels.parquet")
    store = Store.open(folder / "lookout.duckdb")
    store.add(TOML)
    store.ingest("calm", folder / "log.parquet")
    store.ingest("calm", folder / "labels.parquet", "labels")
    return store


def test_rules_fire_seldom_where_nothing_happens_and_a_loss_not_more_often_than_health_shows_one(
    tmp_path, figures
):
    counts = dict.fromkeys((*(rule.name for rule in RULES), "model", "performance at once"), 0)
    for seed in range(SEEDS):
        folder = tmp_path / str(seed)
        folder.mkdir()
        with calm(folder, seed) as store:
            model = store.model("calm")
            watch = Watch(store, model, store.now(model))
            for rule in RULES:
                counts[rule.name] += len(fired(rule, watch.course(rule)))
            counts["model"] += len(fired(Rule(name="m"), watch.course(Rule(name="m"))))
            signal = health.outputs(store, model).performance
            keys = [key.start for key in signal.assessment.keys]
            shown = without(course(dict(zip(keys, signal.model.tolist(), strict=True))), keys[0], keys[28])
            once = Rule(name="o", signal="performance", needed=1, last=1)
            counts["performance at once"] += len(fired(once, shown))
    years = SEEDS * (DAYS - 28) / 365
    figures(f"alerts in {years:.1f} years of {ROWS} rows a day in which nothing happens: {counts}")
    for name in ("drift", "predictions", "freshness", "volume", "coverage"):
        assert counts[name] <= years, name
    assert counts["performance"] <= counts["performance at once"]
    assert counts["performance"] <= 6 * years
    assert counts["model"] <= 8 * years
