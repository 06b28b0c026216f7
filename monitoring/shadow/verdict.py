"""What a registered trial says by now, and what it would have said on any day before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitoring import reasons
from monitoring.performance import metrics_of
from monitoring.shadow.gains import is_row_mean, loss_sums, row_step
from monitoring.shadow.reading import NoPairsError, Pairs, read
from monitoring.statistics.metrics import Metric
from monitoring.statistics.paired import planning, verdicts
from monitoring.statistics.paired.sequences import Sequence as Followed
from monitoring.statistics.paired.sequences import confidence_sequence
from monitoring.store import Store
from monitoring.store.trials import Trial

CODES = {
    verdicts.WORSE: "shadow_worse",
    verdicts.BETTER: "shadow_better",
    verdicts.NOT_WORSE: "shadow_not_worse",
    verdicts.COLLECT: "keep_collecting",
    verdicts.UNDECIDED: "trial_undecided",
}
"""Codes of `monitoring.reasons` by verdict."""
STATUSES = {
    verdicts.WORSE: "red", verdicts.BETTER: "green", verdicts.NOT_WORSE: "green", verdicts.COLLECT: "grey",
    verdicts.UNDECIDED: "grey",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Judged:
    """A trial as its final pairs stand.

    Attributes
    ----------
    trial : Trial
    metric : Metric
    keys : ndarray of int
        Places, among the keys of `Pairs`, whose pairs count: final, and of the trial's time.
    course : Followed
        How much better the shadow is, day by day; positive is better whatever the metric.
    path : tuple of Verdict
        The verdict at the end of each key.
    segments : tuple of (segment, rows, gain, error)
        The registered ones.
    """

    trial: Trial
    metric: Metric
    keys: np.ndarray
    course: Followed
    path: tuple[verdicts.Verdict, ...]
    segments: tuple[tuple[tuple[str, str], float, float, float], ...]

    @property
    def verdict(self) -> verdicts.Verdict:
        """The newest verdict; one that keeps collecting where nothing is final yet."""
        return self.path[-1] if self.path else verdicts.Verdict(verdicts.COLLECT, float("nan"))

    @property
    def rows(self) -> float:
        """Final pairs so far."""
        return float(self.course.n[-1]) if len(self.course.n) else 0.0

    @property
    def per_day(self) -> float:
        """Final pairs of a day of the profile, on average."""
        return self.rows / len(self.keys) if len(self.keys) else 0.0

    @property
    def status(self) -> str:
        """Colour of the verdict; a blocked promotion is amber."""
        return "amber" if self.verdict.blocked else STATUSES[self.verdict.code]

    @property
    def reason(self) -> str:
        """Its code in `monitoring.reasons`."""
        return "segment_blocks" if self.verdict.blocked else CODES[self.verdict.code]

    @property
    def detectable(self) -> float:
        """The smallest gain that the trial finds four times out of five in as many pairs as were planned."""
        if not self.rows:
            return np.nan
        planned, level = self.trial.planned, self.trial.level
        return float(planning.detectable(self.course.spread[-1], planned, planned=planned, level=level))


def candidates(pairs: Pairs) -> list[Metric]:
    """The metrics that can carry a verdict: means over rows that are better one way."""
    known = metrics_of(pairs.model)
    return [one for one in known if is_row_mean(pairs, one.key) and one.better in ("higher", "lower")]


def judged(store: Store, pairs: Pairs, trial: Trial) -> Judged:
    """Follow a trial over its final pairs.

    Parameters
    ----------
    store : Store
    pairs : Pairs
        All rows of the trial's two versions.
    trial : Trial

    Returns
    -------
    Judged

    Raises
    ------
    KeyError
        If its metric is not one of the model's that is a mean over rows.
    """
    metric = {one.key: one for one in candidates(pairs)}[trial.metric]
    places = _counting(pairs, trial)
    course = _course(pairs, trial, metric, places)
    guard = _guard(store, pairs, trial, metric)
    blocked = verdicts.guarded(
        [gain for _, _, gain, _ in guard], [error for *_, error in guard], [rows for _, rows, _, _ in guard],
        trial.margin, level=trial.level,
    )  # fmt: skip
    last = len(places) - 1
    path = tuple(
        verdicts.verdict(
            float(course.value[day]), float(course.lower[day]), float(course.upper[day]), trial.margin,
            rows=float(course.n[day]), most=trial.most, spread=float(course.spread[day]),
            planned=trial.planned, level=trial.level, blocked=blocked if day == last else (),
        )
        for day in range(len(places))
    )  # fmt: skip
    return Judged(trial, metric, places, course, path, guard)


def _counting(pairs: Pairs, trial: Trial) -> np.ndarray:
    late = np.array([trial.since is None or key >= trial.since for key in pairs.keys], dtype=bool)
    return np.flatnonzero(pairs.final & late)


def _course(pairs: Pairs, trial: Trial, metric: Metric, places: np.ndarray) -> Followed:
    n, total, squares = (sums[places] for sums in loss_sums(pairs, metric.key))
    sign = 1.0 if metric.better == "higher" else -1.0
    if pairs.champion == trial.shadow:  # the roles were exchanged since
        sign = -sign
    step = row_step(pairs, metric.key)
    return confidence_sequence(n, sign * total, squares, trial.planned, step=step, level=trial.level)


def _guard(
    store: Store, pairs: Pairs, trial: Trial, metric: Metric
) -> tuple[tuple[tuple[str, str], float, float, float], ...]:
    """Rows, gain and standard error in each registered segment."""
    found = []
    for segment in trial.segments:
        try:
            part = read(store, pairs.model.name, pairs.shadow, segment=segment, served=pairs.served)
        except NoPairsError:
            continue
        course = _course(part, trial, metric, _counting(part, trial))
        if len(course.n):
            n = float(course.n[-1])
            found.append((segment, n, float(course.value[-1]), float(course.spread[-1] / np.sqrt(n))))
    return tuple(found)


def sentence(found: Judged, words: Sequence[str] = (), margin: str = "") -> str:
    """The verdict in a sentence.

    Parameters
    ----------
    found : Judged
    words : sequence of three str
        The gain and both ends of its interval as the page writes numbers; plain ones by default.
    margin : str
        The margin, written likewise.
    """
    one, course = found.verdict, found.course
    value, lower, upper = (
        float(series[-1]) if len(series) else np.nan for series in (course.value, course.lower, course.upper)
    )
    gain, low, high = words or (f"{end:+.4f}" for end in (value, lower, upper))
    needed = one.rows_needed
    days = needed / found.per_day if found.per_day else np.nan
    facts = {
        "shadow": found.trial.shadow, "metric": found.metric.short, "gain": gain, "lower": low, "upper": high,
        "margin": margin or f"{found.trial.margin:g}", "rows": f"{found.rows:,.0f}",
        "needed": f"{needed:,.0f} more final rows, about {days:,.0f} days" if np.isfinite(needed)
        else "more final rows than anybody has" if needed == np.inf else "more final rows",
        "segments": ", ".join("=".join(found.segments[place][0]) for place in one.blocked),
    }  # fmt: skip
    if found.rows < 1 or not np.isfinite(lower):
        return reasons.sentence("trial_young", shadow=found.trial.shadow, rows=f"{found.rows:,.0f}")
    return reasons.sentence(found.reason, **facts)
