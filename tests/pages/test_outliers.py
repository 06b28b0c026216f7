"""The panel of odd rows: rate, the oddest rows in words, the map; with rows, without, with hostile names."""

import time

import numpy as np
import pytest
import streamlit as st

from monitoring.ui import outliers_panel
from tests.pages.drift_logs import HOSTILE, normal, said


@pytest.fixture(autouse=True, scope="module")
def panel_in_turn():
    """The test harness stops a run, and with it every parallel part, as soon as the script has ended."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outliers_panel, "together", st.fragment(outliers_panel.together.__wrapped__))
        yield


def hostile(random, day, rows):
    """A feature of names, one of them new on the 36th day."""
    names = random.choice(np.array([HOSTILE, "b", ""], dtype=object), size=rows)
    names[: 9 if day == 35 else 0] = f"{HOSTILE} 2"
    return names


def far(random, day, rows):
    values = random.normal(size=rows)
    values[: 9 if day == 35 else 0] = 1e9
    return values


def finished(app, runs=80):
    """Run the page until the map has come."""
    for _ in range(runs):
        if "An isolation forest calls" in said(app):
            return app
        time.sleep(0.25)
        app.run()
    raise AssertionError(said(app))


@pytest.fixture(scope="module")
def shown(open_once, log_of):
    log = log_of({"far <b>out</b>": far, HOSTILE: hostile, "usual": normal}, rows=150)
    return finished(open_once("quality", log, view="odd rows"))


def test_the_rate_is_drawn_and_said_with_the_worst_day(shown):
    assert not shown.exception
    text = said(shown).replace("\\", "")
    assert "one lies beyond the limit, most of all 5 Feb 2024" in text
    assert "9 of 150 rows are outlying" in text
    assert shown.selectbox(key="odd").options[0] == "5 Feb 2024"
    assert len(shown.get("plotly_chart")) == 2


def test_the_oddest_rows_say_what_makes_them_odd_as_plain_text(shown):
    (table,) = [one.value for one in shown.dataframe if "What makes it odd" in one.value]
    assert len(table) >= 9
    assert set(table["Row"].iloc[:9]) == {f"r{35 * 150 + i}" for i in range(9)}
    words = table["What makes it odd"].iloc[0]
    assert "far <b>out</b> 1e+09, higher than all of the reference" in words
    assert f"“{HOSTILE} 2”, never seen" in words
    assert (table["Forest p"].iloc[:9] != "–").all()
    assert not any(item.allow_html for item in shown.markdown if "<b>" in item.value)


def test_all_chunks_together_and_the_unusual_rows_can_be_asked_for(shown):
    shown.selectbox(key="odd").set_value(outliers_panel.WHOLE)
    shown.run()
    assert not shown.exception
    finished(shown)
    assert "6,300 rows over" in said(shown).replace("\\", "")
    shown.segmented_control(key="odd_by").set_value("unusual")
    shown.run()
    assert not shown.exception


def test_a_short_reference_is_an_explained_state(open_app, stored, log_of):
    stored(log_of({"usual": normal}, rows=60))
    app = open_app("quality", view="odd rows")
    assert not app.exception
    text = said(app).replace("\\", "")
    assert "Not scored: the reference has 1,680 rows; 2,000 are needed" in text
    assert "Name a longer window" in text


def test_a_model_without_rows_or_reference_is_an_explained_state(open_app, store_file):
    from monitoring.store import Store

    with Store.open(store_file) as store:
        store.add('name = "empty"\ntask = "binary"')
    app = open_app("quality", view="odd rows")
    assert not app.exception
    assert "Not scored" in said(app)
