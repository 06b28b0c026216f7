"""Which rules are noisy: those whose alerts people mark as unhelpful, and those that come and go."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from monitoring.alert_rules import COLOURED, Rule
from monitoring.alerts.incidents import NEAR, Kept

UNHELPFUL = 0.5
"""A rule is noisy from this share of judged incidents marked unhelpful on, ..."""
FEWEST = 2
"""... once so many were."""
FLAPPING = 3
"""A rule flaps when it came back within a few chunks this often."""


@dataclass(frozen=True)
class Noise:
    """How one rule does.

    Attributes
    ----------
    rule : str
    incidents, withdrawn, unhelpful, helpful : int
        Of all its incidents those withdrawn, those marked unhelpful, and those acknowledged without that.
    short : int
        Firings that were over after one chunk.
    flaps : int
        Firings that began within a few chunks of the end of the one before.
    words : str
        What is wrong and what to do; empty where nothing is.
    """

    rule: str
    incidents: int
    withdrawn: int
    unhelpful: int
    helpful: int
    short: int
    flaps: int
    words: str


def diagnosed(
    rules: Sequence[Rule], known: Sequence[Kept], unhelpful: Collection[int], acknowledged: Collection[int],
    step: dt.timedelta,
) -> Mapping[str, Noise]:  # fmt: skip
    """How noisy each rule is.

    Parameters
    ----------
    rules : sequence of Rule
    known : sequence of Kept
        Every incident of the model.
    unhelpful, acknowledged : collection of int
        Numbers of incidents that people marked so.
    step : timedelta
        Length of a chunk.
    """
    return {rule.name: _of(rule, known, unhelpful, acknowledged, step) for rule in rules}


def _of(
    rule: Rule, known: Sequence[Kept], unhelpful: Collection[int], acknowledged: Collection[int],
    step: dt.timedelta,
) -> Noise:  # fmt: skip
    own = [one for one in known if rule.name in one.incident.rules]
    live = [one for one in own if one.state != "withdrawn"]
    firings = sorted(
        (each for one in live for each in one.incident.firings if each.rule == rule.name),
        key=lambda each: each.onset,
    )
    flaps = sum(
        one.ended is not None and after.onset - one.ended <= NEAR * step
        for one, after in itertools.pairwise(firings)
    )
    bad = sum(one.number in unhelpful for one in own)
    good = sum(one.number in acknowledged and one.number not in unhelpful for one in own)
    withdrawn, short = len(own) - len(live), sum(one.chunks == 1 for one in firings)
    return Noise(rule.name, len(own), withdrawn, bad, good, short, flaps, _words(rule, bad, good, flaps))


def _words(rule: Rule, bad: int, good: int, flaps: int) -> str:
    needed, last = rule.persistence
    longer = (
        f"ask for {needed + 1} of the last {max(last + 1, 3)} chunks" if rule.condition == "breach"
        else "tell it in the digest"
    )  # fmt: skip
    red = ", or fire at red only" if rule.status == "amber" and rule.condition in COLOURED else ""
    said = []
    if bad >= FEWEST and bad >= UNHELPFUL * (bad + good):
        said.append(f"{bad} of {bad + good} judged incidents were unhelpful")
    if flaps >= FLAPPING:
        said.append(f"it came back within {NEAR} chunks {flaps} times")
    return f"noisy: {' and '.join(said)}; {longer}{red}" if said else ""
