"""Segments that go in together, files that are set aside, and files that are handed over."""

import json
import os
import time

import pytest

from monitoring.store import inbox_folder
from monitoring.store.inbox_folder import Segment
from tests.store.segments import NS, dropped, segment


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
