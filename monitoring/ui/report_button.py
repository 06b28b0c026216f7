"""The button that gives a model's report: nothing is read before somebody presses it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from monitoring import reports
from monitoring.ui import session
from monitoring.ui.scopes import Scope


def button(scope: Scope, *, key: str) -> None:
    """Offer the report of what the bar says.

    Parameters
    ----------
    scope : Scope
    key : str
        Unique on the page.
    """
    st.download_button(
        "Report",
        partial(written, scope),
        file_name=f"{scope.model.name}-report.html",
        mime="text/html",
        icon=":material/description:",
        type="tertiary",
        on_click="ignore",
        key=key,
        help="One file that opens anywhere, prints well, and needs no knowledge of the terms.",
    )


def written(scope: Scope) -> bytes:
    """The report of a scope as a file of HTML, against the model's own reference, as on Health.

    Parameters
    ----------
    scope : Scope
    """
    model = scope.model
    known = scope.version in session.versions(model, scope.version)
    asked = reports.Asked(
        start=scope.window.start,
        stop=scope.window.stop,
        segment=scope.segment,
        version=scope.version if known else "",
        chunk=scope.chunk,
        as_of=scope.as_of_at if scope.as_of else None,
    )
    return reports.html(reports.gather(session.store(), model, asked)).encode()
