"""Values that came with another type than the store keeps, by feature."""

from __future__ import annotations

from collections.abc import Iterable

from monitoring.store import layout
from monitoring.store.sql import query
from monitoring.store.store import Store


def type_misfits(store: Store, name: str) -> dict[str, int]:
    """How many rows of the log were not taken in because a value had another type than the store keeps.

    A row in which several features did not fit counts for the first of them that was found. Rows of a
    reference file are none of the log: what did not fit of those is in the quarantine under the file's name.

    Returns
    -------
    dict of str to int
        Features that have any, those with most rows first.

    Raises
    ------
    UnknownModel
        If the model is not registered.
    """
    model = store.model(name)
    with store.cursor() as cursor:
        features = layout.features(cursor, model)
        found = cursor.execute(query("misfits"), {"name": name}).fetchall()
    names = spelled(features)
    counts: dict[str, int] = {}
    for literal, rows in found:
        feature = names.get(layout.folded(literal))
        if feature is not None:  # else it is the column of a score, a label or a latency
            counts[feature] = counts.get(feature, 0) + rows
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def spelled(features: Iterable[str]) -> dict[str, str]:
    r"""Features by how a reason in the quarantine names them, folded.

    The reason names a column as its file spells it. What `repr` makes of two names never begins alike: a
    quote inside is escaped or the other kind stands outside. So a name is told exactly, whatever it holds.

    Examples
    --------
    >>> spelled(["Age", "it's"])
    {"'age'": 'Age', '"it\'s"': "it's"}
    """
    return {layout.folded(repr(feature)): feature for feature in features}
