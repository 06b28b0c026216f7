"""Speed and memory as ratios of one run: `make bench`; with `--small` nothing of 10 million rows.

Each figure comes from a process of its own, the work and the bare scan it is compared with take turns, and a
figure is the median of several. The exit code is 1 when a bound is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import outputs, workload
from benchmarks.bounds import Bound, Line
from benchmarks.measuring import ROOT, measured, peer

MILLION = 1_000_000
RESULTS = ROOT / "benchmarks" / "results"
PAGES = ("health", "drift")
PEER = os.environ.get("LOOKOUT_PEER", "")
FRAMES = ("auto", "psi", "kolmogorov_smirnov", "mann_whitney", "welch_t", "wasserstein", "anderson_darling")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--small", action="store_true", help="no 10 million rows")
    parser.add_argument("--only", choices=PARTS, action="append", help="only this part; may be repeated")
    given = parser.parse_args()
    started, largest = time.perf_counter(), MILLION if given.small else 10 * MILLION
    _prepare(sorted({MILLION // 10, MILLION, largest}))
    lines: list[Line] = []
    for name, part in PARTS.items():
        if not given.only or name in given.only:
            for line in part(largest):
                print(line, flush=True)
                lines.append(line)
    missed = sum(line.missed for line in lines)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "latest.json").write_text(json.dumps([line.figures() for line in lines], indent=1) + "\n")
    minutes = (time.perf_counter() - started) / 60
    print(f"{len(lines)} figures in {minutes:.0f} min; {missed or 'no'} bound{'s' * (missed != 1)} missed")
    return 1 if missed else 0


def profile(largest: int) -> Iterator[Line]:
    """The profile of every row against a bare scan of the same columns, and how it grows."""
    sizes = sorted({MILLION, largest})
    costs = {rows: _turns(("floor", "profile"), 3 if rows > MILLION else 5, rows=rows) for rows in sizes}
    for rows, found in costs.items():
        spent, scan = (_median(found[task], "cpu") for task in ("profile", "floor"))
        yield Line(f"profile of {_rows(rows)} x 30 features / bare scan ({scan:.2f} CPU s)", spent / scan,
                   f"({spent:.2f} CPU s)", Bound(high=5))  # fmt: skip
    peak = max(one["peak"] for one in costs[largest]["profile"]) / 1000
    yield Line(f"peak memory of the profile of {_rows(largest)}, GB", peak, bound=Bound(high=2))
    if largest > MILLION:
        fixed = _median([measured("one_row", rows=MILLION) for _ in range(3)], "cpu")
        small, large = ((_median(costs[rows]["profile"], "cpu") - fixed) / _held(rows) for rows in sizes)
        yield Line("profile, cost of a row at 10M / at 1M", large / small,
                   f"({large * 1e6:.2f} CPU us a row, and {fixed * 1000:.0f} CPU ms for any number of rows)",
                   Bound(0.85, 1.15))  # fmt: skip


def drift(largest: int) -> Iterator[Line]:
    """The frame of 200 features x 365 days by every method."""
    for method in FRAMES:
        found = measured("drift_frame", method=method)
        yield Line(f"drift frame of 200 features x 365 days, {method}, CPU ms", found["cpu"] * 1000,
                   f"(first {found['first'] * 1000:.0f})", Bound(high=250))  # fmt: skip
    found = measured("drift_frame", method="auto", intervals=True)
    yield Line("the same with an interval for every value, auto, CPU ms", found["cpu"] * 1000)


def methods(largest: int) -> Iterator[Line]:
    """Every method over 30 features x 90 days, and what takes rows."""
    values = measured("every_method", intervals=False)["cpu"] * 1000
    whole = measured("every_method", intervals=True)["cpu"] * 1000
    yield Line("values of all 17 methods, 30 features x 90 days, CPU ms", values, bound=Bound(high=400))
    yield Line("their limits, p-values and intervals on top, CPU ms", whole - values, bound=Bound(high=1500))
    found = [measured("classifier", rows=20_000) for _ in range(3)]
    yield Line("domain classifier, 30 features, 20k + 20k rows, CPU s", _median(found, "cpu"),
               f"({_median(found, 'peak') / 1000:.1f} GB)", Bound(high=3))  # fmt: skip
    looks = [measured("inspection", rows=largest) for _ in range(2)]
    yield Line(f"all features at once in a week of {_rows(largest)}, CPU s", _median(looks, "cpu"),
               "(beside the page)")  # fmt: skip


def pages(largest: int) -> Iterator[Line]:
    """Warm pages, and that they do not feel how many rows were logged."""
    for name in PAGES:
        small, large = [], []
        for _ in range(3):
            small.append(measured("page", rows=MILLION // 10, name=name))
            large.append(measured("page", rows=largest, name=name))
        few, many = _median(small, "cpu"), _median(large, "cpu")
        first = _median(large, "first") * 1000
        yield Line(f"warm {name} page at {_rows(largest)}, CPU ms", many * 1000, f"(first {first:.0f})",
                   Bound(high=150))  # fmt: skip
        yield Line(f"warm {name} page at {_rows(largest)} / at 100k", many / few, bound=Bound(0.8, 1.2))


def performance(largest: int) -> Iterator[Line]:
    """Frames of performance: of a year from the profile, and of Parquet with the profile of outputs made."""
    for labelled, words in ((True, "measured"), (False, "estimated")):
        found = measured("year_frame", rows=largest, labelled=labelled)
        yield Line(f"performance of 365 days of {_rows(largest)} from the profile, {words}, CPU ms",
                   found["cpu"] * 1000, f"(first {found['first'] * 1000:.0f})", Bound(high=300))  # fmt: skip
    paths, whole = outputs.files(largest), largest > MILLION  # the fixed part of a small run hides the rest
    for labelled, words, least in ((True, "measured", 2), (False, "estimated", 5)):
        ours, scans, theirs = [], [], []
        for _ in range(3):
            scans.append(measured("outputs_floor", rows=largest))
            ours.append(measured("outputs_frame", rows=largest, labelled=labelled))
            if PEER:
                theirs.append(peer(PEER, "nannyml_outputs.py", *map(str, paths), words))
        spent, scan = _median(ours, "cpu"), _median(scans, "cpu")
        yield Line(f"performance by day of {_rows(largest)} in Parquet, {words}, CPU s", spent,
                   f"({spent / scan:.0f} bare scans; {_median(ours, 'peak') / 1000:.1f} GB)")  # fmt: skip
        if theirs:
            other = _median(theirs, "cpu")
            yield Line(f"the same by NannyML / by Lookout, {words}", other / spent, f"({other:.1f} CPU s)",
                       Bound(low=least) if whole else None)  # fmt: skip
            kept = _median([measured("kept_frame", rows=largest, labelled=labelled) for _ in range(3)], "cpu")
            yield Line(f"the same by NannyML / by Lookout from its profile, {words}", other / kept,
                       f"({kept * 1000:.0f} CPU ms)", Bound(low=50) if whole else None)  # fmt: skip


def shadow(largest: int) -> Iterator[Line]:
    """Champion and shadow on the same requests: from the profile, and the page's views."""
    found = measured("pairs", rows=largest)
    yield Line(f"pairs of {_rows(largest)} from the profile, verdict and every metric, CPU ms",
               found["cpu"] * 1000, f"(first {found['first'] * 1000:.0f})")  # fmt: skip
    for view in ("trial", "difference", "agreement", "segments"):
        page = measured("shadow_page", rows=largest, view=view)
        yield Line(f"warm shadow page at {_rows(largest)}, {view}, CPU ms", page["cpu"] * 1000,
                   f"(first {page['first'] * 1000:.0f})", Bound(high=150))  # fmt: skip


def inbox(largest: int) -> Iterator[Line]:
    """A record of 30 features, as a service logs it."""
    found = [measured("inbox", records=20_000) for _ in range(3)]
    wall, spent = (_median(found, name) * 1e6 for name in ("wall", "cpu"))
    yield Line("inbox write of 30 features, CPU microseconds", spent, f"({wall:.0f} on the clock)",
               Bound(high=50))  # fmt: skip


def ingest(largest: int) -> Iterator[Line]:
    """One Parquet file of a million rows, without and with a segment column."""
    plain, segmented, scans = [], [], []
    for _ in range(3):
        scans.append(measured("floor", rows=MILLION))
        plain.append(measured("ingest", rows=MILLION, segments=[]))
        segmented.append(measured("ingest", rows=MILLION, segments=["c01"]))
    spent, more, scan = _median(plain, "cpu"), _median(segmented, "cpu"), _median(scans, "cpu")
    yield Line("ingest of 1M x 30 features, rows per CPU second", MILLION / spent,
               f"({spent:.2f} CPU s, {spent / scan:.0f} bare scans)", Bound(low=200_000))  # fmt: skip
    yield Line("ingest with a segment column of 5 values / without", more / spent,
               f"({MILLION / more:,.0f} rows per CPU second)")  # fmt: skip
    odd = _median([measured("scoring", rows=MILLION) for _ in range(3)], "cpu")
    yield Line("scoring 1M x 30 features by how odd rows are, CPU s", odd,
               f"({odd / spent:.2f} of the ingest it is part of)", Bound(high=5))  # fmt: skip


def batch(largest: int) -> Iterator[Line]:
    """A file of a million rows by its path, held against a model that knows all of its ids."""
    turns = [(measured("floor", rows=MILLION), measured("batch", rows=MILLION)) for _ in range(3)]
    scan, spent = (_median([one[place] for one in turns], "cpu") for place in (0, 1))
    peak = max(one["peak"] for _, one in turns) / 1000
    told = f"({spent / scan:.0f} bare scans of {scan:.2f} CPU s, {peak:.1f} GB)"
    yield Line("batch of 1M x 30 features by its path, CPU s", spent, told, Bound(high=10))


PARTS = {
    part.__name__: part
    for part in (profile, drift, methods, performance, shadow, pages, inbox, ingest, batch)
}


def _prepare(sizes: list[int]) -> None:
    for rows in sizes:
        print(f"preparing {_rows(rows)}", file=sys.stderr, flush=True)
        measured("prepare", rows=rows)
    measured("prepare", rows=0)


def _turns(tasks: tuple[str, ...], rounds: int, **arguments: object) -> dict[str, list[dict[str, float]]]:
    """The figures of tasks that take turns."""
    found: dict[str, list[dict[str, float]]] = {task: [] for task in tasks}
    for _ in range(rounds):
        for task in tasks:
            found[task].append(measured(task, **arguments))
    return found


def _median(found: list[dict[str, float]], name: str) -> float:
    return statistics.median(one[name] for one in found)


def _held(rows: int) -> int:
    """Rows of the table that is profiled: the reference's too."""
    return rows + workload.REFERENCE_ROWS


def _rows(rows: int) -> str:
    return f"{rows // MILLION}M rows" if rows >= MILLION else f"{rows // 1000}k rows"


if __name__ == "__main__":
    sys.exit(main())
