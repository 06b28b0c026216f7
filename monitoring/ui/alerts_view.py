"""The Alerts page's answer: what waits for somebody."""

from __future__ import annotations

from monitoring.alerts import messages
from monitoring.alerts.evaluating import kept
from monitoring.ui.alerts_session import Known
from monitoring.ui.cards import full
from monitoring.ui.numbers import count

VIEWS = ("incidents", "rules", "channels", "deliveries", "deploy notes")


def answer(one: Known) -> tuple[str, str, str]:
    """The page's answer.

    Returns
    -------
    status, sentence, word : str
        Grey before the first evaluation and where there is no rule.
    """
    if not one.model.alert_rules:
        return "grey", "The file of this model has no rules, so nothing can fire.", "No rules"
    if not one.evaluated:
        return "grey", "The rules were not evaluated yet, so nothing is known.", "Not evaluated"
    opened = [row for row in one.rows if row.state == "open"]
    if not opened:
        newest = f"; the newest was {messages.title(kept(one.rows[0]).incident)}" if one.rows else ""
        return "green", full(f"no incident is open{newest}"), "Nothing open"
    left = [row for row in opened if row.number in one.waiting]
    titles = messages.title(kept((left or opened)[0]).incident)
    if not left:
        return "amber", full(f"{count(len(opened))} open, all in hand: {titles}"), "In hand"
    severe = any(row.severity == "critical" for row in left)
    said = f"{count(len(left))} of {count(len(opened))} open wait for somebody: {titles}"
    return "red" if severe else "amber", full(said), "Waits"
