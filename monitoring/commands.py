"""What the command line can ask, as functions of an open store.

A command's arguments and its answer are plain JSON, so that it gives the same answer whether this process
opens the store or asks the one that owns it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from monitoring import batch, demo, health, reasons, reports, results, review
from monitoring.alerts import commanding
from monitoring.answers import OK, UNHEALTHY, WRONG, Answer, failure
from monitoring.arguments import Arguments, QuestionError, instant_of, segment_of
from monitoring.consequences import consequences
from monitoring.models import CHUNKS, Model, parse
from monitoring.questions import QUESTIONS
from monitoring.store import Receipt, Store, followed
from monitoring.store.batch import Progress
from monitoring.store.following import Look, follow


def answer(store: Store, name: str, arguments: Arguments) -> Answer:
    """Carry a command out; what is wrong with it becomes words and the exit code 2.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "lookout.duckdb") as store:
    ...     answer(store, "files", {"model": "churn"}).code
    2
    """
    command = COMMANDS.get(name)
    if command is None:
        return Answer(stderr=f"unknown command {name!r}\n", code=WRONG)
    try:
        return command(store, arguments)
    except Exception as error:
        return failure(error)


def inbox_of(store: Path) -> Path:
    """Find the inbox that belongs to a store: a folder beside it.

    Examples
    --------
    >>> inbox_of(Path("data/lookout.duckdb")).as_posix()
    'data/inbox'
    """
    return store.parent / "inbox"


def _demo(store: Store, arguments: Arguments) -> Answer:
    demo.build(store, late_labels=bool(arguments.get("late_labels")))
    names = ", ".join(model.name for model in store.models())
    return Answer(stderr=f"the demo is in {store.path}: {names}\n")


def add(store: Store, arguments: Arguments, progress: Progress | None = None) -> Answer:
    """Register a model or change it; a change is told with what follows of it, and may only be told."""
    if arguments.get("new"):
        _assert_new(store, parse(arguments["toml"]).name)
    found = consequences(store, arguments["toml"])
    if arguments.get("dry_run"):
        return Answer(stdout=found.text, code=WRONG if found.refused else OK)
    model = store.add(
        arguments["toml"], progress, arguments.get("folder"), author=arguments.get("author", "")
    )
    odd = review.unknown(model.review)
    warning = f"{odd}\n" if odd else ""
    warning += _source_line(model)
    if found.plan.before is None:
        return Answer(stderr=f"{model.name} is registered\n{_reference_line(store, model)}{warning}")
    return Answer(stderr=f"{found.text}{model.name} is registered\n{_reference_line(store, model)}{warning}")


def _source_line(model: Model) -> str:
    """Say that a source is followed, where the model has one."""
    if model.source is None:
        return ""
    place = model.source.path or f"{model.source.table} of {model.source.database}"
    return f"source: {place}; the app follows it, or: python -m monitoring ingest {model.name}\n"


def _assert_new(store: Store, name: str) -> None:
    """A model that is drafted from a log never takes the place of another."""
    if name in [model.name for model in store.models()]:
        raise QuestionError(f"a model is called {name!r} already; choose another name with --name")


def _reference_line(store: Store, model: Model) -> str:
    """Say what became of the rows of a reference file, where the model has one."""
    if model.reference is None or model.reference.file is None:
        return ""
    files = store.files(model.name)
    rejected = int(files.loc[files["kind"] == "reference", "rejected"].sum())
    quarantine = f"; {rejected:,} more in the quarantine" if rejected else ""
    return f"reference: {store.reference_title(model.name)}{quarantine}\n"


def _ingest(store: Store, arguments: Arguments) -> Answer:
    if not arguments["paths"]:
        return _follow(store, arguments)
    receipts = [
        store.ingest(arguments["model"], path, arguments["kind"], settle=False) for path in arguments["paths"]
    ]
    store.settle(arguments["model"])
    fill_queue(store, arguments["model"])
    return receipts_answer(receipts)


def _follow(store: Store, arguments: Arguments) -> Answer:
    """Take in what is new in a model's source; what stands in the way is said, and is bad input."""
    model = store.model(arguments["model"])
    if model.source is None:
        raise QuestionError(
            f"{model.name} follows no source; name files to take in, or write [source] in the model's file"
        )
    look = follow(store, model.name)
    if look.changed:
        fill_queue(store, model.name)
    return follow_answer(look)


def follow_answer(look: Look) -> Answer:
    """Put a look at a source into words, a line for everything that happened or stands in the way."""
    lines = [receipt_line(receipt) for receipt in look.receipts if not receipt.problem]
    lines += [f"{one}: written anew, its rows took the place of those before\n" for one in look.rewritten]
    lines += [f"{one}: still being written, it goes in at the next look\n" for one in look.waiting]
    lines += [
        f"{reasons.sentence(one.code, place=one.subject, why=one.detail)}; {reasons.fix(one.code)}\n"
        for _, one in look.troubles
    ]
    bad = any(one.code not in followed.NOTES for _, one in look.troubles)
    return Answer(stderr="".join(lines) or "nothing new in the source\n", code=WRONG if bad else OK)


def fill_queue(store: Store, name: str) -> None:
    """Look for cases of a model whose file asks for it; the page Review does so for every model."""
    if store.model(name).review is not None:
        review.fill(store, name)


def receipts_answer(receipts: list[Receipt]) -> Answer:
    """Put what became of files into words, a line each; one of which nothing could be used is bad input."""
    lines = [receipt_line(receipt) for receipt in receipts]
    bad = any(one.problem or (one.rejected and one.rejected >= one.rows) for one in receipts)
    return Answer(stderr="".join(lines), code=WRONG if bad else OK)


def receipt_line(receipt: Receipt) -> str:
    r"""Say what became of one file.

    Examples
    --------
    >>> receipt_line(Receipt("may.csv", "predictions", 10, 7, 2, 1, 0.1))
    'may.csv: 7 rows taken in, 2 known before, 1 in the quarantine\n'
    """
    if receipt.problem:
        return f"{receipt.problem}; nothing of it was taken in\n"
    if receipt.known:
        return f"{receipt.file}: known before, nothing to do\n"
    parts = [f"{receipt.accepted:,} rows taken in"]
    parts += [f"{receipt.duplicates:,} known before"] if receipt.duplicates else []
    parts += [f"{receipt.rejected:,} in the quarantine"] if receipt.rejected else []
    return f"{receipt.file}: {', '.join(parts)}\n"


def _forget(store: Store, arguments: Arguments) -> Answer:
    store.forget(arguments["model"], arguments["file"])
    return Answer(stderr=f"{arguments['file']} is forgotten\n")


def _remove(store: Store, arguments: Arguments) -> Answer:
    store.remove(arguments["model"])
    return Answer(stderr=f"{arguments['model']} is removed\n")


def _backup(store: Store, arguments: Arguments) -> Answer:
    return Answer(stderr=f"backup written to {store.backup(arguments['folder'])}\n")


def _files(store: Store, arguments: Arguments) -> Answer:
    return Answer(stdout=results.formatted(store.files(arguments["model"]), arguments.get("format", "text")))


def _quarantine(store: Store, arguments: Arguments) -> Answer:
    return Answer(
        stdout=results.formatted(store.quarantine(arguments["model"]), arguments.get("format", "text"))
    )


def _show(store: Store, arguments: Arguments) -> Answer:
    question = QUESTIONS.get(arguments["question"])
    if question is None:
        raise QuestionError(f"unknown question {arguments['question']!r}; one of: {', '.join(QUESTIONS)}")
    model = store.model(arguments["model"])
    chunk = arguments.get("chunk") or model.chunk
    if chunk not in CHUNKS:
        raise QuestionError(f"--chunk {chunk!r}: one of {', '.join(CHUNKS)}")
    try:
        data = question(store, model, arguments, chunk)
    except ValueError as error:
        raise QuestionError(str(error)) from error
    return Answer(stdout=results.formatted(data, arguments.get("format", "text")))


def _check(store: Store, arguments: Arguments) -> Answer:
    name, as_of = arguments.get("model"), arguments.get("as_of")
    models = [store.model(name)] if name else store.models()
    reports = [_report(store, model, as_of) for model in models]
    bad = {"red", "amber", "grey"} if arguments.get("strict") else {"red"}
    code = UNHEALTHY if any(one.status in bad for one in reports) else OK
    form = arguments.get("format", "text")
    if form == "text":
        return Answer(stdout="".join(health.text(one) for one in reports), code=code)
    data = results.concat(health.frame(one) for one in reports)
    extra = {"sentence": [signal.sentence for one in reports for signal in one.signals]}
    return Answer(stdout=results.formatted(data, form, extra=extra), code=code)


def _report(store: Store, model: Model, as_of: str | None) -> health.Report:
    at = instant_of(model, as_of, "--as-of", last=True)
    try:
        return health.health(store, model, as_of=at)
    except ValueError as error:
        raise QuestionError(f"{model.name}: {error}") from error


def _written(store: Store, arguments: Arguments) -> Answer:
    """Write a report as HTML and JSON; who asked puts both into files, for the owner has other folders."""
    model = store.model(arguments["model"])
    chunk = arguments.get("chunk") or ""
    if chunk and chunk not in CHUNKS:
        raise QuestionError(f"--chunk {chunk!r}: one of {', '.join(CHUNKS)}")
    asked = reports.Asked(
        start=instant_of(model, arguments.get("start"), "--start"),
        stop=instant_of(model, arguments.get("stop"), "--stop"),
        segment=segment_of(store, model, arguments.get("segment")),
        version=arguments.get("version") or "",
        chunk=chunk,
        as_of=instant_of(model, arguments.get("as_of"), "--as-of", last=True),
    )
    try:
        found = reports.gather(store, model, asked)
    except ValueError as error:
        raise QuestionError(str(error)) from error
    return Answer(stdout=json.dumps({"html": reports.html(found), "json": reports.text(found)}))


def _batch(store: Store, arguments: Arguments) -> Answer:
    """Hold a file against a model; the owner of the store reads it where it lies."""
    path, reference = Path(arguments["file"]), arguments.get("reference")
    found = batch.check(
        store, arguments["model"], path, sheet=arguments.get("sheet") or "",
        reference=Path(reference) if reference else None, progress=arguments.get("progress"),
    )  # fmt: skip
    return batch_answer(found, arguments)


def batch_answer(found: batch.Checked, arguments: Arguments) -> Answer:
    """What the command says of a batch, with the report and the rows for who asked to write them to files."""
    form = arguments.get("format", "text")
    said = batch.text(found) if form == "text" else results.formatted(found.frame, form)
    made = {"said": said}
    if arguments.get("html"):
        made["html"] = reports.batch_part.html(found)
    if arguments.get("rows"):
        made["rows"] = found.rows.to_csv(index=False)
    return Answer(stdout=json.dumps(made), code=UNHEALTHY if found.status in ("amber", "red") else OK)


def _alerts(store: Store, arguments: Arguments) -> Answer:
    """Evaluate and deliver once; exit with 1 while an open incident waits for somebody."""
    found = commanding.run(store, arguments["model"], deliver=not arguments.get("quiet"))
    form = arguments.get("format", "text")
    text = commanding.text(found) if form == "text" else results.formatted(commanding.frame(found), form)
    code = WRONG if found.errors else UNHEALTHY if found.waiting else OK
    return Answer(stdout=text, stderr="".join(f"{one}\n" for one in found.errors), code=code)


COMMANDS: dict[str, Callable[[Store, Arguments], Answer]] = {
    "demo": _demo,
    "add": add,
    "ingest": _ingest,
    "forget": _forget,
    "remove": _remove,
    "backup": _backup,
    "files": _files,
    "quarantine": _quarantine,
    "show": _show,
    "check": _check,
    "report": _written,
    "alerts": _alerts,
    "batch": _batch,
}
