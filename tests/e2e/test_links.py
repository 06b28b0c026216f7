"""In a browser: an address shows its view, an image is readable on white, paper holds what can be read."""

import io
import re

from PIL import Image
from playwright.sync_api import expect


def test_a_view_is_copied_with_its_address_and_its_terms_explain_themselves(visit, demo_app, settled):
    page = visit(f"{demo_app}/?as_of=2013-07-15&range=1000y")
    expect(page.get_by_text("The address asks for 1000y (range)")).to_be_visible()
    term = page.locator(".st-key-said-flights .term", has_text="reference").first
    term.focus()
    tip = page.locator(".meaning:visible")
    expect(tip).to_contain_text("known to have been healthy")
    assert term.get_attribute("aria-describedby") == tip.get_attribute("id")
    page.keyboard.press("r")
    settled()
    expect(tip).to_contain_text("known to have been healthy")
    expect(term).to_be_focused()
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)
    page.get_by_role("radio", name="28d").click()
    settled()
    expect(page).to_have_url(re.compile(r"range=28d"))
    again = visit(page.url)
    expect(again.get_by_role("radio", name="28d")).to_be_checked()
    expect(again.get_by_text("What changed since the day before, as of 15 Jul 2013")).to_be_visible()


def test_health_and_model_fit_on_paper(visit, demo_app):
    for address, sheets in (("?as_of=2013-07-15&print=1", 2), ("model?model=flights&print=1", 3)):
        page = visit(f"{demo_app}/{address}")
        page.emulate_media(media="print")
        for part in ("stSidebar", "stHeader", "stDownloadButton", "stPageLink"):
            expect(page.get_by_test_id(part).locator("visible=true"), part).to_have_count(0)
        wide = page.evaluate(
            "Math.max(...[...document.querySelectorAll('[data-testid=stMainBlockContainer] *')]"
            ".map(e => e.getBoundingClientRect().right - document.querySelector("
            "'[data-testid=stMainBlockContainer]').getBoundingClientRect().left))"
        )
        assert wide <= 702, "nothing is cut at the margin"
        printed = page.pdf(prefer_css_page_size=True, print_background=True)
        assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= sheets
        assert re.search(rb"/MediaBox\s*\[0 0 59[45]\.?\d* 84[12]", printed), "A4"
        page.emulate_media(media="screen")


def test_an_image_of_a_chart_in_the_dark_has_its_own_ground(browser, demo_app):
    page = browser.new_context(color_scheme="dark", accept_downloads=True).new_page()
    page.goto(f"{demo_app}/drift?model=flights&feature=dewp")
    chart = page.locator(".st-key-course .js-plotly-plot").first
    chart.wait_for(timeout=60_000)
    chart.hover()
    with page.expect_download() as waiting:
        page.locator(".st-key-course .modebar-btn").first.click()
    assert waiting.value.suggested_filename == "flights-drift-course-dewp-1y.png"
    image = Image.open(io.BytesIO(waiting.value.path().read_bytes())).convert("RGBA")
    assert image.getpixel((2, 2))[3] == 255, "a dark ground of its own, so that pale lines are seen on white"
    assert max(image.getpixel((2, 2))[:3]) < 60
    page.context.close()
