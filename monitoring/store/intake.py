"""Taking a file of predictions in: check every row, keep what is wrong with its reason, store the rest once.

A file that turns out sound and new in one look is stored straight away. Any other goes through two temporary
tables: ``keys`` (one row per row of the file: id, instant, local day, version) and ``rejects`` (row, reason,
detail). What is left in ``keys`` is stored.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from monitoring.store import catalogue, counters, forgetting, layout, mapping, storing
from monitoring.store.batch import Batch, Counts
from monitoring.store.conversion import Conversion, convert, implausible
from monitoring.store.layout import folded
from monitoring.store.mapping import Mapping
from monitoring.store.sql import composed, named, quoted

AMBIGUOUS = r"^\s*\d{1,4}[/.]\d{1,2}[/.]\d{1,4}|^\s*\d{1,2}-\d{1,2}-\d{2,4}"

_SOUND = """
SELECT min(_day) FILTER (NOT {untimely}), max(_day) FILTER (NOT {untimely}),
       count(*) FILTER (_misfit) = 0 AND count(DISTINCT _id) = count(*)
       AND count(*) FILTER (NOT {untimely}) = count(*) AND count(_version) = count(*)
FROM (SELECT {keys}, {wrong} AS _misfit FROM {relation})"""
_KEYS = """
CREATE OR REPLACE TEMP TABLE keys AS
SELECT _row, _id, _predicted_at, _day, _version FROM (SELECT _row, {keys} FROM {relation})"""
_NO_ID = "INSERT INTO rejects SELECT _row, 'missing_id', $detail FROM keys WHERE _id IS NULL"
_NO_VERSION = "INSERT INTO rejects SELECT _row, 'missing_version', $detail FROM keys WHERE _version IS NULL"
_NO_INSTANT = """
INSERT INTO rejects
SELECT _row,
       CASE WHEN at_text IS NULL OR at_text = '' THEN 'missing_instant'
            WHEN regexp_matches(at_text, '{ambiguous}') THEN 'ambiguous_date' ELSE 'unreadable_instant' END,
       'column ' || $column || ': ' || coalesce(at_text, 'empty') || '; write it like 2013-04-03T12:00:00Z'
FROM (SELECT _row, CAST({column} AS VARCHAR) AS at_text FROM {relation}) AS s
JOIN keys USING (_row) WHERE _predicted_at IS NULL"""
_IMPLAUSIBLE = """
INSERT INTO rejects
SELECT _row, 'implausible_instant',
       'column ' || $column || ': ' || CAST(_predicted_at AS VARCHAR)
       || ' (UTC) is before 1980 or more than a year ahead'
FROM keys WHERE {implausible}"""
_TOO_OLD = """
INSERT INTO rejects
SELECT _row, 'too_old', 'column ' || $column || ': ' || CAST(_day AS VARCHAR)
       || ' is older than what the store keeps; whether the row was there before cannot be told'
FROM keys WHERE {old}"""
_MISFIT = """
INSERT INTO rejects
SELECT _row, 'changed_type', 'column ' || $name || {what} || ' is not ' || $expected
FROM {relation} WHERE {misfit}"""
_TOGETHER = 50  # columns counted by one statement: planning one takes the square of its length
_SHOWN = "': ' || left(CAST({column} AS VARCHAR), 80)"
_HIDDEN = "' holds a value that'"
_TWICE = """
INSERT INTO rejects
SELECT _row, 'duplicate_id', 'id ' || _id || ' stands in this file before; the first one was kept'
FROM (SELECT _row, _id, row_number() OVER (PARTITION BY _id, _version ORDER BY _row) AS place
      FROM keys ANTI JOIN rejects ON keys._row = rejects.row
      WHERE _id IN (
          SELECT _id FROM keys WHERE _id IS NOT NULL GROUP BY _id, _version HAVING count(*) > 1))
WHERE place > 1"""
_KEEP = """
INSERT INTO quarantine
SELECT $model, $file, r.row, r.reason, r.detail, CAST(to_json(s.content) AS VARCHAR)
FROM (SELECT row, min_by(reason, place) AS reason, min_by(detail, place) AS detail
      FROM (SELECT *, rowid AS place FROM {rejects}) GROUP BY row) AS r
JOIN (SELECT _row, {content} AS content FROM {relation}) AS s ON s._row = r.row
ORDER BY r.row"""


def take_predictions(batch: Batch) -> Counts:
    """Store a file's requests and predictions; call inside a transaction.

    The temporary table ``rejects`` keeps which rows were not taken.

    Raises
    ------
    UnreadableFile
        If the file lacks a column that every log needs.
    """
    roles = mapping.predictions(batch.model, batch.source)
    columns, conversions = prepare(batch, roles)
    days = _days_if_sound(batch, roles, conversions)
    if days and not storing.any_known(batch, roles, *days):
        return storing.store_whole(batch, roles, columns, conversions, days)
    find_keys(batch, roles)
    _reject(batch, roles, conversions)
    counters.note_rejects(batch)
    rejected = quarantine(batch)
    batch.run("DELETE FROM keys WHERE _row IN (SELECT row FROM rejects)")
    return storing.store(batch, roles, columns, conversions, rejected)


def prepare(batch: Batch, roles: Mapping) -> tuple[dict[str, layout.Column], dict[str, Conversion]]:
    """Make room for a file's features and an empty table for its ``rejects``.

    Returns
    -------
    (dict, dict)
        All features of the model by their names in the store, and how those of the file are converted, by
        their names there.
    """
    columns = _prepare_columns(batch, roles)
    by_name = {folded(name): column for name, column in columns.items()}
    batch.run("CREATE OR REPLACE TEMP TABLE rejects (row BIGINT, reason VARCHAR, detail VARCHAR)")
    return columns, {
        name: convert(name, batch.source.family(name), by_name[folded(name)], lenient=batch.source.lenient)
        for name in roles.features
    }


def _prepare_columns(batch: Batch, roles: Mapping) -> dict[str, layout.Column]:
    """Add the features that are new and type those that had no value so far."""
    known = {folded(name): one for name, one in layout.features(batch.cursor, batch.model).items()}
    stored = {name: known[folded(name)] for name in roles.features if folded(name) in known}
    settled = [name for name, column in stored.items() if column.kind is not None]
    found = _new_columns(batch, [name for name in roles.features if name not in settled])
    blank = {name: column for name, column in found.items() if name in stored}
    layout.add_columns(batch.cursor, batch.model.name, [found[name] for name in found if name not in blank])
    for name, column in blank.items():
        if column.kind is not None:
            layout.retype(batch.cursor, batch.model.name, replace(column, name=stored[name].name))
    typed = {
        stored[name].name if name in stored else one.name: one.kind is not None for name, one in found.items()
    }
    typed |= {stored[name].name: known for name, known in _typed(batch, stored, settled).items()}
    layout.note_columns(batch.cursor, batch.model.name, batch.file, typed)
    return layout.features(batch.cursor, batch.model)


def _new_columns(batch: Batch, names: list[str]) -> dict[str, layout.Column]:
    """How columns that have no type yet are kept, by their names in the file."""
    if not names:
        return {}
    counts: dict[str, tuple[int, ...]] = dict.fromkeys(names, (0,) * 5)
    unsure = [name for name in names if batch.source.lenient and batch.source.family(name) == "text"]
    for first in range(0, len(unsure), _TOGETHER):
        some = unsure[first : first + _TOGETHER]
        row = batch.run(mapping.census(some, batch.source)).fetchone() or ()
        counts |= {name: tuple(row[5 * i : 5 * i + 5]) for i, name in enumerate(some)}
    found = mapping.new_columns(counts, batch.model, batch.source)
    return dict(zip(names, found, strict=True))


def _typed(batch: Batch, stored: dict[str, layout.Column], names: list[str]) -> dict[str, bool]:
    """Whether a file alone could tell the type of columns that have one: an empty column of text cannot."""
    source = batch.source
    typed = {name: stored[name].declared or source.family(name) != "empty" for name in names}
    unsure = [name for name in names if source.lenient and source.family(name) == "text"]
    unsure = [name for name in unsure if not stored[name].declared]
    if unsure:
        row = batch.run(mapping.filled(unsure, source)).fetchone() or ()
        typed |= dict(zip(unsure, row, strict=True))
    return typed


def _days_if_sound(
    batch: Batch, roles: Mapping, conversions: dict[str, Conversion]
) -> tuple[dt.date, dt.date] | None:
    """The first and last local day of a file of which every row can be taken in and no id comes twice."""
    misfits = [
        one.misfit for one in (*_score_checks(batch, roles).values(), *conversions.values()) if one.misfit
    ]
    wrong = " OR ".join(f"({misfit})" for misfit in misfits) or "FALSE"
    parts = {
        "keys": storing.key_values(batch, roles),
        "wrong": wrong,
        "relation": batch.source.relation,
        "untimely": f"({implausible('_predicted_at')} OR {_too_old(batch)})",
    }
    row = batch.run(composed(_SOUND, parts), **storing.key_parameters(batch, roles)).fetchone()
    if batch.source.lines or not row or not row[0] or not row[2]:
        return None
    return row[0], row[1]


def find_keys(batch: Batch, roles: Mapping) -> None:
    """Put what makes a row into the temporary table ``keys``, one row per row of the file."""
    parts = {"keys": storing.key_values(batch, roles), "relation": batch.source.relation}
    batch.run(composed(_KEYS, parts), **storing.key_parameters(batch, roles))


def _reject(batch: Batch, roles: Mapping, conversions: dict[str, Conversion]) -> None:
    """Find the rows that cannot be taken in, and why; the first reason found stands."""
    reject_keys(batch, roles)
    batch.run(composed(_TOO_OLD, {"old": _too_old(batch)}), column=repr(roles.predicted_at))
    reject_content(batch, roles, conversions)


def reject_keys(batch: Batch, roles: Mapping) -> None:
    """Find the rows in ``keys`` that lack an id, or an instant that can be, where the file has any."""
    run, relation = batch.run, batch.source.relation
    run(_NO_ID, detail=f"column {roles.id!r} is empty; every row needs an id")
    if not roles.predicted_at:
        return
    missing = run("SELECT count(*) FROM keys WHERE _predicted_at IS NULL").fetchone()
    if missing and missing[0]:
        text = composed(
            _NO_INSTANT, {"ambiguous": AMBIGUOUS, "relation": relation}, column=roles.predicted_at
        )
        run(text, column=repr(roles.predicted_at))
    unlikely = composed(_IMPLAUSIBLE, {"implausible": implausible("_predicted_at")})
    run(unlikely, column=repr(roles.predicted_at))


def reject_content(batch: Batch, roles: Mapping, conversions: dict[str, Conversion]) -> None:
    """Find the rows without a version, with a value that does not fit, or of an id that came before."""
    batch.run(
        _NO_VERSION,
        detail=f"column {roles.version!r} is empty; it names the version that made the prediction",
    )
    _reject_misfits(batch, {**_score_checks(batch, roles), **conversions})
    batch.run(_TWICE)


def _too_old(batch: Batch) -> str:
    """SQL, by ``_day``, of rows of days that retention has emptied."""
    raw_from = catalogue.state(batch.cursor, batch.model.name).raw_from
    return f"({forgetting.too_old(batch.model, raw_from)})"


def _score_checks(batch: Batch, roles: Mapping) -> dict[str, Conversion]:
    """Conversions of the columns that must be numbers although they are no features."""
    names = {part for one in roles.scored for part in (one.score, *one.classes.values()) if part}
    names |= {roles.latency} if roles.latency else set()
    return {name: storing.numeric(batch, name) for name in sorted(names)}


def _reject_misfits(batch: Batch, conversions: dict[str, Conversion]) -> None:
    checked = {name: one for name, one in conversions.items() if one.misfit}
    if not checked:
        return
    checks = ", ".join(f"count(*) FILTER ({one.misfit})" for one in checked.values())
    parts = {"checks": checks, "relation": batch.source.relation}
    counts = batch.run(composed("SELECT {checks} FROM {relation}", parts)).fetchone()
    hidden = _private(batch)
    for (name, one), count in zip(checked.items(), counts or (), strict=True):
        if count and one.misfit:
            what = _HIDDEN if name in hidden else named(_SHOWN, column=name)
            given = {"misfit": one.misfit, "relation": batch.source.relation, "what": what}
            batch.run(composed(_MISFIT, given), name=repr(name), expected=one.expected)


def quarantine(batch: Batch, rejects: str = "rejects", *, lines: bool = True) -> int:
    """Keep rejected rows and broken lines with their reasons, but nothing of a feature marked private.

    Parameters
    ----------
    batch : Batch
    rejects : str
        The temporary table that tells the rows.
    lines : bool
        Whether the broken lines are kept too.

    Returns
    -------
    int
        How many rows and lines these are.
    """
    found = batch.run(named("SELECT count(DISTINCT row) FROM {rejects}", rejects=rejects)).fetchone()
    rejected = found[0] if found else 0
    if rejected:
        _keep(batch, rejects)
    if not lines:
        return rejected
    hidden = any(feature.private for feature in batch.model.features.values())  # a line may hold it anywhere
    for line in batch.source.lines:
        batch.cursor.execute(
            "INSERT INTO quarantine VALUES ($model, $file, $row, 'broken_line', $detail, $content)",
            {"model": batch.model.name, "file": batch.file, "row": line.row,
             "detail": line.detail, "content": None if hidden else line.content},
        )  # fmt: skip
    return rejected + len(batch.source.lines)


def _private(batch: Batch) -> set[str]:
    """The columns of a file that are features marked private."""
    marked = {name for name, feature in layout.described(batch.model).items() if feature.private}
    return {name for name in batch.source.columns if folded(name) in marked}


def _keep(batch: Batch, rejects: str) -> None:
    hidden = _private(batch)
    shown = [name for name in batch.source.columns if name not in hidden]
    content = f"struct_pack({', '.join(f'{quoted(name)} := {quoted(name)}' for name in shown)})"
    text = composed(_KEEP, {"content": content, "relation": batch.source.relation}, rejects=rejects)
    batch.run(text, model=batch.model.name, file=batch.file)
