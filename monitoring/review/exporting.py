"""What people said as a training set: features, label and weight of every row that somebody labelled."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pyarrow as pa
from pyarrow import csv, parquet

from monitoring import results
from monitoring.store import case_rows

if TYPE_CHECKING:
    from monitoring.store import Store


def training_set(store: Store, name: str) -> pa.Table:
    """Every row with a label of a review, and all that is known of it; private features are left out.

    Parameters
    ----------
    store : Store
    name : str
        The model.

    Returns
    -------
    pyarrow.Table
        A row per case: id, predicted_at (UTC), the features, the score of the champion, then what was said:
        review_label, review_verdict, review_reasons, review_author, review_said_at (UTC), review_note,
        review_tags, and review_weight, the inverse of the chance with which it was drawn: empty for cases
        that only a label chose.

    Raises
    ------
    UnknownModel
        If no model has the name.
    """
    return case_rows.labelled(store, store.model(name))


def as_csv(table: pa.Table) -> bytes:
    r"""A table as CSV.

    Examples
    --------
    >>> as_csv(pa.table({"id": ["a"], "age": [40]}))
    b'"id","age"\n"a",40\n'
    """
    out = io.BytesIO()
    csv.write_csv(table, out)
    return out.getvalue()


def as_parquet(table: pa.Table) -> bytes:
    """A table as a Parquet file."""
    out = io.BytesIO()
    parquet.write_table(table, out)
    return out.getvalue()


def as_json(table: pa.Table) -> bytes:
    r"""A table as JSON, one array of objects; instants as ISO 8601.

    Examples
    --------
    >>> as_json(pa.table({"id": ["007"], "age": [40]}))
    b'[{"id": "007", "age": 40}]\n'
    """
    return results.formatted(table.to_pandas(), "json").encode()
