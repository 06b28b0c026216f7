"""The steps that brought the store to its present form, each applied once and recorded."""

from __future__ import annotations

from collections.abc import Callable

import duckdb

from monitoring.models import parse
from monitoring.store import (
    cases,
    counters,
    followed,
    incidents,
    layout,
    outlier_counts,
    pairing,
    score_partials,
    scoring,
    trials,
)
from monitoring.store.sql import composed, listed, named, quoted
from monitoring.store.transactions import transaction

MIGRATIONS: list[Callable[[duckdb.DuckDBPyConnection], None]] = []
migration = MIGRATIONS.append


def apply(cursor: duckdb.DuckDBPyConnection) -> list[str]:
    """Bring a store up to date: all the way, or not at all.

    Returns
    -------
    list of str
        The names of the steps taken now, oldest first.
    """
    cursor.execute("CREATE TABLE IF NOT EXISTS migrations (name VARCHAR, applied_at TIMESTAMP)")
    done = {row[0] for row in cursor.execute("SELECT name FROM migrations").fetchall()}
    missing = [step for step in MIGRATIONS if step.__name__ not in done]
    if not missing:
        return []
    with transaction(cursor):
        for step in missing:
            step(cursor)
            cursor.execute("INSERT INTO migrations VALUES ($name, now()::TIMESTAMP)", {"name": step.__name__})
    return [step.__name__ for step in missing]


@migration
def m001_models_files_and_quarantine(cursor: duckdb.DuckDBPyConnection) -> None:
    """Create what all models share; each model's own tables are made when it is added."""
    cursor.execute(
        """
        CREATE TABLE models (
            name VARCHAR, toml VARCHAR, added_at TIMESTAMP, changed_at TIMESTAMP,
            stale BOOLEAN, revision BIGINT, raw_from DATE)
        """
    )
    cursor.execute("CREATE SEQUENCE file_numbers")
    cursor.execute(
        """
        CREATE TABLE files (
            file INTEGER, model VARCHAR, kind VARCHAR, name VARCHAR, digest VARCHAR, bytes BIGINT,
            rows BIGINT, accepted BIGINT, duplicates BIGINT, rejected BIGINT,
            first_day DATE, last_day DATE, taken_at TIMESTAMP)
        """
    )
    cursor.execute(
        """
        CREATE TABLE quarantine (
            model VARCHAR, file INTEGER, row BIGINT, reason VARCHAR, detail VARCHAR, content VARCHAR)
        """
    )


@migration
def m002_labels_told_twice_are_set_aside(cursor: duckdb.DuckDBPyConnection) -> None:
    """Give every model the table that keeps what an earlier file had told already."""
    text = "CREATE TABLE IF NOT EXISTS {schema}.labels_spare AS SELECT * FROM {schema}.labels LIMIT 0"
    for (name,) in cursor.execute("SELECT name FROM models").fetchall():
        cursor.execute(named(text, schema=name))


@migration
def m003_a_reference_may_be_a_file(cursor: duckdb.DuckDBPyConnection) -> None:
    """Give every model the tables for the rows and the profile of a reference file."""
    for (name,) in cursor.execute("SELECT name FROM models").fetchall():
        requests, predictions, profile = (
            [row[:2] for row in cursor.execute(named(text, schema=name)).fetchall()]
            for text in (
                "DESCRIBE {schema}.requests",
                "DESCRIBE {schema}.predictions",
                "DESCRIBE {schema}.profile",
            )
        )
        scores = [(column, kind) for column, kind in predictions if column.partition(".")[0] == "_score"]
        rows = [*requests[:4], *scores, *requests[4:]]  # the first four are the store's own
        for table, columns in (("reference_rows", rows), ("reference_profile", profile)):
            text = "CREATE TABLE IF NOT EXISTS {schema}.{table} ({columns})"
            typed = ", ".join(f"{quoted(column)} {kind}" for column, kind in columns)
            cursor.execute(composed(text, {"columns": typed}, schema=name, table=table))


@migration
def m004_findings_are_kept(cursor: duckdb.DuckDBPyConnection) -> None:
    """Create the table of results that were computed from rows; see `monitoring.store.findings`."""
    cursor.execute(
        """
        CREATE TABLE findings (
            model VARCHAR, key VARCHAR, made_from VARCHAR, content VARCHAR, made_at TIMESTAMP)
        """
    )


@migration
def m005_outputs_have_a_profile(cursor: duckdb.DuckDBPyConnection) -> None:
    """Give every model the profile of its scores and labels; it is made when the model is next settled."""
    cursor.execute("ALTER TABLE models ADD COLUMN scores_stale BOOLEAN")
    cursor.execute("UPDATE models SET scores_stale = TRUE")
    for (name,) in cursor.execute("SELECT name FROM models").fetchall():
        scoring.create(cursor, name)


@migration
def m006_a_reference_file_has_outputs_and_labels(cursor: duckdb.DuckDBPyConnection) -> None:
    """Give every model the tables for what versions said of a reference file, and for its labels.

    Of a file that was read before, the champion's scores are known. It is read again when the model's file is
    next added, unless retention has deleted rows: then a reference can no longer change.
    """
    for name, toml in cursor.execute("SELECT name, toml FROM models").fetchall():
        model = parse(toml)
        layout.create_reference_outputs(cursor, model)
        score_partials.create(cursor, name)
        scores = listed(["_score", *(layout.score_column(label) for label in model.classes)])
        cursor.execute(
            composed(
                "INSERT INTO {schema}.reference_predictions (_id, _version, _predicted_at, _day, _file, "
                "{scores}) SELECT _id, $version, _predicted_at, _day, _file, {scores} "
                "FROM {schema}.reference_rows",
                {"scores": scores},
                schema=name,
            ),
            {"version": model.versions.champion},
        )
    cursor.execute(
        "UPDATE files SET digest = '' WHERE kind = 'reference' "
        "AND model IN (SELECT name FROM models WHERE raw_from IS NULL)"
    )
    cursor.execute(
        "UPDATE models SET scores_stale = TRUE "
        "WHERE name IN (SELECT model FROM files WHERE kind = 'reference')"
    )


@migration
def m007_pairs_of_versions_have_a_profile(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make room for pairs in the profile of outputs, which is made again when the model is next settled."""
    text = "ALTER TABLE {schema}.{table} ADD COLUMN IF NOT EXISTS beside VARCHAR DEFAULT ''"
    for (name,) in cursor.execute("SELECT name FROM models").fetchall():
        for table in ("scores", "reference_scores"):
            cursor.execute(named(text, schema=name, table=table))
        pairing.create(cursor, name)
    cursor.execute("UPDATE models SET scores_stale = TRUE")


@migration
def m008_trials_are_kept(cursor: duckdb.DuckDBPyConnection) -> None:
    """Create the tables of trials and of what was decided of them."""
    trials.create(cursor)


@migration
def m009_a_decision_knows_where_it_stands_among_the_data(cursor: duckdb.DuckDBPyConnection) -> None:
    """Give decisions the instant of the model's clock at which they were made."""
    cursor.execute("ALTER TABLE trial_decisions ADD COLUMN IF NOT EXISTS data_at TIMESTAMP")


@migration
def m010_a_version_may_fail(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make room for whether a version failed, and count pairs anew, which have sums more."""
    text = "ALTER TABLE {schema}.{table} ADD COLUMN IF NOT EXISTS _error BOOLEAN"
    for (name,) in cursor.execute("SELECT name FROM models").fetchall():
        for table in ("predictions", "predictions_spare", "reference_predictions"):
            cursor.execute(named(text, schema=name, table=table))
    cursor.execute(
        "UPDATE models SET scores_stale = TRUE WHERE name IN (SELECT DISTINCT model FROM trials) "
        "OR toml LIKE '%shadows%'"
    )


@migration
def m011_faults_are_counted(cursor: duckdb.DuckDBPyConnection) -> None:
    """Give every model counters of rows that come twice, of rows set aside and of broken rules."""
    for (toml,) in cursor.execute("SELECT toml FROM models").fetchall():
        counters.migrate(cursor, parse(toml))


@migration
def m012_rows_are_scored_by_how_odd_they_are(cursor: duckdb.DuckDBPyConnection) -> None:
    """Give every model the tables of odd rows; they are filled when the model is next settled."""
    for (name,) in cursor.execute("SELECT name FROM models").fetchall():
        outlier_counts.create(cursor, name)


@migration
def m013_cases_are_reviewed(cursor: duckdb.DuckDBPyConnection) -> None:
    """Create the tables of cases that people look at and of what they said."""
    cases.create(cursor)


@migration
def m014_alerts_are_kept(cursor: duckdb.DuckDBPyConnection) -> None:
    """Create the tables of incidents, of the messages about them, and of deploy notes."""
    incidents.create(cursor)


@migration
def m015_places_are_followed(cursor: duckdb.DuckDBPyConnection) -> None:
    """Create the tables of what is known of folders and databases that models follow."""
    followed.create(cursor)
