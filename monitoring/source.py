"""Where a model's log lies when somebody else writes it: a folder of files, or tables of a DuckDB file."""

from __future__ import annotations

import re

from pydantic import BaseModel, Field, model_validator

_NAMES = re.compile(r'"(?:[^"]|"")+"|[^."]+')
TABLE = "a table is written like predictions, or main.predictions; a name with a dot stands in double quotes"


class Source(BaseModel, extra="forbid", frozen=True):
    r"""A place that is looked through for new rows.

    Attributes
    ----------
    path : str or None
        A folder, a file or a glob of files of predictions.
    database, table : str or None
        Or a DuckDB file and a table of it.
    labels : str or None
        Where the labels are: another path, or another table of the same database.
    overlap_days : int
        How far before the newest row of a table late rows are looked for at every look.

    Examples
    --------
    >>> from monitoring.models import parse
    >>> text = 'name = "churn"\ntask = "binary"\n[source]\npath = "exports"\nlabels = "seen.csv"'
    >>> model = parse(text)
    >>> model.source.kinds
    {'predictions': 'exports', 'labels': 'seen.csv'}
    >>> parse('name = "churn"\ntask = "binary"\n[source]\ndatabase = "warehouse.duckdb"')
    Traceback (most recent call last):
    monitoring.models.ModelError: source: name the table of the database, like table = "predictions"
    """

    path: str | None = Field(default=None, min_length=1)
    database: str | None = Field(default=None, min_length=1)
    table: str | None = Field(default=None, min_length=1)
    labels: str | None = Field(default=None, min_length=1)
    overlap_days: int = Field(default=2, ge=1, le=3660)

    @model_validator(mode="after")
    def _one_form(self) -> Source:
        if (self.path is None) == (self.database is None):
            raise ValueError("name either a path (a folder or files), or a database and its table")
        if self.database is not None and self.table is None:
            raise ValueError('name the table of the database, like table = "predictions"')
        if self.path is not None and self.table is not None:
            raise ValueError("a table belongs to a database; files have none")
        if any("\0" in one for one in (self.path, self.database, *self.kinds.values()) if one):
            raise ValueError("a path or a name holds a character that none can hold")
        if self.database is not None:
            for one in self.kinds.values():
                names(one)
        return self

    @property
    def kinds(self) -> dict[str, str]:
        """The place of each kind of rows: a path, or a table of the database."""
        first = self.path if self.path is not None else self.table or ""
        return {"predictions": first, **({"labels": self.labels} if self.labels else {})}


def names(table: str) -> tuple[str, ...]:
    """The schema, where one is written, and the name of a table.

    Raises
    ------
    ValueError
        If that is not how a table is written.

    Examples
    --------
    >>> names("predictions"), names('main."Scores 2.0"')
    (('predictions',), ('main', 'Scores 2.0'))
    """
    found = _NAMES.findall(table)
    if ".".join(found) != table or not 1 <= len(found) <= 2:
        raise ValueError(f"{table!r}: {TABLE}")
    return tuple(one[1:-1].replace('""', '"') if one.startswith('"') else one for one in found)
