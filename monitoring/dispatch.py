"""How a command reaches the store: here when nobody owns it, through its owner when the app is up."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import typer

from monitoring import answers, commands, results
from monitoring.answers import WRONG, Answer
from monitoring.reports.files import assert_place, save
from monitoring.reports.files import beside as beside
from monitoring.store import Store, StoreError, StoreInUse, inbox_folder, owner, sources

MAKERS = ("add", "demo")  # commands that make a store where none is
PATIENCE = 600.0  # seconds to wait for the app to take a file in before saying that it waits


def finish(answer: Answer) -> NoReturn:
    """Print an answer and end with its code."""
    sys.stdout.write(answer.stdout)
    sys.stdout.flush()
    sys.stderr.write(answer.stderr)
    raise typer.Exit(answer.code)


def confirmed(question: str) -> bool:
    """Ask; no answer at all means no."""
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:
        return False


def answered(work: Callable[[], Answer]) -> Answer:
    """Have something answered; whatever goes wrong on the way becomes words and an exit code."""
    try:
        return work()
    except (Exception, KeyboardInterrupt) as error:
        return answers.failure(error)


def dispatch(path: Path, name: str, arguments: dict[str, Any]) -> Answer:
    """Run a command on the store, or have its owner run it."""
    return answered(lambda: _dispatched(path, name, arguments))


def add(path: Path, arguments: dict[str, Any]) -> Answer:
    """Register or change a model, with a progress bar where somebody watches; or have the owner do it."""
    return answered(lambda: _added(path, arguments))


def _added(path: Path, arguments: dict[str, Any]) -> Answer:
    try:
        store = Store.open(path)
    except StoreInUse as error:
        return _asked(path, "add", arguments, error)
    with store:
        if arguments.get("dry_run") or not sys.stderr.isatty():
            return commands.add(store, arguments)
        with typer.progressbar(length=1000, label="add", file=sys.stderr) as bar:

            def move(share: float, what: str) -> None:
                bar.label = what
                bar.update(int(1000 * share) - bar.pos)

            return commands.add(store, arguments, move)


def _dispatched(path: Path, name: str, arguments: dict[str, Any]) -> Answer:
    if name not in MAKERS:
        _assert_there(path)
    try:
        with Store.open(path) as store:
            return commands.answer(store, name, arguments)
    except StoreInUse as error:
        return _asked(path, name, arguments, error)


def kept(said: Answer, parquet: Path | None) -> Answer:
    """Write records that were answered as CSV to a file of Parquet; without one the answer stays as it is.

    Parameters
    ----------
    said : Answer
    parquet : Path, optional
    """
    if parquet is None or said.code == WRONG:
        return said
    content = results.reformed(said.stdout.encode(), "parquet")
    written = answered(lambda: _saved(parquet.expanduser(), content))
    return written if written.code else Answer(stderr=f"{said.stderr}{written.stderr}", code=said.code)


def _saved(path: Path, content: bytes) -> Answer:
    save({path: content})
    return Answer(stderr=f"the records are in {path}\n")


def report(path: Path, arguments: dict[str, Any], out: Path, record: Path | None) -> Answer:
    """Have a report made, and write it here: the owner of the store works in a folder of its own.

    Parameters
    ----------
    path : Path
        Of the store.
    arguments : dict
    out : Path
        The file of HTML.
    record : Path, optional
        The file of JSON; without, none is written.
    """
    return answered(lambda: _reported(path, arguments, out.expanduser(), record and record.expanduser()))


def _reported(path: Path, arguments: dict[str, Any], out: Path, record: Path | None) -> Answer:
    if record is not None and record.absolute() == out.absolute():
        return Answer(stderr=f"{out}: the report and its JSON need a file each\n", code=WRONG)
    for one in filter(None, (out, record)):
        assert_place(one)
    said = _dispatched(path, "report", arguments)
    if said.code:
        return said
    made = json.loads(said.stdout)
    save({out: made["html"], **({record: made["json"]} if record is not None else {})})
    written = " and ".join(str(one) for one in (out, record) if one is not None)
    return Answer(stderr=f"the report is in {written}\n")


def batch(path: Path, arguments: dict[str, Any], out: Path | None, rows: Path | None) -> Answer:
    """Hold a file against a model, or against another file where no model is named.

    Parameters
    ----------
    path : Path
        Of the store.
    arguments : dict
    out, rows : Path, optional
        The files of the report and of the rows worth a look.
    """
    return answered(lambda: _batched(path, arguments, out and out.expanduser(), rows and rows.expanduser()))


def _batched(path: Path, arguments: dict[str, Any], out: Path | None, rows: Path | None) -> Answer:
    for one in filter(None, (out, rows)):
        assert_place(one)
    asked = {**arguments, "html": out is not None, "rows": rows is not None}
    if not asked["model"]:
        said = _compared(asked)
    else:
        _assert_there(path)
        try:
            with Store.open(path) as store, _bar("batch") as move:
                said = commands.answer(store, "batch", {**asked, "progress": move})
        except StoreInUse as error:
            said = _asked(path, "batch", asked, error)
    if said.code == WRONG or not said.stdout:
        return said
    made = json.loads(said.stdout)
    texts = {place: made[key] for place, key in ((out, "html"), (rows, "rows")) if place is not None}
    save(texts)
    words = "".join(
        f"{what} in {place}\n" for what, place in (("the report is", out), ("the rows are", rows)) if place
    )
    return Answer(made["said"], f"{said.stderr}{words}", said.code)


def _compared(asked: dict[str, Any]) -> Answer:
    """Two files side by side; no store is opened."""
    from monitoring import batch as batches

    with _bar("batch") as move:
        found = batches.compared(
            Path(asked["reference"]), Path(asked["file"]), sheet=asked["sheet"], progress=move
        )
    return commands.batch_answer(found, asked)


@contextlib.contextmanager
def _bar(label: str) -> Iterator[Callable[[float, str], None]]:
    """A progress bar where somebody watches."""
    with typer.progressbar(length=1000, label=label, file=sys.stderr) as bar:

        def move(share: float, what: str) -> None:
            bar.label = what
            bar.update(max(int(1000 * share) - bar.pos, 0))

        yield move


def _assert_there(path: Path) -> None:
    """A question makes no store."""
    if not path.exists():
        raise StoreError(
            f"no store at {path}; build the demo with: python -m monitoring demo, or register a model with: "
            "python -m monitoring add FILE"
        )


def _asked(path: Path, name: str, arguments: dict[str, Any], in_use: StoreInUse) -> Answer:
    """Have the owner answer; one that cannot is named."""
    try:
        return Answer(**owner.ask(path, name, arguments))
    except owner.NoOwner:
        return Answer(stderr=f"{named(in_use, path)}\n", code=WRONG)
    except owner.OwnerFailed as error:
        return Answer(stderr=f"{error}\n", code=WRONG)


def named(error: StoreError, path: Path) -> StoreError:
    """Name the owner of the store where the database could not."""
    if isinstance(error, StoreInUse) and error.pid is None:
        return StoreInUse(path, owner.owner_pid(path))
    return error


def take(path: Path, model: str, given: list[str], kind: inbox_folder.Kind) -> Answer:
    """Take files in, here or through the inbox of the app that owns the store."""
    return answered(lambda: _taken(path, model, given, kind))


def _taken(path: Path, model: str, given: list[str], kind: inbox_folder.Kind) -> Answer:
    _assert_there(path)
    found = sources.expand(given)
    try:
        store = Store.open(path)
    except StoreInUse as error:
        return _hand_over(path, model, found, kind, error)
    with store:
        return _take_here(store, model, found, kind)


def _take_here(store: Store, model: str, found: list[Path], kind: str) -> Answer:
    """Take files in one after another, with a progress bar where somebody watches."""
    receipts = []
    try:
        with typer.progressbar(length=1000 * len(found) or 1, label="ingest", file=sys.stderr) as bar:
            for index, path in enumerate(found):

                def move(share: float, what: str, index: int = index) -> None:
                    bar.label = what
                    bar.update(int(1000 * (index + share)) - bar.pos)

                receipts.append(store.ingest(model, path, kind, move, settle=False))
            store.settle(model)
    except (Exception, KeyboardInterrupt) as error:
        if receipts:  # files that are in, and have to show in the profile
            store.settle(model)
        done = commands.receipts_answer(receipts)
        ended = answers.failure(error)
        return Answer(stderr=f"{done.stderr}{ended.stderr}", code=ended.code)
    return commands.receipts_answer(receipts)


def _hand_over(
    path: Path, model: str, found: list[Path], kind: inbox_folder.Kind, in_use: StoreInUse
) -> Answer:
    """Put files into the inbox of the app that owns the store, and say what became of them."""
    known = _asked(path, "files", {"model": model, "format": "text"}, in_use)
    if known.code:
        return Answer(stderr=known.stderr, code=known.code)
    folder = commands.inbox_of(path)
    handed = [str(inbox_folder.hand_over(folder, model, kind, one)) for one in found]
    return _asked(path, "taken", {"paths": handed, "timeout": PATIENCE}, in_use)
