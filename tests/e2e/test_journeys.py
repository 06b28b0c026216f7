"""What people come for, in a browser, on the demo's real flights."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from monitoring.results import COLUMNS

FEATURES = ".st-key-ranking tbody tr"
# While a page is drawn again, the picture before stays in place and is marked stale.
DISTRIBUTION = ".st-key-distribution[data-stale=false]"
PAGES = ["", "drift?model=flights&as_of=2013-07-15"]


def ribbon(page, model):
    return page.locator(f".st-key-model-{model}").get_by_role("slider")


def click_at(strip, share):
    """Click so far along a ribbon, 0 being its first day and 1 its last."""
    box = strip.bounding_box()
    strip.click(position={"x": box["width"] * share, "y": 10})


def test_from_july_on_healths_ribbon_to_the_cause(visit, demo_app, settled):
    page = visit(demo_app)
    click_at(ribbon(page, "flights"), 0.45)  # first click: July
    settled()
    expect(page).to_have_url(re.compile("as_of=2013-07-"))
    card = page.locator(".st-key-model-flights")
    expect(card).to_contain_text("Act")
    expect(card).to_contain_text(re.compile("Dew point .*outside the reference range.*Temperature"))
    card.get_by_role("link", name="Drift").click()  # second click: the cause
    settled()
    expect(page).to_have_url(re.compile("/drift.*as_of=2013-07-.*model=flights"))
    expect(page.locator(".st-key-verdict")).to_contain_text("outside the reference range")
    rows = page.locator(FEATURES)
    expect(rows.nth(0)).to_contain_text("Dew point")
    expect(rows.nth(1)).to_contain_text("Temperature")
    expect(page.locator(DISTRIBUTION)).to_contain_text("% above the reference’s range")


def test_a_link_from_health_names_the_model_whatever_was_looked_at_before(visit, demo_app, settled):
    page = visit(f"{demo_app}/drift?model=flights")
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Health").click()
    settled()
    page.locator(".st-key-model-outcome").get_by_role("link", name="Drift").click()
    settled()
    expect(page).to_have_url(re.compile("model=outcome"))
    expect(page.locator(".st-key-status-line")).to_contain_text("very late or cancelled?")


def test_a_ribbon_is_read_and_used_by_keyboard(visit, demo_app, settled):
    page = visit(f"{demo_app}/?as_of=2013-07-15")
    strip = ribbon(page, "flights")
    strip.focus()
    page.keyboard.press("ArrowRight")
    assert strip.get_attribute("aria-valuetext").startswith("Tue 16 Jul 2013, Act")
    page.keyboard.press("Enter")
    settled()
    expect(page).to_have_url(re.compile("as_of=2013-07-16"))
    page.get_by_role("button", name="Back to the newest data").click()
    settled()
    assert "as_of" not in page.url


def test_a_cold_link_to_a_view_shows_exactly_that_view(visit, demo_app):
    page = visit(
        f"{demo_app}/drift?model=flights&feature=carrier&segment=origin%3DEWR&range=90d&as_of=2013-07-15"
    )
    expect(page.get_by_test_id("stSidebarNav")).to_be_visible()
    expect(page.locator("tr[aria-selected=true]")).to_contain_text("Carrier")
    assert "segment=origin%3DEWR" in page.url
    assert "range=90d" in page.url
    page.get_by_text("How this number came about").click()
    expect(page.locator(".st-key-trust")).to_contain_text("origin=EWR")


def test_a_row_and_a_cell_select_what_is_shown_in_detail(visit, demo_app, settled):
    page = visit(f"{demo_app}/drift?model=flights")
    page.locator(FEATURES, has_text="Carrier").click()
    settled()
    expect(page).to_have_url(re.compile("feature=carrier"))
    expect(page.locator(DISTRIBUTION)).to_contain_text("share of rows")
    expect(page.locator(".st-key-together-verdict")).to_be_visible()  # what comes later moves what is below
    settled()
    grid = page.get_by_role("application")
    grid.scroll_into_view_if_needed()
    grid.focus()
    page.keyboard.press("PageUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    settled()
    expect(page).to_have_url(re.compile(r"as_of=2013-12-2\d"))
    expect(page).not_to_have_url(re.compile("feature=carrier"))


def taken_away(page):
    """The rows of the page's CSV file."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV of this page").click()
    rows = list(csv.DictReader(Path(waiting.value.path()).read_text().splitlines()))
    assert list(rows[0]) == list(COLUMNS)
    return rows


def test_the_numbers_of_the_page_can_be_taken_away(visit, demo_app):
    rows = taken_away(visit(demo_app))
    assert {row["model"] for row in rows} == {"flights", "delay", "outcome"}
    assert {row["subject"] for row in rows} >= {"freshness", "drift"}
    rows = taken_away(visit(f"{demo_app}/drift?model=flights&range=28d"))
    assert {row["model"] for row in rows} == {"flights"}
    assert {"kolmogorov_smirnov", "chi_square", "out_of_range", "missing", "unseen"} <= {
        row["measure"] for row in rows
    }


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_scrolls_sideways_on_a_phone(visit, page, demo_app, path, scheme):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 390, "height": 844})
    visit(f"{demo_app}/{path}")
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390


def test_no_page_draws_more_than_four_plotly_charts(visit, demo_app):
    for path in PAGES:
        assert visit(f"{demo_app}/{path}").locator(".js-plotly-plot").count() <= 4


def test_names_from_data_are_shown_and_never_run(visit, serve, stored, log_of):
    name = "<img src=x onerror=alert(1)>"
    store = stored(
        log_of(
            {
                name: lambda random, day, rows: random.normal(day > 35, 1, size=rows),
                "kind": lambda random, day, rows: random.choice([name, "<b>bold</b> 😀"], size=rows),
            }
        )
    )
    address = serve(store)
    page = visit(f"{address}/drift?feature=kind")
    expect(page.locator(FEATURES).first).to_contain_text(name)
    expect(page.locator(DISTRIBUTION)).to_contain_text("<b>bold</b> 😀")
    assert page.locator("img[src=x]").count() == 0
    visit(address)
    expect(page.locator(".st-key-model-churn")).to_contain_text("Will they <i>leave</i>?")
