"""Findings: results that were computed from rows, cost seconds, and are kept until what they rest on changes.

A finding is a convenience. Whoever computed one has it already, so keeping it never fails and never waits
long: where another writer is at work or the disk is full, it is computed again the next time it is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from monitoring.store.database import DatabaseError
from monitoring.store.errors import Busy
from monitoring.store.sql import query
from monitoring.store.store import Store

KEPT = 200  # findings of a model; the oldest make room for new ones
PATIENCE = 0.2  # seconds that a question waits for another writer

_FORGET = "DELETE FROM findings WHERE model = $model AND key = $key"
_MAKE_ROOM = """
DELETE FROM findings WHERE model = $model AND rowid NOT IN (
    SELECT rowid FROM findings WHERE model = $model ORDER BY made_at DESC, rowid DESC LIMIT $kept)"""
_KEEP = """
INSERT INTO findings
SELECT name, $key, $made_from, $content, now()::TIMESTAMP FROM models WHERE name = $model"""


def remember(store: Store, name: str, key: str, made_from: str, content: Mapping[str, Any]) -> bool:
    """Keep a finding in the place of an earlier one of its key.

    Parameters
    ----------
    store : Store
    name : str
        The model.
    key : str
        What was asked, with every parameter that the answer depends on.
    made_from : str
        What the answer rests on, such as the store's data version; see `recall`.
    content : mapping
        Text, numbers, booleans, None, lists and mappings of these with text as keys. NaN and infinities are
        kept too.

    Returns
    -------
    bool
        Whether it is kept. It is not when another writer does not finish within `PATIENCE`, the database
        cannot write (a full disk, a conflict), or the model is not there any more.

    Raises
    ------
    TypeError
        If the content holds anything else: that is a mistake of the caller, not of the store.
    """
    text = json.dumps(content)
    try:
        with store.writing(PATIENCE) as cursor:
            cursor.execute(_FORGET, {"model": name, "key": key})
            cursor.execute(_MAKE_ROOM, {"model": name, "kept": KEPT - 1})
            given = {"model": name, "key": key, "made_from": made_from, "content": text}
            row = cursor.execute(_KEEP, given).fetchone()
    except (Busy, DatabaseError):
        return False
    return row is not None and row[0] == 1


def recall(store: Store, name: str, key: str, made_from: str) -> dict[str, Any] | None:
    r"""A finding as it was remembered; None if there is none, or it was made from something else.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "lookout.duckdb") as store:
    ...     model = store.add('name = "churn"\ntask = "binary"')
    ...     kept = remember(store, "churn", "classifier", "churn-1", {"auc": 0.5})
    ...     recall(store, "churn", "classifier", "churn-1"), recall(store, "churn", "classifier", "churn-2")
    ({'auc': 0.5}, None)
    """
    with store.cursor() as cursor:
        given = {"model": name, "key": key, "made_from": made_from}
        row = cursor.execute(query("finding"), given).fetchone()
    return json.loads(row[0]) if row else None
