"""Logs whose labels come late and whose model turns worse, and what a page said of them."""

import numpy as np
import pandas as pd

HOSTILE = "<img src=x onerror=alert(1)> [a](b) $x$ :red[z] `q` | \"'"
TOML = {
    "binary": "",
    "multiclass": '[columns.score]\na = "p_a"\nb = "p_b"\nc = "p_c"\n',
    "regression": "",
}
DAYS = 60


def description(task, more=""):
    return (
        f'name = "m"\ntask = "{task}"\ntitle = "Is <b>it</b> so?"\nclock = "last row"\n'
        f"{more}[reference]\nstart = 2026-01-01\nstop = 2026-01-21\n{TOML[task]}"
    )


def outputs(task, random, rows, turned):
    """Columns of a day's outputs and its labels; after the model has turned, scores say less."""
    if task == "regression":
        prediction = random.normal(100, 10, rows)
        return {"prediction": prediction}, prediction + random.normal(0, 12 if turned else 4, rows)
    if task == "binary":
        score = random.uniform(size=rows)
        happens = random.uniform(size=rows) < (np.clip(score - 0.3, 0, 1) if turned else score)
        return {"score": score}, happens.astype(int)
    p = random.dirichlet([1, 1, 1], rows)
    p[:, 2] = 1 - p[:, 0] - p[:, 1]
    drawn = (random.uniform(size=(rows, 1)) > p.cumsum(axis=1)).sum(axis=1)
    label = np.array(["a", "b", "c"])[np.minimum(drawn, 2)]
    return {"p_a": p[:, 0], "p_b": p[:, 1], "p_c": p[:, 2]}, label


def logged(task="binary", days=DAYS, rows=80, delay=2, turn=45, extra=None):
    """Predictions and their labels; from day ``turn`` on the model is worse."""
    random = np.random.default_rng(11)
    logs, told = [], []
    for day in range(days):
        at = (
            pd.Timestamp("2026-01-01")
            + pd.Timedelta(days=day)
            + pd.to_timedelta(np.linspace(0, 80_000, rows), "s")
        )
        columns, label = outputs(task, random, rows, day >= turn)
        ids = [f"{day}-{i}" for i in range(rows)]
        logs.append(
            pd.DataFrame(
                {"id": ids, "predicted_at": at, "x": random.normal(size=rows), **columns, **(extra or {})}
            )
        )
        late = at + pd.to_timedelta(random.integers(0, delay * 24 + 1, rows), "h")
        told.append(pd.DataFrame({"id": ids, "label": label, "labelled_at": late}))
    log, labels = pd.concat(logs), pd.concat(told)
    return log, labels[labels["labelled_at"] < log["predicted_at"].max()]


def said(app):
    parts = [*app.markdown, *app.caption, *app.title, *app.subheader]
    return " ".join(str(item.value) for item in parts).replace("\\", "")
