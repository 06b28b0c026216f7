"""What the Performance page does in a browser: the demo's stories in words, and a threshold that is moved."""

import re

from playwright.sync_api import expect


def test_july_and_september_are_told_in_words(visit, demo_app):
    page = visit(f"{demo_app}/performance?model=flights&as_of=2013-07-31")
    verdict = page.locator(".st-key-verdict")
    expect(verdict).to_contain_text("accuracy 69.2 % against 79.0 % in the reference, worse beyond chance")
    expect(verdict).to_contain_text("Act")
    page = visit(f"{demo_app}/performance?model=flights&as_of=2013-09-30")
    expect(verdict).to_contain_text("These disagree: accuracy is better while AUC is worse.")
    expect(verdict).to_contain_text("Events have become rarer")
    expect(verdict).to_contain_text("accuracy is the best and AUC is the worst")
    expect(page.locator(".st-key-course .js-plotly-plot")).to_have_count(1)


def test_moving_the_threshold_moves_decisions_and_the_address(visit, demo_app, settled):
    page = visit(f"{demo_app}/performance?model=flights&view=threshold&window=7+chunks")
    matrix = page.get_by_test_id("stMarkdown").filter(has_text="decided positive")
    expect(matrix).to_contain_text("at 0.500")
    thumb = page.locator(".st-key-threshold").get_by_role("slider")
    thumb.focus()
    for _ in range(4):
        thumb.press("ArrowLeft")
    expect(matrix).to_contain_text("at 0.496")
    settled()
    expect(page).to_have_url(re.compile(r"threshold=0\.496"))
    page.get_by_role("button", name="Go there").click()
    expect(matrix).not_to_contain_text("at 0.496")
    settled()
    assert "threshold=0.496" not in page.url, "the address follows the proposal"
