"""A file that tells no scores, with those of the fitted models that the model's file registers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa

from monitoring.batch import scorers
from monitoring.models import Model
from monitoring.store import batch_scores
from monitoring.store.batch import Progress
from monitoring.store.batch_files import Cursor, Opened


def with_scores(
    cursor: Cursor, model: Model, given: Opened, home: Path, notes: list[str], say: Progress
) -> Opened:  # fmt: skip
    """The file with scores of registered models, of versions of which it tells none.

    Parameters
    ----------
    cursor : duckdb cursor
        The one the file was opened with.
    model : Model
    given : Opened
    home : Path
        The folder of the store.
    notes : list of str
        Is told who scored, and who could not.
    say : callable
    """
    source, added = given.source, {}
    for version in (model.versions.champion, *model.versions.shadows):
        scorer = model.scoring.of(version, model.versions.champion) if model.scoring else None
        target = _target(model, version)
        if scorer is None or target is None or any(one in source.columns for one in target.values()):
            continue
        say(0.12, f"scoring with {scorer.file}")
        try:
            fitted = scorers.load(scorer, home)
            names = scorers.columns(fitted)
            lacking = [one for one in names if one not in source.columns]
            if lacking:
                raise scorers.ScorerError(
                    f"the fitted model needs the column {lacking[0]!r}, which the file lacks"
                )
            table = batch_scores.rows_of(cursor, model, source, names)
            told = scorers.scores(fitted, model, _pandas(table.drop_columns(["_row"]), names))
        except scorers.ScorerError as error:
            notes.append(f"Not scored by {version}: {error}")
            continue
        rows = table.column("_row").to_numpy()
        source = batch_scores.scored(source, cursor, {target[key]: one for key, one in told.items()}, rows)
        added[version] = scorer.file
    notes += [
        f"Scored by {version} ({file}), since the file tells no score of it."
        for version, file in added.items()
    ]
    return replace(given, source=source)


def _pandas(table: pa.Table, names: list[str]) -> pd.DataFrame:
    """Columns as scikit-learn takes them: missing numbers nan, missing texts None."""
    return pd.DataFrame({
        name: column.to_pandas().astype(object).where(lambda one: one.notna(), None)
        if str(column.type) in ("string", "large_string") else column.to_pandas()
        for name, column in zip(names, table.columns, strict=True)
    })  # fmt: skip


def _target(model: Model, version: str) -> dict[str, str] | None:
    """The columns in which a version's scores stand, by class, or under '' where there is one."""
    if not model.wide and version != model.versions.champion:
        return None
    where = model.columns.scores.get(version) if model.wide else model.columns.score
    if model.task == "regression" and not model.wide:
        where = model.columns.prediction
    if where is None:
        return None
    return {"": where} if isinstance(where, str) else dict(where)
