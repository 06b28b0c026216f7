"""What an unknown log seems to be, as functions of summaries: roles of columns, task, features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import get_args

from monitoring.instants import Dates
from monitoring.models import Task
from monitoring.onboarding import kinds, roles
from monitoring.onboarding.classes import Classes, classes, matched, named_score, positive_column
from monitoring.onboarding.guesses import Confidence, FeatureGuess, Guess, Question, chosen
from monitoring.onboarding.names import Role
from monitoring.onboarding.nearly import near_misses, without_head
from monitoring.onboarding.wide import Wide, claimed, decided, wide
from monitoring.store.sampled import Sample, Summary, orders


@dataclass(frozen=True)
class Detection:
    """What a log seems to be.

    Attributes
    ----------
    sample : Sample
    task : str
    task_reason : str
    task_confidence : str
    guesses : dict
        One per role, also where no column has it.
    classes : Classes or None
        The probabilities of a multiclass model.
    wide : Wide or None
        The score columns of a log with one for each version.
    features : tuple of FeatureGuess
    segments : tuple of (column, reason)
    questions : tuple of Question
    faults : tuple of str
        What keeps it from being a log at all, each with what to do.
    """

    sample: Sample
    task: Task
    task_reason: str
    task_confidence: Confidence
    guesses: dict[Role, Guess]
    classes: Classes | None
    wide: Wide | None
    features: tuple[FeatureGuess, ...]
    segments: tuple[tuple[str, str], ...]
    questions: tuple[Question, ...]
    faults: tuple[str, ...]

    def column(self, role: Role) -> str:
        """The column of a role; empty without one."""
        return self.guesses[role].column

    @property
    def orders(self) -> tuple[Dates, ...]:
        """In which orders the dates of the instant can be read."""
        name = self.column("predicted_at")
        return orders(self.sample.column(name)) if name else ("iso",)


def detect(
    sample: Sample, stated: Mapping[Role, str] | None = None, task: Task | None = None,
    probabilities: Mapping[str, str] | None = None, scores: Mapping[str, str] | None = None,
) -> Detection:  # fmt: skip
    """Say what a log seems to be.

    Parameters
    ----------
    sample : Sample
    stated : mapping of role to column, optional
        What a person says; an empty column means that none has the role.
    task : str, optional
        What a person says.
    probabilities : mapping of class to column, optional
        What a person says; empty for none.
    scores : mapping of version to column, optional
        What a person says of a wide log; empty where it is none.

    Returns
    -------
    Detection
    """
    told = dict(stated or {})
    if scores:
        told.setdefault("prediction" if task == "regression" else "score", next(iter(scores.values())))
    group = None if scores else _group(sample, told, task, probabilities)
    many = group is not None and (len(group.columns) > 2 or probabilities is not None or task == "multiclass")
    if group is not None and not many and "score" not in told:
        told["score"] = positive_column(group)
    guesses = _guesses(sample, told, group if many else None)
    if group is not None and not many and "score" not in (stated or {}):
        guesses["score"] = Guess("score", told["score"], "likely", f"one of {group.reason}")
    task_, reason, level = _task(sample, guesses, group if many else None, task)
    if task_ == "multiclass" and group is not None and guesses["label"].column:
        group = matched(group, [value for value, _ in sample.column(guesses["label"].column).values])
    if task_ == "regression":
        guesses = _regression(sample, guesses, told)
    beside = claimed(scores) if scores is not None else _wide(sample, guesses, told, task_, group)
    guesses = _several(guesses, beside, task_)
    used = {one.column for one in guesses.values()} | set(group.columns.values() if group else ())
    used |= set(beside.columns.values() if beside else ())
    features = tuple(
        kinds.feature(one, lenient=sample.lenient) for one in sample.columns if one.name not in used - {""}
    )
    if beside:
        features = tuple(decided(sample, beside, one) for one in features)
    return Detection(
        sample, task_, reason, level, guesses, group if many and task_ == "multiclass" else None, beside,
        features, kinds.segments(sample, features), questions(sample, guesses),
        faults(sample, guesses, task_, group),
    )  # fmt: skip


def _group(
    sample: Sample, told: Mapping[Role, str], task: Task | None, probabilities: Mapping[str, str] | None
) -> Classes | None:
    """The probabilities of classes, unless the task or a score says that they are features."""
    if probabilities is not None:
        return Classes(dict(probabilities), "stated") if probabilities else None
    if task == "regression" or (task == "binary" and told.get("score")):
        return None
    found = classes(sample)
    if found and (len(found.columns) > 2 and (task == "binary" or (named_score(sample) and task is None))):
        return None
    return None if found and len(found.columns) == 2 and told.get("score") else found


def _guesses(sample: Sample, told: Mapping[Role, str], group: Classes | None) -> dict[Role, Guess]:
    taken = set(group.columns.values() if group else ()) | set(told.values())
    known: dict[Role, str] = {role: name for role, name in told.items() if name}
    found: dict[Role, Guess] = {}
    for role, (_, least) in roles.JUDGES.items():
        if role in told:
            found[role] = Guess(role, told[role], "stated", "you say so")
            continue
        if role == "score" and group:
            found[role] = Guess(role, "", "sure", "a column per class instead")
            continue
        guess = chosen(role, roles.candidates(role, sample, taken, known), least)
        found[role] = guess
        if guess.column:
            taken.add(guess.column)
            known[role] = guess.column
    if not found["labelled_at"].column or found["label"].column or "labelled_at" in told:
        return _with_id(sample, found)
    found["labelled_at"] = replace(found["labelled_at"], column="", reason="no label, so no instant of one")
    return _with_id(sample, found)


def _with_id(sample: Sample, found: dict[Role, Guess]) -> dict[Role, Guess]:
    """Where nothing names the rows, an instant that never repeats may."""
    at = found["predicted_at"].column
    if found["id"].column or found["id"].confidence == "stated" or not at or not sample.column(at).unique:
        return found
    words = "no column names the rows; the instant never repeats, so it can, while two requests share none"
    return {**found, "id": Guess("id", at, "unsure", words)}


def _task(
    sample: Sample, guesses: Mapping[Role, Guess], group: Classes | None, stated: Task | None
) -> tuple[Task, str, Confidence]:
    if stated:
        return stated, "you say so", "stated"
    if group:
        return "multiclass", group.reason, "sure" if len(group.columns) > 2 else "likely"
    label, prediction = (_column(sample, guesses, role) for role in ("label", "prediction"))
    if guesses["score"].column:
        two = label is not None and label.distinct == 2
        return "binary", f"a score between 0 and 1{' and a label of two values' if two else ''}", (
            "sure" if two else "likely"
        )  # fmt: skip
    if prediction is not None and prediction.numeric and prediction.distinct > 2:
        numbers = label is not None and label.numeric and label.distinct > 2
        return "regression", f"predictions are numbers{' and so are labels' if numbers else ''}", (
            "sure" if numbers else "likely"
        )  # fmt: skip
    if prediction is not None and prediction.distinct > 2:
        return "multiclass", f"predictions of {prediction.distinct} classes", "likely"
    return "binary", "two classes by default", "likely" if prediction is not None else "unsure"


def _regression(
    sample: Sample, guesses: dict[Role, Guess], told: Mapping[Role, str]
) -> dict[Role, Guess]:  # fmt: skip
    """A regression has a prediction and no score; a stated score is what is predicted."""
    score = guesses["score"]
    if guesses["prediction"].column or not score.column:
        return {**guesses, "score": replace(score, column="", reason="a regression has none")}
    moved = replace(score, role="prediction")
    return {
        **guesses,
        "prediction": moved,
        "score": replace(score, column="", reason="a regression has none"),
    }


def _wide(
    sample: Sample, guesses: Mapping[Role, Guess], told: Mapping[Role, str], task: Task, group: Classes | None
) -> Wide | None:
    """The score columns of versions, where nothing else tells versions apart."""
    if group or task == "multiclass" or guesses["version"].column:
        return None
    role: Role = "prediction" if task == "regression" else "score"
    return wide(sample, role, guesses[role].column, chosen=bool(told.get(role)))


def _several(guesses: dict[Role, Guess], beside: Wide | None, task: Task) -> dict[Role, Guess]:
    """Where each version has a column, the output's is that of the version that serves."""
    if beside is None:
        return guesses
    role: Role = "prediction" if task == "regression" else "score"
    output = Guess(role, beside.columns[beside.champion], beside.confidence, beside.reason)
    if task == "regression":
        return {**guesses, role: output}
    none = replace(
        guesses["prediction"], column="", reason="decisions follow from the scores of each version"
    )
    return {**guesses, role: output, "prediction": none}


def _column(sample: Sample, guesses: Mapping[Role, Guess], role: Role) -> Summary | None:
    name = guesses[role].column
    return sample.column(name) if name else None


def questions(sample: Sample, guesses: Mapping[Role, Guess]) -> tuple[Question, ...]:
    """What the instants leave open: the order of dates, and the zone of clocks without an offset."""
    asked: dict[str, Question] = {}
    for role in ("predicted_at", "labelled_at"):
        one = _column(sample, guesses, role)
        if one is None:
            continue
        example = f"{one.name!r} holds {one.values[0][0]!r}" if one.values else repr(one.name)
        if len(found := orders(one)) > 1:
            words = f"{example}: is the day or the month first?"
            asked.setdefault("dates", Question("dates", words, found, "--dates dmy or --dates mdy"))
        dated = one.form == "slashed" and _days_alone(sample, one)
        if one.form in ("bare", "slashed") and not dated:
            words = f"{example}, without an offset: which time zone's clock is that?"
            asked.setdefault("timezone", Question("timezone", words, (), "--timezone Europe/Paris, or UTC"))
    return tuple(asked.values())


def _days_alone(sample: Sample, one: Summary) -> bool:
    """Whether slashed dates never tell an hour."""
    return all(
        hour % 24 == 0
        for (name, _), found in sample.hours.items() if name == one.name
        for hour, _ in found
    )  # fmt: skip


def faults(
    sample: Sample, guesses: Mapping[Role, Guess], task: Task, group: Classes | None
) -> tuple[str, ...]:
    """What keeps a file from being a log."""
    found: list[str] = []
    names = ", ".join(one.name for one in sample.columns[:12]) + (", ..." if len(sample.columns) > 12 else "")
    if not guesses["predicted_at"].column:
        found.append(
            f"no column says when a prediction was made (there are {names}); every log needs an instant: "
            "choose a column, or add one"
        )
    if not guesses["id"].column:
        found.append(
            "no column names the rows: none is unique in every row; labels refer to it, so add one, or "
            "choose a column"
        )
    outputs = bool(guesses["score"].column or guesses["prediction"].column or group)
    if not outputs:
        found.append(
            "no column looks like the output of a model: choose the score (a probability) or the prediction, "
            f"with --score or --prediction on the command line{near_misses(sample)}"
        )
    if task == "multiclass" and not group:
        found.append(
            "a multiclass model needs one column of probability per class, and none add up to 1; log them, "
            "or choose another task"
        )
    headless = without_head(sample) if found else ""
    return (headless, *found) if headless else tuple(found)


TASKS: tuple[Task, ...] = get_args(Task)
