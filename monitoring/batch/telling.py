"""A batch as text for people: the sentence, what to know beside it, and what is not green."""

from __future__ import annotations

from collections.abc import Iterator

from monitoring.batch.checking import Checked
from monitoring.batch.schema import TITLES

MOST = 12


def text(found: Checked) -> str:
    """What the command line says of a batch.

    Parameters
    ----------
    found : Checked
    """
    return "".join(f"{line}\n" for line in _lines(found))


def _lines(found: Checked) -> Iterator[str]:
    yield f"{found.name}  {found.status}  {found.sentence}"
    yield f"  compared with {found.reference or 'nothing'}"
    for note in found.notes:
        yield f"  {note}"
    for one in found.schema:
        expected = f" (known: {one.expected})" if one.expected and one.found else ""
        what = f"{TITLES[one.what].lower()}{expected}"
        yield f"  {one.status:<6} column {one.column!r}: {what}. {one.fix}".rstrip()
    for one in found.inputs.features if found.inputs else ():
        yield f"  {one.status:<6} {one.sentence}"
    for part in found.parts:
        yield f"  {part.status:<6} {part.title}: {part.sentence}"
        loud = [one for one in part.findings if one.counted and one.status in ("amber", "red")]
        for one in loud[:MOST]:
            yield f"    {one.status:<6} {one.sentence}"
        if len(loud) > MOST:
            yield f"    and {len(loud) - MOST} more; --json tells all"
    if len(found.rows):
        yield f"  {len(found.rows)} rows are worth a look; --rows FILE.csv writes them"
