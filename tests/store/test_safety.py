"""The file itself: who may open it, what is refused, backup, restore and migrations."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest

from monitoring.store import NotAStore, Refused, Store, StoreInUse, copies, migrations
from monitoring.store.database import connect
from tests.store.conftest import CHURN


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


HOLD = """
import sys
from monitoring.store import Store
with Store.open(sys.argv[1]):
    print("open", flush=True)
    sys.stdin.readline()
"""


def test_a_second_process_is_refused_with_the_owners_pid(tmp_path: Path) -> None:
    path = tmp_path / "lookout.duckdb"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(StoreInUse, match=f"owned by process {other.pid}") as caught:
            Store.open(path)
        assert caught.value.pid == other.pid
        with pytest.raises(StoreInUse):
            copies.restore(backup_of(tmp_path / "another"), path)
        other.communicate("\n")
    Store.open(path).close()


def backup_of(folder: Path) -> Path:
    with Store.open(folder / "lookout.duckdb") as store:
        store.add(CHURN)
        store.backup(folder / "backup")
    return folder / "backup"


@pytest.mark.parametrize("content", [b"not a database at all", b"\0" * 5000])
def test_a_damaged_file_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "lookout.duckdb"
    path.write_bytes(content)
    before = digest(path)
    with pytest.raises(NotAStore, match="left as it is"):
        Store.open(path)
    assert digest(path) == before


def test_a_database_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "lookout.duckdb"
    with duckdb.connect(str(path)) as foreign:
        foreign.execute("CREATE TABLE theirs (x INTEGER)")
    before = digest(path)
    with pytest.raises(NotAStore, match="another program"):
        Store.open(path)
    assert digest(path) == before


def test_a_backup_is_whole_although_rows_arrive_meanwhile(churn: Store, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        index = 0
        while not stop.is_set():
            path = tmp_path / f"{index}.csv"
            path.write_text(f"id,predicted_at,age\n{index},2026-01-01,4\nb{index},2026-01-12,5\n", "utf-8")
            churn.ingest("churn", path)
            index += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for round_ in range(5):
            churn.backup(tmp_path / "backup")
            copy = tmp_path / f"copy{round_}"
            copies.restore(tmp_path / "backup", copy / "lookout.duckdb")
            with Store.open(copy / "lookout.duckdb") as store:
                files, span = store.files("churn"), store.span("churn")
                assert span.rows == files["accepted"].sum() == 2 * len(files)
    finally:
        stop.set()
        writer.join()


def test_restore_keeps_what_stood_there(tmp_path: Path) -> None:
    folder = backup_of(tmp_path / "old")
    path = tmp_path / "new" / "lookout.duckdb"
    with Store.open(path) as store:
        store.add(CHURN.replace('"churn"', '"other"'))
    before = copies.restore(folder, path)
    assert before is not None
    with Store.open(path) as store:
        assert [model.name for model in store.models()] == ["churn"]
    with Store.open(before) as store:
        assert [model.name for model in store.models()] == ["other"]


def test_restore_takes_only_backups(tmp_path: Path) -> None:
    with pytest.raises(NotAStore, match="holds no backup"):
        copies.restore(tmp_path, tmp_path / "x" / "lookout.duckdb")
    folder = backup_of(tmp_path / "old")
    (folder / copies.NAME).write_bytes(b"broken")
    with pytest.raises(NotAStore):
        copies.restore(folder, tmp_path / "lookout.duckdb")
    assert not (tmp_path / "lookout.duckdb").exists()
    with Store.open(tmp_path / "s" / "lookout.duckdb"):
        pass
    with pytest.raises(Refused, match="the store itself"):
        copies.restore(tmp_path / "s", tmp_path / "s" / "lookout.duckdb")


def test_a_restore_replaces_a_damaged_store(tmp_path: Path) -> None:
    folder = backup_of(tmp_path / "old")
    path = tmp_path / "lookout.duckdb"
    path.write_bytes(b"broken")
    copies.restore(folder, path)
    with Store.open(path) as store:
        assert [model.name for model in store.models()] == ["churn"]


@pytest.mark.parametrize("taken", range(len(migrations.MIGRATIONS)))
def test_every_migration_brings_the_version_before_it_up_to_date(
    tmp_path: Path, taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lookout.duckdb"
    every = list(migrations.MIGRATIONS)
    monkeypatch.setattr(migrations, "MIGRATIONS", every[:taken])
    with connect(path) as old:
        assert migrations.apply(old) == [step.__name__ for step in every[:taken]]
    monkeypatch.setattr(migrations, "MIGRATIONS", every)
    with connect(path) as now:
        assert migrations.apply(now) == [step.__name__ for step in every[taken:]]
        assert migrations.apply(now) == []
    with Store.open(path) as store:
        store.add(CHURN)
        assert [model.name for model in store.models()] == ["churn"]


def test_the_store_never_asks_the_network_for_an_extension(store: Store) -> None:
    with store.cursor() as cursor:
        found = cursor.execute(
            "SELECT name, value FROM duckdb_settings() WHERE name LIKE 'auto%known_extensions' ORDER BY name"
        ).fetchall()
    assert {value for _, value in found} == {"false"}
    assert len(found) == 2


@pytest.mark.parametrize("name", ["lookout", "the-store", "the_copy"])
def test_a_model_may_be_called_like_the_stores_file(tmp_path: Path, name: str) -> None:
    with Store.open(tmp_path / f"{name}.duckdb") as store:
        store.add(CHURN.replace('"churn"', f'"{name}"'))
        path = tmp_path / "a.csv"
        path.write_text("id,predicted_at,age\n1,2026-01-01,4\n", "utf-8")
        assert store.ingest(name, path).accepted == 1
        store.backup(tmp_path / "backup")
        assert store.span(name).rows == 1


def test_a_backup_into_the_stores_own_folder_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lookout.duckdb"
    with Store.open(path) as store:
        before = path.stat().st_ino
        (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
        for folder in (tmp_path, tmp_path / "link", tmp_path / "x" / ".."):
            with pytest.raises(Refused, match="the store itself"):
                store.backup(folder)
        assert path.stat().st_ino == before
        store.add(CHURN)
    with Store.open(path) as store:
        assert [model.name for model in store.models()] == ["churn"]


def test_every_restore_keeps_what_stood_there(tmp_path: Path) -> None:
    folder = backup_of(tmp_path / "old")
    path = tmp_path / "lookout.duckdb"
    for name in ("first", "second"):
        with Store.open(path) as store:
            store.add(CHURN.replace('"churn"', f'"{name}"'))
        before = copies.restore(folder, path)
        assert before is not None
        with Store.open(before) as kept:
            assert name in [model.name for model in kept.models()]
    names = sorted(one.name for one in tmp_path.glob("*before-restore*"))
    assert names == ["lookout.duckdb.before-restore", "lookout.duckdb.before-restore-2"]


def test_a_restore_that_cannot_copy_leaves_the_store_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = backup_of(tmp_path / "old")
    path = tmp_path / "lookout.duckdb"
    with Store.open(path) as store:
        store.add(CHURN.replace('"churn"', '"other"'))

    def full(source: Path, target: Path) -> None:
        Path(target).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(copies.shutil, "copyfile", full)
    with pytest.raises(OSError, match="No space left"):
        copies.restore(folder, path)
    assert sorted(one.name for one in tmp_path.glob("lookout*")) == ["lookout.duckdb"]
    with Store.open(path) as store:
        assert [model.name for model in store.models()] == ["other"]


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (["CREATE TABLE migrations (id INTEGER)"], "another program"),
        (
            [
                "CREATE TABLE migrations (name VARCHAR, applied_at TIMESTAMP)",
                "CREATE TABLE users (id INTEGER)",
                "INSERT INTO migrations VALUES ('001_users', now()::TIMESTAMP)",
            ],
            "another program",
        ),
        (["CREATE VIEW theirs AS SELECT 1 AS x"], "another program"),
    ],
)
def test_a_database_that_only_resembles_a_store_is_left_as_it_is(
    tmp_path: Path, statements: list[str], words: str
) -> None:
    path = tmp_path / "lookout.duckdb"
    with duckdb.connect(str(path)) as foreign:
        for statement in statements:
            foreign.execute(statement)
    before = digest(path)
    with pytest.raises(NotAStore, match=words):
        Store.open(path)
    assert digest(path) == before


def test_a_store_of_a_newer_lookout_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "lookout.duckdb"
    Store.open(path).close()
    with duckdb.connect(str(path)) as newer:
        newer.execute("INSERT INTO migrations VALUES ('m999_what_is_to_come', now()::TIMESTAMP)")
    before = digest(path)
    with pytest.raises(NotAStore, match="newer Lookout"):
        Store.open(path)
    assert digest(path) == before


def test_a_damaged_store_in_a_folder_called_lock_is_not_taken_for_an_owned_one(tmp_path: Path) -> None:
    path = tmp_path / "lock" / "lookout.duckdb"
    path.parent.mkdir()
    path.write_bytes(b"broken")
    with pytest.raises(NotAStore):
        Store.open(path)


def test_a_store_made_before_labels_were_set_aside_can_still_forget(tmp_path: Path) -> None:
    path = tmp_path / "lookout.duckdb"
    with Store.open(path) as store:
        store.add(CHURN)
    with duckdb.connect(str(path)) as older:
        older.execute("DROP TABLE churn.labels_spare")
        older.execute("DELETE FROM migrations WHERE name LIKE 'm002%'")
    (tmp_path / "l.csv").write_text("id,label,labelled_at\n1,1,2026-01-02\n", "utf-8")
    with Store.open(path) as store:
        store.ingest("churn", tmp_path / "l.csv", "labels")
        store.forget("churn", "l.csv")
        assert store.files("churn").empty
