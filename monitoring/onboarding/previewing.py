"""A draft tried out: the first row of Health, by the same code as ever, before anything is saved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from monitoring import health
from monitoring.formats import count
from monitoring.onboarding.draft import Draft, DraftError
from monitoring.onboarding.places import passing
from monitoring.store import Store, excerpts

MOST_REASONS = 3
Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Preview:
    """What a draft would show.

    Attributes
    ----------
    report : health.Report
    rows, taken, rejected : int
        Of the rows that were tried.
    of : int
        Rows of the log.
    problems : tuple of (reason, rows, example)
        Why rows were not taken, the most frequent first.
    kinds : dict of str to str
        The profiled features and their kinds.
    """

    report: health.Report
    rows: int
    taken: int
    rejected: int
    of: int
    problems: tuple[tuple[str, int, str], ...]
    kinds: dict[str, str]

    @property
    def words(self) -> str:
        """What was tried, in a sentence."""
        some = f" of {count(self.of)}, an excerpt of every day; saving takes all of them in"
        part = some if self.rows < self.of else ""
        refused = f", {count(self.rejected)} would go to the quarantine" if self.rejected else ""
        return f"from {count(self.rows)} rows{part}{refused}"


def preview(draft: Draft, log: Path, table: str = "", progress: Progress | None = None) -> Preview:
    """Try a draft in a store of its own that is gone afterwards, whatever happens.

    Parameters
    ----------
    draft : Draft
    log : Path
        What it was drafted from.
    table : str
        Of a DuckDB file.
    progress : callable, optional
        Called with a share from 0 to 1 and what is being done.

    Raises
    ------
    DraftError
        If the draft is no model yet, or no row would be taken in.
    StoreError
        If the log cannot be read.
    """
    say = progress or (lambda share, what: None)
    text = draft.toml
    with passing() as folder:
        say(0.1, "reading an excerpt")
        some = excerpts.excerpt(log, table, draft.detection.column("predicted_at"), folder)
        with Store.open(folder / "lookout.duckdb") as store:
            model = store.add(text)
            say(0.3, "taking it in")
            receipt = store.ingest(model.name, some.path, title=draft.sample.name)
            problems = _problems(store, model.name)
            if receipt.problem or not receipt.accepted:
                raise DraftError(_refused(receipt.problem, problems))
            say(0.6, "judging it")
            report = health.health(store, model)
            kinds = {name: str(kind) for name, kind in store.features(model.name).items()}
    say(1.0, "done")
    return Preview(report, some.rows, receipt.accepted, receipt.rejected, draft.sample.rows, problems, kinds)


def _problems(store: Store, name: str) -> tuple[tuple[str, int, str], ...]:
    """Why rows were not taken: the reasons, how often, and what was said of the first."""
    found = store.quarantine(name)
    counted = Counter(found["reason"])
    first = found.drop_duplicates("reason").set_index("reason")["detail"]
    return tuple((reason, n, str(first[reason])) for reason, n in counted.most_common(MOST_REASONS))


def _refused(problem: str, problems: tuple[tuple[str, int, str], ...]) -> str:
    if problem:
        return f"{problem}; nothing of it would be taken in"
    said = "; ".join(f"{reason}: {detail}" for reason, _, detail in problems)
    return f"no row would be taken in: {said or 'there is none'}"
