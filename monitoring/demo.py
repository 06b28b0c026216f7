"""The demo: ten months of real flights, as the logs and labels of three models.

The committed Parquet under ``data/flights`` holds features, predictions and labels once for all models
(data/README.md says what they mean). Here they become what a serving process would have left behind: one file
of predictions and one of labels per model and month, taken in like any other.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from monitoring.models import Model, parse

if TYPE_CHECKING:
    from monitoring.store import Store

DATA = Path(__file__).resolve().parent.parent / "data"
MODELS = ("flights", "delay", "outcome")
LATE_LABELS = "flights-late-labels"
FASTEST_DAYS, SLOWEST_DAYS = 3, 40


@dataclass(frozen=True)
class Flights:
    """What is committed, row by row the same flights: features, predictions, labels."""

    features: pd.DataFrame
    predictions: pd.DataFrame
    labels: pd.DataFrame


def build(
    store: Store, progress: Callable[[float, str], None] | None = None, *, late_labels: bool = False
) -> None:
    """Put the demo's models into a store; what is already there stays as it is.

    Parameters
    ----------
    store : Store
    progress : callable, optional
        Called with a share from 0 to 1 and what is being done.
    late_labels : bool
        Also build `LATE_LABELS`: the first model again, with labels that take 3 to 40 days, longer for late
        flights, so that coverage, maturity and the bias of early labels can be seen.

    Raises
    ------
    FileNotFoundError
        If the committed data is not beside the package.
    """
    say = progress or (lambda share, what: None)
    names = (*MODELS, LATE_LABELS) if late_labels else MODELS
    flights = read()
    for place, name in enumerate(names):
        _build_one(
            store, name, flights, lambda share, what, place=place: say((place + share) / len(names), what)
        )
    say(1.0, "the demo is complete")


def _build_one(store: Store, name: str, flights: Flights, say: Callable[[float, str], None]) -> None:
    if name not in [model.name for model in store.models()]:
        store.add(toml(name))
    known = set(store.files(name)["name"])
    wanted = [part for part in parts(parse(toml(name)), flights) if part.name not in known]
    with tempfile.TemporaryDirectory() as folder:
        for place, part in enumerate(wanted):
            say(place / len(wanted), f"{name}: taking in {part.name}")
            path = Path(folder) / part.name
            part.rows.to_parquet(path, index=False)
            store.ingest(name, path, part.kind, settle=False)
    store.settle(name)


def read(folder: Path = DATA / "flights") -> Flights:
    """Read the committed data.

    Raises
    ------
    FileNotFoundError
        If a file is missing.
    """
    features, predictions, labels = (
        pd.read_parquet(folder / f"{name}.parquet") for name in ("features", "predictions", "labels")
    )
    labels["known_at"] = labels["arrived_at"].fillna(labels["cancelled_at"])
    return Flights(features, predictions, labels)


def toml(name: str) -> str:
    """The description of one of the demo's models.

    Examples
    --------
    >>> [parse(toml(name)).name for name in (*MODELS, LATE_LABELS)]
    ['flights', 'delay', 'outcome', 'flights-late-labels']
    """
    if name != LATE_LABELS:
        return (DATA / "models" / f"{name}.toml").read_text(encoding="utf-8")
    text = re.sub(r'^name = ".*"$', f'name = "{LATE_LABELS}"', toml("flights"), count=1, flags=re.MULTILINE)
    return re.sub(
        r'^title = "(.*)"$', r'title = "\1 (labels late by weeks)"', text, count=1, flags=re.MULTILINE
    )


@dataclass(frozen=True)
class Part:
    """One file of a log, before it is written."""

    name: str
    kind: str
    rows: pd.DataFrame


def parts(model: Model, flights: Flights) -> Iterator[Part]:
    """Cut a model's log and labels into files by month, in the model's time zone.

    Parameters
    ----------
    model : Model
    flights : Flights

    Yields
    ------
    Part
        First the predictions by month of scoring, then the labels by month in which they became known.
    """
    log = pd.concat([flights.features, flights.predictions[_scores(model)]], axis=1)
    yield from _by_month(model, log, model.columns.predicted_at, "predictions")
    columns = model.columns
    labels = flights.labels[["flight_id", columns.label, columns.labelled_at]].dropna()
    if model.task == "binary":
        labels = labels.astype({columns.label: "int8"})
    if model.name == LATE_LABELS:
        waited = label_delay(labels["flight_id"], labels[columns.label] == 1)
        labels[columns.labelled_at] = labels[columns.labelled_at] + waited
    yield from _by_month(model, labels, columns.labelled_at, "labels")


def _scores(model: Model) -> list[str]:
    """The columns in which a model's predictions stand."""
    if model.task == "regression":
        return [model.columns.prediction]
    score = model.columns.scores or model.columns.score
    return [str(column) for column in score.values()] if isinstance(score, dict) else [score]


def _by_month(model: Model, rows: pd.DataFrame, at: str, kind: str) -> Iterator[Part]:
    ordered = rows.sort_values([at, "flight_id"])
    local = ordered[at].dt.tz_convert(model.timezone).dt
    for (year, month), part in ordered.groupby([local.year, local.month], sort=True):
        yield Part(f"{model.name}-{kind}-{year}-{month:02d}.parquet", kind, part)


def label_delay(flight_ids: pd.Series, late: pd.Series) -> pd.Series:
    """How long a label is kept back: 3 to 40 days, most on-time flights early, most late flights late.

    Parameters
    ----------
    flight_ids : Series of str
        Each id has its own fixed place between the fastest and the slowest.
    late : Series of bool

    Returns
    -------
    Series of timedelta
        In whole minutes.

    Examples
    --------
    >>> ids = pd.Series([f"flight {n}" for n in range(1000)])
    >>> on_time, late = label_delay(ids, ids == ""), label_delay(ids, ids != "")
    >>> on_time.median().days, late.median().days, bool((on_time <= late).all())
    (11, 28, True)
    """
    digests = b"".join(hashlib.blake2b(one.encode(), digest_size=4).digest() for one in flight_ids)
    place = np.frombuffer(digests, "<u4") / 2**32
    days = FASTEST_DAYS + (SLOWEST_DAYS - FASTEST_DAYS) * np.where(late, np.sqrt(place), place**2)
    return pd.Series(pd.to_timedelta(np.round(days * 24 * 60), unit="min"), index=flight_ids.index)
