"""Every view is an address: what it says is shown, what it cannot show is told and left out of account."""

import ast
import json

import numpy as np
import pandas as pd
import pytest

from monitoring.alerts.evaluating import evaluate
from monitoring.store import Store
from monitoring.ui import address, outliers_panel, session, shell
from tests.pages.conftest import opened
from tests.pages.performance_logs import HOSTILE, description, logged, said
from tests.store.scored_logs import take

WIDGETS = {
    "selectbox", "segmented_control", "pills", "slider", "select_slider", "multiselect", "number_input",
    "radio", "toggle", "checkbox", "date_input", "text_input", "text_area", "pagination", "tabs",
}  # fmt: skip
# What is typed or chosen in order to write something, by file; it changes no view until it is sent.
FORMS = {
    "alerts_channels": {"channel"},
    "alerts_incidents": {"done", "snooze-length", "act-note"},
    "alerts_notes": {"note-words"},
    "person": {"key"},
    "quality_repair": {"mend-kind"},
    "shadow_forms": {"trial-note", "decided", "decision-reason"},
    "batch": {"sheet"},  # of a file that is no part of any address
    "batch_session": {"f'how-{place}'", "f'path-{place}'"},
    "settings_edit": {
        "f'edit-{name}'",
        "f'how-{name}'",
        "f'{_key(name, str(draft.turn))}-sure'",
        "f'{key}-text'",
    },
    "settings_models": {"f'toml-{model.name}'"},
}
MENUS = {"cards", "tables"}  # of files to take out
WHOLE_FORMS = {
    "alerts_rules", "drift_limits", "review_forms", "alerts_notes", "shadow_forms", "settings_add",
    "settings_columns", "settings_forms", "settings_log", "settings_reference",
}  # fmt: skip
MORE = (
    '[versions]\nchampion = "one"\nshadows = ["two"]\n[segments]\ncolumns = ["city"]\n[review]\naudit = 0.1\n'
    '[[alerts]]\nname = "inputs"\nsignal = "drift"\n[[alerts]]\nname = "no rows"\ncondition = "zero_volume"\n'
)
SOURCES = sorted([*(shell.ROOT / "pages").glob("*.py"), *(shell.ROOT / "monitoring" / "ui").glob("*.py")])


def controls():
    """Every control of the app: its file, its key and whether the address says it."""
    for path in SOURCES:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                given = {one.arg: one.value for one in call.keywords}
                opened = call.func.attr in ("expander", "popover") and "on_change" in given
                if call.func.attr in WIDGETS or opened:
                    key = given.get("key")
                    name = key.value if isinstance(key, ast.Constant) else ast.unparse(key) if key else ""
                    yield path.stem, name, "bind" in given


def test_every_control_that_changes_a_view_stands_in_the_address():
    bound, left = set(), set()
    for file, key, said_by_address in controls():
        if said_by_address:
            bound.add((file, key))
        elif key == "_TERM":
            bound.add((file, "term"))  # the page keeps it in the address by itself
        elif file not in WHOLE_FORMS and file not in MENUS and key not in FORMS.get(file, ()):
            left.add((file, key))
    assert not left, "these change what is seen, and no link keeps them"
    names = {key for _, key in bound if key != "key"} | {
        "rows_page",
        "set_aside_page",
        "case",
        "trust",
        "print",
    }
    assert names | {"cost_fp", "cost_fn"} == set(address.PARAMETERS)


def test_every_name_of_an_address_is_in_the_docs():
    text = (shell.ROOT / "docs" / "links.md").read_text(encoding="utf-8")
    assert not [name for name, words in address.PARAMETERS.items() if f"| `{name}` | {words} |" not in text]


@pytest.mark.parametrize("page", [one.path for one in shell.PAGES], ids=lambda path: path.stem)
def test_a_page_ends_early_without_ending_the_frame_around_it(page):
    assert "st.stop()" not in page.read_text(encoding="utf-8"), "use shell.stop()"


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A store with two versions, segments, labels, rules, cases, odd names and rows that were set aside."""
    folder = tmp_path_factory.mktemp("full")
    log, told = logged("binary", days=34, rows=105, turn=99)
    random = np.random.default_rng(3)
    log = log.assign(city=random.choice(["Oslo", HOSTILE], len(log)), version="one")
    late = log["predicted_at"] >= pd.Timestamp("2026-01-28")
    log.loc[random.random(len(log)) < np.where(late, 0.7, 0.1), "x"] = np.nan
    log = log[log["predicted_at"].dt.day != 26]
    other = log.assign(version="two", score=np.clip(0.6 * log["score"] + 0.4 * random.random(len(log)), 0, 1))
    text = description("binary").replace("[reference]", f"{MORE}[reference]")
    with Store.open(folder / "lookout.duckdb") as store:
        store.add(text)
        take(store, folder, pd.concat([log, other]), "predictions")
        take(store, folder, told, "labels")
        bad = log.head(120).assign(id=None, version="one")
        take(store, folder, bad, "predictions")
        evaluate(store, "m")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOOKOUT_STORE", str(folder / "lookout.duckdb"))
        # The test harness ends a run as soon as a part that is beside it waits for something.
        patch.setattr(outliers_panel, "together", lambda *given: None)
        apps = {}

        def shown(page, asked):
            return apps.get((page, *asked)) or apps.setdefault((page, *asked), opened(page, asked=asked))

        yield shown
    session.close()


# Each view with what its address can say, none of it the default.
VIEWS = [
    ("health", {"range": "28d", "as_of": "2026-01-30"}),
    ("model", {"model": "m", "range": "90d", "as_of": "2026-01-30"}),
    ("drift", {"chunk": "7 days", "reference": "weekday", "segment": "city=Oslo", "method": "psi"}),
    ("drift", {"feature": "x", "drawn": "ratios", "current": "1 chunk", "exact": "true",
               "series": "distance, chunk by chunk", "trust": "true", "query": "true"}),
    ("predictions", {"version": "two", "current": "1 chunk", "method": "psi", "about": "confidence",
                     "sure_by": "entropy", "below": "0.75", "beside": "one"}),
    ("performance", {"view": "threshold", "threshold": "0.3", "cost_fp": "2", "cost_fn": "7",
                     "window": "7 chunks"}),
    ("performance", {"view": "calibration", "bins": "equal width", "metric": "brier",
                     "known_at": "2026-01-28"}),
    ("quality", {"check": "missing", "finding": "x: missing", "together": "7 chunks", "rows": "true",
                 "rows_page": "2", "set_aside": "missing_id", "set_aside_page": "2"}),
    ("quality", {"view": "odd rows", "odd_by": "unusual", "odd": "all chunks shown"}),
    ("shadow", {"view": "agreement", "metric": "accuracy", "window": "range"}),
    ("review", {"state": "all", "page": "1", "case": "2", "reason": "Random audit"}),
    ("alerts", {"view": "rules", "rule": "inputs"}),
    ("alerts", {"state": "all", "incident": "1"}),
    ("alerts", {"view": "deliveries"}),
]  # fmt: skip
KEPT = ("view", "about", "rows", "feature", "finding", "check", "state")  # without them the rest is not drawn
UNKNOWN = f"no such {HOSTILE}"


@pytest.mark.parametrize(("page", "asked"), VIEWS, ids=[f"{page}-{min(asked)}" for page, asked in VIEWS])
def test_what_an_address_says_is_what_is_shown(full, page, asked):
    app = full(page, asked)
    assert not app.exception
    shown = {name: app.session_state[name] for name in asked if name != "case"}
    wrong = {name: value for name, value in shown.items() if not address.same(value, [asked[name]])}
    assert wrong == ({"reason": "audit"} if "reason" in asked else {})
    assert "does not exist here" not in text_of(app)
    if "case" in asked:
        assert [item.value for item in app.subheader if item.value.startswith("Case")] == ["Case 2"]


WRONG = [
    one
    for one in VIEWS
    if {"as_of", "exact", "beside", "cost_fp", "rows", "odd", "window", "case", "incident"} & {*one[1]}
]


@pytest.mark.parametrize(("page", "asked"), WRONG, ids=[f"{page}-{min(asked)}" for page, asked in WRONG])
def test_what_does_not_exist_is_told_as_text_and_the_usual_is_shown(full, page, asked):
    kept = {name: value for name, value in asked.items() if name in KEPT}
    app = opened(page, asked={name: UNKNOWN for name in asked} | kept, nonsense="1")
    assert not app.exception
    told = [item.value for item in app.info]
    for name in set(asked) - set(kept):
        assert any(f"({address.PARAMETERS[name]})" in plainly(one) for one in told), name
    assert any("nonsense" in one for one in told)
    assert not any("<img" in one.replace("\\<", "") for one in told)


@pytest.mark.parametrize(
    ("page", "names"),
    [("quality", ["view", "check", "finding"]), ("drift", ["feature", "model"]),
     ("alerts", ["state", "view"]), ("predictions", ["about", "version"])],
)  # fmt: skip
def test_a_choice_on_which_others_depend_may_be_wrong_as_well(full, page, names):
    app = opened(page, asked=dict.fromkeys(names, UNKNOWN))
    assert not app.exception
    told = " ".join(plainly(item.value) for item in app.info)
    for name in names:
        assert f"({address.PARAMETERS[name]})" in told
    app.run()
    assert " ".join(plainly(item.value) for item in app.info) == told


@pytest.mark.parametrize(
    ("page", "asked"),
    [("performance", {"view": "threshold", "threshold": "nan", "cost_fp": "-1e308", "cost_fn": "inf"}),
     ("review", {"case": "999999999999999"}), ("drift", {"as_of": "9999-12-31"})],
)  # fmt: skip
def test_numbers_and_days_that_nobody_can_mean_are_told_and_ignored(full, page, asked):
    app = opened(page, asked=asked)
    assert not app.exception
    told = " ".join(plainly(item.value) for item in app.info)
    assert [name for name in asked if f"({address.PARAMETERS[name]})" in told] == [*asked][-len(app.info) :]


def plainly(text):
    return text.replace("\\", "").replace("\u2060", "")


def text_of(app):
    return said(app) + " ".join(item.value for item in app.info)


def test_every_chart_has_one_button_that_makes_an_image_named_after_what_it_shows(full):
    app = opened("drift", asked={"model": "m", "feature": "x", "range": "28d"})
    configs = [json.loads(chart.proto.config) for chart in app.get("plotly_chart")]
    assert len(configs) == 2
    for config in configs:
        assert config["modeBarButtons"] == [["toImage"]]
        assert config["toImageButtonOptions"]["scale"] == 2
    names = [config["toImageButtonOptions"]["filename"] for config in configs]
    assert sorted(names) == [f"m-drift-{key}-x-28d" for key in ("course", "distribution")]


def test_no_chart_is_drawn_past_that_toolbar():
    drawn = [path.stem for path in SOURCES if ".plotly_chart(" in path.read_text(encoding="utf-8")]
    assert drawn == ["pictures"]


FORMS_OF_A_FILE = ("csv", "parquet", "json")


def files(app):
    """What is offered to be taken out: by the key of its button, the kind."""
    return {button.key for button in app.download_button}


@pytest.mark.parametrize(("page", "asked"), VIEWS, ids=[f"{page}-{min(asked)}" for page, asked in VIEWS])
def test_every_frame_and_every_table_can_be_taken_out_in_three_forms(full, page, asked):
    app = full(page, asked)
    app.session_state["tables"] = True
    app.run()
    assert not app.exception
    keys = files(app)
    frames = {key for key in keys if f"{key}-parquet" in keys}
    assert frames or not app.dataframe
    assert {f"{key}-json" for key in frames} <= keys
    named = {f"{key}-{form}" for key in frames for form in ("parquet", "json")}
    assert all(key.startswith(("report", "rejected-", "review-")) for key in keys - frames - named)
    drawn = {item.key for item in app.dataframe if item.key and not item.key.startswith("replay-")}
    assert {f"table-{key}" for key in drawn} <= frames


def test_no_table_is_drawn_past_its_files():
    drawn = {path.stem for path in SOURCES if "st.dataframe(" in path.read_text(encoding="utf-8")}
    assert drawn == {"cards", "tables"}  # the first has the rows of the quarantine
