"""Deploy notes: what people know to have happened around a model, kept beside what the data show."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitoring.store import catalogue
from monitoring.store.errors import Refused
from monitoring.store.sql import query
from monitoring.windows import UTC

if TYPE_CHECKING:
    from monitoring.store.store import Store

LONGEST = 60  # letters of a title, which has to fit on an axis
_NOTE = "INSERT INTO deploy_notes VALUES ($model, $happened_at, $title, $note, $author, $noted_at)"


@dataclass(frozen=True)
class DeployNote:
    """What somebody noted.

    Attributes
    ----------
    happened_at : datetime
        Aware.
    title : str
        A few words.
    note, author : str
    noted_at : datetime or None
        Set when it is kept.
    """

    model: str
    happened_at: dt.datetime
    title: str
    note: str = ""
    author: str = ""
    noted_at: dt.datetime | None = None


def add(store: Store, note: DeployNote) -> None:
    """Keep a note; it is marked on every course over time.

    Raises
    ------
    Refused
        If it has no title, or one too long for an axis.
    UnknownModel
        If no model has the name.
    """
    model = store.model(note.model)
    title = " ".join(note.title.split())
    if not 0 < len(title) <= LONGEST:
        raise Refused(f"{model.name}: a title has 1 to {LONGEST} letters")
    with store.writing() as cursor:
        cursor.execute(_NOTE, {
            "model": model.name, "happened_at": note.happened_at.astimezone(UTC).replace(tzinfo=None),
            "title": title, "note": note.note.strip(), "author": note.author.strip(),
            "noted_at": dt.datetime.now(UTC).replace(tzinfo=None),
        })  # fmt: skip
        catalogue.touch(cursor, model.name)


def listed(store: Store, name: str) -> list[DeployNote]:
    """The notes of a model, the oldest first."""
    with store.cursor() as cursor:
        rows = cursor.execute(query("deploy_notes"), {"model": name}).fetchall()
    return [
        DeployNote(model, at.replace(tzinfo=UTC), title, note, author, noted.replace(tzinfo=UTC))
        for model, at, title, note, author, noted in rows
    ]
