"""The report as one file of HTML that asks nobody for anything: style, typeface and pictures are inside.

Everything is escaped where it is written; its policy allows the one style that it holds, and nothing else.
"""

from __future__ import annotations

import base64
import datetime as dt
import functools
import hashlib
from pathlib import Path

import jinja2
from markupsafe import Markup

from monitoring import __version__, glossary, windows
from monitoring.formats import full, local_time
from monitoring.marks import mark
from monitoring.reports import (
    calibration_part,
    changes_part,
    drift_part,
    head_part,
    performance_part,
    predictions_part,
    shadow_part,
    svg,
)
from monitoring.reports.gathered import Gathered
from monitoring.reports.parts import Section

SOFTWARE = f"Lookout {__version__}"
_HERE = Path(__file__).resolve().parent
_FONT = _HERE.parent / "ui" / "static" / "inter-latin-wght-normal.woff2"
_STATUSES = ("green", "amber", "red", "grey")


def html(found: Gathered, made_at: dt.datetime | None = None) -> str:
    """Write a report.

    Parameters
    ----------
    found : Gathered
    made_at : datetime, optional
        Now by default.

    Returns
    -------
    str
        A whole document.
    """
    every = sections(found)
    advice = head_part.advice(found)
    return rendered(
        "report.html",
        heading=found.scope.model.label_title,
        status=head_part.mark_status(found.health.status),
        days=found.scope.days,
        plain=head_part.plain(found),
        sentence=full(found.health.sentence),
        cutoff=_cutoff(found),
        advice=advice,
        tiles=head_part.tiles(found),
        ribbon=changes_part.ribbon(found),
        changes=changes_part.changes(found),
        sections=[advice, *every],
        about=head_part.about(found, made_at or dt.datetime.now(windows.UTC), SOFTWARE),
        terms=[
            *map(glossary.term, _STATUSES),
            *glossary.defined(["chunk", *(key for one in (advice, *every) for key in one.terms)]),
        ],
    )


def rendered(template: str, **given: object) -> str:
    """Write a document that asks nobody for anything.

    Parameters
    ----------
    template : str
        One of ours.
    **given : object
        What stands in it.
    """
    style = _style()
    return (
        _templates()
        .get_template(template)
        .render(
            policy=_policy(style),
            style=Markup(style),  # noqa: S704 - it is a file of ours
            software=SOFTWARE,
            **given,
        )
    )


def sections(found: Gathered) -> list[Section]:
    """The questions of a report with their answers, in the order in which they are read.

    Parameters
    ----------
    found : Gathered
    """
    promises = calibration_part.section(found)
    return [
        performance_part.section(found),
        drift_part.section(found),
        predictions_part.section(found),
        *([promises] if promises else []),
        *shadow_part.sections(found),
    ]


def _cutoff(found: Gathered) -> str:
    """To when data and labels reach, and of which rows everything below is told."""
    about, until = found.scope, found.health.data_until
    zone = about.model.zone
    said = [
        f"Data to {local_time(until, zone)}" if until else "No data",
        performance_part.mature(found),
        f"judged at {local_time(about.at, zone)}",
    ]
    if not about.whole:
        rows = [about.segment_words or "all rows", f"version {about.version}", f"chunks of {about.chunk}"]
        said.append(f"status and advice are those of the whole model; details below of {', '.join(rows)}")
    return f"{' · '.join(said)}."


@functools.cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalized,
    )
    environment.globals["mark"] = mark
    return environment


def _finalized(value: object) -> object:
    """Texts without what cannot be seen; what is markup already stays as it is."""
    return svg.clean(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


@functools.cache
def _style() -> str:
    """The style with the typeface in it."""
    font = base64.b64encode(_FONT.read_bytes()).decode()
    face = (
        "@font-face { font-family: Inter; font-weight: 100 900; "
        f"src: url(data:font/woff2;base64,{font}) format('woff2'); }}\n"
    )
    return face + (_HERE / "templates" / "report.css").read_text("utf-8")


@functools.cache
def _policy(style: str) -> str:
    """No script, no request, no form, and of styles the one whose digest it names."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    styles = f"style-src 'sha256-{digest}'; font-src data:"
    return f"default-src 'none'; {styles}; base-uri 'none'; form-action 'none'"
