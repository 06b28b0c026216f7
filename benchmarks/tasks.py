"""What is measured, one function each, run in a fresh process that prints its figures as one line of JSON."""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import outputs, stores, workload
from benchmarks.measuring import ROOT, cost, peak_megabytes

MODEL = "bench"
WARM = 15  # runs of which the median counts


def prepare(rows: int) -> dict[str, float]:
    """Make a store beforehand, so that nobody's figures hold the making; the wide one for no rows."""
    if rows:
        stores.of_rows(rows)
    else:
        stores.wide()
    return {}


def floor(rows: int) -> dict[str, float]:
    """A bare scan of the table that a profile reads: means of the numbers, rough counts of the categories."""
    from monitoring.store import Store

    columns = [f'avg("{name}")' for name in workload.NUMBERS]
    columns += [f'approx_count_distinct("{name}")' for name in workload.CATEGORIES]
    statement = f'SELECT {", ".join(columns)} FROM "{MODEL}".requests'
    with Store.open(stores.of_rows(rows)) as store, store.cursor() as cursor:
        with cost() as spent:
            cursor.execute(statement).fetchall()
        return {"cpu": spent.cpu, "peak": peak_megabytes()}


def one_row(rows: int) -> dict[str, float]:
    """The profile of a single row of the same table: what a profile costs however few rows there are."""
    return _profiled(rows, f'(SELECT * FROM "{MODEL}".requests LIMIT 1)')


def profile(rows: int) -> dict[str, float]:
    """The profile of every row, appended to the profile's table and taken back."""
    return _profiled(rows, f'"{MODEL}".requests')


def _profiled(rows: int, relation: str) -> dict[str, float]:
    from monitoring.store import Store, grids
    from monitoring.store import profile as profiles

    with Store.open(stores.of_rows(rows)) as store, store.cursor() as cursor:
        known = grids.read(cursor, MODEL)
        cursor.execute("BEGIN")
        with cost() as spent:
            profiles.append(cursor, MODEL, relation, known)
        cursor.execute("ROLLBACK")
        return {"cpu": spent.cpu, "peak": peak_megabytes()}


def ingest(rows: int, segments: list[str]) -> dict[str, float]:
    """One Parquet file into a store that holds the reference: rows, profile and what keeps them unique."""
    from monitoring.store import Store

    reference, current = workload.write(stores.DATA, rows)
    lines = f"[segments]\ncolumns = {json.dumps(segments)}\n" if segments else ""
    with (
        tempfile.TemporaryDirectory(dir=stores.DATA) as folder,
        Store.open(Path(folder) / "lookout.duckdb") as store,
    ):
        store.add(workload.TOML + lines)
        store.ingest(MODEL, reference)
        with cost() as spent:
            receipt = store.ingest(MODEL, current)
    if receipt.accepted != rows:
        raise RuntimeError(f"{receipt.accepted} of {rows} rows were taken in")
    return {"cpu": spent.cpu, "peak": peak_megabytes()}


def scoring(rows: int) -> dict[str, float]:
    """How odd every row is, counted as ingest does and taken back; the fit is made beforehand."""
    from monitoring.store import Store, outlier_counts, outliers

    with Store.open(stores.of_rows(rows)) as store, store.cursor() as cursor:
        known, model = outliers.fit(store, MODEL), store.model(MODEL)
        if known is None or not known.usable:
            raise RuntimeError("the rows are not scored")
        cursor.execute("BEGIN")
        with cost() as spent:
            for file in store.files(MODEL)["file"].tolist()[1:]:  # the first is the reference
                outlier_counts.extend(cursor, model, file)
        cursor.execute("ROLLBACK")
        return {"cpu": spent.cpu, "peak": peak_megabytes()}


def batch(rows: int) -> dict[str, float]:
    """A file of so many rows held against a model, from starting up to the answer; nothing is stored."""
    path = stores.of_rows(rows)
    _, current = workload.write(stores.DATA, rows)
    with cost() as spent:
        from monitoring import batch as batches
        from monitoring.store import Store

        with Store.open(path) as store:
            found = batches.check(store, MODEL, current)
    if found.taken.accepted != rows or found.known_before != rows:
        raise RuntimeError(f"{found.taken.accepted} of {rows} rows were taken, {found.known_before} known")
    return {"cpu": spent.cpu, "peak": peak_megabytes()}


def drift_frame(method: str, intervals: bool = False) -> dict[str, float]:
    """The frame of 200 features and 365 days, from the profile in the file to the tidy frame."""
    from monitoring import drift
    from monitoring.store import Store

    with Store.open(stores.wide()) as store:
        model = store.model(MODEL)

        def made() -> None:
            cubes = store.cubes(MODEL)
            found = drift.frame(
                cubes, model, reference=drift.reference_of(model), method=method, intervals=intervals
            )
            if len(found) != stores.WIDE_FEATURES * stores.WIDE_DAYS:
                raise RuntimeError(f"the frame has {len(found)} rows")

        return _first_and_warm(made)


def every_method(intervals: bool) -> dict[str, float]:
    """All methods over 30 features and 90 days from the profile, alone or with p-values and intervals."""
    import datetime as dt

    import numpy as np

    from monitoring import drift
    from monitoring.statistics import METHODS
    from monitoring.store import Store
    from monitoring.windows import Window

    with Store.open(stores.wide()) as store:
        names = list(store.features(MODEL))[:30]
        whole = drift.material(store, MODEL, features=names)
        start = whole.reference.start
        found = drift.cut(whole, Window(start, start + dt.timedelta(days=90)))

        def made() -> None:
            if not intervals:
                every = drift.values(found).methods
                if set(every) != set(METHODS) or not np.isfinite(every["psi"][1]).all():
                    raise RuntimeError("values are missing")
                return
            for key in METHODS:
                drift.judged(found, method=key, checks=("chunk",))

        return _first_and_warm(made)


def classifier(rows: int) -> dict[str, float]:
    """The domain classifier of 30 features, so many rows on each side, attributions included."""
    import numpy as np

    from monitoring.statistics.classifier import domain_classifier

    generator = np.random.default_rng(workload.SEED)
    before, after = generator.normal(size=(2, rows, 30))
    for column in range(20, 30):
        codes = generator.choice(20, size=(2, rows))
        before[:, column], after[:, column] = codes
    after[:, 0] += 0.2
    mask = np.arange(30) >= 20
    domain_classifier(before[:500], after[:500], mask)  # what importing and starting up costs is not its own
    with cost() as spent:
        domain_classifier(before, after, mask)
    return {"cpu": spent.cpu, "peak": peak_megabytes()}


def inspection(rows: int) -> dict[str, float]:
    """A closer look at a week of a log of so many rows, as the Drift page asks for it beside the page."""
    import datetime as dt

    from monitoring import drift
    from monitoring.store import Store
    from monitoring.windows import Window

    with Store.open(stores.of_rows(rows)) as store:
        last = store.span(MODEL).last
        if last is None:
            raise RuntimeError("an empty store")
        stop = last + dt.timedelta(days=1)
        with cost() as spent:
            found = drift.inspect(store, MODEL, Window(stop - dt.timedelta(days=7), stop), rows=19_999)
        if not found.classifier:
            raise RuntimeError(str(found.notes))
    return {"cpu": spent.cpu, "peak": peak_megabytes()}


def outputs_floor(rows: int) -> dict[str, float]:
    """A bare scan of the columns that a profile of outputs reads where they lie in Parquet."""
    import duckdb

    files = ", ".join(f"'{path}'" for path in outputs.files(rows))
    statement = f'SELECT avg(score), avg(prediction), avg(label), max("at") FROM read_parquet([{files}])'
    with duckdb.connect() as connection, cost() as spent:
        connection.execute(statement).fetchall()
    return {"cpu": spent.cpu, "peak": peak_megabytes()}


def outputs_frame(rows: int, labelled: bool) -> dict[str, float]:
    """Performance by day of outputs in Parquet, measured or estimated, the profile of outputs included."""
    outputs.files(rows)
    with cost() as spent, outputs.counted(rows, labelled=labelled) as store:
        outputs.frame(store, labelled=labelled)
    return {"cpu": spent.cpu, "peak": peak_megabytes()}


def kept_frame(rows: int, labelled: bool) -> dict[str, float]:
    """The frame of `outputs_frame`, from a profile that is there."""
    with outputs.counted(rows, labelled=labelled) as store:
        return _first_and_warm(lambda: outputs.frame(store, labelled=labelled))


def year_frame(rows: int, labelled: bool) -> dict[str, float]:
    """A year of performance by day from the profile, all binary metrics but the two drawn by bootstrap.

    What is estimated rests on what was measured, which is not counted again.
    """
    from monitoring import performance
    from monitoring.statistics.metrics import metrics_for
    from monitoring.store import Store

    drawn = ("average_precision", "lift")
    metrics = [one.key for one in metrics_for("binary") if one.key not in drawn]
    with Store.open(outputs.year(rows)) as store:
        if labelled:
            return _first_and_warm(lambda: outputs.frame(store, labelled=True, metrics=metrics))
        found = performance.assess(performance.material(store, outputs.MODEL), metrics=metrics)
        return _first_and_warm(lambda: outputs.estimated(found))


def page(rows: int, name: str) -> dict[str, float]:
    """A page from the URL to its last element, run as a script without a browser."""
    from streamlit.testing.v1 import AppTest

    os.environ["LOOKOUT_STORE"] = str(stores.of_rows(rows))
    app = AppTest.from_file(ROOT / "app.py", default_timeout=600).run()
    if name != "health":
        app.switch_page(f"pages/{name}.py")

    def run() -> None:
        app.run()
        said = [one.value for one in app.markdown]
        if app.exception or not any(MODEL in text for text in said):
            raise RuntimeError(f"the {name} page does not show the model: {app.exception or said}")

    from monitoring.ui import jobs, session

    with cost() as first:
        run()
    jobs.desk().rest()  # what is worked out beside the page is not the page's; it is measured by itself
    figures = _first_and_warm(run) | {"first": first.cpu}
    session.close()
    return figures


def pairs(rows: int) -> dict[str, float]:
    """Champion and shadow of a year from the profile: pairs, the trial's verdict and every metric."""
    from benchmarks import pairs as made
    from monitoring.store import Store

    with Store.open(made.year(rows)) as store:
        return _first_and_warm(lambda: made.answered(store))


def shadow_page(rows: int, view: str) -> dict[str, float]:
    """A view of the page Shadow, run as a script without a browser."""
    from streamlit.testing.v1 import AppTest

    from benchmarks import pairs as made
    from monitoring.ui import jobs, session

    os.environ["LOOKOUT_STORE"] = str(made.year(rows))
    app = AppTest.from_file(ROOT / "app.py", default_timeout=600).run()
    app.query_params["view"] = view
    app.switch_page("pages/shadow.py")

    def run() -> None:
        app.run()
        said = [one.value for one in app.markdown]
        if app.exception or not any("Two is" in text for text in said):
            raise RuntimeError(f"the page does not show the verdict: {app.exception or said}")

    with cost() as first:
        run()
    jobs.desk().rest()
    figures = _first_and_warm(run) | {"first": first.cpu}
    session.close()
    return figures


def inbox(records: int) -> dict[str, float]:
    """A record of 30 features in the inbox, as a service writes it; microseconds, the median of a hundred."""
    from monitoring.inbox import PredictionLog

    features = {name: 0.123456789 * (place + 1) for place, name in enumerate(workload.NUMBERS)}
    features |= {name: f"{name}_007" for name in workload.CATEGORIES}
    spans = []
    with (
        tempfile.TemporaryDirectory(dir=stores.DATA) as folder,
        PredictionLog(folder, MODEL) as log,
        cost() as spent,
    ):
        for _ in range(records // 100):
            started = time.perf_counter()
            for _ in range(100):
                log.predict(features=features, score=0.5)
            spans.append((time.perf_counter() - started) / 100)
    return {"cpu": spent.cpu / records, "wall": statistics.median(spans)}


def _first_and_warm(work: Callable[[], object]) -> dict[str, float]:
    """CPU seconds of the first run, and the median of those after."""
    found = []
    for _ in range(WARM + 1):
        with cost() as spent:
            work()
        found.append(spent.cpu)
    return {"first": found[0], "cpu": statistics.median(found[1:]), "peak": peak_megabytes()}


TASKS: dict[str, Callable[..., dict[str, float]]] = {
    task.__name__: task
    for task in (
        prepare,
        floor,
        one_row,
        profile,
        ingest,
        scoring,
        batch,
        drift_frame,
        every_method,
        classifier,
        inspection,
        outputs_floor,
        outputs_frame,
        kept_frame,
        year_frame,
        page,
        pairs,
        shadow_page,
        inbox,
    )
}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](**json.loads(sys.argv[2]))))
