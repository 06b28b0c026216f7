"""What the Predictions page alone asks of a model, remembered until the data change."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import streamlit as st

from monitoring import drift, predictions
from monitoring.drift import Material
from monitoring.ui import drift_view, performance_session, session
from monitoring.ui.scopes import Scope
from monitoring.windows import Window


@dataclass(frozen=True, eq=False)
class Picture:
    """What the page shows of one version.

    Attributes
    ----------
    one : monitoring.predictions.Assessment
    view : View
        Its drift as the Drift page shows that of features.
    verdict : monitoring.predictions.Verdict
    """

    one: predictions.Assessment
    view: drift_view.View
    verdict: predictions.Verdict

    def reference(self, window: Window) -> list[Window] | None:
        """Where the rows lie that a window is compared with; None for those of a file."""
        return predictions.reference_windows(session.store(), self.one, window)

    def compared(self, window: Window) -> predictions.Rows:
        """Those rows added up."""
        return self.one.over(self.reference(window))

    def output(self, name: str) -> Material:
        """One output as a feature."""
        return self.one.material.only(name)


@st.cache_resource(show_spinner=False, max_entries=32)
def _assessment(
    path: str, name: str, data: str, version: str, segment: tuple[str, str], against: str, chunk: str,
    method: str, at: dt.datetime | None, now: dt.datetime, _scope: Scope,
) -> predictions.Assessment:  # fmt: skip
    found = performance_session.material(_scope)
    chosen = drift.parsed(against, found.model)
    return predictions.assess(session.store(), found, chunk=chunk, method=method, against=chosen)


def picture(scope: Scope, method: str, version: str = "") -> Picture | None:
    """A version's output as the page shows it; None when no complete chunk lies in its range.

    Parameters
    ----------
    scope : Scope
    method : str
        A registered drift method, or ``auto``.
    version : str
        Another one than the bar's.

    Raises
    ------
    NoOutputError
        If the version has no predictions.
    AgainstError
        If there is no such reference.
    CalendarError
        If the log's calendar is too long to judge.
    """
    scope = replace(scope, version=version or scope.version)
    at = scope.as_of_at if scope.as_of else None
    one = _assessment(
        *session.key_of(scope.model.name), scope.version, scope.segment, scope.reference, scope.chunk, method,
        at, session.grain_of(scope.model), scope,
    )  # fmt: skip
    view = drift_view.view(one.drift, one.colours, scope)
    if view is None:
        return None
    return Picture(one, view, predictions.verdict(one.drift, one.colours, at=one.drift.keys[view.last].start))
