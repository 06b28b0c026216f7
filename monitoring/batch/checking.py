"""A batch from the file to the answer: read beside the store, compared, and told; nothing of it is kept."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import tomlkit

from monitoring import results
from monitoring.batch import answers, parts, picking, schema, scored, wording
from monitoring.batch import inputs as drifting
from monitoring.batch.inputs import Inputs
from monitoring.batch.parts import Part, Said
from monitoring.batch.schema import Difference
from monitoring.models import Model
from monitoring.store import Store, UnreadableFile, aside, batch_files, layout, scratch, sheets
from monitoring.store.batch_files import Taken

Progress = Callable[[float, str], None]
MOST_VERSIONS = 3
FILES = "files"
"""The model that stands for two files when no model is asked."""
_NOBODY = "lookout: no column"  # no role is looked for in two files


@dataclass(frozen=True, eq=False)
class Checked:
    """What is known of a batch.

    Attributes
    ----------
    model : Model
        Of two files one that knows nothing but the first.
    alone : bool
        Whether two files were compared and no model was asked.
    name : str
        Of the file.
    taken : Taken
    reference : str
        What it was compared with, in words.
    known_before : int or None
        How many of its ids the log holds already; None where it has no ids, or no log was asked.
    status, sentence : str
    schema : tuple of Difference
    inputs : Inputs or None
        None where there is no reference.
    parts : tuple of Part
        Quality, odd rows, scores and performance, as far as the file tells them.
    rows : DataFrame
        Rows worth a look, without private features.
    notes : tuple of str
        What the reader should know beside it.
    """

    model: Model
    alone: bool
    name: str
    taken: Taken
    reference: str
    known_before: int | None
    status: str
    sentence: str
    schema: tuple[Difference, ...]
    inputs: Inputs | None
    parts: tuple[Part, ...]
    rows: pd.DataFrame
    notes: tuple[str, ...]

    def part(self, key: str) -> Part | None:
        """The part of a key; None where the file tells nothing of it."""
        return next((one for one in self.parts if one.key == key), None)

    @property
    def frame(self) -> pd.DataFrame:
        """Everything that was measured, as one tidy frame; its first row is the verdict."""
        found = [self.inputs.frame] if self.inputs else []
        data = results.concat([self._verdict, self._columns, *found, *(one.frame for one in self.parts)])
        return drifting.dated(data, self.taken).assign(model="" if self.alone else self.model.name)

    @property
    def _verdict(self) -> pd.DataFrame:
        """The colour of the whole: n is the rows of the file, the value the share that could be used."""
        return results.frame({
            "subject": ["batch"], "measure": "verdict", "n": self.taken.rows, "reference": self.reference,
            "value": self.taken.accepted / self.taken.rows, "status": self.status,
        })  # fmt: skip

    @property
    def _columns(self) -> pd.DataFrame:
        """Columns that differ; a role that the file does not tell is no difference."""
        measures = {"missing": "column_missing", "extra": "column_new", "changed": "changed_type"}
        told = [one for one in self.schema if one.what in measures]
        return results.frame({
            "subject": [one.column for one in told], "measure": [measures[one.what] for one in told],
            "reference": self.reference, "status": [one.status for one in told],
            "reason": [measures[one.what] for one in told],
        }) if told else results.frame({})  # fmt: skip


def check(
    store: Store, name: str, path: Path, *, title: str = "", sheet: str = "", reference: Path | None = None,
    progress: Progress | None = None,
) -> Checked:  # fmt: skip
    """Hold a file against what a model knows; nothing is stored.

    Parameters
    ----------
    store : Store
        Is only read.
    name : str
        The model.
    path : Path
        Parquet, CSV, JSON lines or an Excel workbook.
    title : str
        What to call the file; its own name by default.
    sheet : str
        Of a workbook; the first by default.
    reference : Path, optional
        A file to compare with in the place of the model's own reference.
    progress : callable, optional
        Called with a share from 0 to 1 and what is being done.

    Returns
    -------
    Checked

    Raises
    ------
    UnknownModel
        If the model is not registered.
    StoreError
        If a file cannot be read; the message names the row or column and the fix.
    """
    say = progress or (lambda share, what: None)
    say(0.0, "reading what is known")
    model = store.model(name)
    with _known(store, model, reference) as known:
        return _checked(known, store, model.name, path, title, sheet, say)


def compared(
    reference: Path, path: Path, *, titles: tuple[str, str] = ("", ""), sheet: str = "",
    progress: Progress | None = None,
) -> Checked:  # fmt: skip
    """Hold a file against another one, without a store or a model; arguments and errors as in `check`.

    Parameters
    ----------
    reference, path : Path
    titles : tuple of two str
        What to call them; their own names by default.
    """
    say = progress or (lambda share, what: None)
    say(0.0, f"reading {titles[0] or reference.name}")
    with aside.empty() as known, tempfile.TemporaryDirectory(prefix="lookout-") as folder:
        file = _plain(reference, Path(folder))
        text = _description(file, titles[0] or reference.name)
        _add(known, text, titles[0] or reference.name, file.name)
        names = _identifiers(known)
        if names:  # no row is like another there: they would make every row odd
            known.add(_excluding(text, names), folder=folder)
        return _checked(
            known, None, FILES, path, titles[1], sheet, say, alone=True, identifiers=names,
            called=titles[0] or reference.name,
        )  # fmt: skip


@contextmanager
def _known(store: Store, model: Model, reference: Path | None) -> Iterator[Store]:
    """A store in memory with what is known of a model, or of a file in the place of its reference."""
    if reference is None:
        with aside.beside(store, model.name) as known:
            yield known
        return
    with aside.empty() as known, tempfile.TemporaryDirectory(prefix="lookout-") as folder:
        file = _plain(reference, Path(folder))
        document = tomlkit.parse(store.toml(model.name))
        document.pop("reference", None)
        document.pop("segments", None)
        document["reference"] = {"file": str(file)}
        _add(known, tomlkit.dumps(document), reference.name, file.name)
        yield known


def _add(known: Store, text: str, title: str, name: str) -> None:
    """Take a reference file in, and call it what its reader calls it when it cannot be read."""
    try:
        known.add(text)
    except UnreadableFile as error:
        raise UnreadableFile(str(error).replace(name, title)) from error


def _plain(path: Path, folder: Path) -> Path:
    """A file that the store reads by itself: a sheet becomes CSV."""
    if path.suffix.lower() in sheets.SUFFIXES:
        if not path.is_file():
            raise UnreadableFile(f"{path.name}: no such file")
        return sheets.written(path, folder)
    return path.expanduser().absolute()


def _description(file: Path, title: str) -> str:
    """A model that knows nothing but a file, and looks for no id, instant, score or label."""
    roles = ("id", "predicted_at", "version", "score", "prediction", "label", "labelled_at", "latency")
    document = {
        "name": FILES, "title": title, "task": "binary", "reference": {"file": str(file)},
        "columns": {role: f"{_NOBODY} {role}" for role in roles},
    }  # fmt: skip
    return tomlkit.dumps(document)


def _excluding(text: str, names: set[str]) -> str:
    """The same description with columns that count for nothing."""
    return tomlkit.dumps({"exclude": sorted(names)}) + text


def _identifiers(known: Store) -> set[str]:
    """Columns of the first file that name its rows."""
    with known.cursor() as cursor:
        return set(scratch.identifiers(cursor, FILES, known.features(FILES)))


def _checked(
    known: Store, store: Store | None, name: str, path: Path, title: str, sheet: str, say: Progress, *,
    alone: bool = False, identifiers: set[str] | None = None, called: str = "",
) -> Checked:  # fmt: skip
    """Take the file into the store in memory and ask everything of it."""
    model = known.model(name)
    held = set(known.features(name))
    wanted = _wanted(known, model, held)
    notes: list[str] = []
    with known.cursor() as cursor, batch_files.opened(
        cursor, path, title=title, sheet=sheet, ids=("_id", model.columns.id)
    ) as given:  # fmt: skip
        say(0.1, f"reading {given.name}")
        if store is not None and model.scoring is not None:
            given = scored.with_scores(cursor, model, given, store.path.parent, notes, say)
        taken = batch_files.take(known, cursor, name, given, lambda share, what: say(0.1 + 0.5 * share, what))
    say(0.65, "comparing columns")
    different = schema.differences(model, taken, wanted, alone=alone)
    absent = {one.column for one in different if one.what == "missing"}
    found = drifting.inputs(known, name, taken, absent, identifiers or set())
    say(0.75, "asking what the pages ask")
    told = _answers(known, model, taken, absent)
    say(0.9, "choosing rows worth a look")
    served = next((one.version for one in told if isinstance(one, Said)), model.versions.champion)
    able = any(one.key == "outliers" and one.status != "grey" for one in told)
    rows = picking.picked(known, model, taken, served, odd=able)
    before = None
    if store is not None and taken.roles.id:
        before = aside.known_ids(store, name, batch_files.ids(known, name, taken))
    notes += wording.notes(model, taken, before, found, alone=alone)
    status, sentence = wording.verdict(taken, different, found, told)
    say(1.0, "done")
    reference = called or (found.reference_words if found else "")
    return Checked(
        model, alone, given.name, taken, reference, before, status, sentence, tuple(different), found,
        tuple(told), rows, tuple(notes),
    )  # fmt: skip


def _wanted(known: Store, model: Model, held: set[str]) -> dict[str, bool]:
    """The features that a batch ought to have, and whether the reference holds values of each."""
    with known.cursor() as cursor:
        columns = layout.features(cursor, model)
    cubes = known.reference_cubes(model.name) or known.cubes(model.name)
    seen = {
        feature
        for cube in (cubes.numeric, cubes.categorical)
        for place, feature in enumerate(cube.features)
        if (cube.n[place].sum() - cube.missing[place].sum()) > 0
    }
    return schema.wanted(columns, seen if seen else held)


def _answers(known: Store, model: Model, taken: Taken, absent: set[str]) -> list[Part]:
    skipped = absent | taken.retyped
    told: list[Part] = [
        parts.data_quality(known, model, taken, skipped),
        parts.odd_rows(known, model, taken, skipped),
    ]
    for version in answers.versions(known, model.name, taken)[:MOST_VERSIONS]:
        if not any(one.score or one.prediction or one.classes for one in taken.roles.scored):
            break
        said, good = answers.outputs(known, model, taken, version)
        told += [one for one in (said, good) if one is not None]
    return told
