"""A draft that becomes a model: registered, its log taken in, and both undone if the log does not go in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from monitoring.onboarding.draft import Draft, DraftError
from monitoring.onboarding.places import passing
from monitoring.store import Receipt, Store, excerpts

Progress = Callable[[float, str], None]
_registering = threading.Lock()  # of two people who choose the same name at once, one is told


def save(
    store: Store, draft: Draft, log: Path, table: str = "", progress: Progress | None = None
) -> list[Receipt]:
    """Register a drafted model and take its log in.

    Parameters
    ----------
    store : Store
    draft : Draft
    log : Path
        What it was drafted from.
    table : str
        Of a DuckDB file.
    progress : callable, optional
        Called with a share from 0 to 1 and what is being done; what it raises ends the work.

    Returns
    -------
    list of Receipt
        One per file.

    Raises
    ------
    DraftError
        If the draft is no model yet, a model has its name, or no row was taken in.
    StoreError
        If the log cannot be read.
    """
    text, name = draft.toml, draft.name
    with _registering:
        assert_new(store, name)
        store.add(text)
    receipts: list[Receipt] = []
    try:
        with passing() as folder, excerpts.as_files(log, table, folder) as files:
            for place, one in enumerate(files):
                title = draft.sample.name if one == log else one.name

                def say(share: float, what: str, place: int = place) -> None:
                    if progress is not None:
                        progress((place + share) / len(files), what)

                receipts.append(store.ingest(name, one, progress=say, title=title, settle=False))
            store.settle(name)
        if not any(one.accepted for one in receipts):
            raise DraftError(next((one.problem for one in receipts if one.problem), "no row was taken in"))
    except BaseException:  # whoever watches may have left: a model without a log would be a trace
        store.remove(name)
        raise
    return receipts


def assert_new(store: Store, name: str) -> None:
    """Make sure that no model has a name.

    Raises
    ------
    DraftError
        If one does.
    """
    if name in [model.name for model in store.models()]:
        raise DraftError(f"a model is called {name!r} already; choose another name")
