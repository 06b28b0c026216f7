"""What the Drift page does in a browser: work beside it, limits saved, segments, exact rows."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.conftest import fill
from tests.e2e.conftest import served

SEGMENTED = """
name = "churn"
task = "binary"
clock = "last row"
star = ["moved"]
[reference]
start = 2024-01-01
stop = 2024-01-29
[segments]
columns = ["place"]
# kept when limits are saved
"""


def moving(random, day, rows):
    return random.normal(0.4 if day >= 35 else 0.0, 1.0, size=rows)


def place(random, day, rows):
    return random.choice(["north", "south"], size=rows)


@pytest.fixture(scope="module")
def segmented(log_of, tmp_path_factory):
    """The address of an app whose store has a segmented model of which an input moved."""
    features = {"moved": moving, "calm": lambda random, day, rows: random.normal(size=rows), "place": place}
    folder = tmp_path_factory.mktemp("segmented")
    store = fill(folder / "lookout.duckdb", log_of(features, rows=200), SEGMENTED)
    with served(store, folder) as address:
        yield address


def test_all_features_at_once_come_beside_the_page_without_being_asked(visit, segmented):
    page = visit(f"{segmented}/drift")
    expect(page.locator(".st-key-together-verdict")).to_contain_text("A classifier tells these rows")
    expect(page.locator(".st-key-related")).to_contain_text("Slices that changed most")
    expect(page.locator(".st-key-related")).to_contain_text("because the mix of place is another")
    expect(page.locator(".st-key-related .stProgress")).to_have_count(0)
    expect(page.locator(".st-key-related")).to_contain_text("Distance from what features have in common")
    expect(page.locator(".st-key-related .js-plotly-plot")).to_have_count(1)


def test_a_segment_of_the_table_becomes_that_of_the_page(visit, segmented):
    page = visit(f"{segmented}/drift?feature=moved")
    table = page.locator(".st-key-segments")
    expect(table.locator("tr", has_text="place=north")).to_contain_text("rows")
    table.locator("tr", has_text="place=north").click()
    expect(page).to_have_url(re.compile("segment=place%3Dnorth"))
    expect(page.locator(".st-key-segments")).to_have_count(0)


def test_exact_distances_are_computed_when_asked_for(visit, segmented):
    page = visit(f"{segmented}/drift?feature=moved")
    panel = page.locator(".st-key-exact")
    expect(panel).not_to_contain_text("From rows")
    panel.get_by_text("Exact, from the rows").click()
    expect(panel).to_contain_text("From rows")
    expect(panel).to_contain_text("Kolmogorov-Smirnov test p < 0.001")
    low, high, exact = (
        float(text) for text in panel.locator("tbody tr").first.locator("td").all_inner_texts()[1:]
    )
    assert low - 0.001 <= exact <= high + 0.001


def test_a_reference_is_part_of_the_link(visit, segmented):
    page = visit(f"{segmented}/drift?reference=rolling+28&feature=moved")
    page.get_by_text("How this number came about").click()
    expect(page.locator(".st-key-trust")).to_contain_text("the 28 days before")
    expect(page.locator(".st-key-trust")).to_contain_text("--reference")
    assert np.isfinite(page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight"))


# The last, for the limits that it saves stay in force in the module's app.
def test_a_limit_is_replayed_before_it_is_saved_and_in_force_afterwards(visit, segmented, settled):
    page = visit(f"{segmented}/drift")
    page.get_by_role("button", name="Limits").click()
    drawer = page.get_by_test_id("stDialog")
    expect(drawer).to_contain_text("These are the limits in force.")
    thumb = drawer.locator(".st-key-new-floor").get_by_role("slider")
    thumb.focus()
    thumb.press("End")
    expect(thumb).to_have_attribute("aria-valuetext", "0.250")
    expect(drawer).to_contain_text(re.compile(r"Fired in 0 of \d+ chunks; now [1-9]"))
    expect(drawer).to_contain_text("Gained: no incident.")
    settled()
    drawer.get_by_role("button", name="Save these limits").click()
    expect(drawer).to_have_count(0)
    page = visit(f"{segmented}/drift")
    expect(page.locator(".st-key-answer")).to_contain_text("No lasting drift")
    page.get_by_role("button", name="Limits").click()
    expect(page.get_by_test_id("stDialog")).to_contain_text("These are the limits in force.")
