"""What the running app does besides serving pages: own the store, take files in, alert, answer commands."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from monitoring import commands
from monitoring.alerts.thread import AlertState, AlertThread
from monitoring.answers import Answer
from monitoring.store import Store, owner
from monitoring.store.follow_thread import FollowState, FollowThread
from monitoring.store.inbox_thread import InboxState, InboxThread
from monitoring.ui import session


@dataclass(frozen=True)
class Background:
    """The parts that live as long as the process."""

    inbox: InboxThread
    alerts: AlertThread
    follow: FollowThread
    route: owner.Route


_running: list[Background] = []


def start() -> None:
    """Open the store, follow the inbox and sources, evaluate alerts, and listen for the command line.

    Raises
    ------
    StoreError
        If the store cannot be opened, for instance because another process owns it.
    """
    store = session.store()
    inbox = InboxThread(
        store, commands.inbox_of(store.path), then=lambda name: commands.fill_queue(store, name)
    )
    route = owner.Route(store.path, lambda name, arguments: answer(store, inbox, name, arguments))
    alerts = AlertThread(store)
    inbox.start()
    alerts.start()
    follow = FollowThread(store, then=lambda name: commands.fill_queue(store, name))
    follow.start()
    _running.append(Background(inbox, alerts, follow, route))


def stop() -> None:
    """End what was started and close the store, so that the next process may own it."""
    while _running:
        parts = _running.pop()
        parts.route.close()
        parts.alerts.stop()
        parts.follow.stop()
        parts.inbox.stop()
    session.close()


def inbox_state() -> InboxState | None:
    """What the inbox thread is doing; None where none runs, as in a test of a page."""
    return _running[-1].inbox.state if _running else None


def follow_state() -> FollowState | None:
    """What the thread that follows sources did so far; None where none runs, as in a test of a page."""
    return _running[-1].follow.state if _running else None


def alert_state() -> AlertState | None:
    """What the alert thread did so far; None where none runs, as in a test of a page."""
    return _running[-1].alerts.state if _running else None


def answer(store: Store, inbox: InboxThread, name: str, arguments: dict[str, Any]) -> owner.Answer:
    """Answer a command of another process."""
    if name == "taken":
        said = taken(inbox, [Path(path) for path in arguments["paths"]], float(arguments["timeout"]))
    else:
        said = commands.answer(store, name, arguments)
    return owner.Answer(**asdict(said))


def taken(inbox: InboxThread, paths: list[Path], timeout: float) -> Answer:
    """Say what became of files that were handed over; those still waiting go in later."""
    found = [inbox.receipt(path, timeout) for path in paths]
    said = commands.receipts_answer([receipt for receipt in found if receipt is not None])
    waiting = sum(receipt is None for receipt in found)
    more = f"{waiting} files wait in the inbox and go in as soon as the app gets to them\n" if waiting else ""
    return Answer(said.stdout, said.stderr + more, said.code)
