"""The command line: ``python -m monitoring``.

Every command that needs the store runs here when nobody owns it, and is answered by the owner when the app
is up, with the same output and the same exit code.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from monitoring import adding, asking, dispatch
from monitoring.answers import WRONG, Answer
from monitoring.asking import Csv, Json, ModelName, formatted_as
from monitoring.store import StoreInUse, copies, database

ROOT = Path(__file__).resolve().parents[1]
DEFAULT = ROOT / "data" / "lookout.duckdb"
app = typer.Typer(
    add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False,
    help="Lookout watches machine-learning models at work.",
)  # fmt: skip


@app.callback()
def _main(
    context: typer.Context,
    store: Annotated[
        Path,
        typer.Option(envvar="LOOKOUT_STORE", help="The store's file.", show_default="data/lookout.duckdb"),
    ] = DEFAULT,
) -> None:
    context.obj = store.expanduser().absolute()


@app.command()
def demo(
    context: typer.Context,
    late_labels: Annotated[bool, typer.Option(help="Also a variant whose labels take weeks.")] = False,
) -> None:
    """Build the flights demo; a second time changes nothing.

    Example: python -m monitoring demo
    """
    dispatch.finish(dispatch.dispatch(context.obj, "demo", {"late_labels": late_labels}))


@app.command()
def run(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="The port to serve on.")] = 8501,
    address: Annotated[
        str, typer.Option(help="The address to serve on; this machine only by default.")
    ] = "127.0.0.1",
) -> None:
    """Start the app and print its address.

    Example: python -m monitoring run --port 8600
    """
    path: Path = context.obj
    if path.exists():
        said = dispatch.answered(lambda: _free(path))
        if said.code:
            dispatch.finish(said)
    typer.echo(
        f"Lookout: http://{'localhost' if address == '127.0.0.1' else address}:{port}  (stop with Ctrl+C)",
        err=True,
    )
    command = [
        sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"),
        "--server.address", address, "--server.port", str(port), "--server.headless", "true",
    ]  # fmt: skip
    environment = {**os.environ, "LOOKOUT_STORE": str(path)}
    os.chdir(ROOT)
    if os.name == "posix":  # become the app, so that stopping this process stops it
        os.execve(sys.executable, command, environment)  # noqa: S606 - our own interpreter and script
    raise typer.Exit(subprocess.run(command, env=environment, check=False).returncode)  # noqa: S603


def _free(path: Path) -> Answer:
    """Ask the database's own lock whether the store may be opened: a file that names its owner may be old."""
    try:
        database.examine(path)
    except StoreInUse as error:
        raise dispatch.named(error, path) from error
    return Answer()


app.command()(adding.add)


@app.command()
def ingest(
    context: typer.Context, model: ModelName,
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH...]", help="Files, folders or globs; by default the model's source."),
    ] = None,
) -> None:  # fmt: skip
    """Take predictions in: Parquet, CSV or JSON lines; with no path, what is new in the model's source.

    Example: python -m monitoring ingest churn "exports/2026-*.parquet"
    """
    if not paths:
        dispatch.finish(dispatch.dispatch(context.obj, "ingest", {"model": model, "paths": []}))
    dispatch.finish(dispatch.take(context.obj, model, paths or [], "predictions"))


@app.command()
def labels(
    context: typer.Context, model: ModelName,
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, folders or globs.")],
) -> None:  # fmt: skip
    """Take late labels in, in any order.

    Example: python -m monitoring labels churn outcomes.csv
    """
    dispatch.finish(dispatch.take(context.obj, model, paths, "labels"))


@app.command()
def forget(
    context: typer.Context, model: ModelName, file: Annotated[str, typer.Argument(metavar="FILE")]
) -> None:
    """Take an ingested file out again, as if it had never been there.

    Example: python -m monitoring forget churn may.parquet
    """
    dispatch.finish(dispatch.dispatch(context.obj, "forget", {"model": model, "file": file}))


@app.command()
def remove(
    context: typer.Context, model: ModelName,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:  # fmt: skip
    """Remove a model with everything it logged.

    Example: python -m monitoring remove churn --yes
    """
    if not yes and not dispatch.confirmed(f"Remove {model} with its log, labels and profile?"):
        dispatch.finish(Answer(stderr="nothing was removed\n", code=WRONG))
    dispatch.finish(dispatch.dispatch(context.obj, "remove", {"model": model}))


@app.command()
def files(context: typer.Context, model: ModelName, json: Json = False, csv: Csv = False) -> None:
    """List the files that were taken in.

    Example: python -m monitoring files churn
    """
    dispatch.finish(
        dispatch.dispatch(context.obj, "files", {"model": model, "format": formatted_as(json, csv)})
    )


@app.command()
def quarantine(context: typer.Context, model: ModelName, json: Json = False, csv: Csv = False) -> None:
    """List the rows that were not taken in, each with its reason.

    Example: python -m monitoring quarantine churn --csv
    """
    dispatch.finish(
        dispatch.dispatch(context.obj, "quarantine", {"model": model, "format": formatted_as(json, csv)})
    )


for _command in asking.COMMANDS:
    app.command()(_command)


@app.command()
def backup(context: typer.Context, folder: Annotated[Path, typer.Argument(metavar="DIR")]) -> None:
    """Copy the store as it is now; safe while the app is running.

    Example: python -m monitoring backup backups/monday
    """
    dispatch.finish(dispatch.dispatch(context.obj, "backup", {"folder": str(folder.expanduser().absolute())}))


@app.command()
def restore(context: typer.Context, folder: Annotated[Path, typer.Argument(metavar="DIR")]) -> None:
    """Put a backup in the store's place; what stood there is kept beside it.

    Example: python -m monitoring restore backups/monday
    """
    path: Path = context.obj

    def work() -> Answer:
        try:
            before = copies.restore(folder.expanduser().absolute(), path)
        except StoreInUse as error:
            raise dispatch.named(error, path) from error
        kept = f"; what stood there is now {before.name}" if before else ""
        return Answer(stderr=f"{path} restored from {folder}{kept}\n")

    dispatch.finish(dispatch.answered(work))


def main() -> None:
    """Run the command line."""
    app(prog_name="python -m monitoring")
