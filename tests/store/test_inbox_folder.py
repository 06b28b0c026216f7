"""The reading side of the inbox: what is ready, what is left alone, and that nothing leaves it twice."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from monitoring.inbox import PredictionLog
from monitoring.inbox.locks import try_lock
from monitoring.store import inbox_folder
from monitoring.store.inbox_folder import Segment

ROOT = Path(inbox_folder.__file__).parents[2]
NS = 1_700_000_000_000_000_000


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / "churn"
    folder.mkdir()
    return folder


def segment(place, order, kind="predictions", ids=("a",), ending="jsonl"):
    path = place / f"{NS + order}-77-0123abcd.{kind}.{ending}"
    path.write_text("".join(json.dumps({"_id": one}) + "\n" for one in ids))
    return path


def dropped(path, text="x", age=10.0):
    path.write_text(text)
    os.utime(path, (time.time() - age, time.time() - age))
    return path


def paths(segments):
    return [segment.path.name for segment in segments]


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


# --- dead writers ---------------------------------------------------------------------------------


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


# --- batches --------------------------------------------------------------------------------------


def test_small_segments_go_in_together_and_in_order(tmp_path, place):
    for order in (3, 1, 2):
        segment(place, order, ids=[f"p{order}"])
        segment(place, order, kind="labels", ids=[f"l{order}"])
    batches = inbox_folder.gathered(inbox_folder.ready(tmp_path))
    assert sorted(one.kind for one in batches) == ["labels", "predictions"]
    for one in batches:
        with inbox_folder.content(one) as path:
            ids = [json.loads(text)["_id"] for text in path.read_text().splitlines()]
        assert ids == [f"{one.kind[0]}{order}" for order in (1, 2, 3)]
        assert not path.exists()
        assert one.title.endswith(f".{one.kind}.jsonl")


def test_one_segment_alone_stays_where_it_is(tmp_path, place):
    path = segment(place, 1)
    (found,) = inbox_folder.gathered(inbox_folder.ready(tmp_path))
    assert found.path == path
    with inbox_folder.content(found) as content:
        assert content == path


def test_batches_have_a_largest_size_and_large_segments_stay_alone(tmp_path, place):
    for order in range(10):
        segment(place, order, ids=["x" * 100])
    large = segment(place, 10, ids=["x" * 1000])
    batches = inbox_folder.gathered(inbox_folder.ready(tmp_path), limit=450)
    assert [one.path for one in batches if not one.path.is_dir()] == [large]
    assert [len(list(one.path.iterdir())) for one in batches if one.path.is_dir()] == [4, 4, 2]


def test_files_of_others_are_never_put_together(tmp_path, place):
    dropped(place / "a.jsonl"), dropped(place / "b.jsonl")
    inbox_folder.hand_over(tmp_path, "churn", "predictions", dropped(tmp_path / "c.jsonl"))
    found = inbox_folder.gathered(inbox_folder.ready(tmp_path))
    assert sorted(one.title for one in found) == ["a.jsonl", "b.jsonl", "c.jsonl"]
    assert not list(place.glob("*.batch"))


def test_a_batch_left_behind_is_found_again_with_the_same_content(tmp_path, place):
    segment(place, 1, ids=["a"]), segment(place, 2, ids=["b"])
    (batch,) = inbox_folder.gathered(inbox_folder.ready(tmp_path))
    with inbox_folder.content(batch) as path:
        before = path.read_bytes()
    (batch.path / ".joined.jsonl").write_text("half of it, from a process that died")
    segment(place, 3, ids=["c"])
    found = inbox_folder.gathered(inbox_folder.ready(tmp_path))
    assert [(one.path, one.title) for one in found if one.path.is_dir()] == [(batch.path, batch.title)]
    with inbox_folder.content(found[0]) as path:
        assert path.read_bytes() == before


def test_a_removed_batch_is_gone_and_what_dying_left_of_it_is_tidied(tmp_path, place):
    segment(place, 1, ids=["a"]), segment(place, 2, ids=["b"])
    (batch,) = inbox_folder.gathered(inbox_folder.ready(tmp_path))
    inbox_folder.remove(batch)
    assert list(place.iterdir()) == []
    half = place / f"{NS}-1-0123abcd.predictions.done"
    half.mkdir()
    segment(half, 1)
    (place / f"{NS}-2-0123abcd.predictions.batch").mkdir()
    assert [one for one in inbox_folder.ready(tmp_path) if one.path == half] == []
    inbox_folder.tidy(tmp_path)
    assert list(place.iterdir()) == []


# --- leaving and entering -------------------------------------------------------------------------


def test_what_is_set_aside_keeps_its_content_and_its_reason(tmp_path, place):
    dropped(place / "june.csv", "one")
    first = inbox_folder.set_aside(*inbox_folder.ready(tmp_path), "no column for the id")
    dropped(place / "june.csv", "two")
    second = inbox_folder.set_aside(*inbox_folder.ready(tmp_path), "neither")
    assert inbox_folder.ready(tmp_path) == []
    assert (first.path.read_text(), second.path.read_text()) == ("one", "two")
    reasons = {one.path.name: one.reason for one in inbox_folder.set_aside_files(tmp_path, "churn")}
    assert reasons == {"june.csv.bad": "no column for the id", "june.csv.2.bad": "neither"}


def test_a_batch_can_be_set_aside(tmp_path, place):
    segment(place, 1), segment(place, 2)
    (batch,) = inbox_folder.gathered(inbox_folder.ready(tmp_path))
    bad = inbox_folder.set_aside(batch, "why")
    assert len(list(bad.path.iterdir())) == 2
    assert inbox_folder.ready(tmp_path) == []


@pytest.mark.parametrize(
    "name",
    ["june.parquet", "a b.labels.csv", "é😀.jsonl", ".hidden.csv", "x.open", "x.bad", "x" * 240 + ".csv"],
)
def test_a_file_handed_over_is_a_copy_under_its_own_name(tmp_path, name):
    source = dropped(tmp_path / name, "content")
    path = inbox_folder.hand_over(tmp_path / "inbox", "churn", "labels", source)
    source.write_text("changed since")
    (found,) = inbox_folder.ready(tmp_path / "inbox")
    assert found == Segment(path, "churn", "labels", name)
    with inbox_folder.content(found) as file:
        assert (file.name, file.read_text()) == (name, "content")
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    inbox_folder.remove(found)
    assert list(path.parent.iterdir()) == []


def test_a_link_inside_a_folder_is_not_followed_either(tmp_path, place):
    handed = place / f"{NS}-1-0123abcd.predictions.handed"
    handed.mkdir()
    (handed / "link.csv").symlink_to(dropped(tmp_path / "secret.csv"))
    assert inbox_folder.ready(tmp_path, "churn") == []


def test_the_same_file_can_be_handed_over_twice(tmp_path):
    source = dropped(tmp_path / "a.csv")
    names = {inbox_folder.hand_over(tmp_path / "inbox", "churn", "labels", source) for _ in range(2)}
    assert len(names) == 2
    assert {one.path for one in inbox_folder.ready(tmp_path / "inbox")} == names


def test_a_hand_over_that_fails_leaves_the_inbox_as_it_was(tmp_path):
    with pytest.raises(FileNotFoundError):
        inbox_folder.hand_over(tmp_path / "inbox", "churn", "labels", tmp_path / "none.csv")
    assert list((tmp_path / "inbox" / "churn").iterdir()) == []
    with pytest.raises(ValueError, match="not a name"):
        inbox_folder.hand_over(tmp_path / "inbox", "../up", "labels", dropped(tmp_path / "a.csv"))


def test_half_made_copies_go_after_a_day(tmp_path, place):
    for name, age in ((".a.tmp", 10), (".b.tmp", 100_000)):
        (place / name).mkdir()
        dropped(place / name / "june.csv")
        os.utime(place / name, (time.time() - age, time.time() - age))
    inbox_folder.tidy(tmp_path)
    assert [path.name for path in place.iterdir()] == [".a.tmp"]
