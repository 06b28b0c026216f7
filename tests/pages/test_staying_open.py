"""A view that stays open looks for new data, is drawn again only for new data, and never disturbs a form."""

import datetime as dt

import pytest

from monitoring.ui import refresh, shell
from tests.pages.conftest import opened

FORMS = [page.name for page in shell.PAGES if page.forms and page.bar]


@pytest.fixture
def states(monkeypatch):
    """Have the store's state be one after the other of these, and the last one from then on; counts looks."""

    def put(*given):
        looks = []

        def state():
            looks.append(None)
            return given[min(len(looks), len(given)) - 1]

        monkeypatch.setattr(refresh, "state", state)
        return looks

    return put


@pytest.fixture
def silent(store_file):
    """A store with a model that has no predictions yet."""
    from monitoring.store import Store
    from monitoring.ui import session

    with Store.open(store_file) as store:
        store.add('name = "m"\ntask = "binary"\n[versions]\nchampion = "one"\nshadows = ["two"]')
    yield
    session.close()


def test_nothing_is_drawn_again_while_nothing_changes(silent, states):
    looks = states("a")
    app = opened("health", refresh="1 min")
    assert not app.exception
    assert app.segmented_control(key="refresh").value == "1 min"
    assert len(looks) == 2  # what it is drawn from, and one look


def test_a_page_without_forms_is_drawn_again_when_data_came(silent, states):
    looks = states("a", "b")
    app = opened("health", refresh="1 min")
    assert not app.exception
    assert len(looks) == 4  # two runs
    assert not [button for button in app.button if button.key == "draw-again"]


@pytest.mark.parametrize("page", FORMS)
def test_a_page_with_forms_offers_to_be_drawn_again_and_waits(silent, states, page):
    looks = states("a", "b")
    app = opened(page, model="m", refresh="5 min")
    assert not app.exception
    assert len(looks) == 2
    app.button(key="draw-again").click().run()
    assert not app.exception
    assert not [button for button in app.button if button.key == "draw-again"]


def test_forms_are_known_as_such():
    assert {"review", "alerts", "shadow", "quality", "drift"} <= set(FORMS)
    assert "health" not in FORMS


def test_what_a_view_depends_on_changes_with_data_and_models_only(silent):
    from monitoring.ui import session

    before = refresh.state()
    assert refresh.state() == before
    session.store().add('name = "n"\ntask = "binary"')
    session.forget_models()
    assert refresh.state() != before


def test_an_instant_is_told_by_the_readers_clock_and_else_in_utc(monkeypatch):
    at = dt.datetime(2026, 7, 1, 10, 31, tzinfo=dt.UTC)
    for zone, told in (("Europe/Berlin", "12:31"), (None, "10:31 UTC"), ("../etc", "10:31 UTC")):
        monkeypatch.setattr(type(refresh.st.context), "timezone", zone)
        assert refresh.clock(at) == told


def test_the_view_for_paper_has_tables_that_break_their_lines(silent):
    app = opened("alerts", model="m", view="rules", print="1")
    assert not app.exception
    assert len(app.table) >= 1
    assert not app.dataframe
    assert "max-width: 700px" in " ".join(item.proto.body for item in app.get("html"))


def test_without_it_the_rules_for_paper_hold_on_paper_alone(silent):
    app = opened("alerts", model="m", view="rules")
    styles = " ".join(item.proto.body for item in app.get("html"))
    assert "@media print" in styles
    assert "max-width: 700px" not in styles
    assert app.dataframe
