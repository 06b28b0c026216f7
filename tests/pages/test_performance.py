"""The Performance page: its answer, its course and its views, on awkward data as on ordinary data."""

import numpy as np
import pandas as pd
import pytest

from monitoring.store import Store
from tests.store.scored_logs import take

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
    label = np.array(
        [random.choice(["a", "b", "c"], p=np.maximum(one, 0) / np.maximum(one, 0).sum()) for one in p]
    )
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


@pytest.fixture
def filled(store_file, tmp_path):
    """Put a log and its labels into the store that the app of this test serves."""

    def put(text, log, told=None):
        with Store.open(store_file) as store:
            store.add(text)
            take(store, tmp_path, log, "predictions")
            if told is not None:
                take(store, tmp_path, told, "labels")

    return put


def said(app):
    parts = [*app.markdown, *app.caption, *app.title, *app.subheader]
    return " ".join(str(item.value) for item in parts).replace("\\", "")


@pytest.mark.parametrize(
    ("task", "names"),
    [
        ("binary", ("accuracy", "AUC")),
        ("multiclass", ("accuracy", "macro AUC")),
        ("regression", ("MAE", "R²")),
    ],
)
def test_every_task_is_answered_by_its_headline_metrics(open_app, filled, task, names):
    filled(description(task), *logged(task))
    app = open_app("performance", model="m")
    assert not app.exception
    answer = said(app)
    for name in names:
        assert name in answer, answer
    assert "against" in answer
    assert app.selectbox(key="metric").value == {"regression": "mae"}.get(task, "accuracy")


def test_a_model_that_became_worse_is_not_healthy(open_app, filled):
    filled(description("binary"), *logged("binary"))
    app = open_app("performance", model="m", window="7 chunks")
    assert "worse beyond chance" in said(app)
    assert "Act" in said(app) or "Watch" in said(app)


def test_without_labels_the_page_says_so(open_app, filled):
    filled(description("binary"), logged("binary")[0])
    app = open_app("performance", model="m")
    assert not app.exception
    assert "No label of 4,800 predictions is known" in said(app)


def test_a_model_without_predictions_is_explained(open_app, store_file):
    with Store.open(store_file) as store:
        store.add(description("binary"))
    app = open_app("performance", model="m")
    assert not app.exception
    assert "No predictions of champion yet" in said(app)
