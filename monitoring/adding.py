"""The command ``add``: a model by its file, or from a log of which nothing is known yet."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from monitoring import dispatch
from monitoring.answers import WRONG, Answer
from monitoring.models import ModelError
from monitoring.onboarding import Choices, Draft, DraftError, Role, drafted, passing, preview, telling
from monitoring.onboarding.draft import Dates
from monitoring.reports.files import save
from monitoring.store import StoreError, excerpts
from monitoring.store.summaries import summarised

_COLUMN = "A column, or '' for none."
_ORDERS: dict[str, Dates] = {"dmy": "dmy", "mdy": "mdy", "ymd": "ymd"}


def add(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A model's TOML, or a log: Parquet, CSV, JSON "
                                         "lines, a folder of Parquet, a DuckDB file.")],
    name: Annotated[str, typer.Option(help="Of the model; the file's by default.")] = "",
    title: Annotated[str, typer.Option(help="The model in words.")] = "",
    task: Annotated[str, typer.Option(help="binary, multiclass or regression.")] = "",
    id: Annotated[str | None, typer.Option("--id", help="The column that names the rows.")] = None,
    predicted_at: Annotated[str | None, typer.Option(help="The column of the instant.")] = None,
    score: Annotated[list[str] | None, typer.Option(
        help="The column of P(event); multiclass: CLASS=COLUMN, once per class.")] = None,
    scores: Annotated[list[str] | None, typer.Option(metavar="VERSION=COLUMN",
        help="Of a wide log, once per version, the one that serves first; '' where it is none.")] = None,
    prediction: Annotated[str | None, typer.Option(help=_COLUMN)] = None,
    label: Annotated[str | None, typer.Option(help=_COLUMN)] = None,
    labelled_at: Annotated[str | None, typer.Option(help=_COLUMN)] = None,
    version: Annotated[str | None, typer.Option(help=_COLUMN)] = None,
    champion: Annotated[str, typer.Option(help="The version that serves.")] = "",
    positive: Annotated[str, typer.Option(help="The label that is the event.")] = "",
    timezone: Annotated[str, typer.Option(
        help="Of the model's days, and of instants without an offset.", metavar="ZONE")] = "",
    instants: Annotated[str, typer.Option(
        help="Of instants without an offset, where it is another.", metavar="ZONE")] = "",
    dates: Annotated[str, typer.Option(help="The order in 03/04/2024.", metavar="dmy|mdy|ymd")] = "",
    reference: Annotated[str, typer.Option(
        metavar="START:STOP", help="Its first day, and the first not included.")] = "",
    segment: Annotated[list[str] | None, typer.Option(help="A column; several are possible.")] = None,
    exclude: Annotated[list[str] | None, typer.Option(
        help="A feature that does not count, in place of those proposed.")] = None,
    kind: Annotated[list[str] | None, typer.Option(metavar="FEATURE=KIND")] = None,
    table: Annotated[str, typer.Option(help="Of a DuckDB file.")] = "",
    write: Annotated[Path | None, typer.Option(metavar="FILE.toml", help="Keep the model's file.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
    author: Annotated[str, typer.Option(help="Your name, kept with a change of the reference.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:  # fmt: skip
    """Register a model by its file, or change it; or find out what a log is, register a model and take it in.

    Example: python -m monitoring add data/models/flights.toml

    Example: python -m monitoring add churn.csv --timezone Europe/Paris --dry-run
    """
    path: Path = context.obj
    file = file.expanduser()
    if file.suffix.lower() == ".toml":
        dispatch.finish(dispatch.answered(lambda: _by_file(path, file, dry_run, author)))
    columns: dict[Role, str | None] = {
        "id": id, "predicted_at": predicted_at, "prediction": prediction, "label": label,
        "labelled_at": labelled_at, "version": version,
    }  # fmt: skip
    given = {
        "name": name, "title": title, "task": task, "columns": columns, "score": score, "scores": scores,
        "champion": champion,
        "positive": positive, "timezone": timezone, "instants": instants, "dates": dates,
        "reference": reference, "segment": segment, "exclude": exclude, "kind": kind,
    }  # fmt: skip
    how = {"table": table, "write": write, "dry_run": dry_run, "yes": yes}
    dispatch.finish(dispatch.answered(lambda: _by_log(path, file, given, how)))


def _by_file(path: Path, file: Path, dry_run: bool, author: str) -> Answer:
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError:
        return Answer(stderr=f"{file}: not a text file in UTF-8\n", code=WRONG)
    folder = str(file.absolute().parent)
    return dispatch.add(path, {"toml": text, "folder": folder, "dry_run": dry_run, "author": author})


def _by_log(path: Path, file: Path, given: dict[str, Any], how: dict[str, Any]) -> Answer:
    """Draft, try, ask, register, take in; what goes wrong on the way leaves nothing behind."""
    if how["write"] is not None:
        _assert_absent(how["write"].expanduser())
    try:
        draft = drafted(summarised(file, how["table"]), choices(given))
        typer.echo(f"{telling.head(draft)}\n\n{telling.table(draft)}")
        text = draft.toml
        typer.echo(text)
        found = preview(draft, file, how["table"])
    except (DraftError, ModelError) as error:
        return Answer(stderr=f"{error}\nnothing was added\n", code=WRONG)
    words = "".join(f"  {reason}: {n:,} rows, {detail}\n" for reason, n, detail in found.problems)
    report = found.report
    typer.echo(
        f"Health would begin with ({found.words}):\n{words}  {report.status.upper()}: {report.sentence}\n"
    )
    if how["dry_run"]:
        return Answer(stderr="nothing was added: --dry-run\n")
    if not how["yes"] and not dispatch.confirmed(f"Register {draft.name} and take {file.name} in?"):
        return Answer(stderr="nothing was added\n", code=WRONG)
    return _added(path, file, draft, how)


def _added(path: Path, file: Path, draft: Draft, how: dict[str, Any]) -> Answer:
    text, name = draft.toml, draft.name
    registered = dispatch.dispatch(path, "add", {"toml": text, "folder": None, "new": True})
    if registered.code:
        return registered
    with passing() as folder, excerpts.as_files(file, how["table"], folder) as files:
        taken = dispatch.take(path, name, [str(one) for one in files], "predictions")
    said = registered.stderr + taken.stderr
    if taken.code and not _kept(path, name):
        dispatch.dispatch(path, "remove", {"model": name})
        return Answer(
            stderr=f"{said}{name} is not registered any more: nothing of its log was taken in\n",
            code=taken.code,
        )
    if how["write"] is not None:
        save({how["write"].expanduser(): text})
        said += f"its file is {how['write']}\n"
    checked = dispatch.dispatch(path, "check", {"model": name})
    return Answer(stdout=checked.stdout, stderr=said + checked.stderr, code=taken.code)


def _kept(path: Path, name: str) -> bool:
    """Whether any row of a model's log went in."""
    said = dispatch.dispatch(path, "files", {"model": name, "format": "json"})
    return bool(said.code) or any(one["accepted"] for one in json.loads(said.stdout))


def _assert_absent(file: Path) -> None:
    if file.exists():
        raise StoreError(f"{file}: there is such a file already; name another with --write")
    if not file.parent.is_dir():
        raise StoreError(f"{file}: there is no such folder")


def choices(given: dict[str, Any]) -> Choices:
    """What the flags say in place of guesses.

    Parameters
    ----------
    given : dict
        By flag; what is empty leaves a guess as it is.

    Raises
    ------
    DraftError
        If one cannot be understood.

    Examples
    --------
    >>> said = choices({"score": ["p"], "reference": "2026-01-01:2026-02-01", "columns": {"label": ""}})
    >>> said.columns, said.reference[1].isoformat()
    ({'label': '', 'score': 'p'}, '2026-02-01')
    """
    columns = {role: name for role, name in given.get("columns", {}).items() if name is not None}
    probabilities = None
    for one in given.get("score") or ():
        label, found, column = one.rpartition("=")
        if found and label:
            probabilities = {**(probabilities or {}), label: column}
        else:
            columns["score"] = one
    dates = given.get("dates") or ""
    if dates and dates not in _ORDERS:
        raise DraftError(f"--dates {dates!r}: dmy, mdy or ymd")
    task = given.get("task") or None
    if task not in (None, "binary", "multiclass", "regression"):
        raise DraftError(f"--task {task!r}: binary, multiclass or regression")
    return Choices(
        name=given.get("name") or None, title=given.get("title") or None, task=task,
        timezone=given.get("timezone") or None, written=given.get("instants") or None,
        dates=_ORDERS[dates] if dates else None, columns=columns, probabilities=probabilities,
        scores=_scores(given.get("scores")), champion=given.get("champion") or None,
        positive=given.get("positive") or None,
        reference=_window(given.get("reference") or ""),
        exclude=_several(given.get("exclude")), segments=_several(given.get("segment")),
        kinds=_kinds(given.get("kind") or ()),
    )  # fmt: skip


def _scores(given: list[str] | None) -> dict[str, str] | None:
    """The column of each version; none where the log is said not to be wide."""
    if not given:
        return None
    found: dict[str, str] = {}
    for one in filter(None, given):
        version, told, column = one.partition("=")
        if not told or not version or not column:
            raise DraftError(f"--scores {one!r}: VERSION=COLUMN, such as v2=score_v2, once per version")
        found[version] = column
    if len(found) == 1:
        raise DraftError("--scores names one version; name two or more, or say --score COLUMN instead")
    return found


def _several(names: list[str] | None) -> tuple[str, ...] | None:
    """Names of columns; an empty one alone means none at all."""
    return tuple(filter(None, names)) if names else None


def _kinds(given: Any) -> dict[str, Any]:
    found = {}
    for one in given:
        name, told, kind = one.rpartition("=")
        if not told or kind not in ("numeric", "ordinal", "binary", "categorical"):
            raise DraftError(f"--kind {one!r}: FEATURE=KIND, of numeric, ordinal, binary and categorical")
        found[name] = kind
    return found


def _window(text: str) -> tuple[dt.date, dt.date] | None:
    if not text:
        return None
    start, _, stop = text.partition(":")
    try:
        return dt.date.fromisoformat(start), dt.date.fromisoformat(stop)
    except ValueError:
        raise DraftError(f"--reference {text!r}: two days like 2026-01-01:2026-02-01") from None
