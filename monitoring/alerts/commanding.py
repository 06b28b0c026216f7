"""Evaluating and delivering once, as the command line does, and saying what there is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from monitoring import results, windows
from monitoring.alerts import messages
from monitoring.alerts.delivering import Delivered
from monitoring.alerts.delivering import deliver as sending
from monitoring.alerts.evaluating import evaluate, kept, snoozed
from monitoring.models import Model
from monitoring.store import incidents
from monitoring.store.incidents import Entry, Row
from monitoring.windows import UTC

if TYPE_CHECKING:
    from monitoring.store import Store


@dataclass(frozen=True)
class Ran:
    """What one run found and did.

    Attributes
    ----------
    model : Model
    rows : tuple of Row
        Every incident, the newest first.
    waiting : tuple of int
        Numbers of open incidents that nobody acknowledged, snoozed or marked unhelpful.
    changed : tuple of (number, event)
    delivered : Delivered
    """

    model: Model
    rows: tuple[Row, ...]
    waiting: tuple[int, ...]
    changed: tuple[tuple[int, str], ...]
    delivered: Delivered

    @property
    def errors(self) -> tuple[str, ...]:
        """What went wrong with channels."""
        return self.delivered.errors


def run(store: Store, name: str, *, deliver: bool = True) -> Ran:
    """Evaluate one model and send what is due about it.

    Parameters
    ----------
    store : Store
    name : str
        The model.
    deliver : bool
        False leaves messages in the outbox.
    """
    changed = evaluate(store, name)
    delivered = sending(store, name=name) if deliver else Delivered()
    rows = incidents.kept(store, name)
    return Ran(
        store.model(name),
        tuple(rows),
        waiting(rows, incidents.history(store, name)),
        tuple(changed),
        delivered,
    )


def waiting(rows: list[Row], entries: list[Entry]) -> tuple[int, ...]:
    """Numbers of open incidents about which nobody did anything since they were opened, the newest first."""
    left = []
    for row in rows:
        own = [entry for entry in entries if entry.number == row.number]
        opened = max((i for i, one in enumerate(own) if one.kind in ("opened", "reopened")), default=-1)
        handled = any(one.kind in ("acknowledged", "unhelpful") for one in own[opened + 1 :])
        if row.state == "open" and not handled and not snoozed(own, dt.datetime.now(UTC)):
            left.append(row.number)
    return tuple(left)


def frame(found: Ran) -> pd.DataFrame:
    """Incidents as a tidy frame: a row for each, with its number as ``value``."""
    model, rows = found.model, found.rows

    def instant(key: dt.datetime | None) -> dt.datetime | None:
        return windows.instant_of(key, model.grain, model.zone) if key is not None else None

    return results.frame(
        {
            "model": [model.name] * len(rows),
            "subject": [", ".join(kept(row).incident.rules) for row in rows],
            "measure": ["incident"] * len(rows),
            "chunk_start": [instant(row.onset) for row in rows],
            "chunk_stop": [instant(row.ended) for row in rows],
            "value": [float(row.number) for row in rows],
            "maturity": ["final"] * len(rows),
            "status": [row.worst for row in rows],
            "reason": [f"incident_{row.state}" for row in rows],
        }
    )


def text(found: Ran) -> str:
    """Open incidents and what changed, for reading in a terminal."""
    open_ones = [row for row in found.rows if row.state == "open"]
    lines = [f"{found.model.name}: {len(open_ones)} open of {len(found.rows)} incidents"]
    for row in open_ones:
        mark = "waits" if row.number in found.waiting else "in hand"
        lines.append(f"  {row.number:<4} {row.severity:<8} {mark:<7} {messages.title(kept(row).incident)}")
    over = {row.number for row in found.rows if row.state != "open"}
    for number, event in found.changed:
        if event in messages.SAID:
            past = event == "opened" and number in over
            lines.append(f"  {number:<4} {'found in the history' if past else messages.SAID[event]}")
    if found.delivered.sent or found.delivered.failed:
        lines.append(f"  {found.delivered.sent} messages sent, {found.delivered.failed} failed")
    return "\n".join(lines) + "\n"
