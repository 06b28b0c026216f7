"""The reading side of the inbox: what is ready, what is left alone, and that nothing leaves it twice."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from monitoring.inbox import PredictionLog
from monitoring.inbox.locks import try_lock
from monitoring.store import inbox_folder
from tests.store.segments import NS, dropped, paths, segment

ROOT = Path(inbox_folder.__file__).parents[2]


def test_an_inbox_that_does_not_exist_is_empty(tmp_path):
    assert inbox_folder.ready(tmp_path / "none") == []
    assert inbox_folder.models(tmp_path / "none") == []
    inbox_folder.tidy(tmp_path / "none")


def test_what_a_log_has_closed_is_ready(tmp_path):
    with PredictionLog(tmp_path, "churn") as log:
        log.predict("r-1", features={"age": 41})
        log.label("r-1", 1)
    found = inbox_folder.ready(tmp_path)
    assert [(one.model, one.kind) for one in found] == [("churn", "predictions"), ("churn", "labels")]
    assert all(one.title == one.path.name for one in found)


def test_the_oldest_is_first_whoever_put_it_there(tmp_path, place):
    segment(place, 2), segment(place, 1), dropped(place / "a.csv", age=5), dropped(place / "b.csv", age=50)
    other = tmp_path / "flights"
    other.mkdir()
    segment(other, 0)
    names = paths(inbox_folder.ready(tmp_path))
    assert names[0].startswith(str(NS)), "the other model's, which is older"
    assert names[1].startswith(str(NS + 1))
    assert names[2].startswith(str(NS + 2))
    assert names[3:] == ["b.csv", "a.csv"]
    assert paths(inbox_folder.ready(tmp_path, "churn")) == names[1:]


def test_a_name_tells_labels_from_predictions(tmp_path, place):
    for name in ("june.parquet", "june.labels.parquet", "JUNE.LABELS.CSV", "labels.csv"):
        dropped(place / name)
    kinds = {one.path.name: one.kind for one in inbox_folder.ready(tmp_path)}
    assert kinds == {
        "june.parquet": "predictions",
        "june.labels.parquet": "labels",
        "JUNE.LABELS.CSV": "labels",
        "labels.csv": "predictions",
    }


def test_a_file_that_is_still_growing_is_left_alone(tmp_path, place):
    dropped(place / "june.csv", age=0.0)
    assert inbox_folder.ready(tmp_path) == []
    dropped(place / "june.csv", age=3.0)
    assert paths(inbox_folder.ready(tmp_path)) == ["june.csv"]


@pytest.mark.parametrize(
    "name", [".hidden.csv", "a.csv.tmp", "a.csv.part", "a.csv.bad", "a.csv.bad.why", "a.BAD"]
)
def test_what_is_not_meant_for_reading_is_left_alone(tmp_path, place, name):
    dropped(place / name)
    assert inbox_folder.ready(tmp_path) == []
    assert (place / name).exists()


def test_links_and_folders_are_not_followed(tmp_path, place):
    secret = dropped(tmp_path / "secret.csv")
    (place / "link.csv").symlink_to(secret)
    (place / f"{NS}-1-0123abcd.predictions.open").symlink_to(secret)
    (place / f"{NS}-2-0123abcd.predictions.batch").symlink_to(tmp_path)
    (place / "folder.csv").mkdir()
    assert inbox_folder.ready(tmp_path, "churn") == []
    assert secret.read_text() == "x"


def test_folders_that_no_model_can_be_called_are_left_alone(tmp_path):
    (tmp_path / "Not A Model").mkdir()
    dropped(tmp_path / "Not A Model" / "a.csv")
    assert inbox_folder.ready(tmp_path) == []


def test_a_living_writers_segment_is_left_alone(tmp_path):
    with PredictionLog(tmp_path, "churn", segment_seconds=60) as log:
        log.predict("r-1", features={})
        assert inbox_folder.ready(tmp_path) == []
        log.predict("r-2", features={})
    (found,) = inbox_folder.ready(tmp_path)
    assert [json.loads(text)["_id"] for text in found.path.read_text().splitlines()] == ["r-1", "r-2"]


def test_a_dead_writers_segment_is_sealed_without_its_torn_line(tmp_path, place):
    path = segment(place, 1, ids=["a", "b"], ending="open")
    with path.open("ab") as file:
        file.write(b'{"_id": "torn')
    (found,) = inbox_folder.ready(tmp_path)
    assert found.path.name == path.with_suffix(".jsonl").name
    assert found.path.read_bytes() == b'{"_id": "a"}\n{"_id": "b"}\n'


@pytest.mark.parametrize("size", [1, 65_535, 65_536, 65_537, 300_000])
def test_a_torn_line_of_any_length_is_cut_off(tmp_path, place, size):
    path = segment(place, 1, ids=["a"], ending="open")
    with path.open("ab") as file:
        file.write(b"x" * size)
    (found,) = inbox_folder.ready(tmp_path)
    assert found.path.read_bytes() == b'{"_id": "a"}\n'


def test_a_dead_writers_segment_without_a_whole_line_disappears(tmp_path, place):
    segment(place, 1, ids=[], ending="open")
    segment(place, 2, ids=[], ending="open").write_bytes(b'{"_id": "torn')
    assert inbox_folder.ready(tmp_path) == []
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("name", ["notes.open", f"{NS}-1-0123abcd.labels--x.open", f"{NS}-1-xyz.labels.open"])
def test_an_open_file_that_no_log_made_is_never_cut(tmp_path, place, name):
    dropped(place / name, "no line end")
    inbox_folder.ready(tmp_path)
    assert (place / name).read_text() == "no line end"


def test_a_segment_that_somebody_holds_is_not_touched(tmp_path, place):
    path = segment(place, 1, ending="open")
    with path.open("ab") as file:
        assert try_lock(file.fileno())
        file.write(b"torn")
        file.flush()
        assert inbox_folder.ready(tmp_path) == []
        assert path.read_bytes().endswith(b"torn")
    assert len(inbox_folder.ready(tmp_path)) == 1


RACE = """
import sys
from monitoring.inbox import PredictionLog
for number in range(400):
    with PredictionLog(sys.argv[1], "churn") as log:
        log.predict(str(number), features={})
"""


def test_looking_while_writers_open_and_seal_loses_and_repeats_nothing(tmp_path):
    writer = subprocess.Popen([sys.executable, "-c", RACE, tmp_path], cwd=ROOT)
    found = []

    def look():
        for one in inbox_folder.ready(tmp_path):
            found.extend(json.loads(text)["_id"] for text in one.path.read_text().splitlines())
            inbox_folder.remove(one)

    while writer.poll() is None:
        look()
    look()
    assert writer.returncode == 0
    assert sorted(found, key=int) == [str(number) for number in range(400)]
