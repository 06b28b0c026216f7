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

from monitoring import commands, dispatch
from monitoring.commands import WRONG, Answer
from monitoring.store import StoreInUse, copies, database

ROOT = Path(__file__).resolve().parents[1]
DEFAULT = ROOT / "data" / "lookout.duckdb"
app = typer.Typer(
    add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False,
    help="Lookout watches machine-learning models at work.",
)  # fmt: skip

ModelName = Annotated[str, typer.Argument(metavar="MODEL", help="The name in the model's file.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON array of objects on standard output.")]
Csv = Annotated[bool, typer.Option("--csv", help="CSV on standard output.")]
Parquet = Annotated[
    Path | None, typer.Option("--parquet", metavar="FILE", help="Write the records to a file of Parquet.")
]


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
    _finish(dispatch.dispatch(context.obj, "demo", {"late_labels": late_labels}))


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
            _finish(said)
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


@app.command()
def add(context: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE.toml")]) -> None:
    """Register a model, or change it, by its file.

    Example: python -m monitoring add data/models/flights.toml
    """
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError:
        _finish(Answer(stderr=f"{file}: not a text file in UTF-8\n", code=WRONG))
    except OSError as error:
        _finish(commands.failure(error))
    else:
        arguments = {"toml": text, "folder": str(file.expanduser().absolute().parent)}
        _finish(dispatch.dispatch(context.obj, "add", arguments))


@app.command()
def ingest(
    context: typer.Context, model: ModelName,
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, folders or globs.")],
) -> None:  # fmt: skip
    """Take predictions in: Parquet, CSV or JSON lines.

    Example: python -m monitoring ingest churn "exports/2026-*.parquet"
    """
    _finish(dispatch.take(context.obj, model, paths, "predictions"))


@app.command()
def labels(
    context: typer.Context, model: ModelName,
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, folders or globs.")],
) -> None:  # fmt: skip
    """Take late labels in, in any order.

    Example: python -m monitoring labels churn outcomes.csv
    """
    _finish(dispatch.take(context.obj, model, paths, "labels"))


@app.command()
def forget(
    context: typer.Context, model: ModelName, file: Annotated[str, typer.Argument(metavar="FILE")]
) -> None:
    """Take an ingested file out again, as if it had never been there.

    Example: python -m monitoring forget churn may.parquet
    """
    _finish(dispatch.dispatch(context.obj, "forget", {"model": model, "file": file}))


@app.command()
def remove(
    context: typer.Context, model: ModelName,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:  # fmt: skip
    """Remove a model with everything it logged.

    Example: python -m monitoring remove churn --yes
    """
    if not yes and not _confirmed(f"Remove {model} with its log, labels and profile?"):
        _finish(Answer(stderr="nothing was removed\n", code=WRONG))
    _finish(dispatch.dispatch(context.obj, "remove", {"model": model}))


@app.command()
def files(context: typer.Context, model: ModelName, json: Json = False, csv: Csv = False) -> None:
    """List the files that were taken in.

    Example: python -m monitoring files churn
    """
    _finish(dispatch.dispatch(context.obj, "files", {"model": model, "format": _format(json, csv)}))


@app.command()
def quarantine(context: typer.Context, model: ModelName, json: Json = False, csv: Csv = False) -> None:
    """List the rows that were not taken in, each with its reason.

    Example: python -m monitoring quarantine churn --csv
    """
    _finish(dispatch.dispatch(context.obj, "quarantine", {"model": model, "format": _format(json, csv)}))


@app.command()
def show(
    context: typer.Context,
    question: Annotated[
        str,
        typer.Argument(
            metavar="QUESTION",
            help="drift, predictions, performance, estimate, calibration, shadow or outliers",
        ),
    ],
    model: ModelName,
    start: Annotated[str, typer.Option(help="First day.")] = "",
    stop: Annotated[str, typer.Option(help="First day not included.")] = "",
    chunk: Annotated[str, typer.Option(help="1 hour, 1 day, 7 days or 28 days.")] = "",
    segment: Annotated[
        str, typer.Option(metavar="COL=VALUE", help="Performance: or all, each beside the rest.")
    ] = "",
    method: Annotated[str, typer.Option(help="A drift method, auto, all, or multivariate.")] = "auto",
    reference: Annotated[
        str, typer.Option(help="fixed, rolling:CHUNKS:GAP, weekday:WEEKS or version:NAME.")
    ] = "",
    metric: Annotated[
        str, typer.Option(help="Performance, estimate, calibration: one metric; all by default.")
    ] = "",
    bins: Annotated[
        str, typer.Option(help="Calibration: of equal mass or of equal width.", metavar="mass|width")
    ] = "mass",
    version: Annotated[str, typer.Option(help="Of all but drift: the champion by default.")] = "",
    labels: Annotated[
        str,
        typer.Option(
            help="Performance: by the log's labels, those of the random audit, or the log's completed by it.",
            metavar="log|review|both",
        ),
    ] = "log",
    known_at: Annotated[
        str, typer.Option(help="Performance, estimate, calibration: as labels were known at this day.")
    ] = "",
    json: Json = False,
    csv: Csv = False,
    parquet: Parquet = None,
) -> None:
    """Answer a question with the tidy frame; with no window, for every chunk in the log.

    Example: python -m monitoring show drift flights --start 2013-07-01 --stop 2013-08-01 --json

    Example: python -m monitoring show performance flights --metric roc_auc --chunk "28 days"
    """
    arguments = {
        "question": question, "model": model, "start": start, "stop": stop, "chunk": chunk,
        "segment": segment, "method": method, "reference": reference, "metric": metric,
        "bins": bins, "labels": labels, "version": version, "known_at": known_at,
        "format": _format(json, csv, parquet),
    }  # fmt: skip
    _finish(dispatch.kept(dispatch.dispatch(context.obj, "show", arguments), parquet))


@app.command()
def check(
    context: typer.Context,
    model: Annotated[str, typer.Argument(metavar="[MODEL]", help="All models by default.")] = "",
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 on amber or grey, too.")] = False,
    as_of: Annotated[str, typer.Option(help="The day or instant at which to judge.")] = "",
    json: Json = False,
    csv: Csv = False,
    parquet: Parquet = None,
) -> None:
    """Say whether models are healthy; exit with 1 when one is red.

    Example: python -m monitoring check flights --as-of 2013-07-15
    """
    form = _format(json, csv, parquet)
    arguments = {"model": model, "strict": strict, "as_of": as_of, "format": form}
    _finish(dispatch.kept(dispatch.dispatch(context.obj, "check", arguments), parquet))


@app.command()
def report(
    context: typer.Context,
    model: ModelName,
    out: Annotated[Path, typer.Option("--out", metavar="FILE.html", help="The file to write.")],
    json: Annotated[
        Path | None, typer.Option("--json", metavar="FILE.json", help="Beside the report by default.")
    ] = None,
    no_json: Annotated[bool, typer.Option("--no-json", help="Write no JSON.")] = False,
    start: Annotated[str, typer.Option(help="First day; 90 days before the end by default.")] = "",
    stop: Annotated[str, typer.Option(help="First day not included.")] = "",
    segment: Annotated[str, typer.Option(metavar="COL=VALUE", help="Rows that details are told of.")] = "",
    version: Annotated[str, typer.Option(help="The champion by default.")] = "",
    chunk: Annotated[str, typer.Option(help="1 hour, 1 day, 7 days or 28 days.")] = "",
    as_of: Annotated[str, typer.Option(help="The day or instant at which to judge.")] = "",
) -> None:
    """Write a model's report: one file that opens anywhere, and the same numbers as JSON.

    Example: python -m monitoring report flights --out july.html --start 2013-07-01 --stop 2013-08-01
    """
    arguments = {
        "model": model, "start": start, "stop": stop, "segment": segment, "version": version, "chunk": chunk,
        "as_of": as_of,
    }  # fmt: skip
    _finish(dispatch.report(context.obj, arguments, out, None if no_json else json or dispatch.beside(out)))


@app.command()
def alerts(
    context: typer.Context,
    model: ModelName,
    no_delivery: Annotated[bool, typer.Option("--no-delivery", help="Send nothing.")] = False,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Evaluate a model's rules once and send what is due; exit with 1 while an incident waits for somebody.

    Example: python -m monitoring alerts flights
    """
    arguments = {"model": model, "quiet": no_delivery, "format": _format(json, csv)}
    _finish(dispatch.dispatch(context.obj, "alerts", arguments))


@app.command()
def compare(
    reference: Annotated[Path, typer.Argument(metavar="REFERENCE")],
    current: Annotated[Path, typer.Argument(metavar="CURRENT")],
    method: Annotated[str, typer.Option(help="A drift method, auto, or all.")] = "auto",
    json: Json = False,
    csv: Csv = False,
    parquet: Parquet = None,
) -> None:
    """Compare two files, every column they share, without a store; exit with 1 when one is amber or red.

    Example: python -m monitoring compare march.parquet april.parquet
    """
    from monitoring import comparison, results

    def work() -> Answer:
        data = comparison.compare(reference, current, method)
        bad = data["status"].isin(["amber", "red"]).any()
        text = results.formatted(data, form)
        return Answer(stdout=text, code=commands.UNHEALTHY if bad else commands.OK)

    form = _format(json, csv, parquet)
    _finish(dispatch.kept(dispatch.answered(work), parquet))


@app.command()
def backup(context: typer.Context, folder: Annotated[Path, typer.Argument(metavar="DIR")]) -> None:
    """Copy the store as it is now; safe while the app is running.

    Example: python -m monitoring backup backups/monday
    """
    _finish(dispatch.dispatch(context.obj, "backup", {"folder": str(folder.expanduser().absolute())}))


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

    _finish(dispatch.answered(work))


def _confirmed(question: str) -> bool:
    """Ask; no answer at all means no."""
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:
        return False


def _format(json: bool, csv: bool, parquet: Path | None = None) -> str:
    if json + csv + (parquet is not None) > 1:
        several = "--json and --csv" if parquet is None else "--json, --csv and --parquet"
        _finish(Answer(stderr=f"choose one of {several}\n", code=WRONG))
    if parquet is not None:
        return "csv"  # what Parquet is made of, here: the owner of the store has folders of its own
    return "json" if json else "csv" if csv else "text"


def _finish(answer: Answer) -> None:
    sys.stdout.write(answer.stdout)
    sys.stdout.flush()
    sys.stderr.write(answer.stderr)
    raise typer.Exit(answer.code)


def main() -> None:
    """Run the command line."""
    app(prog_name="python -m monitoring")
