"""A closer look at the rows of a window, from a sample: where they lie, and what a forest says of the oddest.

It takes seconds, so that pages ask for it in the background; what was found is kept until the data change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from monitoring.outliers.reading import Found
from monitoring.statistics.arrays import Floats
from monitoring.statistics.outliers import conformal, forest, mapping
from monitoring.store import findings, outliers, reference_rows
from monitoring.store import rows as reading
from monitoring.windows import Window

if TYPE_CHECKING:
    from monitoring.store import Store
    from monitoring.store.outlier_fits import Column

Progress = Callable[[float, str], None]
Place = list[float]

REFERENCE_ROWS = 8_000  # half to grow a forest on, half to calibrate it
CURRENT_ROWS = 2_000
CELLS = 240_000  # rows times features: of many features fewer rows are drawn
FEWEST = 200
DRAWN = 1_000  # points of either side on the map
ODDEST = 200
AGREES = 0.01  # below it the forest's p-value says that a row is odd, too
FAR = 1e4  # interquartile ranges beyond which a value is drawn in, so that it stays a number


@dataclass(frozen=True)
class Look:
    """What a sample of a window shows beside one of the reference.

    Attributes
    ----------
    reference, current : list of [x, y]
        Sampled rows on the map.
    odd : list of [x, y]
        The oddest rows, in the order of ``ids``.
    axes : list of list of str
        The features that most make up each direction.
    share : list of float
        How much of the reference's variance lies along each.
    ids : list of str
    forest : list of float
        Of each of the oddest rows, the p-value by the forest.
    agreeing, usual : float or None
        The share of the oddest rows, and of the window's sample, whose p-value by the forest is below 0.01.
    rows, total : int
        Rows of the window that were sampled, and all.
    note : str
        Why there is nothing; empty otherwise.
    """

    reference: list[Place] = field(default_factory=list)
    current: list[Place] = field(default_factory=list)
    odd: list[Place] = field(default_factory=list)
    axes: list[list[str]] = field(default_factory=list)
    share: list[float] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    forest: list[float] = field(default_factory=list)
    agreeing: float | None = None
    usual: float | None = None
    rows: int = 0
    total: int = 0
    note: str = ""


def look(store: Store, found: Found, window: Window, progress: Progress | None = None) -> Look:
    """Lay sampled rows of a window out beside the reference, and ask a forest about the oddest.

    Parameters
    ----------
    store : Store
    found : Found
    window : Window
        Of profile keys.
    progress : callable, optional

    Returns
    -------
    Look
    """
    name, made_from = found.model.name, store.data_version(found.model.name)
    key = f"odd rows|{window.start.isoformat()}|{window.stop.isoformat()}"
    known = findings.recall(store, name, key, made_from)
    if known is not None:
        return Look(**known)
    looked = _looked(store, found, window, progress or (lambda share, what: None))
    findings.remember(store, name, key, made_from, asdict(looked))
    return looked


def _looked(store: Store, found: Found, window: Window, say: Progress) -> Look:
    model, features = found.model, list(found.fit.features)
    say(0.0, "drawing rows")
    there = store.features(model.name)
    features = [one for one in features if one in there]
    most = max(2 * FEWEST, min(REFERENCE_ROWS, CELLS // max(len(features), 1)))
    if reference_rows.of_file(model):
        usual = reading.reference_sample(store, model.name, most=most, features=features)
    else:
        healthy = [found.reference] if found.reference else []
        usual = reading.sample(store, model.name, healthy, most=most, features=features)
    current = reading.sample(store, model.name, [window], most=min(most, CURRENT_ROWS), features=features)
    odd = outliers.oddest(store, model.name, window, ODDEST)
    if len(usual) < FEWEST or not len(current):
        return Look(total=current.total, note="too few rows in the reference or in the window")
    columns = [column for column in found.fit.columns if column.feature in features]
    kept = np.flatnonzero(np.isfinite(odd.contributions).all(axis=1))  # values that are not deleted
    strange = {name: [odd.values[name][place] for place in kept] for name in features}
    tables = [_Table.of(columns, usual.columns), _Table.of(columns, current.columns)]
    tables.append(_Table.of(columns, {name: np.array(held, dtype=object) for name, held in strange.items()}))
    say(0.3, "laying rows out")
    laid, plane = _laid_out(tables)
    say(0.5, "asking a forest about the oddest rows")
    of_odd, of_current = _second_opinion(tables)
    say(1.0, "done")
    return Look(
        reference=_rounded(laid[0][:DRAWN]),
        current=_rounded(laid[1][:DRAWN]),
        odd=_rounded(laid[2]),
        axes=[_leading(columns, plane.axes[:, axis]) for axis in (0, 1)],
        share=[round(float(one), 4) for one in plane.share],
        ids=[odd.ids[place] for place in kept],
        forest=[round(float(one), 6) for one in of_odd],
        agreeing=float((of_odd < AGREES).mean()) if len(of_odd) else None,
        usual=float((of_current < AGREES).mean()),
        rows=len(current),
        total=current.total,
    )


@dataclass(frozen=True, eq=False)
class _Table:
    """Rows as numbers: those of numeric features, and of categories what they add to a score.

    ``values`` of shape (rows, features), nan where a number is missing.
    """

    values: Floats

    @classmethod
    def of(cls, columns: Sequence[Column], held: dict[str, Any]) -> _Table:
        laid = []
        for column in columns:
            given = held[column.feature]
            if column.tails is None:
                laid.append(column.of(pa.array(list(given), pa.string())))
            else:
                laid.append(np.array([np.nan if one is None else one for one in given], dtype=float))
        return cls(np.column_stack(laid))


def _laid_out(tables: Sequence[_Table]) -> tuple[list[Floats], mapping.Plane]:
    """Every table on the plane of the first."""
    known = [np.sort(column[~np.isnan(column)]) for column in tables[0].values.T]
    scores = [
        np.column_stack(
            [mapping.normal_scores(one, column) for one, column in zip(known, table.values.T, strict=True)]
        )
        for table in tables
    ]
    plane = mapping.plane(scores[0])
    return [mapping.laid_out(plane, one) for one in scores], plane


def _second_opinion(tables: Sequence[_Table]) -> tuple[Floats, Floats]:
    """P-values of the oddest rows and of the window's sample by a forest grown on half of the reference.

    A missing number stands in the middle: that it is missing is what the score itself tells.
    """
    known = tables[0].values
    ends = [
        np.quantile(column[np.isfinite(column)], [0.25, 0.5, 0.75])
        if np.isfinite(column).any()
        else np.zeros(3)
        for column in known.T
    ]
    low, middle, high = np.array(ends).T
    scale = np.where(high > low, high - low, 1.0)
    scaled = [
        np.clip(np.nan_to_num((table.values - middle) / scale, nan=0.0, posinf=FAR, neginf=-FAR), -FAR, FAR)
        for table in tables
    ]
    held, current, odd = forest.isolation(scaled[0][0::2], scaled[0][1::2], scaled[1], scaled[2])
    calibrated = conformal.calibration(held)
    return conformal.p_values(calibrated, odd), conformal.p_values(calibrated, current)


def _leading(columns: Sequence[Column], axis: Floats) -> list[str]:
    """The two features that most make up a direction."""
    return [columns[int(i)].feature for i in np.argsort(-np.abs(axis), kind="stable")[:2] if axis[i] != 0]


def _rounded(places: Floats) -> list[Place]:
    return np.round(places, 3).tolist()
