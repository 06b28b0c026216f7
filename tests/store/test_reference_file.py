"""A reference that is a file: the same numbers as a window of the same rows, whatever comes first or goes."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from typer.testing import CliRunner

from monitoring import cli, commands
from monitoring.models import ModelError
from monitoring.store import Cubes, Refused, Store, StoreError, UnreadableFile, copies, owner, reference_rows
from monitoring.store.database import connect
from tests.store.conftest import CHURN
from tests.store.logs import assert_same
from tests.store.test_store_laws import BATCH, QUICK, table

HEAD = 'name = "m"\ntask = "binary"\n'
VERSIONS = '[versions]\nchampion = "a"\nshadows = ["b"]\n'
SEGMENTS = '[segments]\ncolumns = ["city"]\n'
NEW_YORK = 'timezone = "America/New_York"\n'
WINDOW = "[reference]\nstart = 2026-01-01\nstop = 2026-01-04\n"
FILE = '[reference]\nfile = "reference.parquet"\n'
HOSTILE = 'a"; DROP TABLE m.requests; --'
SEGMENT = ("city", "Rome")


def rows(days: int, seed: int = 0, first: str = "2026-01-01", each: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    count = days * each
    at = (
        pd.Timestamp(first)
        + pd.Timedelta(minutes=30)
        + pd.to_timedelta(np.arange(count) * (24 * 60 / each), unit="min")
    )
    age = rng.normal(40, 10, count).round(3)
    age[rng.random(count) < 0.1] = np.nan
    age[::50] = np.inf
    return pd.DataFrame(
        {
            "id": [f"{seed}-{i}" for i in range(count)],
            "predicted_at": at,
            "version": "a",
            "score": rng.random(count).round(3),
            "age": age,
            "city": rng.choice(np.array(["Rome", "Oslo", "", "🦊", None], object), count),
            HOSTILE: rng.integers(0, 5, count) * 1.0,
        }
    )


def put(frame: pd.DataFrame, path: Path) -> Path:
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    elif path.suffix == ".jsonl":
        path.write_text(
            "".join(json.dumps(row) + "\n" for row in json.loads(frame.to_json(orient="records"))), "utf-8"
        )
    else:
        frame.to_parquet(path, index=False)
    return path


def described(*parts: str, head: str = "") -> str:
    return "".join((head, HEAD, *parts))


def local_day(frame: pd.DataFrame, zone: str = "America/New_York") -> pd.Series:
    return frame["predicted_at"].dt.tz_localize("UTC").dt.tz_convert(zone).dt.day


def reference(store: Store, segment: tuple[str, str] = ("", "")) -> Cubes:
    found = store.reference_cubes("m", segment)
    assert found is not None
    return found


def state(store: Store) -> list[object]:
    """Every table of the model, row for row."""
    with store.cursor() as cursor:
        names = cursor.execute(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'm' ORDER BY ALL"
        ).fetchall()
        tables = [cursor.execute(f'SELECT * FROM m."{name}" ORDER BY ALL').fetchall() for (name,) in names]
        return [names, *tables, cursor.execute("SELECT * FROM files ORDER BY file").fetchall()]


def raw(store: Store, text: str) -> list[tuple]:
    with store.cursor() as cursor:
        return cursor.execute(text).fetchall()


@pytest.mark.parametrize("chunk", ["1 day", "1 hour"])
def test_a_file_of_exactly_the_rows_of_a_window_gives_the_same_grids_and_counts(
    tmp_path: Path, chunk: str
) -> None:
    log, head = rows(8, first="2026-01-01T05:00"), f'{NEW_YORK}chunk = "{chunk}"\n'
    inside = local_day(log) <= 3
    inside &= log["predicted_at"] >= pd.Timestamp("2026-01-01T05:00:00")
    shadow = log.assign(version="b", score=0.5)  # a long file: two rows per id
    everything = pd.concat([log, shadow])
    put(everything, tmp_path / "log.parquet")
    put(pd.concat([shadow[inside], log[inside]]), tmp_path / "reference.parquet")
    with Store.open(tmp_path / "w" / "a.duckdb") as window, Store.open(tmp_path / "f" / "a.duckdb") as file:
        window.add(described(VERSIONS, SEGMENTS, WINDOW, head=head))
        file.add(described(VERSIONS, SEGMENTS, FILE, head=head), folder=tmp_path)
        for store in (window, file):
            store.ingest("m", tmp_path / "log.parquet")
        start, stop = pd.Timestamp("2026-01-01"), pd.Timestamp("2026-01-04")
        if chunk == "1 hour":
            start, stop = start + pd.Timedelta(hours=5), stop + pd.Timedelta(hours=5)
        assert window.segments("m") == file.segments("m")
        for segment in (("", ""), SEGMENT, ("city", "(missing)"), ("city", "(other)")):
            whole = window.cubes("m", segment=segment)
            assert_same(whole, file.cubes("m", segment=segment))
            part = window.cubes("m", start.to_pydatetime(), stop.to_pydatetime(), segment)
            assert_same(part, reference(file, segment))
            assert whole.numeric.grids == file.cubes("m").numeric.grids == reference(file).numeric.grids
            assert whole.categorical.grids == reference(file).categorical.grids
        assert reference(file).numeric.n[0].sum() == inside.sum()
        assert window.reference_cubes("m") is None
        assert window.reference_title("m") == ""
        assert file.reference_title("m") == "reference.parquet, 120 rows"
        assert file.span("m") == window.span("m")
        assert raw(file, "SELECT _id, _score FROM m.reference_rows ORDER BY _id") == sorted(
            log.loc[inside, ["id", "score"]].itertuples(index=False, name=None)
        )


@settings(max_examples=12, deadline=None, phases=QUICK)
@given(batch=BATCH)
def test_hostile_rows_count_the_same_in_a_file_as_in_a_window(
    tmp_path_factory: pytest.TempPathFactory, batch: list
) -> None:
    folder, log = tmp_path_factory.mktemp("law"), table(batch)
    inside = log["predicted_at"] < pd.Timestamp("2026-01-11")
    assume(inside.any())
    put(log, folder / "log.parquet")
    put(log[inside], folder / "reference.parquet")
    text = CHURN.replace("start = 2026-01-01\nstop = 2026-01-11", 'file = "reference.parquet"')
    found = []
    for place, order in enumerate([(CHURN, "log"), (text, "log"), ("log", text)]):
        with Store.open(folder / f"{place}.duckdb") as store:
            for step in order:
                if step == "log":
                    store.add(CHURN.partition("[reference]")[0]) if order[0] == "log" else None
                    store.ingest("churn", folder / "log.parquet")
                else:
                    store.add(step, folder=folder)
            stop = pd.Timestamp("2026-01-11").to_pydatetime()
            for segment in (("", ""), ("city", "Rome"), ("city", "(missing)")):
                whole = store.cubes("churn", segment=segment)
                part = store.reference_cubes("churn", segment)
                found.append((whole, part or store.cubes("churn", stop=stop, segment=segment)))
    for place, (whole, part) in enumerate(found):
        expected = found[place % 3]
        assert_same(whole, expected[0])
        assert_same(part, expected[1])
        for half in ("numeric", "categorical"):
            assert getattr(whole, half).grids == getattr(expected[0], half).grids


def test_the_log_may_come_before_or_after_the_file(tmp_path: Path) -> None:
    put(rows(3, seed=1), tmp_path / "reference.parquet")
    logs = [put(rows(2, seed, f"2026-02-0{seed}"), tmp_path / f"{seed}.parquet") for seed in (2, 3)]
    pictures = []
    for order in ("file first", "between", "log first"):
        with Store.open(tmp_path / f"{order}.duckdb") as store:
            store.add(described(VERSIONS, SEGMENTS))
            for place, path in enumerate(logs):
                if place == ("file first", "between", "log first").index(order):
                    store.add(described(VERSIONS, SEGMENTS, FILE), folder=tmp_path)
                store.ingest("m", path)
            if order == "log first":
                assert store.cubes("m").numeric.features == ()
                store.add(described(VERSIONS, SEGMENTS, FILE), folder=tmp_path)
            pictures.append(
                [read(segment) for segment in (("", ""), SEGMENT)
                 for read in (lambda s: store.cubes("m", segment=s), lambda s: reference(store, s))]
            )  # fmt: skip
    for picture in pictures[1:]:
        for one, other in zip(pictures[0], picture, strict=True):
            assert_same(one, other)
            assert one.numeric.grids == other.numeric.grids
    assert pictures[0][0].numeric.n[0].tolist() == [40.0, 80.0, 40.0]


def test_adding_twice_changes_nothing_and_another_content_is_profiled_anew(
    store: Store, tmp_path: Path
) -> None:
    path = put(rows(3), tmp_path / "reference.parquet")
    store.add(described(FILE), folder=tmp_path)
    store.ingest("m", put(rows(2, 1, "2026-02-01"), tmp_path / "log.parquet"))
    before = state(store)
    store.add(described(FILE), folder=tmp_path)
    assert state(store) == before
    path.rename(tmp_path / "other.parquet")
    store.add(described(FILE).replace("reference.parquet", "other.parquet"), folder=tmp_path)
    assert state(store)[:-1] == before[:-1], "another name is no other content"
    assert store.reference_title("m") == "other.parquet, 120 rows"
    edges = store.cubes("m").numeric.grids[0].edges
    put(rows(3).assign(age=lambda frame: frame["age"] + 100), tmp_path / "other.parquet")
    store.add(described(FILE).replace("reference.parquet", "other.parquet"), folder=tmp_path)
    after = store.cubes("m").numeric
    np.testing.assert_allclose(np.array(after.grids[0].edges), np.array(edges) + 100)
    age = after.features.index("age")
    finite = rows(2, 1)["age"].replace(np.inf, np.nan).count()
    assert after.counts[age, :, 0].sum() == finite, "all of the log is below"
    assert len(store.files("m")) == 2


def test_the_profile_is_made_anew_from_the_kept_rows_when_the_file_is_gone(
    store: Store, tmp_path: Path
) -> None:
    path = put(rows(3), tmp_path / "reference.parquet")
    store.add(described(FILE), folder=tmp_path)
    plain = reference(store)
    path.unlink()
    store.add(described(SEGMENTS, FILE), folder=tmp_path)
    assert_same(reference(store), plain)
    assert "Rome" in store.segments("m")["city"]
    assert reference(store, SEGMENT).numeric.n[0].sum() == (rows(3)["city"] == "Rome").sum()


def test_forgetting_a_log_file_leaves_the_reference(store: Store, tmp_path: Path) -> None:
    put(rows(3).drop(columns="score"), tmp_path / "reference.parquet")
    store.add(described(FILE), folder=tmp_path)
    before, grids = reference(store), store.cubes("m").numeric.grids
    log = rows(2, 1, "2026-02-01").assign(new=1.0)
    store.ingest("m", put(log, tmp_path / "log.parquet"))
    seen = reference(store).numeric
    assert seen.missing[seen.features.index("new")].tolist() == [40.0, 40.0, 40.0]
    store.forget("m", "log.parquet")
    assert_same(reference(store), before)
    assert store.cubes("m").numeric.grids == grids
    assert store.span("m").rows == 0
    with pytest.raises(Refused, match="is the reference of 'm'"):
        store.forget("m", "reference.parquet")


def test_a_log_file_of_the_references_name_can_be_forgotten(store: Store, tmp_path: Path) -> None:
    path = put(rows(3), tmp_path / "reference.parquet")
    store.add(described(FILE), folder=tmp_path)
    store.ingest("m", path)
    assert store.span("m").rows == 120
    store.forget("m", "reference.parquet")
    assert store.span("m").rows == 0
    assert store.reference_title("m") == "reference.parquet, 120 rows"


def test_a_feature_without_a_value_in_the_reference_takes_its_type_from_the_log(
    store: Store, tmp_path: Path
) -> None:
    put(rows(2).assign(word=None), tmp_path / "reference.parquet")
    store.add(described(FILE), folder=tmp_path)
    assert store.features("m")["word"] == "numeric"
    store.ingest("m", put(rows(2, 1, "2026-02-01").assign(word="x"), tmp_path / "log.parquet"))
    held, seen = reference(store).categorical, store.cubes("m").categorical
    assert held.grids == seen.grids
    word = seen.features.index("word")
    assert held.missing[word].tolist() == [40.0, 40.0]
    assert seen.counts[word].sum(axis=0).tolist()[:2] == [0.0, 80.0], "all unseen"
    store.forget("m", "log.parquet")
    assert store.features("m")["word"] == "numeric"
    assert reference(store).numeric.missing[-1].tolist() == [40.0, 40.0]


def test_a_file_without_instants_or_ids_is_one_chunk(store: Store, tmp_path: Path) -> None:
    put(rows(3)[["age", "city"]], tmp_path / "reference.parquet")
    store.add(described(SEGMENTS, FILE), folder=tmp_path)
    found = reference(store)
    assert found.numeric.chunks == (reference_rows.UNDATED,)
    assert found.numeric.n.tolist() == [[120.0]]
    assert reference(store, SEGMENT).numeric.n[0, 0] == (rows(3)["city"] == "Rome").sum()
    assert raw(store, "SELECT count(DISTINCT _id), count(_day), count(_score) FROM m.reference_rows") == [
        (120, 0, 0)
    ]
    put(rows(3)[["age", "city"]].assign(predicted_at=None, id=None), tmp_path / "reference.parquet")
    store.add(described(SEGMENTS, FILE), folder=tmp_path)
    assert_same(reference(store), found)


def test_categories_of_the_file_alone_are_never_counted_as_unseen(store: Store, tmp_path: Path) -> None:
    put(rows(1).assign(city="Lima"), tmp_path / "reference.parquet")
    store.add(described(FILE), folder=tmp_path)
    assert store.unseen("m", "city").empty
    log = rows(1, 1, "2026-02-01").assign(city=["Lima"] * 30 + ["Rome"] * 10)
    store.ingest("m", put(log, tmp_path / "log.parquet"))
    assert store.unseen("m", "city")[["value", "n"]].values.tolist() == [["Rome", 10]]


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_every_format_gives_the_same_reference(tmp_path: Path, ending: str) -> None:
    frame = rows(2).assign(age=lambda data: data["age"].replace(np.inf, 1.0), city=lambda d: d["city"])
    frame["city"] = frame["city"].replace({"": "Bern"}).fillna("Oslo")
    frame["predicted_at"] = frame["predicted_at"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    pictures = []
    for one in ("parquet", ending):
        put(frame, tmp_path / f"reference.{one}")
        with Store.open(tmp_path / f"{one}-{ending}.duckdb") as store:
            store.add(described(FILE.replace("parquet", one)), folder=tmp_path)
            pictures.append(reference(store))
    assert_same(*pictures)
    assert pictures[0].numeric.chunks == pictures[1].numeric.chunks
    assert pictures[0].numeric.n[0].tolist() == [40.0, 40.0]


def test_a_file_of_one_row_is_a_reference(store: Store, tmp_path: Path) -> None:
    (tmp_path / "reference.csv").write_text("age\n7\n", "utf-8")
    store.add(described(FILE.replace("parquet", "csv")), folder=tmp_path)
    assert reference(store).numeric.grids[0].edges == (7.0,)
    assert store.reference_title("m") == "reference.csv, 1 row"


def test_rows_that_do_not_fit_are_in_the_quarantine_under_the_files_name(
    store: Store, tmp_path: Path
) -> None:
    store.add(described('[features.secret]\nprivate = true\nkind = "numeric"\n'))
    store.ingest("m", put(rows(1).assign(secret=1.0), tmp_path / "log.parquet"))
    lines = ["id,predicted_at,age,secret,score", "1,2026-01-01,4,5,0.5", "2,2026-01-01,old,5,0.5"]
    lines += ["3,2026-01-01,4,hidden words,0.5", "4,03/04/2026,4,5,0.5", "5,2026-01-01,4,5,high"]
    lines += [",2026-01-01,4,5,0.5", "1,2026-01-01,9,5,0.5", "8,2026-01-01,5,5,0.1"]
    (tmp_path / "reference.csv").write_text("\n".join(lines) + "\n", "utf-8")
    text = described(FILE.replace("parquet", "csv"), '[features.secret]\nprivate = true\nkind = "numeric"\n')
    store.add(text, folder=tmp_path)
    kept = store.quarantine("m")
    assert kept["file"].unique().tolist() == ["reference.csv"]
    assert dict(zip(kept["row"], kept["reason"], strict=True)) == {
        2: "changed_type", 3: "changed_type", 4: "ambiguous_date", 5: "changed_type", 6: "missing_id",
        7: "duplicate_id",
    }  # fmt: skip
    assert not kept["content"].str.contains("hidden words").any()
    assert not kept["detail"].str.contains("hidden words").any()
    entry = store.files("m").set_index("kind").loc["reference"]
    assert entry[["rows", "accepted", "duplicates", "rejected"]].tolist() == [8, 2, 0, 6]
    assert reference(store).numeric.n[0].tolist() == [2.0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no such file"),
        ("", "the file is empty"),
        ("id,predicted_at,age\n", "without rows"),
        ("id,predicted_at\n1,2026-01-01\n", "no feature among its columns"),
        ("id,wage\n1,2\n", "shares no feature with the log; it has wage, the log has age"),
        ("id,age\n1,old\n2,young\n", "none of its 2 rows can be used; the first: column 'age': old is not"),
        ("id,age,_day\n1,2,3\n", "is kept for the store"),
    ],
)
def test_a_file_that_cannot_be_the_reference_is_refused_and_nothing_changes(
    store: Store, tmp_path: Path, content: str | None, words: str
) -> None:
    store.add(HEAD)
    store.ingest("m", put(rows(1).drop(columns=["city", HOSTILE]), tmp_path / "log.parquet"))
    before, files = state(store), store.files("m")
    if content is not None:
        (tmp_path / "reference.csv").write_text(content, "utf-8")
    with pytest.raises(StoreError, match=words):
        store.add(described(FILE.replace("parquet", "csv")), folder=tmp_path)
    assert state(store) == before
    assert store.toml("m") == HEAD
    pd.testing.assert_frame_equal(store.files("m"), files)
    assert store.quarantine("m").empty


def test_a_refused_file_does_not_register_a_model_that_is_new(store: Store, tmp_path: Path) -> None:
    (tmp_path / "reference.csv").write_text("id\n1\n", "utf-8")
    with pytest.raises(UnreadableFile):
        store.add(described(FILE.replace("parquet", "csv")), folder=tmp_path)
    assert store.models() == []
    assert raw(store, "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'm'") == [(0,)]
    with pytest.raises(ModelError, match="not both"):
        store.add(described(FILE, "start = 2026-01-01\n"), folder=tmp_path)


def test_a_replaced_file_takes_its_own_features_with_it(store: Store, tmp_path: Path) -> None:
    put(rows(1).assign(x="word", old=1.0), tmp_path / "reference.parquet")
    store.add(described(FILE), folder=tmp_path)
    store.ingest("m", put(rows(1, 1, "2026-02-01"), tmp_path / "log.parquet"))
    put(rows(1).assign(x=2.5, new="word"), tmp_path / "reference.parquet")
    store.add(described(FILE), folder=tmp_path)
    kinds = store.features("m")
    assert {name: kinds[name] for name in ("x", "new")} == {"x": "numeric", "new": "categorical"}
    assert "old" not in kinds
    cube = store.cubes("m").numeric
    assert cube.missing[cube.features.index("x")].tolist() == [40.0], "the log never had it"


def test_a_window_in_place_of_the_file_leaves_nothing_of_it(tmp_path: Path) -> None:
    put(rows(1).assign(x=1.0), tmp_path / "reference.parquet")
    log = put(rows(8, 1), tmp_path / "log.parquet")
    with Store.open(tmp_path / "a.duckdb") as changed, Store.open(tmp_path / "b.duckdb") as plain:
        changed.add(described(FILE), folder=tmp_path)
        plain.add(described(WINDOW))
        for store in (changed, plain):
            store.ingest("m", log)
        changed.add(described(WINDOW))
        assert_same(changed.cubes("m"), plain.cubes("m"))
        assert changed.cubes("m").numeric.grids == plain.cubes("m").numeric.grids
        assert changed.reference_cubes("m") is None
        assert changed.files("m")["name"].tolist() == ["log.parquet"]
        assert raw(changed, "SELECT count(*) FROM m.reference_rows") == [(0,)]


def test_other_names_of_columns_read_the_file_again(store: Store, tmp_path: Path) -> None:
    put(rows(2).rename(columns={"predicted_at": "at"}), tmp_path / "reference.parquet")
    store.add(described(FILE), folder=tmp_path)
    assert reference(store).numeric.chunks == (reference_rows.UNDATED,)
    store.add(described(FILE, '[columns]\npredicted_at = "at"\n'), folder=tmp_path)
    assert len(reference(store).numeric.chunks) == 2
    assert "at" not in store.features("m")


def test_probabilities_of_classes_and_wide_scores_are_kept_for_the_champion(
    store: Store, tmp_path: Path
) -> None:
    frame = rows(1).drop(columns=["version", "score"]).assign(p=0.25, q=0.75, r=0.5)
    put(frame, tmp_path / "reference.parquet")
    store.add(
        HEAD.replace("binary", "multiclass") + FILE + '[columns.score]\nyes = "p"\nno = "q"\n',
        folder=tmp_path,
    )
    assert raw(store, 'SELECT DISTINCT _score, "_score.yes", "_score.no" FROM m.reference_rows') == [
        (None, 0.25, 0.75)
    ]
    store.add(
        described(VERSIONS, FILE, '[columns.scores]\na = "p"\nb = "q"\n').replace('"m"', '"wide"'),
        folder=tmp_path,
    )
    assert raw(store, "SELECT DISTINCT _score FROM wide.reference_rows") == [(0.25,)]
    store.add(described(FILE).replace('"m"', '"r"').replace("binary", "regression"), folder=tmp_path)
    put(frame.assign(prediction=12.5), tmp_path / "reference.parquet")
    store.add(described(FILE).replace('"m"', '"r"').replace("binary", "regression"), folder=tmp_path)
    assert raw(store, "SELECT DISTINCT _score FROM r.reference_rows") == [(12.5,)]


def test_retention_leaves_the_reference_and_freezes_the_grids(store: Store, tmp_path: Path) -> None:
    put(rows(3), tmp_path / "reference.parquet")
    keep = "retention_days = 5\n"
    store.add(described(FILE, head=keep), folder=tmp_path)
    store.ingest("m", put(rows(20, 1, "2026-02-01"), tmp_path / "log.parquet"))
    before, grids = store.cubes("m"), store.cubes("m").numeric.grids
    assert before.numeric.n[0].tolist() == [40.0] * 20
    assert raw(store, "SELECT min(_day)::VARCHAR FROM m.requests") == [("2026-02-16",)]
    assert raw(store, "SELECT count(*) FROM m.reference_rows") == [(120,)]
    store.add(described(FILE, VERSIONS, head=keep), folder=tmp_path)  # another champion: nothing to make anew
    assert_same(store.cubes("m"), before)
    store.ingest("m", put(rows(1, 2, "2026-02-20"), tmp_path / "late.parquet"))
    assert store.cubes("m").numeric.n[0, -1] == 80.0
    put(rows(4), tmp_path / "reference.parquet")
    with pytest.raises(Refused, match="cannot be made anew"):
        store.add(described(FILE, VERSIONS, head=keep), folder=tmp_path)
    with pytest.raises(Refused, match="cannot be made anew"):
        store.add(described(WINDOW, VERSIONS, head=keep), folder=tmp_path)
    assert store.cubes("m").numeric.grids == grids
    assert reference(store).numeric.n[0].sum() == 120


@pytest.mark.parametrize("after", [FILE, WINDOW.replace("-01-01", "-02-14").replace("-01-04", "-02-16")])
def test_another_reference_is_profiled_as_long_as_no_profiled_row_was_deleted(
    store: Store, tmp_path: Path, after: str
) -> None:
    keep, window = "retention_days = 5\n", WINDOW.replace("-01-01", "-02-01").replace("-01-04", "-02-20")
    store.add(described(window, head=keep))
    store.ingest("m", put(rows(1, 1, "2026-01-01"), tmp_path / "old.parquet"))
    log = pd.concat([rows(1, seed, f"2026-02-{day}") for seed, day in ((2, "01"), (3, "15"), (4, "17"))])
    store.ingest("m", put(log, tmp_path / "log.parquet"))
    assert raw(store, "SELECT raw_from::VARCHAR FROM models") == [("2026-02-13",)]
    put(rows(3).assign(age=7.0), tmp_path / "reference.parquet")
    store.add(described(after, head=keep), folder=tmp_path)
    cube = store.cubes("m").numeric
    assert cube.n[0].tolist() == [40.0] * 3, "all days on the new grid, before the first of them went"
    fitted = rows(3).assign(age=7.0) if after == FILE else rows(1, 3)
    assert cube.grids[0].reference_n == np.isfinite(fitted["age"]).sum()
    assert raw(store, "SELECT min(_day)::VARCHAR FROM m.requests") == [("2026-02-15",)]
    with pytest.raises(Refused, match="cannot be made anew"):
        store.add(described(window, head=keep))


def test_a_backup_holds_the_reference_and_a_removed_model_leaves_nothing(
    store: Store, tmp_path: Path
) -> None:
    put(rows(3), tmp_path / "reference.parquet")
    store.add(described(FILE), folder=tmp_path)
    found = reference(store)
    store.backup(tmp_path / "copy")
    store.remove("m")
    assert raw(store, "SELECT count(*) FROM files") == [(0,)]
    assert raw(store, "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'm'") == [(0,)]
    copies.restore(tmp_path / "copy", tmp_path / "restored.duckdb")
    with Store.open(tmp_path / "restored.duckdb") as restored:
        assert_same(reference(restored), found)
        restored.ingest("m", put(rows(1, 1, "2026-02-01"), tmp_path / "log.parquet"))
        assert restored.cubes("m").numeric.n[0].tolist() == [40.0]


def test_a_store_made_before_reference_files_can_have_one(tmp_path: Path) -> None:
    path = tmp_path / "lookout.duckdb"
    scores = '[columns.score]\nyes = "p"\nno = "q"\n'
    with Store.open(path) as store:
        store.add(described(scores).replace("binary", "multiclass"))
        store.ingest("m", put(rows(1, 1).assign(_odd=1.0), tmp_path / "log.parquet"))
        expected = raw(store, "DESCRIBE m.reference_rows"), raw(store, "DESCRIBE m.reference_profile")
    with duckdb.connect(str(path)) as older:
        older.execute("DROP TABLE m.reference_rows; DROP TABLE m.reference_profile")
        older.execute("DELETE FROM migrations WHERE name LIKE '%reference_may_be_a_file'")
    connect(path).close()
    put(rows(3), tmp_path / "reference.parquet")
    with Store.open(path) as store:
        assert expected == (
            raw(store, "DESCRIBE m.reference_rows"),
            raw(store, "DESCRIBE m.reference_profile"),
        )
        store.add(described(scores, FILE).replace("binary", "multiclass"), folder=tmp_path)
        assert reference(store).numeric.n[0].sum() == 120
        assert store.cubes("m").numeric.n[0].sum() == 40


def test_the_command_looks_beside_the_models_file_with_the_app_up_and_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "m.toml").write_text(described(FILE), "utf-8")
    path = tmp_path / "lookout.duckdb"
    monkeypatch.chdir(tmp_path)
    arguments = ["--store", str(path), "add", "models/m.toml"]
    said = CliRunner().invoke(cli.app, arguments)
    assert said.exit_code == 2
    assert "reference.parquet: no such file" in said.stderr
    odd = rows(1).astype({"age": "object"})
    odd.loc[0, "age"] = "old"
    odd["age"] = odd["age"].astype(str)
    odd.to_csv(tmp_path / "models" / "reference.csv", index=False)
    put(rows(1), tmp_path / "models" / "reference.parquet")
    said = CliRunner().invoke(cli.app, arguments)
    assert (said.exit_code, said.stderr) == (
        0, "m is registered\nreference: reference.parquet, 40 rows\n",
    )  # fmt: skip
    (tmp_path / "models" / "m.toml").write_text(described(FILE.replace("parquet", "csv")), "utf-8")
    with Store.open(path) as store:

        def answer(name: str, given: dict[str, object]) -> owner.Answer:
            found = commands.answer(store, name, given)
            return {"stdout": found.stdout, "stderr": found.stderr, "code": found.code}

        with owner.Route(path, answer):
            said = CliRunner().invoke(cli.app, arguments)
        assert (said.exit_code, said.stderr) == (
            0, "m is registered\nreference: reference.csv, 39 rows; 1 more in the quarantine\n",
        )  # fmt: skip
        assert store.reference_title("m") == "reference.csv, 39 rows"
