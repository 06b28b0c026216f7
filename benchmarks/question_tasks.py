"""What answers cost: frames of drift and of performance, a closer look, a champion beside its shadow."""

from __future__ import annotations

from benchmarks import outputs, stores, workload
from benchmarks.measuring import cost, peak_megabytes
from benchmarks.repeating import first_and_warm
from benchmarks.stores import MODEL


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

        return first_and_warm(made)


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

        return first_and_warm(made)


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
        return first_and_warm(lambda: outputs.frame(store, labelled=labelled))


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
            return first_and_warm(lambda: outputs.frame(store, labelled=True, metrics=metrics))
        found = performance.assess(performance.material(store, outputs.MODEL), metrics=metrics)
        return first_and_warm(lambda: outputs.estimated(found))


def pairs(rows: int) -> dict[str, float]:
    """Champion and shadow of a year from the profile: pairs, the trial's verdict and every metric."""
    from benchmarks import pairs as made
    from monitoring.store import Store

    with Store.open(made.year(rows)) as store:
        return first_and_warm(lambda: made.answered(store))


TASKS = (
    drift_frame,
    every_method,
    classifier,
    inspection,
    outputs_floor,
    outputs_frame,
    kept_frame,
    year_frame,
    pairs,
)
