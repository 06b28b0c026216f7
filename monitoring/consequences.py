"""What follows of a change of a model's file, told before it is saved: lines that differ, and words."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitoring.models import Model
from monitoring.store import changes
from monitoring.store.changes import Plan

if TYPE_CHECKING:
    from monitoring.store import Store

FAR = 200  # seconds from which on minutes are said
Words = Callable[[Model, Model, Plan], list[str]]
QUIET = ("title", "owner", "notes", "star", "costs", "review", "limits", "alerts", "scoring")
_SAID = {
    "title": "the title", "owner": "the owner", "notes": "the notes", "star": "starred features",
    "costs": "what decisions cost", "review": "what is asked of reviewers", "limits": "limits",
    "alerts": "rules of alerts", "scoring": "fitted models that score batches",
}  # fmt: skip


@dataclass(frozen=True)
class Consequences:
    """What saving a model's file would change.

    Attributes
    ----------
    plan : Plan
    diff : str
        The lines that differ, in the unified form; empty where none does.
    words : tuple of str
        What follows, a sentence each.
    refused : str
        Why it cannot be saved, or empty.
    """

    plan: Plan
    diff: str
    words: tuple[str, ...]

    @property
    def refused(self) -> str:
        """Why it cannot be saved, or empty."""
        return self.plan.refused

    @property
    def text(self) -> str:
        """The lines that differ and what follows, for reading in a terminal."""
        told = [f"refused: {self.refused}"] if self.refused else [f"- {one}" for one in self.words]
        return "\n".join([*self.diff.splitlines(), *told]) + "\n"


def consequences(store: Store, text: str) -> Consequences:
    r"""What saving a model's file would change.

    Parameters
    ----------
    store : Store
    text : str
        The content of the TOML file as it is to be.

    Returns
    -------
    Consequences

    Raises
    ------
    ModelError
        If the text does not describe a model.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from monitoring.store import Store
    >>> with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "lookout.duckdb") as store:
    ...     model = store.add('name = "churn"\ntask = "binary"\nowner = "Ada"\n')
    ...     print(consequences(store, 'name = "churn"\ntask = "binary"\nowner = "Eve"\n').text, end="")
    --- churn.toml as it is
    +++ churn.toml as it is to be
    @@ -1,3 +1,3 @@
     name = "churn"
     task = "binary"
    -owner = "Ada"
    +owner = "Eve"
    - the owner: nothing is recomputed
    """
    plan = changes.planned(store, text)
    name = plan.after.name
    if plan.before is None:
        return Consequences(plan, _diff("", text, name), ("a new model; its log is empty",))
    now = store.toml(name)
    said = [words for part in PARTS for words in part(plan.before, plan.after, plan)]
    same = "the file stays as it is" if now == text else "only its wording changes: nothing is recomputed"
    return Consequences(plan, _diff(now, text, name), tuple(said) or (same,))


def duration(seconds: float) -> str:
    """About how long something takes.

    Examples
    --------
    >>> duration(0.2), duration(7), duration(33), duration(1000)
    ('a moment', 'about 7 s', 'about 35 s', 'about 17 min')
    """
    if seconds < 1:
        return "a moment"
    if seconds < FAR:
        return f"about {round(seconds) if seconds < 20 else 5 * round(seconds / 5)} s"
    return f"about {round(seconds / 60)} min"


def _diff(before: str, after: str, name: str) -> str:
    titles = (f"{name}.toml as it is", f"{name}.toml as it is to be")
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), *titles, lineterm="", n=2)
    return "\n".join(lines)


def _profile(before: Model, after: Model, plan: Plan) -> list[str]:
    """The profiles that are made anew, with the reasons in front."""
    causes = []
    if before.reference != after.reference:
        causes.append(
            f"new reference: {after.reference.words}" if after.reference else "no reference any more"
        )
    if before.segments != after.segments:
        causes.append(f"segments {', '.join(after.segments.columns) or 'none'}")
    if before.grain != after.grain:
        causes.append(f"the profile's grain becomes the {after.grain}")
    kinds = changes.stated_kinds(before, after)
    causes += [f"another kind of {', '.join(kinds)}"] if kinds else []
    causes += _outputs(before, after)
    causes += ["excluded features"] if before.exclude != after.exclude else []
    causes += ["rules of the data"] if before.rules != after.rules else []
    if not causes:
        return []
    return [f"{'; '.join(causes)}: {_anew(plan)}"]


def _outputs(before: Model, after: Model) -> list[str]:
    keys = ("threshold", "positive", "versions")
    return [f"another {key}" for key in keys if getattr(before, key) != getattr(after, key)]


def _anew(plan: Plan) -> str:
    if not plan.recomputed:
        return "nothing is recomputed" if plan.rows else "the log is empty, so nothing is recomputed"
    parts = (
        (plan.features, "inputs"), (plan.odd, "odd rows"), (plan.outputs, "outputs and labels"),
        (plan.rules and not plan.features, "rules"),
    )  # fmt: skip
    what = ", ".join(words for due, words in parts if due)
    return (
        f"{plan.days:,} days ({plan.rows:,} rows) are profiled anew: {what}; {duration(plan.seconds)}. Pages "
        "show the profile as it is until then"
    )


def _quiet(before: Model, after: Model, plan: Plan) -> list[str]:
    """Keys that change what is said or judged, and no number that is stored."""
    changed = [_SAID[key] for key in QUIET if getattr(before, key) != getattr(after, key)]
    if before.chunk != after.chunk and before.grain == after.grain:
        changed.append(f"chunks of {after.chunk}")
    if before.clock != after.clock:
        changed.append(f'the clock is "{after.clock}"')
    told = [{name: one.importance for name, one in model.features.items()} for model in (before, after)]
    changed += ["importances of features"] if _given(told[0]) != _given(told[1]) else []
    changed += ["titles of features"] if _titles(before) != _titles(after) else []
    return [f"{', '.join(changed)}: nothing is recomputed"] if changed else []


def _titles(model: Model) -> dict[str, tuple[str | None, str | None]]:
    told = {name: (one.title, one.unit) for name, one in model.features.items()}
    return {name: words for name, words in told.items() if any(words)}


def _given(told: dict[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in told.items() if value is not None}


def _private(before: Model, after: Model, plan: Plan) -> list[str]:
    was, now = ({name for name, one in model.features.items() if one.private} for model in (before, after))
    added, removed = sorted(now - was), sorted(was - now)
    said = []
    if added:
        said.append(
            f"private: {', '.join(added)}. Values stay in the log and are no longer shown; what the "
            "quarantine holds of them stays there until its file is forgotten"
        )
    if removed:
        said.append(
            f"no longer private: {', '.join(removed)}. Everybody who can open the app sees the values"
        )
    return said


def _retention(before: Model, after: Model, plan: Plan) -> list[str]:
    if before.retention_days == after.retention_days:
        return []
    if plan.lost:
        return [
            f"retention of {after.retention_days:,} days: {plan.lost:,} raw rows are deleted for good; their "
            "profile stays, and after that no other reference, segment or kind can be chosen"
        ]
    days = f"{after.retention_days:,} days" if after.retention_days else "everything"
    return [f"retention of {days}: nothing is deleted now"]


def _places(before: Model, after: Model, plan: Plan) -> list[str]:
    said = []
    if before.source != after.source:
        said.append(
            "source: it is followed from the next look on; rows that are in stay"
            if after.source
            else "no source is followed any more; rows that are in stay"
        )
    if before.columns != after.columns:
        said.append(
            "names of columns: they hold for files that come; rows that are in stay as they were read"
        )
    if before.instants != after.instants:
        said.append("how instants are written: it holds for files that come; rows that are in stay")
    return said


PARTS: tuple[Words, ...] = (_profile, _retention, _private, _places, _quiet)
