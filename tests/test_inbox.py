"""The logging client: what it writes, and that an acknowledged record outlives its writer."""

import ast
import datetime as dt
import decimal
import inspect
import json
import os
import signal
import subprocess
import sys
import threading
import time
import types
import uuid
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

import monitoring.inbox
from monitoring.inbox import PredictionLog
from monitoring.inbox.records import line

ROOT = Path(monitoring.inbox.__file__).parents[2]
posix = pytest.mark.skipif(os.name == "nt", reason="fork, signals and limits are of POSIX")


def records(folder, kind="predictions", suffix="jsonl"):
    files = sorted(Path(folder).glob(f"*/*.{kind}.{suffix}"))
    return [json.loads(text) for file in files for text in file.read_text().splitlines()]


def run(code, *arguments, **options):
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, **options,
    )  # fmt: skip


def test_the_client_needs_only_the_standard_library():
    imported = set()
    for file in Path(monitoring.inbox.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                imported |= {name.name for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                imported.add(node.module)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 1, f"{file.name} reaches outside its folder"
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


def test_a_prediction_is_one_flat_line_with_our_names_underscored(tmp_path):
    with PredictionLog(tmp_path, "churn") as log:
        key = log.predict(
            "r-1",
            features={"age": 41, "plan": "basic", "income": 2.5, "vip": True, "city": None},
            score=0.25,
            prediction="stay",
            version="v2",
            scores={"stay": 0.75, "leave": 0.25},
            latency=0.004,
            at=dt.datetime(2026, 3, 1, 12, 30, 0, 5),
        )
    assert key == "r-1"
    assert records(tmp_path) == [
        {
            "_id": "r-1",
            "_predicted_at": "2026-03-01T12:30:00.000005Z",
            "_version": "v2",
            "_score": 0.25,
            "_score.stay": 0.75,
            "_score.leave": 0.25,
            "_prediction": "stay",
            "_latency": 0.004,
            "age": 41,
            "plan": "basic",
            "income": 2.5,
            "vip": True,
            "city": None,
        }
    ]


def test_what_is_not_known_is_left_out(tmp_path):
    with PredictionLog(tmp_path, "churn") as log:
        log.predict(features={})
    assert set(records(tmp_path)[0]) == {"_id", "_predicted_at"}


def test_a_label_goes_to_a_segment_of_its_own(tmp_path):
    with PredictionLog(tmp_path, "churn") as log:
        log.label("r-1", 1, at=dt.datetime(2026, 3, 2))
        log.predict("r-1", features={"age": 41})
    assert records(tmp_path, "labels") == [
        {"_id": "r-1", "_label": 1, "_labelled_at": "2026-03-02T00:00:00.000000Z"}
    ]
    assert len(records(tmp_path)) == 1


def test_a_missing_id_is_generated_and_returned(tmp_path):
    with PredictionLog(tmp_path, "churn") as log:
        keys = [log.predict(features={"age": 41}) for _ in range(100)]
    assert len(set(keys)) == 100
    assert [record["_id"] for record in records(tmp_path)] == keys


@pytest.mark.parametrize(
    ("given", "written"),
    [(7, "7"), (np.int64(7), "7"), (np.str_("a"), "a"), (uuid.UUID(int=7), str(uuid.UUID(int=7)))],
)
def test_an_id_is_written_as_text(tmp_path, given, written):
    with PredictionLog(tmp_path, "churn") as log:
        assert log.predict(given, features={}) == written
        log.label(given, 0)
    assert records(tmp_path)[0]["_id"] == records(tmp_path, "labels")[0]["_id"] == written


@pytest.mark.parametrize("given", [True, 7.5, b"a", ("a",)])
def test_an_id_that_is_not_a_name_is_refused(tmp_path, given):
    with PredictionLog(tmp_path, "churn") as log, pytest.raises(TypeError, match="id"):
        log.predict(given, features={})
    assert records(tmp_path) == []


def test_an_empty_id_is_refused(tmp_path):
    with PredictionLog(tmp_path, "churn") as log, pytest.raises(ValueError, match="id: empty"):
        log.predict("", features={})


def test_instants_are_utc_to_the_microsecond():
    paris = dt.timezone(dt.timedelta(hours=1))
    instant = dt.datetime(2026, 3, 1, 12, tzinfo=paris)
    for value in (instant, pd.Timestamp(instant), np.datetime64("2026-03-01T11:00:00.000000001")):
        assert json.loads(line({"x": value})) == {"x": "2026-03-01T11:00:00.000000Z"}


def test_a_prediction_is_now_unless_told_otherwise(tmp_path):
    before = dt.datetime.now(dt.UTC)
    with PredictionLog(tmp_path, "churn") as log:
        log.predict(features={})
    at = dt.datetime.fromisoformat(records(tmp_path)[0]["_predicted_at"])
    assert before <= at <= dt.datetime.now(dt.UTC)


@pytest.mark.parametrize("at", ["2026-03-01", 5, pd.NaT, dt.date(2026, 3, 1)])
def test_an_instant_must_be_a_datetime(tmp_path, at):
    with PredictionLog(tmp_path, "churn") as log, pytest.raises(TypeError, match="at: "):
        log.predict(features={}, at=at)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (np.float32(0.5), 0.5),
        (np.float64(0.5), 0.5),
        (np.int8(3), 3),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (np.array(3), 3),
        (np.float64("nan"), None),
        (np.datetime64("NaT"), None),
        (float("nan"), None),
        (pd.NA, None),
        (pd.NaT, None),
        (decimal.Decimal("1.5"), 1.5),
        (decimal.Decimal("NaN"), None),
        (dt.date(2026, 3, 1), "2026-03-01"),
        (uuid.UUID(int=7), str(uuid.UUID(int=7))),
        ('a"\n\\\u2028é😀', 'a"\n\\\u2028é😀'),
        (2**70, 2**70),
        (1e308, 1e308),
    ],
)
def test_scalars_are_written_as_plain_json(value, written):
    text = line({"x": value}).decode()
    assert text.count("\n") == 1
    assert json.loads(text) == {"x": written}
    assert type(json.loads(text)["x"]) is type(written)


def test_what_is_written_is_strict_json_even_when_not_finite():
    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    text = line({"a": float("inf"), "b": -np.float64("inf"), "c": float("nan"), "d": 1})
    assert json.loads(text, parse_constant=refuse) == {
        "a": float("inf"), "b": float("-inf"), "c": None, "d": 1
    }  # fmt: skip


def test_duckdb_reads_infinity_back_as_a_number(tmp_path):
    with PredictionLog(tmp_path, "churn") as log:
        for x in (1.5, float("inf"), float("-inf"), float("nan")):
            log.predict(features={"x": x})
    rows = duckdb.execute("SELECT x, typeof(x) FROM read_json($p)", {"p": f"{tmp_path}/*/*.jsonl"}).fetchall()
    assert rows == [(1.5, "DOUBLE"), (float("inf"), "DOUBLE"), (float("-inf"), "DOUBLE"), (None, "DOUBLE")]


@pytest.mark.parametrize(
    "value", [[1, 2], {"a": 1}, b"a", object(), np.array([1, 2]), {1}, 1j, np.complex128(1), np.longdouble(1),
              "a\ud800"]
)  # fmt: skip
def test_a_value_that_cannot_be_logged_is_named_and_nothing_is_written(tmp_path, value):
    with PredictionLog(tmp_path, "churn") as log:
        log.predict("before", features={"income": 1})
        with pytest.raises(TypeError, match="income"):
            log.predict("refused", features={"income": value})
        log.predict("after", features={"income": 2})
    assert [record["_id"] for record in records(tmp_path)] == ["before", "after"]


@pytest.mark.parametrize("name", ["_id", "_", "", "_score"])
def test_a_feature_must_not_use_our_names(tmp_path, name):
    with PredictionLog(tmp_path, "churn") as log:
        for _ in range(2):
            with pytest.raises(ValueError, match=f"feature '{name}'"):
                log.predict(features={"age": 1, name: 1})
    assert records(tmp_path) == []


@pytest.mark.parametrize("name", [3, "a\ud800"])
def test_a_feature_name_must_be_text(tmp_path, name):
    with PredictionLog(tmp_path, "churn") as log, pytest.raises(TypeError, match="feature"):
        log.predict(features={name: 1})


@pytest.mark.parametrize("given", [{"score": "0.5"}, {"latency": [1]}, {"scores": {"a": None}}])
def test_scores_and_latency_are_numbers(tmp_path, given):
    with PredictionLog(tmp_path, "churn") as log, pytest.raises(TypeError, match="is not a number"):
        log.predict(features={}, **given)


@pytest.mark.parametrize("label", [None, float("nan"), pd.NA, np.float64("nan")])
def test_a_missing_label_is_refused(tmp_path, label):
    with PredictionLog(tmp_path, "churn") as log, pytest.raises(ValueError, match="label: missing"):
        log.label("r-1", label)


@pytest.mark.parametrize("model", ["", "Churn", "../churn", "a/b", "-a", "a\n", "x" * 64])
def test_a_model_name_cannot_leave_the_inbox(tmp_path, model):
    with pytest.raises(ValueError, match="model"):
        PredictionLog(tmp_path, model)


def test_a_closed_log_refuses_records(tmp_path):
    log = PredictionLog(tmp_path, "churn")
    log.close()
    log.close()
    with pytest.raises(ValueError, match="closed"):
        log.predict(features={})


def test_a_segment_is_handed_over_when_it_is_old_enough(tmp_path):
    with PredictionLog(tmp_path, "churn", segment_seconds=0.1) as log:
        log.predict("one", features={})
        assert records(tmp_path) == []
        deadline = time.monotonic() + 10
        while not records(tmp_path) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert [record["_id"] for record in records(tmp_path)] == ["one"]
        log.predict("two", features={})
    assert [record["_id"] for record in records(tmp_path)] == ["one", "two"]


def test_a_segment_is_handed_over_when_it_is_large_enough(tmp_path):
    with PredictionLog(tmp_path, "churn", segment_bytes=1000) as log:
        for number in range(100):
            log.predict(str(number), features={"text": "x" * 100})
        sizes = [file.stat().st_size for file in (tmp_path / "churn").glob("*.jsonl")]
    assert len(sizes) > 10
    assert all(1000 <= size < 1400 for size in sizes)
    assert [record["_id"] for record in records(tmp_path)] == [str(number) for number in range(100)]


def test_an_idle_log_leaves_no_thread_and_no_open_segment(tmp_path):
    def timers():
        return [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]

    with PredictionLog(tmp_path, "churn", segment_seconds=0.05) as log:
        log.predict(features={})
        assert timers()
        deadline = time.monotonic() + 10
        while timers() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not timers()
        assert not list(tmp_path.glob("*/*.open"))


def test_threads_share_a_log_without_losing_or_mixing_records(tmp_path):
    with PredictionLog(tmp_path, "churn", segment_bytes=20_000, segment_seconds=0.01) as log:

        def work(worker):
            for number in range(300):
                log.predict(f"{worker}-{number}", features={"worker": worker, "text": "é" * number})

        threads = [threading.Thread(target=work, args=(worker,)) for worker in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    expected = {f"{worker}-{number}" for worker in range(8) for number in range(300)}
    found = records(tmp_path)
    assert len(found) == len(expected)
    assert {record["_id"] for record in found} == expected


FORK = """
import os, sys
from pathlib import Path
from monitoring.inbox import PredictionLog
log = PredictionLog(sys.argv[1], "churn", segment_seconds=60)
log.predict("before", features={})
pids = []
for child in range(3):
    pid = os.fork()
    if pid == 0:
        for number in range(200):
            log.predict(f"{child}-{number}", features={})
        if child == 0:
            os._exit(0)
        log.close()
        os._exit(0)
    pids.append(pid)
for number in range(200):
    log.predict(f"parent-{number}", features={})
for pid in pids:
    assert os.waitpid(pid, 0)[1] == 0
log.close()
"""


@posix
def test_a_forked_child_writes_to_segments_of_its_own(tmp_path):
    done = run(FORK, tmp_path)
    assert done.returncode == 0, done.stderr
    found = records(tmp_path) + records(tmp_path, suffix="open")
    writers = ["0", "1", "2", "parent"]
    expected = {f"{writer}-{number}" for writer in writers for number in range(200)} | {"before"}
    assert len(found) == len(expected)
    assert {record["_id"] for record in found} == expected
    assert len(list(tmp_path.glob("churn/*.open"))) == 1, "the child that left without closing"


LEFT = """
import os, sys, time
from monitoring.inbox import PredictionLog
log = PredictionLog(sys.argv[1], "churn", segment_seconds=60)
log.predict("parent", features={})
pid = os.fork()
if pid == 0:
    time.sleep(60)
print(pid, flush=True)
os.kill(os.getpid(), 9)
"""


@posix
def test_an_idle_child_does_not_keep_a_dead_parents_segment_locked(tmp_path):
    from monitoring.inbox.locks import try_lock

    writer = subprocess.Popen([sys.executable, "-c", LEFT, tmp_path], cwd=ROOT, stdout=subprocess.PIPE)
    child = int(writer.stdout.readline())
    try:
        writer.wait(30)
        (segment,) = tmp_path.glob("churn/*.open")
        with segment.open("ab") as file:
            assert try_lock(file.fileno())
    finally:
        os.kill(child, signal.SIGKILL)
        writer.stdout.close()


FORK_IN_TRAFFIC = """
import os, sys, threading
from monitoring.inbox import PredictionLog
log = PredictionLog(sys.argv[1], "churn", segment_bytes=2000)
stop = threading.Event()
def work():
    while not stop.is_set():
        log.predict(features={"worker": 1})
threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads: thread.start()
for child in range(30):
    pid = os.fork()
    if pid == 0:
        log.predict(f"child-{child}", features={})
        log.close()
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
stop.set()
for thread in threads: thread.join()
log.close()
"""


@posix
def test_forking_in_the_middle_of_traffic_neither_hangs_nor_loses(tmp_path):
    done = run(FORK_IN_TRAFFIC, tmp_path)
    assert done.returncode == 0, done.stderr
    found = {record["_id"] for record in records(tmp_path)}
    assert {f"child-{child}" for child in range(30)} <= found
    assert not list(tmp_path.glob("churn/*.open"))


WRITER = """
import sys
from monitoring.inbox import PredictionLog
log = PredictionLog(sys.argv[1], "churn", segment_bytes=50_000, segment_seconds=0.05)
number = 0
while True:
    log.predict(str(number), features={"x": number / 7, "text": "é" * 50})
    print(number, flush=True)
    number += 1
"""


@posix
def test_what_was_acknowledged_survives_the_death_of_the_writer(tmp_path):
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, tmp_path], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    acknowledged = [int(writer.stdout.readline()) for _ in range(2000)]
    writer.kill()
    acknowledged += [int(text) for text in writer.stdout.read().split("\n")[:-1]]
    writer.wait(30)
    writer.stdout.close()
    whole = [
        text
        for file in tmp_path.glob("churn/*")
        for text in file.read_bytes().splitlines(keepends=True)
        if text.endswith(b"\n")
    ]
    found = [int(json.loads(text)["_id"]) for text in whole]
    assert len(found) == len(set(found))
    assert set(acknowledged) <= set(found)


FULL = """
import resource, sys
from monitoring.inbox import PredictionLog
log = PredictionLog(sys.argv[1], "churn")
log.predict("small", features={"x": 1})
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    log.predict("large", features={"x": "y" * 5000})
except OSError as error:
    print(type(error).__name__)
log.predict("small too", features={"x": 2})
log.close()
"""


@posix
def test_a_disk_that_takes_half_a_record_leaves_no_torn_line(tmp_path):
    done = run(FULL, tmp_path)
    assert (done.stdout.strip(), done.returncode) == ("OSError", 0), done.stderr
    assert [record["_id"] for record in records(tmp_path)] == ["small", "small too"]


TERMINATED = """
import os, signal, sys
from monitoring.inbox import PredictionLog
log = PredictionLog(sys.argv[1], "churn")
def leave(*_):
    log.close()
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
number = 0
while True:
    log.predict(str(number), features={"x": 1.5})
    print(number, flush=True)
    number += 1
"""


@posix
def test_a_signal_handler_may_close_the_log_in_the_middle_of_a_record(tmp_path):
    for attempt in range(3):
        folder = tmp_path / str(attempt)
        writer = subprocess.Popen(
            [sys.executable, "-c", TERMINATED, folder], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for _ in range(50 + attempt):
            writer.stdout.readline()
        writer.terminate()
        acknowledged = [int(text) for text in writer.stdout.read().split()]
        writer.stdout.close()
        assert writer.wait(30) == 0
        assert not list(folder.glob("churn/*.open"))
        assert max(acknowledged, default=0) <= len(records(folder))


def test_fsync_writes_the_same_records(tmp_path):
    with PredictionLog(tmp_path, "churn", fsync=True) as log:
        log.predict("r-1", features={"x": 1})
        log.label("r-1", 1)
    assert len(records(tmp_path)) == len(records(tmp_path, "labels")) == 1


def test_the_example_in_the_documentation_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "inbox.md").read_text(encoding="utf-8")
    example = page.split("```python\n", 1)[1].split("```", 1)[0]
    classifier = types.SimpleNamespace(predict_proba=lambda features: 0.25)
    names = {"model": classifier}
    exec(compile(example, "docs/inbox.md", "exec"), names)
    id = names["answer"](types.SimpleNamespace(age=41, plan="basic", income=2.5))
    names["churned"](id, True)
    names["log"].close()
    assert [(one["_id"], one["_score"]) for one in records("data/inbox")] == [(id, 0.25)]
    assert [(one["_id"], one["_label"]) for one in records("data/inbox", "labels")] == [(id, True)]


def test_the_documentation_names_every_argument():
    page = (ROOT / "docs" / "inbox.md").read_text(encoding="utf-8")
    for name in inspect.signature(PredictionLog.predict).parameters:
        assert name == "self" or f"| `{name}` |" in page


def test_the_folder_does_not_follow_a_change_of_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    with PredictionLog("inbox", "churn") as log:
        monkeypatch.chdir(tmp_path / "elsewhere")
        log.predict(features={})
    assert len(records(tmp_path / "inbox")) == 1
