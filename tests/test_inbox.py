"""The logging client: the lines it writes, when it hands them over, and what its documentation says."""

import ast
import datetime as dt
import inspect
import sys
import threading
import time
import types
from pathlib import Path

import pytest

import monitoring.inbox
from monitoring.inbox import PredictionLog
from tests.inbox_records import ROOT, records


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
