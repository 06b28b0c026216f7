"""A file on its way in: what every step of taking it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import duckdb

from monitoring.models import Model
from monitoring.store.sources import Source

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Counts:
    """What became of the rows of a file."""

    rows: int
    accepted: int
    duplicates: int
    rejected: int
    first_day: object = None
    last_day: object = None


@dataclass(frozen=True)
class Batch:
    """A file on its way in."""

    cursor: duckdb.DuckDBPyConnection
    model: Model
    source: Source
    file: int

    def run(self, statement: str, **parameters: object) -> duckdb.DuckDBPyConnection:
        """Run a statement, with the file's path bound where the statement reads the file in place."""
        bound = {name: value for name, value in self.source.parameters.items() if f"${name}" in statement}
        return self.cursor.execute(statement, {**bound, **parameters})
