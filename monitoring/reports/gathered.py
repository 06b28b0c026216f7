"""What a report tells, as it was read from the store; what could not be had is None."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from monitoring import advice, drift, health, predictions, shadow
from monitoring.reports.asking import Scope
from monitoring.shadow.gains import Gain
from monitoring.statistics.metrics import Metric
from monitoring.windows import Window


@dataclass(frozen=True, eq=False)
class Inputs:
    """Drift of the features of the rows that were asked for.

    Attributes
    ----------
    material : drift.Material
    assessment : drift.Assessment
    colours : drift.Signal
    verdict : drift.Verdict
        Of the last complete chunk in the window.
    last : int
        Its position.
    current : Window
        The newest chunks up to it.
    before : list of Window, or None
        Where the rows lie that these are compared with; None for those of a file.
    """

    material: drift.Material
    assessment: drift.Assessment
    colours: drift.Signal
    verdict: drift.Verdict
    last: int
    current: Window
    before: list[Window] | None


@dataclass(frozen=True, eq=False)
class Said:
    """What the version said.

    Attributes
    ----------
    one : predictions.Assessment
    verdict : predictions.Verdict
    current : Window
    compared : list of Window
        Of the output's profile: what it is compared with.
    before : predictions.Rows
        The same added up.
    now : predictions.Rows
    """

    one: predictions.Assessment
    verdict: predictions.Verdict
    current: Window
    compared: list[Window]
    before: predictions.Rows
    now: predictions.Rows


@dataclass(frozen=True, eq=False)
class Beside:
    """A shadow beside the champion.

    Attributes
    ----------
    version : str
    frame : DataFrame
        The tidy frame of its gains, chunk by chunk.
    metric : Metric
        By which they are compared first.
    gains : tuple of Gain
        Over the final pairs of the window; empty where there are none.
    judged : shadow.Judged or None
        Of the trial in force.
    """

    version: str
    frame: pd.DataFrame
    metric: Metric
    gains: tuple[Gain, ...]
    judged: shadow.Judged | None


@dataclass(frozen=True, eq=False)
class Gathered:
    """What a report tells.

    Attributes
    ----------
    scope : Scope
    health : health.Report
        Of all rows of the champion.
    ribbon : DataFrame
        Its colour in every chunk of the window.
    advised : advice.Recommendation or None
    inputs : Inputs or None
    served, outputs : health.Outputs or None
        Performance and calibration of all rows of the champion, and of the rows and version asked for.
    said : Said or None
    shadows : tuple of Beside
    volume : DataFrame
        As `Store.volume` gives it, of the window.
    first : Series
        The first key of each version.
    data : str
        The version of the model's data.
    """

    scope: Scope
    health: health.Report
    ribbon: pd.DataFrame
    advised: advice.Recommendation | None
    inputs: Inputs | None
    served: health.Outputs | None
    outputs: health.Outputs | None
    said: Said | None
    shadows: tuple[Beside, ...]
    volume: pd.DataFrame
    first: pd.Series
    data: str
