"""The SQL behind the numbers of a page, as it runs when somebody wants to see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from monitoring import drift, outliers, performance, quality
from monitoring.store.recording import recorded, written
from monitoring.ui import session

if TYPE_CHECKING:
    from monitoring.ui.scopes import Scope


def of_drift(scope: Scope) -> str:
    """What drift of features is computed from.

    Parameters
    ----------
    scope : Scope
    """
    against = drift.parsed(scope.reference, scope.model)
    return _ran(scope, lambda: drift.material(session.store(), scope.model.name, against=against,
                                              segment=scope.segment))  # fmt: skip


def of_outputs(scope: Scope, known_at: dt.datetime | None = None) -> str:
    """What performance, calibration and the predictions of a version are computed from.

    Parameters
    ----------
    scope : Scope
    known_at : datetime, optional
        The instant whose knowledge it is; by default the one at which the bar judges.
    """
    at = known_at or (scope.as_of_at if scope.as_of else None)
    asked = {"version": scope.version, "segment": scope.segment, "known_at": at}
    return _ran(scope, lambda: performance.material(session.store(), scope.model.name, **asked))


def of_quality(scope: Scope) -> str:
    """What the checks of quality are made from."""
    return _ran(scope, lambda: quality.material(session.store(), scope.model.name, segment=scope.segment))


def of_odd_rows(scope: Scope) -> str:
    """What the shares of odd rows are computed from."""
    return _ran(scope, lambda: outliers.read(session.store(), scope.model.name))


def _ran(scope: Scope, work: Callable[[], object]) -> str:
    """The statements that a piece of work runs; it is done anew, since answers are otherwise remembered."""
    with recorded() as seen:
        work()
    column, value = scope.segment
    feature = scope.model.features.get(column)
    return written(seen, frozenset({value} if feature is not None and feature.private else ()))
