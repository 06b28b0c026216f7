"""Which column of a file is what: the names of the model's file, or Lookout's own in inbox segments."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from monitoring.instants import ISO, Instants
from monitoring.models import Kind, Model
from monitoring.store.conversion import missing_word, text_number
from monitoring.store.errors import UnreadableFile
from monitoring.store.layout import Column, described, folded, score_column, spellings
from monitoring.store.sources import Source
from monitoring.store.sql import composed, quoted

OWN = frozenset(
    "_" + name
    for name in ("id", "predicted_at", "version", "score", "prediction", "latency", "error", "label")
) | {"_labelled_at"}
RESERVED = OWN | {"_row", "_day", "_file", "rowid"}  # no feature's, in whatever case
STORAGE: dict[Kind, str] = {
    "numeric": "DOUBLE",
    "ordinal": "DOUBLE",
    "binary": "VARCHAR",
    "categorical": "VARCHAR",
}


@dataclass(frozen=True)
class Scored:
    """Where the output of one version stands in a file; ``version`` is None where a column tells it."""

    version: str | None
    score: str | None
    classes: dict[str, str]
    prediction: str | None


@dataclass(frozen=True)
class Mapping:
    """The roles of a file's columns; what is no role is a feature.

    The id and the instant are empty where a reference file has none.
    """

    id: str
    predicted_at: str
    version: str | None
    latency: str | None
    error: str | None
    label: str | None
    labelled_at: str | None
    scored: tuple[Scored, ...]
    features: tuple[str, ...]


def predictions(model: Model, source: Source) -> Mapping:
    """Map a file of predictions.

    Raises
    ------
    UnreadableFile
        If the id or the instant has no column, or a column has a name that the store keeps for itself.
    """
    columns, found = model.columns, reference(model, source)
    missing = [f"{role} ({name!r})" for role, name, there in (
        ("id", columns.id, found.id), ("instant", columns.predicted_at, found.predicted_at)) if not there
    ]  # fmt: skip
    if missing:
        raise UnreadableFile(
            f"no column for the {' and the '.join(missing)}; the file has {', '.join(source.columns)}"
        )
    return found


def reference(model: Model, source: Source) -> Mapping:
    """Map a reference file, in which only the features are needed.

    Raises
    ------
    UnreadableFile
        If a column has a name that the store keeps for itself.
    """
    names = source.columns
    columns = model.columns
    pick = _picker(names)
    scored = _scored(model, names)
    roles = {
        columns.id,
        columns.predicted_at,
        columns.version,
        columns.latency,
        columns.error,
        columns.label,
        columns.labelled_at,
    }
    roles |= OWN
    roles |= {part for one in scored for part in (one.score, one.prediction, *one.classes.values()) if part}
    if not model.wide:
        roles |= {columns.prediction}
    features = tuple(name for name in names if name not in roles)
    kept = RESERVED | {folded(score_column(label)) for label in model.classes}
    taken = [name for name in features if folded(name) in kept or folded(name).startswith("_lookout")]
    if taken:
        raise UnreadableFile(f"the column name {taken[0]!r} is kept for the store; rename that column")
    return Mapping(
        id=pick("_id", columns.id) or "",
        predicted_at=pick("_predicted_at", columns.predicted_at) or "",
        version=pick("_version", columns.version),
        latency=pick("_latency", columns.latency),
        error=pick("_error", columns.error),
        label=pick("_label", columns.label),
        labelled_at=pick("_labelled_at", columns.labelled_at),
        scored=scored,
        features=features,
    )


def without(roles: Mapping, empty: Collection[str]) -> Mapping:
    """Leave out the id or the instant where its column is among those that are empty."""
    id_, at = ("" if name in empty else name for name in (roles.id, roles.predicted_at))
    return replace(roles, id=id_, predicted_at=at)


def labels(model: Model, source: Source) -> tuple[str, str, str | None]:
    """Map a file of labels to its id, label and instant.

    Raises
    ------
    UnreadableFile
        If the id or the label has no column.
    """
    pick = _picker(source.columns)
    id_ = pick("_id", model.columns.id)
    label = pick("_label", model.columns.label)
    if id_ is None or label is None:
        role, name = ("id", model.columns.id) if id_ is None else ("label", model.columns.label)
        raise UnreadableFile(f"no column for the {role} ({name!r}); the file has {', '.join(source.columns)}")
    return id_, label, pick("_labelled_at", model.columns.labelled_at)


def written_in(model: Model, column: str) -> Instants:
    """How a column writes instants: as the model's file says, or in ISO 8601 where the name is our own."""
    return ISO if column in OWN else model.instants


def _picker(names: dict[str, str]) -> Callable[[str, str], str | None]:
    def pick(own: str, stated: str) -> str | None:
        return own if own in names else stated if stated in names else None

    return pick


def _scored(model: Model, names: dict[str, str]) -> tuple[Scored, ...]:
    """Where the scores are: per version in a wide log, else one place for the row's version."""
    columns = model.columns
    if model.wide and "_id" not in names:
        return tuple(
            Scored(
                version,
                where if isinstance(where, str) else None,
                where if isinstance(where, dict) else {},
                None,
            )
            for version, where in columns.scores.items()
            if set([where] if isinstance(where, str) else where.values()) <= set(names)
        )
    own = {label: score_column(label) for label in model.classes if score_column(label) in names}
    stated = columns.score if isinstance(columns.score, dict) else {}
    classes = own or {label: name for label, name in stated.items() if name in names}
    pick = _picker(names)
    score = pick("_score", columns.score if isinstance(columns.score, str) else "_score")
    prediction = pick("_prediction", columns.prediction)
    if model.task == "regression" and score is None:
        score, prediction = prediction, None
    return (Scored(None, score, classes, prediction),)


def new_columns(counts: dict[str, tuple[int, ...]], model: Model, source: Source) -> list[Column]:
    """Decide how features that appear for the first time are kept.

    Parameters
    ----------
    counts : dict
        For each text column of a format without types: values present, of these numbers, true or false, and
        codes with a leading zero (which are names, not quantities); and empty texts.
    model : Model
    source : Source

    Returns
    -------
    list of Column
    """
    spelled = spellings(model, counts)
    return [
        replace(_new_column(name, seen, model, source), name=spelled[name]) for name, seen in counts.items()
    ]


def _new_column(name: str, seen: tuple[int, ...], model: Model, source: Source) -> Column:
    stated = described(model).get(folded(name))
    if stated and stated.kind:
        return Column(name, STORAGE[stated.kind], stated.kind, declared=True)
    kind = source.family(name)
    if kind == "number":
        return Column(name, "DOUBLE", "numeric")
    if kind == "boolean":
        return Column(name, "VARCHAR", "binary")
    if kind in ("instant", "other"):
        return Column(name, "VARCHAR", "unsupported")
    present, numbers, truths, codes, blanks = seen
    if kind == "empty" or (source.lenient and not present and not blanks):
        return Column(name, "DOUBLE", None)
    if source.lenient and truths == present > 0:
        return Column(name, "VARCHAR", "binary")
    if (
        source.lenient
        and present
        and not codes
        and (numbers == present or (present >= 20 and numbers >= 0.95 * present))
    ):
        return Column(name, "DOUBLE", "numeric")  # the few that are no numbers go to the quarantine
    return Column(name, "VARCHAR", "categorical")


def filled(names: list[str], source: Source) -> str:
    """SQL that tells for each column whether any cell of it is filled."""
    counts = ", ".join(f"count({quoted(name)}) > 0" for name in names)
    return composed("SELECT {counts} FROM {relation}", {"counts": counts, "relation": source.relation})


def census(names: list[str], source: Source) -> str:
    """SQL that counts what new text columns hold, five numbers each; see `new_columns`."""
    parts = []
    for name in names:
        if source.family(name) != "text" or not source.lenient:
            parts.append("0, 0, 0, 0, 0")
            continue
        column, as_number = quoted(name), text_number(quoted(name))
        word = f"trim(CAST({column} AS VARCHAR))"
        present = f"NOT {missing_word(column)}"
        parts.append(
            f"count(*) FILTER ({present}), count(*) FILTER ({as_number.value} IS NOT NULL), "
            f"count(*) FILTER (regexp_full_match({word}, 'true|false', 'i')), "
            f"count(*) FILTER (regexp_matches({word}, '^0[0-9]')), count(*) FILTER ({word} = '')"
        )
    return composed(
        "SELECT {parts} FROM {relation}", {"parts": ", ".join(parts), "relation": source.relation}
    )
