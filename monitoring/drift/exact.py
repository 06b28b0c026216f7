"""One numeric feature compared row by row, beside what its profile says: how much the bins hide.

It reads raw rows, so it is done when somebody asks, for one feature and one window.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from monitoring.drift.against import Against, own
from monitoring.drift.binned import Binned, Side, bounds, side_of
from monitoring.drift.reference_days import NoReferenceError, own_days, reference_of, references
from monitoring.models import Model
from monitoring.statistics.arrays import Floats
from monitoring.statistics.transport import reference_scale
from monitoring.windows import Window

if TYPE_CHECKING:
    from monitoring.store import Store
    from monitoring.store.cubes import Cube

ROWS = 200_000  # of each side
EXACT_ROWS = 10_000  # of each side, up to which the exact law of the Kolmogorov-Smirnov distance is counted


@dataclass(frozen=True)
class Exact:
    """Distances of one feature's rows in a window from those of its reference.

    Attributes
    ----------
    feature : str
    kolmogorov_smirnov : float
        The largest gap between the two cumulative distributions, as a share of rows.
    p_value : float
        Of the Kolmogorov-Smirnov test on the rows used; too large where values repeat.
    p_value_exact : bool
        Whether it comes from the exact law, as up to 10,000 rows on each side, or from the limiting one.
    wasserstein : float
        In standard deviations of the reference.
    scale : float
        That standard deviation, in the feature's unit.
    reference_rows, current_rows : int
        Finite values that were compared.
    reference_total, current_total : int
        Finite values that there were, as the profile has counted them.
    deleted : bool
        Whether raw rows of a side are not there any more, so that what is compared are the days that are.
    binned : Binned
        The same two distances from the profile, of all rows.
    """

    feature: str
    kolmogorov_smirnov: float
    p_value: float
    p_value_exact: bool
    wasserstein: float
    scale: float
    reference_rows: int
    current_rows: int
    reference_total: int
    current_total: int
    deleted: bool
    binned: Binned

    @property
    def sampled(self) -> bool:
        """Whether a side has more rows than were compared; then the bounds of the bins hold about."""
        return (self.reference_rows, self.current_rows) != (self.reference_total, self.current_total)


def exact(
    store: Store,
    name: str,
    feature: str,
    window: Window,
    *,
    against: Against | None = None,
    segment: tuple[str, str] = ("", ""),
    chunk: str | None = None,
    rows: int = ROWS,
) -> Exact:
    r"""Compare the rows of a window with those of its reference, one numeric or ordinal feature.

    Only finite values count. Where the window lies in the reference, it is compared with the rest of it.

    Parameters
    ----------
    store : Store
    name : str
        Of the model.
    feature : str
    window : Window
        Keys of the current rows.
    against : Against, optional
        What they are compared with; the model's own choice by default.
    segment : (column, value)
        As the profile writes them; ('', '') for all rows.
    chunk : str, optional
        The length of a chunk, for a rolling reference; the model's own by default.
    rows : int
        Rows of each side that are compared at most, drawn by the hash of their ids.

    Returns
    -------
    Exact

    Raises
    ------
    NoReferenceError
        If the model has no reference.
    AgainstError
        If a version is named that has no rows.
    UnknownModel
        If the model is not registered.
    ValueError
        If there is no such feature, it holds no numbers, or a side has no finite value.

    References
    ----------
    Hodges, J. (1958). The significance probability of the Smirnov two-sample test. *Arkiv för Matematik* 3.

    Villani, C. (2009). *Optimal Transport*. Springer.

    Examples
    --------
    >>> import datetime as dt, tempfile
    >>> from pathlib import Path
    >>> from monitoring.store import Store
    >>> text = 'name = "churn"\ntask = "binary"\n[reference]\nstart = 2026-01-01\nstop = 2026-01-02'
    >>> log = "id,predicted_at,age\n1,2026-01-01,30\n2,2026-01-01,50\n3,2026-01-02,40\n4,2026-01-02,60\n"
    >>> day = Window(dt.datetime(2026, 1, 2), dt.datetime(2026, 1, 3))
    >>> with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "lookout.duckdb") as store:
    ...     model, path = store.add(text), Path(folder) / "log.csv"
    ...     _ = path.write_text(log)
    ...     receipt = store.ingest("churn", path)
    ...     found = exact(store, "churn", "age", day)
    >>> found.kolmogorov_smirnov, round(found.wasserstein, 4), found.reference_rows, found.current_rows
    (0.5, 0.7071, 2, 2)
    """
    model = store.model(name)
    if model.reference is None:
        raise NoReferenceError(f"{name}: no [reference] in the model's file")
    kind = store.features(name).get(feature)
    if kind not in ("numeric", "ordinal"):
        known = f"{feature!r} is {kind} and holds" if kind else f"no feature {feature!r} that has a profile:"
        raise ValueError(f"{name}: {known} no numbers to compare one by one")
    against = against or own(model)
    parts = references(store, model, window, against, chunk)
    profile = store.cubes(name, segment=segment, features=[feature]).numeric
    healthy = _healthy(store, model, profile, against, segment)
    reference = healthy if parts is None else side_of(profile, parts)
    current = side_of(profile, [window])
    before, kept = _drawn(store, name, feature, parts, rows, segment)
    now, there = _drawn(store, name, feature, [window], rows, segment)
    for words, held, drawn in (("the reference", reference, before), ("the window", current, now)):
        if not len(drawn):
            gone = "its raw rows have been deleted" if held.rows else "it has no finite value"
            raise ValueError(f"{feature}: nothing of {words} to compare; {gone}")
    scale = float(
        reference_scale(
            healthy.counts, healthy.means, rows=healthy.rows, total=healthy.total, square=healthy.square
        )
    )
    distance, p_value, by_law = _kolmogorov_smirnov(before, now)
    return Exact(
        feature=feature,
        kolmogorov_smirnov=distance,
        p_value=p_value,
        p_value_exact=by_law,
        wasserstein=_wasserstein(before, now, profile.grids[0].centre, scale),
        scale=scale,
        reference_rows=len(before),
        current_rows=len(now),
        reference_total=reference.rows,
        current_total=current.rows,
        deleted=kept < reference.rows or there < current.rows,
        binned=bounds(profile.grids[0], reference, current, scale, np.concatenate([before, now])),
    )


def _drawn(
    store: Store, name: str, feature: str, parts: list[Window] | None, most: int, segment: tuple[str, str]
) -> tuple[Floats, int]:
    """Values of some windows, or of the reference file, and how many raw rows have one."""
    from monitoring.store import rows as reading

    if parts is None:
        return reading.reference_values(store, name, feature, most=most, segment=segment)
    return reading.values(store, name, feature, parts, most=most, segment=segment)


def _healthy(store: Store, model: Model, profile: Cube, against: Against, segment: tuple[str, str]) -> Side:
    """The whole reference, whose standard deviation is the unit; a window inside it is not left out."""
    if against.form == "version":
        return side_of(profile, [own_days(store, model, against.version)])
    file = store.reference_cubes(model.name, segment=segment, features=profile.features)
    return side_of(profile, [reference_of(model)]) if file is None else side_of(file.numeric)


def _kolmogorov_smirnov(before: Floats, now: Floats) -> tuple[float, float, bool]:
    """Distance, p-value, and whether that is exact.

    Where nearly all samples lie further apart, rounding errors would take the exact law above 1, so that the
    limiting law stands; that in turn is not defined for two single rows.
    """
    sizes = (len(before), len(now))
    limiting = stats.ks_2samp(before, now, method="asymp") if min(sizes) > 1 else None
    if limiting is not None and (max(sizes) > EXACT_ROWS or limiting.pvalue >= 0.999):
        return float(limiting.statistic), float(limiting.pvalue), False
    found = stats.ks_2samp(before, now, method="exact")
    return float(found.statistic), float(found.pvalue), True


def _wasserstein(before: Floats, now: Floats, centre: float, scale: float) -> float:
    """Distance of values around a centre, so that no digits are lost, in units of the scale."""
    with np.errstate(over="ignore", invalid="ignore"):
        return float(stats.wasserstein_distance((before - centre) / scale, (now - centre) / scale))
