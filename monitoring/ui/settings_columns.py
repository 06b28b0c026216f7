"""What the columns of a new model's log are: every guess with its reason, and a choice beside it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, get_args

import pandas as pd
import streamlit as st

from monitoring.models import Kind, Task
from monitoring.onboarding import ROLES, TASKS, Detection, FeatureGuess, Guess, Role, detect, wide
from monitoring.onboarding.classes import class_names
from monitoring.store.sampled import Sample
from monitoring.ui import cards

NONE = "–"
TASK_WORDS: dict[str, str] = {
    "binary": "binary: an event or not",
    "multiclass": "multiclass: one of several classes",
    "regression": "regression: a number",
}
_ROW = 3
KINDS: tuple[Kind, ...] = get_args(Kind)
FEW = 12  # features that are shown at once
NOT_PROFILED = "not profiled"


@dataclass(frozen=True)
class Roles:
    """What was chosen: the task, the column of each role, those of classes, and those of versions."""

    task: Task
    columns: dict[Role, str]
    probabilities: dict[str, str] | None
    scores: dict[str, str] | None
    detection: Detection


def roles(sample: Sample, token: str) -> Roles:
    """Draw the task and the roles, with what is guessed chosen already."""
    plain = detect(sample)
    task: Task = st.segmented_control(
        "Task", TASKS, default=plain.task, key=f"{token}-task", format_func=lambda one: TASK_WORDS[one],
        required=True,
    ) or plain.task  # fmt: skip
    st.caption(_why(plain.task_confidence, plain.task_reason) if task == plain.task else "you say so")
    found = plain if task == plain.task else detect(sample, task=task)
    probabilities = _probabilities(sample, found, f"{token}-{task}") if task == "multiclass" else None
    left_out: tuple[Role, ...] = () if task == "binary" else ("score",)
    columns: dict[Role, str] = dict.fromkeys(left_out, "")
    shown: list[Role] = [role for role in ROLES if role not in left_out]
    for first in range(0, len(shown), _ROW):
        places = st.columns(_ROW)
        for at, role in enumerate(shown[first : first + _ROW]):
            with places[at]:
                columns[role] = _role(sample, found.guesses[role], role, f"{token}-{task}-{role}")
    scores = _versions(sample, task, columns, f"{token}-{task}") if task != "multiclass" else None
    return Roles(task, columns, probabilities, scores, found)


def _versions(sample: Sample, task: Task, columns: dict[Role, str], token: str) -> dict[str, str] | None:
    """The columns of a wide log's versions: None as it is guessed, empty where it is said not to be wide."""
    role: Role = "prediction" if task == "regression" else "score"
    output, found = columns[role], detect(sample, columns, task).wide
    others = [one.name for one in sample.columns if one.name != output and wide.may_be(one, role)]
    if not output or not others or columns["version"]:
        return None
    usual = [name for name in found.columns.values() if name != output] if found else []
    chosen = st.multiselect(
        f"{ROLES[role].capitalize()}s of other versions on the same rows", others, usual,
        key=f"{token}-versions-{output}", max_selections=wide.MOST - 1,
        help="A wide log has a column for each version. What is no version's is a feature.",
    )  # fmt: skip
    if sorted(chosen) == sorted(usual):
        st.caption(_why(found.confidence, found.reason) if found else "none looks like it")
        return None
    st.caption("you say so")
    return wide.named([output, *chosen]) if chosen else {}


def _role(sample: Sample, guess: Guess, role: Role, key: str) -> str:
    """A choice of the column of one role; an empty text for none."""
    names = [NONE, *(one.name for one in sample.columns)]
    at = names.index(guess.column, 1) if guess.column else 0
    chosen = st.selectbox(
        ROLES[role].capitalize(), range(len(names)), index=at, format_func=lambda place: names[place], key=key
    )
    column = names[chosen] if chosen else ""
    if column == guess.column:
        other = f"; or {guess.runner_up}" if guess.runner_up else ""
        st.caption(
            _why(guess.confidence, f"{guess.reason}{other}")
            if column
            else cards.escaped(guess.reason + other)
        )
    else:
        st.caption(f"you say so; guessed was {cards.escaped(guess.column or 'none')}")
    return column


def _why(confidence: str, reason: str) -> str:
    return f"**{confidence}**: {cards.escaped(reason)}"


def _probabilities(sample: Sample, found: Detection, token: str) -> dict[str, str]:
    """The columns of probabilities, a class each."""
    usual = found.classes.columns if found.classes else {}
    names = [one.name for one in sample.columns if one.numeric]
    chosen = st.multiselect(
        "Probabilities, a column per class", names, [one for one in usual.values() if one in names],
        key=f"{token}-probabilities",
    )  # fmt: skip
    same = list(usual.values()) == list(chosen)
    st.caption(cards.escaped(found.classes.reason) if same and found.classes else "you say so")
    if same:
        return dict(usual)
    labels = class_names(chosen) if len(chosen) > 1 else list(chosen)
    return dict(zip(labels, chosen, strict=True))


@dataclass(frozen=True)
class Features:
    """What was chosen of features: kinds that are not as guessed, which do not count or are private."""

    kinds: dict[str, Kind]
    exclude: tuple[str, ...]
    private: tuple[str, ...]


def features(found: Detection, token: str) -> Features:
    """Draw the features as a table that can be edited."""
    guesses = found.features
    if not guesses:
        st.caption("No other column is left to be a feature.")
        return Features({}, (), ())
    names = hashlib.blake2b("\0".join(one.name for one in guesses).encode(), digest_size=4).hexdigest()
    edited = st.data_editor(
        pd.DataFrame([_line(one) for one in guesses]),
        hide_index=True, height="content" if len(guesses) <= FEW else 420, key=f"{token}-features-{names}",
        disabled=["Feature", "Sure?", "Why"],
        column_config={
            "Feature": st.column_config.TextColumn(width="medium"),
            "Kind": st.column_config.SelectboxColumn(options=[*KINDS, NOT_PROFILED], required=True),
            "Counts": st.column_config.CheckboxColumn(help="What does not count is shown all the same."),
            "Private": st.column_config.CheckboxColumn(help="In no view of rows, export or report."),
            "Why": st.column_config.TextColumn(width="large"),
        },
    )  # fmt: skip
    return _chosen(guesses, edited)


def _line(one: FeatureGuess) -> dict[str, Any]:
    return {
        "Feature": one.name, "Kind": one.kind or NOT_PROFILED, "Counts": not one.exclude,
        "Private": one.private, "Sure?": one.confidence, "Why": one.reason,
    }  # fmt: skip


def _chosen(guesses: tuple[FeatureGuess, ...], edited: pd.DataFrame) -> Features:
    kinds: dict[str, Kind] = {}
    for one, kind in zip(guesses, edited["Kind"], strict=True):
        told: Kind | None = next((known for known in KINDS if known == kind), None)
        if told is not None and told != one.kind:
            kinds[one.name] = told
    counts, private = edited["Counts"], edited["Private"]
    return Features(
        kinds,
        tuple(one.name for one, kept in zip(guesses, counts, strict=True) if not kept),
        tuple(one.name for one, hidden in zip(guesses, private, strict=True) if hidden),
    )
