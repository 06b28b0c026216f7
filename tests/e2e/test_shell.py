"""The frame in a browser: deep links, appearance, small screens, and silence towards the outside."""

import http.client
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

PAGES = ["", "drift"]


def background(page):
    """The colour behind the app."""
    return page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")


@pytest.mark.parametrize("path", PAGES)
def test_a_cold_deep_link_shows_the_frame_and_the_page(visit, empty_app, path):
    page = visit(f"{empty_app}/{path}")
    expect(page.get_by_test_id("stSidebarNav")).to_be_visible()
    expect(page.get_by_text("No models yet.")).to_be_visible()


@pytest.mark.parametrize("path", PAGES)
def test_nothing_scrolls_sideways_on_a_phone(visit, page, empty_app, path):
    page.set_viewport_size({"width": 390, "height": 844})
    visit(f"{empty_app}/{path}")
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390


def test_it_is_light_or_dark_as_the_system_is(visit, page, empty_app):
    page.emulate_media(color_scheme="light")
    visit(empty_app)
    assert background(page) == "rgb(255, 255, 255)"
    page.emulate_media(color_scheme="dark")
    visit(empty_app)
    assert background(page) == "rgb(14, 19, 27)"


def test_the_font_is_our_own(visit, page, empty_app):
    fonts = []
    page.on(
        "response",
        lambda answer: fonts.append((answer.url, answer.status)) if "inter-" in answer.url else None,
    )
    visit(empty_app)
    assert (f"{empty_app}/app/static/inter-latin-wght-normal.woff2", 200) in fonts
    assert "Inter" in page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")


def test_answers_carry_security_headers_and_assets_are_compressed(visit, page, empty_app):
    answers = []
    page.on("response", lambda answer: answers.append(answer))
    visit(empty_app)
    assert "default-src 'self'" in answers[0].headers["content-security-policy"]
    assert answers[0].headers["x-content-type-options"] == "nosniff"
    scripts = [answer for answer in answers if answer.url.endswith(".js")]
    assert any(answer.headers.get("content-encoding") == "gzip" for answer in scripts)


def test_internal_counters_are_not_served(empty_app):
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{empty_app}/_stcore/metrics", timeout=10)


def test_a_page_of_another_site_cannot_open_a_connection(empty_app):
    asking = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "MDEyMzQ1Njc4OTAxMjM0NQ==",
    }
    for origin, status in (("https://elsewhere.example", 403), (empty_app, 101)):
        connection = http.client.HTTPConnection(urlsplit(empty_app).netloc, timeout=30)
        connection.request("GET", "/_stcore/stream", headers={**asking, "Origin": origin})
        assert connection.getresponse().status == status
        connection.close()
