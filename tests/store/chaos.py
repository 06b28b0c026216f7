"""Kill writers and the ingester at random, then count: nothing acknowledged is lost, nothing is there twice.

``python tests/store/chaos.py run FOLDER SECONDS SEED`` prints what it found as JSON. The other roles are the
processes that it starts and kills.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

MODEL = """
name = "churn"
task = "binary"
[versions]
champion = "a"
shadows = ["b"]
[reference]
start = 2026-01-01
stop = 2026-01-11
[segments]
columns = ["city"]
"""
REFERENCE = 3000  # rows
WHEN = ("never", "before_commit", "after_commit", "while_gathering", "while_removing")


def features(chance: random.Random) -> dict[str, object]:
    """A request with all that may be in one: missing and infinite numbers, text, a late feature."""
    return {
        "age": chance.gauss(40, 10),
        "income": chance.choice([None, float("nan"), float("inf"), chance.random()]),
        "city": chance.choice(["oslo", "rome", "", "São Paulo"]),
        **({"late": chance.random()} if chance.random() < 0.5 else {}),
    }


def write(folder: Path, seed: int) -> None:
    """Log without end; every acknowledged record is noted in another file after the call returned."""
    from monitoring.inbox import PredictionLog

    chance = random.Random(seed)
    log = PredictionLog(folder / "inbox", "churn", segment_bytes=60_000, segment_seconds=0.3)
    noted = os.open(folder / f"acknowledged-{seed}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    start, number = dt.datetime(2026, 1, 12), 0
    while True:
        for _ in range(chance.randrange(100)):
            key, version = f"{seed}-{number}", chance.choice(["a", "b"])
            log.predict(
                key,
                features=features(chance),
                score=chance.random(),
                version=version,
                at=start + dt.timedelta(minutes=number),
            )
            os.write(noted, f"p {key} {version}\n".encode())
            if chance.random() < 0.3:
                log.label(key, chance.randrange(2), at=start + dt.timedelta(minutes=number + 5))
                os.write(noted, f"l {key} -\n".encode())
            number += 1
        time.sleep(chance.random() / 50)


def ingest(folder: Path, when: str, drain: bool = False) -> None:
    """Own the store and take the inbox in: until killed, until a fatal place is reached, or to the end."""
    from monitoring.store import Store
    from monitoring.store.inbox_thread import InboxThread

    make_fatal(when)
    with Store.open(folder / "lookout.duckdb") as store:
        thread = InboxThread(store, folder / "inbox", every=0.1)
        print("ready", flush=True)
        if not drain:
            thread.start()
            signal.pause()
        thread.tidy()
        while thread.take():
            pass
        print(json.dumps({"last_error": thread.state.last_error, "pending": thread.state.pending}))


def make_fatal(when: str) -> None:
    """Have this process kill itself at a certain place, when it gets there for the third time or so."""
    from monitoring.store import inbox_folder, profiling

    places = {
        "before_commit": (profiling, "extend", 2),
        "after_commit": (inbox_folder, "remove", 2),
        "while_gathering": (Path, "rename", 5),
        "while_removing": (inbox_folder.shutil, "rmtree", 1),
    }
    if when not in places:
        return
    owner, name, limit = places[when]
    original, calls = getattr(owner, name), iter(range(1_000_000))

    def fatal(*arguments: object, **named: object) -> object:
        if next(calls) >= limit:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments, **named)

    setattr(owner, name, fatal)


def prepare(folder: Path) -> None:
    """Register the model and give it a reference, so that the profile has a grid."""
    from monitoring.store import Store

    chance = random.Random(0)
    reference = folder / "reference.jsonl"
    start = dt.datetime(2026, 1, 1)
    with reference.open("w") as file:
        for number in range(REFERENCE):
            at = (start + dt.timedelta(minutes=4 * number)).isoformat() + "Z"
            row = {"id": f"r-{number}", "predicted_at": at, "score": chance.random(), "version": "a"}
            row |= {
                "age": chance.gauss(40, 10),
                "income": chance.random(),
                "city": chance.choice(["oslo", "rome"]),
            }
            file.write(json.dumps(row) + "\n")
    with Store.open(folder / "lookout.duckdb") as store:
        store.add(MODEL)
        assert store.ingest("churn", reference).accepted == REFERENCE


def start(*arguments: object) -> subprocess.Popen[str]:
    """Start one role as a process of its own."""
    command = [sys.executable, __file__, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def end(process: subprocess.Popen[str]) -> None:
    """Kill a process as hard as can be."""
    process.kill()
    process.wait()
    if process.stdout:
        process.stdout.close()


LEAST_KILLS = 4  # a busy machine gets more time, so that a run always means something


def run(folder: Path, seconds: float, seed: int) -> dict[str, object]:
    """Start, kill, start again; then take in what is left and count."""
    prepare(folder)
    chance, stop, kills = random.Random(seed), time.monotonic() + seconds, {"writer": 0, "ingester": 0}
    writers = [start("write", folder, next_seed) for next_seed in (1, 2)]
    seeds, round_ = iter(range(3, 1_000_000)), iter(range(1_000_000))
    ingester = None
    deaths = dict.fromkeys(WHEN, 0)
    while time.monotonic() < stop or (min(kills.values()) < LEAST_KILLS and time.monotonic() < stop + 60):
        when = WHEN[next(round_) % len(WHEN)]
        ingester = start("ingest", folder, when)
        assert ingester.stdout is not None
        ingester.stdout.readline()
        wait = time.monotonic() + (chance.uniform(0.1, 2.0) if when == "never" else 10.0)
        while time.monotonic() < wait and ingester.poll() is None:
            time.sleep(chance.uniform(0.05, 0.4))
            end(writers.pop(0))
            writers.append(start("write", folder, next(seeds)))
            kills["writer"] += 1
        deaths[when] += ingester.poll() is not None
        kills["ingester"] += 1
        end(ingester)
    for writer in writers:
        end(writer)
    last = start("drain", folder, "never")
    said = json.loads(last.communicate(timeout=300)[0].splitlines()[-1])
    return {**count(folder), **said, "kills": kills, "died_by_themselves": deaths}


def whole_notes(file: Path) -> list[list[str]]:
    """What a writer noted; one that was killed while it wrote may have left a last line without its end."""
    said = file.read_text()
    return [line.split() for line in said[: said.rfind("\n") + 1].splitlines()]


def count(folder: Path) -> dict[str, object]:
    """Compare what was acknowledged with what is in the store."""
    from monitoring.store import Store

    acknowledged = [note for file in folder.glob("acknowledged-*") for note in whole_notes(file)]
    predictions = {(key, version) for kind, key, version in acknowledged if kind == "p"}
    labels = {key for kind, key, _ in acknowledged if kind == "l"}
    with Store.open(folder / "lookout.duckdb") as store:
        with store.cursor() as cursor:

            def rows(columns: str, table: str) -> list[tuple[object, ...]]:
                return cursor.execute(
                    f"SELECT {columns} FROM churn.{table} WHERE _id NOT LIKE 'r-%'"
                ).fetchall()

            requests, scored = (
                [one for (one,) in rows("_id", "requests")],
                rows("_id, _version", "predictions"),
            )
            labelled = [one for (one,) in rows("_id", "labels")]
        cubes = store.cubes("churn")
        profiled = {int(n) for cube in (cubes.numeric, cubes.categorical) for n in cube.n.sum(axis=1)}
        quarantined = len(store.quarantine("churn"))
        files = len(store.files("churn"))
    return {
        "acknowledged": len(predictions),
        "acknowledged_labels": len(labels),
        "rows": len(requests),
        "reference": REFERENCE,
        "lost_requests": len({key for key, _ in predictions} - set(requests)),
        "lost_predictions": len(predictions - set(scored)),
        "lost_labels": len(labels - set(labelled)),
        "duplicated_requests": len(requests) - len(set(requests)),
        "duplicated_predictions": len(scored) - len(set(scored)),
        "duplicated_labels": len(labelled) - len(set(labelled)),
        "profiled_rows": sorted(profiled),
        "quarantined": quarantined,
        "files": files,
        "left_in_inbox": sorted(path.name for path in (folder / "inbox" / "churn").iterdir()),
    }


if __name__ == "__main__":
    role, where, *rest = sys.argv[1:]
    if role == "write":
        write(Path(where), int(rest[0]))
    elif role == "run":
        print(json.dumps(run(Path(where), float(rest[0]), int(rest[1]))))
    else:
        ingest(Path(where), rest[0], drain=role == "drain")
