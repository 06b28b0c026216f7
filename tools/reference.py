"""The reference in docs/reference/, written from what the code itself says.

Registries, docstrings, the model's file and the command line are the source; nothing is written by hand. Run
it after one of them changed: a test compares what is committed with what this makes.
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from monitoring import alert_rules, glossary  # noqa: E402
from monitoring.quality import CHECKS  # noqa: E402
from monitoring.reasons import REASONS  # noqa: E402
from monitoring.review import SOURCES  # noqa: E402
from monitoring.statistics import METHODS  # noqa: E402
from monitoring.statistics.metrics import METRICS  # noqa: E402
from tools import reference_commands, reference_model  # noqa: E402

FOLDER = ROOT / "docs" / "reference"
NOTE = "<!-- Written by tools/reference.py from the code; change it there. -->"
_BINS = {
    "groups": "about ten groups of equal reference mass",
    "grid": "the finest bins there are",
}
_LAWS = {
    "chi_square": "a chi-square law",
    "kolmogorov": "Kolmogorov's law, a bound where values repeat",
}
_BETTER = {
    "higher": "higher is better",
    "lower": "lower is better",
    "zero": "nearer to 0 is better",
    "neither": "describes the data; neither way is better",
}
_FORMS = {
    "rise": "as a share against the reference's",
    "fact": "as something that should never be",
    "own": "by a test of its own",
}


def parts_of(function: Callable[..., object]) -> dict[str, str]:
    r"""A numpydoc docstring by its sections; what stands before the first has the name ''.

    Examples
    --------
    >>> sorted(parts_of(parts_of))
    ['', 'Examples']
    """
    lines = (inspect.getdoc(function) or "").splitlines()
    found: dict[str, list[str]] = {"": []}
    name = ""
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if after and set(after) == {"-"} and len(after) == len(line):
            name, found[line] = line, []
        elif not (line and set(line) == {"-"}):
            found[name].append(line)
    return {name: "\n".join(inside).strip() for name, inside in found.items()}


def paragraphs(text: str) -> str:
    """A docstring's text as Markdown, each paragraph on a line."""
    return "\n\n".join(" ".join(part.split()).replace("``", "`") for part in text.split("\n\n"))


def returned(function: Callable[..., object]) -> str:
    """What is said of the value of a function, without its type."""
    lines = parts_of(function).get("Returns", "").splitlines()
    return paragraphs("\n".join(line for line in lines[1:] if line.startswith(" ")))


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for row in rows:
        cells = (str(cell).replace("|", "\\|").replace("\n", " ") for cell in row)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _example(key: str) -> str:
    return f"On the demo's flights: {glossary.term(key).example}"


def drift_methods() -> str:
    """Every way to measure drift, with what it promises."""
    rows = [
        (f"[`{one.key}`](#{one.key})", one.title, ", ".join(one.kinds), one.unit, *_levels(one))
        for one in METHODS.values()
    ]
    head = ("method", "title", "for", "unit", "floor", "amber", "red")
    sections = [
        "\n\n".join(
            [
                f"## `{one.key}`",
                f"**{one.title}** ({one.short}), in {one.unit}.",
                paragraphs(parts_of(one.function)[""]),
                _facts(
                    [
                        ("Value", returned(one.function)),
                        ("Counted on", _BINS[one.bins]),
                        ("Smoothing", one.smoothing or "none"),
                        ("Noise", _LAWS[one.null.law] if one.null else "simulated"),
                        ("Test", "its own" if one.test else "by the law of its noise"),
                        ("Interval", "its own" if one.interval else "by the general rule for divergences"),
                        ("Promises", "; ".join(sorted(one.laws))),
                        ("Source", _sources(one.function)),
                    ]
                ),
                f"{_example(one.key)} [Its limits](../statistics.md#{one.key}).",
            ]
        )
        for one in METHODS.values()
    ]
    intro = (
        "What `--method` and the page Drift offer; `auto` chooses among them "
        "([drift.md](../drift.md#methods)). Levels of all methods stand for the same shift of a normal mean."
    )
    return "\n\n".join([intro, table(head, rows), *sections])


def _levels(one: object) -> tuple[str, str, str]:
    levels = one.levels  # type: ignore[attr-defined]
    return f"{levels.floor:g}", f"{levels.amber:g}", f"{levels.red:g}"


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"- **{name}:** {words}" for name, words in facts if words)


def _sources(function: Callable[..., object]) -> str:
    return paragraphs(parts_of(function).get("References", "")).replace("\n\n", " ")


def metrics() -> str:
    """Every metric of performance."""
    rows = [
        (f"[`{one.key}`](#{one.key})", one.title, ", ".join(one.tasks), _BETTER[one.better], one.unit)
        for one in METRICS.values()
    ]
    sections = [
        "\n\n".join(
            [
                f"## `{one.key}`",
                f"**{one.title}** ({one.short}), in {one.unit}.",
                paragraphs(parts_of(one.function)[""]),
                _facts(
                    [
                        ("Value", returned(one.function)),
                        ("Needs", ", ".join(f"{count} {name}" for name, count in one.minimum.items())),
                        ("Reads", f"labels and {one.reads}" if one.reads != "labels" else "labels"),
                        ("A mean over rows", "yes: may carry a trial" if one.row_mean else "no"),
                        ("Interval", "500 draws of the counts" if one.costly else "closed form"),
                        ("Source", _sources(one.function)),
                    ]
                ),
                f"{_example(one.key)} [Its limits](../statistics.md#{one.key}).",
            ]
        )
        for one in METRICS.values()
    ]
    intro = (
        "What `--metric` and the page Performance offer. A model whose file prices decisions has `cost` and "
        "`total_cost` as well ([performance.md](../performance.md#metrics))."
    )
    return "\n\n".join([intro, table(("metric", "title", "for", "better", "unit"), rows), *sections])


def quality_checks() -> str:
    """Every check of the data."""
    head = ("check", "title", "counts", "judged", "amber", "red", "at most", "on flights")
    rows = [
        (
            f"`{one.key}`", one.title, one.words, _FORMS[one.form], f"{one.levels.amber:g}",
            f"{one.levels.red:g}", one.cap, glossary.term(one.key).example,
        )
        for one in CHECKS.values()
    ]  # fmt: skip
    intro = (
        "What `show quality --metric` and the page Quality count. Levels of a rise are shares of rows beyond "
        "those of the reference ([quality.md](../quality.md))."
    )
    return f"{intro}\n\n{table(head, rows)}"


def review_sources() -> str:
    """Every reason for which a row is looked at."""
    rows = [
        (
            f"`{one.key}`", one.title, one.words, ", ".join(one.tasks), "yes" if one.timely else "no",
            glossary.term(glossary.REVIEW + one.key).example,
        )
        for one in SOURCES.values()
    ]  # fmt: skip
    intro = (
        "What `reasons` of `[review]` may name. One that is timely knows its rows on the day of their "
        "prediction ([review.md](../review.md))."
    )
    return f"{intro}\n\n{table(('reason', 'title', 'rows', 'tasks', 'timely', 'on flights'), rows)}"


def reasons() -> str:
    """Every reason for a colour, or for none."""
    rows = [(f"`{one.code}`", one.words, one.sentence, one.fix or "–") for one in REASONS.values()]
    intro = (
        "The codes of the column `reason` in the tidy frame: what each means, the sentence with numbers, and "
        "what to do about it."
    )
    return f"{intro}\n\n{table(('code', 'meaning', 'sentence', 'what to do'), sorted(rows))}"


def alert_signals() -> str:
    """What rules of alerts watch."""
    conditions = [
        (f"`{key}`", title, meaning, "a signal" if key in alert_rules.COLOURED else "one thing of its own",
         glossary.term(glossary.ALERT + key).example)
        for key, (title, meaning) in alert_rules.MEANINGS.items()
    ]  # fmt: skip
    keys = ("model", *(one for one in reference_model.words_of(alert_rules.Watched) if one != "model"))
    signals = [
        (f"`{one}`", _signal(one), "no" if one in alert_rules.WHOLE else "yes") for one in keys
    ]  # fmt: skip
    usual = [
        (one.name, f"`{one.condition}`", f"`{one.watches}`", one.severity) for one in alert_rules.DEFAULTS
    ]  # fmt: skip
    return "\n\n".join(
        [
            "What a rule may watch ([alerts.md](../alerts.md)). Every key of a rule is in "
            "[model-file.md](model-file.md#alerts).",
            "## Conditions",
            table(("`condition`", "title", "fires when", "watches", "on flights"), conditions),
            "## Signals",
            table(("`signal`", "is about", "may name a segment"), signals),
            "## The usual rules",
            "A model's file without `[[alerts]]` has these, told on the page and sent to nobody.",
            table(("name", "condition", "watches", "severity"), usual),
        ]
    )


def _signal(key: str) -> str:
    if key == "model":
        return "The colour of the model as a whole."
    return glossary.term("odd rows" if key == "outliers" else key).meaning


PAGES: dict[str, tuple[str, Callable[[], str]]] = {
    "drift-methods": ("Drift methods", drift_methods),
    "metrics": ("Metrics", metrics),
    "quality-checks": ("Quality checks", quality_checks),
    "review-sources": ("Reasons for a review", review_sources),
    "reasons": ("Reasons", reasons),
    "alert-signals": ("Alerts: conditions and signals", alert_signals),
    "model-file": ("The model's file", reference_model.page),
    "command-line": ("The command line", reference_commands.page),
}


def pages() -> dict[str, str]:
    """Every page by the name of its file, as it should be committed."""
    made = {}
    for name, (title, page) in PAGES.items():
        text = re.sub(r"[ \t]+$", "", f"# {title}\n\n{NOTE}\n\n{page()}", flags=re.MULTILINE)
        made[f"{name}.md"] = f"{text.rstrip()}\n"
    return made


def main() -> int:
    """Write the pages; with --check, only say whether they are what is committed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 where one differs")
    check = parser.parse_args().check
    stale = []
    for name, text in pages().items():
        path = FOLDER / name
        if not path.exists() or path.read_text("utf-8") != text:
            stale.append(name)
            if not check:
                FOLDER.mkdir(exist_ok=True)
                path.write_text(text, "utf-8")
    print(
        f"{len(stale)} of {len(PAGES)} pages {'differ' if check else 'written'}: {', '.join(stale) or 'none'}"
    )
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
