"""Shares judged: a rise over the reference that neither sampling nor its own days explain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from monitoring.drift.scores import FALSE_DISCOVERIES, NUMBER, Context, Scores, counted, discovery_rate
from monitoring.drift.shares import LEVELS, Hits, Share, share
from monitoring.drift.sides import Side
from monitoring.statistics.arrays import Floats
from monitoring.statistics.severity import AMBER, GREY, Codes, severity


def judged(found: Sequence[Hits | None], measure: str, sides: Sequence[Side], context: Context) -> Scores:
    """A share judged; features for whose kind it is not defined are grey without a reason.

    Parameters
    ----------
    found : sequence of Hits or None
        One per side, in the order of ``sides``.
    measure : str
        A key of `monitoring.drift.shares.LEVELS`.
    sides : sequence of Side
    context : Context

    Returns
    -------
    Scores
    """
    levels = LEVELS[measure]
    columns, defined = _columns(found, measure, sides, context)
    mask = _unjudged(columns, defined, context)
    p_value = np.where(mask > 0, np.nan, columns["p_value"])
    with np.errstate(invalid="ignore"):
        significant = discovery_rate(p_value, counted(context.model, sides)) < FALSE_DISCOVERIES
        above = columns["value"] > columns["limit"]
    status = severity(columns["rise"], 0.0, significant & above, levels)
    status = np.where((mask > 0) | ~defined[:, None], GREY, status).astype(np.int8)
    before, rise = columns.pop("reference"), columns.pop("rise")
    return Scores(
        spans=context.spans,
        defined=defined,
        effect=rise,
        before=before,
        amber=np.full(len(defined), levels.amber),
        red=np.full(len(defined), levels.red),
        status=status,
        reason=np.where(status >= AMBER, NUMBER["drift"], mask).astype(np.int8),
        **columns,
    )


def _columns(
    found: Sequence[Hits | None], measure: str, sides: Sequence[Side], context: Context
) -> tuple[dict[str, Floats], NDArray[np.bool_]]:
    """The fields of `Share` over the features of all sides, nan where it is not defined."""
    sizes = [len(one.features) for one in sides]
    defined = np.repeat([one is not None for one in found], sizes)
    columns = {
        name: np.full((len(defined), len(context.spans)), np.nan) for name in Share.__dataclass_fields__
    }
    for hits, place in zip(found, np.split(np.arange(len(defined)), np.cumsum(sizes)[:-1]), strict=True):
        if hits is not None:
            one = share(
                hits,
                context.layout,
                context.spans,
                LEVELS[measure],
                length=context.line.per_chunk,
                level=1 - context.model.limits.false_alarms,
            )
            for name, column in columns.items():
                column[place] = getattr(one, name)
    return columns, defined


def _unjudged(columns: Mapping[str, Floats], defined: NDArray[np.bool_], context: Context) -> Codes:
    """Why a share cannot be judged, 0 where it can; what is said last weighs most."""
    rows = np.nan_to_num(columns["rows"])
    mask = np.zeros(rows.shape, dtype=np.int8)
    # A limit of all rows can never be exceeded: such a share says nothing, and green would be wrong.
    mask[columns["limit"] >= 1.0] = NUMBER["days_differ"]
    mask[rows < context.model.limits.minimum_rows] = NUMBER["too_few_rows"]
    mask[rows == 0] = NUMBER["no_data"]
    mask[np.isnan(columns["reference"]) & (rows > 0)] = NUMBER["empty_reference"]
    mask[:, context.layout.short(context.spans, context.first)] = NUMBER["short_history"]
    mask[:, ~context.complete] = NUMBER["partial"]
    mask[~defined] = 0
    return mask
