"""The commands that ask: what is known of a model or a file, as text, records or a page of HTML."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitoring import dispatch
from monitoring.answers import OK, UNHEALTHY, WRONG, Answer

ModelName = Annotated[str, typer.Argument(metavar="MODEL", help="The name in the model's file.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON array of objects on standard output.")]
Csv = Annotated[bool, typer.Option("--csv", help="CSV on standard output.")]
Parquet = Annotated[
    Path | None, typer.Option("--parquet", metavar="FILE", help="Write the records to a file of Parquet.")
]


def formatted_as(json: bool, csv: bool, parquet: Path | None = None) -> str:
    """The one form that an answer is asked for in; more than one ends the command."""
    if json + csv + (parquet is not None) > 1:
        several = "--json and --csv" if parquet is None else "--json, --csv and --parquet"
        dispatch.finish(Answer(stderr=f"choose one of {several}\n", code=WRONG))
    if parquet is not None:
        return "csv"  # what Parquet is made of, here: the owner of the store has folders of its own
    return "json" if json else "csv" if csv else "text"


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
        "format": formatted_as(json, csv, parquet),
    }  # fmt: skip
    dispatch.finish(dispatch.kept(dispatch.dispatch(context.obj, "show", arguments), parquet))


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
    form = formatted_as(json, csv, parquet)
    arguments = {"model": model, "strict": strict, "as_of": as_of, "format": form}
    dispatch.finish(dispatch.kept(dispatch.dispatch(context.obj, "check", arguments), parquet))


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
    dispatch.finish(
        dispatch.report(context.obj, arguments, out, None if no_json else json or dispatch.beside(out))
    )


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
    arguments = {"model": model, "quiet": no_delivery, "format": formatted_as(json, csv)}
    dispatch.finish(dispatch.dispatch(context.obj, "alerts", arguments))


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
        return Answer(stdout=text, code=UNHEALTHY if bad else OK)

    form = formatted_as(json, csv, parquet)
    dispatch.finish(dispatch.kept(dispatch.answered(work), parquet))


def batch(
    context: typer.Context,
    names: Annotated[
        list[str], typer.Argument(metavar="[MODEL] FILE", help="Without a model, --reference is needed.")
    ],
    reference: Annotated[
        Path | None, typer.Option(metavar="FILE2", help="A file to compare with, not the model's reference.")
    ] = None,
    sheet: Annotated[str, typer.Option(help="Of an Excel workbook; the first by default.")] = "",
    json: Json = False,
    csv: Csv = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.html", help="Write a report that opens anywhere.")
    ] = None,
    rows: Annotated[
        Path | None, typer.Option("--rows", metavar="FILE.csv", help="Write the rows worth a look.")
    ] = None,
) -> None:  # fmt: skip
    """Is this file like what we know? Nothing of it is stored; exit with 1 when it is amber or red.

    Example: python -m monitoring batch flights july.parquet --out july.html

    Example: python -m monitoring batch july.csv --reference march.csv
    """
    if len(names) > 2 or (len(names) == 1 and reference is None):
        words = "name a model and a file, or a file and --reference with the one to compare it with\n"
        dispatch.finish(Answer(stderr=words, code=WRONG))
    arguments = {
        "model": names[0] if len(names) == 2 else "", "file": str(Path(names[-1]).expanduser().absolute()),
        "reference": str(reference.expanduser().absolute()) if reference else "", "sheet": sheet,
        "format": formatted_as(json, csv),
    }  # fmt: skip
    dispatch.finish(dispatch.batch(context.obj, arguments, out, rows))


COMMANDS = (show, check, report, alerts, compare, batch)
"""In the order in which help lists them."""
