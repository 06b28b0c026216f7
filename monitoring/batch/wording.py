"""A batch in words: one sentence for all of it, and what a reader should know beside it."""

from __future__ import annotations

from collections.abc import Sequence

from monitoring.batch.inputs import Inputs
from monitoring.batch.parts import ORDER, Part
from monitoring.batch.schema import Difference
from monitoring.drift.wording import listed
from monitoring.formats import share
from monitoring.models import Model
from monitoring.store.batch_files import Taken

MANY_ASIDE = 0.01
"""Share of rows that cannot be taken from which on a batch is red."""


def verdict(
    taken: Taken, different: Sequence[Difference], found: Inputs | None, parts: Sequence[Part]
) -> tuple[str, str]:
    """The colour of a batch, the worst of everything that could be judged, and its sentence without it.

    Parameters
    ----------
    taken : Taken
    different : sequence of Difference
    found : Inputs or None
    parts : sequence of Part
    """
    said = [
        _columns(different),
        _aside(taken),
        inputs(found),
        *((one.status, _part(one)) for one in parts if one.counted),
    ]
    known = [one for one in said if one is not None]
    status = min((colour for colour, _ in known), key=lambda one: ORDER[one], default="grey")
    if status == "green" and (found is None or found.status == "grey"):
        status = "grey"  # that nothing else is wrong does not make the inputs known
    loud = sorted((one for one in known if one[0] in ("amber", "red")), key=lambda one: ORDER[one[0]])
    if loud:
        return status, "Not like the reference: " + "; ".join(words for _, words in loud[:4])
    if status == "grey":
        why = (
            found.features[0].sentence
            if found and found.features
            else "there is no reference to compare with"
        )
        return status, f"It cannot be told whether this is like the reference: {why}"
    return status, f"Like the reference: {inputs(found)[1] if found else 'nothing is wrong'}"


def _columns(different: Sequence[Difference]) -> tuple[str, str] | None:
    bad = [one for one in different if one.status == "red"]
    if not bad:
        return None
    missing = [one.column for one in bad if one.what == "missing"]
    changed = [one.column for one in bad if one.what == "changed"]
    said = [f"without {listed(missing)}"] if missing else []
    return "red", "; ".join(said + ([f"{listed(changed)} of another type"] if changed else []))


def _aside(taken: Taken) -> tuple[str, str] | None:
    out = taken.rows - taken.accepted
    if out <= 0:
        return None
    first = taken.aside[0] if taken.aside else None
    why = f", the first: {first.detail}" if first else ""
    colour = "red" if out >= MANY_ASIDE * taken.rows else "amber"
    return colour, f"{out:,} of {taken.rows:,} rows cannot be used{why}"


def inputs(found: Inputs | None) -> tuple[str, str]:
    """The features together: their colour and what stands out.

    Parameters
    ----------
    found : Inputs or None
    """
    if found is None:
        return "grey", "no reference"
    counted = [one for one in found.features if one.counted]
    loud = [one for one in counted if one.status in ("amber", "red")]
    unknown = sum(one.status == "grey" for one in counted)
    judged = len(counted) - unknown
    rest = f"; {unknown} could not be judged" if unknown else ""
    many = f"{judged} features" if judged != 1 else "one feature"
    if not loud:
        return found.status, f"no drift in {many}{rest}"
    status = found.status if found.status in ("amber", "red") else "green"
    return status, f"{len(loud)} of {many} drifted ({listed([one.title for one in loud])}){rest}"


def _part(one: Part) -> str:
    """What stands out in a part, in few words."""
    if one.key == "outliers":
        return one.sentence.partition(", where")[0]
    loud = [each for each in one.findings if each.counted and each.status in ("amber", "red")]
    if not loud:
        return f"{one.title[:1].lower()}{one.title[1:]}: {one.sentence}"
    worst = min(loud, key=lambda each: ORDER[each.status])
    more = f" and {len(loud) - 1} more" if len(loud) > 1 else ""
    return f"{worst.sentence}{more}"


def notes(model: Model, taken: Taken, before: int | None, found: Inputs | None, *, alone: bool) -> list[str]:
    """What a reader should know before reading the numbers.

    Parameters
    ----------
    model : Model
    taken : Taken
    before : int or None
        How many ids the log holds already.
    found : Inputs or None
    alone : bool
        Whether two files are compared.
    """
    said = []
    minimum = model.limits.minimum_rows
    if taken.accepted < minimum:
        said.append(f"{taken.accepted:,} rows are too few to judge a distribution: {minimum} are needed.")
    if found is not None and not alone:
        said.append(_length(model, taken))
    if taken.span.unread:
        said.append(
            f"{taken.span.unread:,} rows have no instant that can be read; ingest would set them aside. "
            "Write it like 2013-04-03T12:00:00Z."
        )
    if before:
        said.append(
            f"{before:,} of its ids ({share(before / max(taken.accepted, 1))} of rows) are in the log "
            "already: they would not be taken in again on the same days."
        )
    if len(taken.aside) > 1:
        said += [f"{one.rows:,} rows set aside: {one.detail}" for one in taken.aside[1:4]]
    return said


def _length(model: Model, taken: Taken) -> str:
    """As how long a batch is judged, and why."""
    one = {"1 day": "day", "1 hour": "hour"}.get(model.chunk, f"chunk of {model.chunk}")
    if not taken.span.chunks:
        return f"The file tells no instants that can be read, so it is judged like one {one}."
    if taken.span.chunks == 1:
        return f"All its rows are of one {one}, and it is judged like one."
    if taken.span.length == 1:
        return f"Its rows are of {taken.span.chunks} {one}s; it is judged like one {one}."
    many = (
        f"{taken.span.length} {one}s" if " of " not in one else f"{taken.span.length} chunks of {model.chunk}"
    )
    return f"Its rows are of {taken.span.chunks} {one.split()[0]}s; it is judged like {many} together."
