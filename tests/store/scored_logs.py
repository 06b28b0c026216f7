"""Logs of predictions and labels, and what the profile of outputs must say of them, counted row by row."""

import datetime as dt

import numpy as np
import pandas as pd

from monitoring.store import Store, outputs
from monitoring.store.score_grids import CLASS, CONFIDENCE, ERROR, LABEL, SCORE

START = pd.Timestamp("2026-01-01")
ZONE = "America/New_York"
HEADS = {
    "binary": 'task = "binary"\nthreshold = 0.3\n',
    "multiclass": 'task = "multiclass"\n[columns]\nscore = {a = "p_a", b = "p_b", c = "p_c"}\n',
    "regression": 'task = "regression"\n',
}
REFERENCE = "[reference]\nstart = 2026-01-01\nstop = 2026-01-03\n"


def description(task, *, hours=False, reference=REFERENCE, segments=True):
    head = f'name = "m"\ntimezone = "{ZONE}"\n' + ('chunk = "1 hour"\n' if hours else "")
    versions = '[versions]\nchampion = "one"\nshadows = ["two"]\n'
    parts = '[segments]\ncolumns = ["city"]\n' if segments else ""
    return head + HEADS[task] + versions + reference + parts


def predictions(task, days=5, each=30, seed=0, version="one", decided=False):
    rng = np.random.default_rng(seed)
    count = days * each
    at = START + pd.Timedelta(hours=6) + pd.to_timedelta(np.arange(count) * (24 * 60 // each), unit="min")
    frame = pd.DataFrame(
        {
            "id": [f"r{i}" for i in range(count)],
            "predicted_at": at,
            "version": version,
            "city": rng.choice(np.array(["Rome", "Oslo", None], object), count),
            "age": rng.normal(size=count),
        }
    )
    if task == "multiclass":
        chances = rng.dirichlet([1, 2, 1], count).round(4)
        return frame.assign(p_a=chances[:, 0], p_b=chances[:, 1], p_c=chances[:, 2])
    score = rng.beta(1, 3, count).round(3) if task == "binary" else rng.normal(50, 20, count).round(2)
    score[rng.random(count) < 0.05] = np.nan
    name = "score" if task == "binary" else "prediction"
    frame[name] = score
    if decided:
        frame["prediction"] = rng.integers(0, 2, count)
    return frame


def labels(task, log, seed=1, share=0.8, revised=0.2):
    """Labels hours or days late, some of them told twice with another value."""
    rng = np.random.default_rng(seed)
    told = log[rng.random(len(log)) < share]
    again = told[rng.random(len(told)) < revised]
    parts = []
    for number, rows in enumerate((told, again)):
        late = pd.to_timedelta(rng.integers(1, 24 * 60, len(rows)) + number * 60 * 30, unit="min")
        if task == "regression":
            values = rng.normal(50, 25, len(rows)).round(1)
        else:
            values = rng.choice(["0", "1"] if task == "binary" else ["a", "b", "c"], len(rows))
        at = rows["predicted_at"].to_numpy() + late
        parts.append(pd.DataFrame({"id": rows["id"].to_numpy(), "label": values, "labelled_at": at}))
    return pd.concat(parts, ignore_index=True)


def keys(instants, hours=False):
    """The profile keys of instants: local days, or hours in UTC."""
    if hours:
        return instants.dt.floor("h")
    return instants.dt.tz_localize("UTC").dt.tz_convert(ZONE).dt.tz_localize(None).dt.normalize()


def known(told, until=None, hours=False):
    """The label of each id as it was known at the end of a key."""
    told = told.assign(key=keys(told["labelled_at"], hours))
    told = told if until is None else told[told["key"] <= until]
    ordered = told.sort_values(["labelled_at", "label"], kind="stable")
    return ordered.groupby("id")["label"].last()


def values(task, subject, rows):
    """What a subject counts: values, and decisions for it where there are any."""
    if task == "binary":
        logged = rows["prediction"].astype(float) if "prediction" in rows else np.full(len(rows), np.nan)
        return rows["score"].to_numpy(), np.asarray(logged, float)
    if task == "regression":
        whole = {SCORE: rows["prediction"], LABEL: rows.get("label")}
        value = rows["prediction"] - rows["label"] if subject == ERROR else whole[subject]
        return value.to_numpy(), np.full(len(rows), np.nan)
    chances = rows[["p_a", "p_b", "p_c"]].to_numpy()
    chosen = np.array(["a", "b", "c"])[chances.argmax(1)]
    if subject == CONFIDENCE:
        right = (chosen == rows["label"]).astype(float) if "label" in rows else np.full(len(rows), np.nan)
        return chances.max(1), np.asarray(right, float)
    name = subject.removeprefix(CLASS)
    return rows[f"p_{name}"].to_numpy(), (chosen == name).astype(float)


def by_hand(task, cube, rows):
    """Counts, logged, decided, sums and squares of rows of one chunk over the grid of a cube."""
    value, decision = values(task, cube.grid.subject, rows)
    width = len(cube.grid.edges) + 2
    slot = np.where(np.isfinite(value), np.searchsorted(cube.grid.edges, value, side="right"), width - 1)
    centre = 0.0 if cube.grid.subject == ERROR else cube.grid.centre
    shifted = np.where(np.isfinite(value), value - centre, 0.0)
    weights = (
        np.ones(len(rows)), np.isfinite(decision) * 1.0, np.nan_to_num(decision), shifted, shifted**2,
    )  # fmt: skip
    return [np.bincount(slot, weight, width) for weight in weights]


def assert_counted(store, task, log, told, *, until=None, segment=("", ""), hours=False):
    """Hold every subject of every version against a count row by row."""
    chosen = log if not segment[0] else log[log["city"].fillna("(missing)") == segment[1]]
    found = outputs.grids(store, "m")
    assert {grid.version for grid in found} == set(log["version"])
    for grid in found:
        cube = outputs.cube(store, "m", grid, segment=segment, known_at=until)
        rows = chosen[chosen["version"] == grid.version]
        rows = rows.assign(key=keys(rows["predicted_at"], hours))
        labelled = rows.merge(known(told, until, hours).rename("label"), left_on="id", right_index=True)
        whole, met = dict([*rows.groupby("key")]), dict([*labelled.groupby("key")])
        for place, key in enumerate(cube.chunks):
            part = met.get(key, labelled[:0])
            if grid.subject not in (ERROR, LABEL):
                assert_same(cube.all, (place,), by_hand(task, cube, whole.get(key, rows[:0])))
            for number, label in enumerate(cube.labels):
                if task != "regression":
                    told_so = part[part["label"] == label]
                    assert_same(cube.labelled, (number, place), by_hand(task, cube, told_so))
                elif grid.subject != SCORE:
                    assert_same(cube.labelled, (number, place), by_hand(task, cube, part))
        if grid.subject not in (ERROR, LABEL):
            assert sorted(rows["key"].unique()) == [pd.Timestamp(key) for key in cube.chunks]


def assert_same(tally, place, expected):
    names = ("counts", "logged", "decided", "sums", "squares")
    found = [getattr(tally, name)[place] for name in names]
    np.testing.assert_allclose(found, expected, atol=1e-6, err_msg=", ".join(names))


def opened(path, text):
    path.mkdir(parents=True, exist_ok=True)
    store = Store.open(path / "lookout.duckdb")
    store.add(text)
    return store


def take(store, path, frame, kind="predictions"):
    file = path / f"{kind}-{dt.datetime.now().timestamp()}.parquet"
    frame.to_parquet(file, index=False)
    receipt = store.ingest("m", file, kind)
    assert not receipt.problem
    return file.name


def state(store):
    """The profile of outputs as one table of what adds up, whatever partial rows it is made of."""
    parts = []
    for grid in outputs.grids(store, "m"):
        for segment in (("", ""), ("city", "Rome"), ("city", "(missing)")):
            cube = outputs.cube(store, "m", grid, segment=segment)
            late = outputs.delays(store, "m", grid, segment)
            parts.append((grid, segment, cube.chunks, cube.labels, cube.all, cube.labelled, late))
    return parts


def assert_states_equal(one, two):
    assert [part[:4] for part in one] == [part[:4] for part in two]
    for left, right in zip(one, two, strict=True):
        for tally in (4, 5):
            for name in ("counts", "logged", "decided", "sums", "squares", "moments"):
                np.testing.assert_allclose(
                    getattr(left[tally], name), getattr(right[tally], name), rtol=1e-9, atol=1e-7
                )
        pd.testing.assert_frame_equal(left[6], right[6])
