"""The query that a page shows is what ran: it runs again as it stands and gives the numbers of the page."""

import numpy as np
import pandas as pd
import pytest

from monitoring.store import Store
from monitoring.store.recording import literal, recorded, written
from monitoring.ui import queries, session
from tests.conftest import CHURN
from tests.pages.conftest import opened

SECRET = "ann@example.org; DROP TABLE models; --'"
TEXT = CHURN.rstrip().replace("[reference]", '[segments]\ncolumns = ["who", "city"]\n[reference]') + (
    "\n[features.who]\nprivate = true\n"
)


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """A store of a model with a private segment column, as the app serves it."""
    folder = tmp_path_factory.mktemp("asked")
    random = np.random.default_rng(5)
    at = pd.date_range("2024-01-01", periods=40 * 30, freq="48min")
    log = pd.DataFrame({
        "id": [f"r{i}" for i in range(len(at))], "predicted_at": at, "score": random.random(len(at)),
        "x": random.normal(size=len(at)), "who": random.choice([SECRET, "bob"], len(at)),
        "city": random.choice(["Oslo", "it's"], len(at)),
    })  # fmt: skip
    log.loc[::7, "x"] = None
    log.to_parquet(folder / "log.parquet")
    with Store.open(folder / "lookout.duckdb") as store:
        store.add(TEXT)
        store.ingest("churn", folder / "log.parquet")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOOKOUT_STORE", str(folder / "lookout.duckdb"))
        yield
    session.close()


def shown(app):
    """The script that the page shows."""
    (script,) = [item.value for item in app.code if item.language == "sql"]
    return script


def answers(script):
    """What a database answers to a script, statement by statement."""
    with session.store().cursor() as cursor:
        found = [cursor.execute(one).df() for one in cursor.extract_statements(script)]
    return [one for one in found if not one.empty]


PAGES = [("drift", {"segment": "city=it's"}), ("performance", {}), ("quality", {})]


@pytest.mark.parametrize(("page", "query"), PAGES, ids=lambda one: one if isinstance(one, str) else len(one))
def test_the_query_of_a_page_runs_as_it_stands(asked, page, query):
    app = opened(page, trust="true", query="true", **query)
    assert not app.exception
    script = shown(app)
    assert script.count("PREPARE") == script.count("EXECUTE") > 0
    assert answers(script)


def test_it_gives_the_numbers_of_the_page(asked):
    app = opened("drift", feature="x", trust="true", query="true")
    (profile,) = [one for one in answers(shown(app)) if {"chunk", "missing", "n"} <= {*one.columns}]
    rows = profile[profile["feature"] == "x"].groupby("chunk")[["n", "missing"]].sum()
    with session.store().cursor() as cursor:
        (known,) = cursor.execute("SELECT count(*), count(*) - count(x) FROM churn.requests").fetchall()
    assert (rows["n"].sum(), rows["missing"].sum()) == known
    material = session.material(session.model_named("churn")).only("x")
    (cube,) = [material.cube]
    assert rows["n"].tolist() == cube.n[0].astype(int).tolist()


def test_a_value_of_a_private_column_is_not_in_it(asked):
    app = opened("drift", segment=f"who={SECRET}", trust="true", query="true")
    assert not app.exception
    assert "example.org" not in shown(app)
    assert "'(private)'" in shown(app)


def test_nothing_is_kept_while_nobody_looks_and_nested_looks_are_apart(asked):
    store = session.store()
    with store.cursor() as cursor:
        assert type(cursor).__module__.split(".")[0].strip("_") == "duckdb"
    with recorded() as outer:
        store.span("churn")
        with recorded() as inner:
            store.files("churn")
    assert outer
    assert inner
    assert not {one.sql for one in inner if "quarantine" in one.sql or "files" in one.sql} & {
        one.sql for one in outer
    }
    assert written(outer).count("EXECUTE") >= 1


@pytest.mark.parametrize(
    "value",
    [None, True, 3, 0.1, float("nan"), float("-inf"), "it's; --", [1, 2], ["a", None], np.float64(0.25),
     pd.Timestamp("2026-01-02 03:04:05.678901"), pd.Timestamp("2026-01-02", tz="UTC"), np.array([0.5])],
    ids=repr,
)  # fmt: skip
def test_a_value_written_out_is_the_value(asked, value):
    with session.store().cursor() as cursor:
        bound = value.tolist() if isinstance(value, np.ndarray | np.generic) else value
        told = cursor.execute(f"SELECT {literal(value)} IS NOT DISTINCT FROM $1", [bound]).fetchall()
    assert told == [(True,)]


def test_every_panel_of_numbers_has_its_query():
    from tests.pages.test_address import SOURCES

    panels = [path for path in SOURCES if "cards.trust(" in path.read_text(encoding="utf-8")]
    assert len(panels) >= 6
    assert not [
        path.stem for path in panels if "sql=partial(queries." not in path.read_text(encoding="utf-8")
    ]
    assert {name for name in dir(queries) if name.startswith("of_")} == {
        "of_drift", "of_outputs", "of_quality", "of_odd_rows"
    }  # fmt: skip
