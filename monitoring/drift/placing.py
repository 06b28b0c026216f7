"""A reference that is a file: its profile laid before that of the log, so that one timeline holds both."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from monitoring.windows import Grain, Window

if TYPE_CHECKING:
    from monitoring.store.cubes import Cube, Cubes

_WHOLE = dt.timedelta(days=28)  # every chunk fits into it a whole number of times, and weekdays stay
_STEPS = {"hour": dt.timedelta(hours=1), "day": dt.timedelta(days=1)}
_ARRAYS = ("counts", "sums", "n", "missing", "non_finite", "total", "square", "minimum", "maximum")


def placed(file: Cubes, log: Cubes, grain: Grain) -> tuple[Cubes, Window, dt.datetime]:
    """Both profiles on one timeline, the file's keys moved back by whole weeks to end before the log's.

    Parameters
    ----------
    file, log : Cubes
        Over the same grids.
    grain : {'hour', 'day'}

    Returns
    -------
    cubes : Cubes
    reference : Window
        Where the file's rows lie now.
    log_start : datetime
        The first key of the log; one behind everything where it is empty.
    """
    own = sorted({*file.numeric.chunks, *file.categorical.chunks})
    keys = sorted({*log.numeric.chunks, *log.categorical.chunks})
    if not own:
        nowhere = keys[0] - _WHOLE if keys else dt.datetime(2000, 1, 1)
        return log, Window(nowhere, nowhere + _STEPS[grain]), nowhere + _WHOLE
    stop = own[-1] + _STEPS[grain]
    back = _WHOLE * -((keys[0] - _WHOLE - stop) // _WHOLE) if keys else dt.timedelta(0)
    # Both move whole periods of 28 days, forwards as well, so that little empty time lies between.
    cubes = type(log)(
        _joined(file.numeric, log.numeric, back), _joined(file.categorical, log.categorical, back)
    )
    return cubes, Window(own[0] - back, stop - back), keys[0] if keys else stop + _WHOLE


def _joined(file: Cube, log: Cube, back: dt.timedelta) -> Cube:
    """The file's chunks, moved, and the log's behind them."""
    arrays = {
        name: np.concatenate([np.asarray(getattr(file, name)), np.asarray(getattr(log, name))], axis=1)
        for name in _ARRAYS
    }
    chunks = (*(key - back for key in file.chunks), *log.chunks)
    return type(log)(features=log.features, grids=log.grids, chunks=chunks, **arrays)
