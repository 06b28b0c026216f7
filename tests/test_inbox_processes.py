"""The logging client where processes fork or die and disks are full: an acknowledged record survives."""

import json
import os
import signal
import subprocess
import sys

import pytest

from tests.inbox_records import ROOT, records

posix = pytest.mark.skipif(os.name == "nt", reason="fork, signals and limits are of POSIX")


def run(code, *arguments, **options):
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, **options,
    )  # fmt: skip


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
if os.fork() == 0:
    print(os.getpid(), flush=True)  # by the child, so that what it does after a fork is done
    time.sleep(60)
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
