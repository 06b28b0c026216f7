"""The queue in two browsers: both people's verdicts on one case are there at the end."""

import re

from playwright.sync_api import expect

from monitoring.store import Store, cases, verdicts
from tests.e2e.conftest import served
from tests.review.logs import stored

CASE = re.compile(r"^Case \d+")


def first_case(page):
    return page.get_by_role("heading", name=CASE).inner_text().split()[1]


def named(page, name):
    field = page.get_by_role("textbox", name="Your name")
    field.fill(name)
    field.press("Tab")
    idle(page)


def idle(page):
    page.wait_for_timeout(200)
    page.wait_for_function(
        "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'", polling=100
    )
    page.wait_for_timeout(200)


def test_two_browsers_on_one_case_end_with_both_verdicts_in_its_history(visit, tmp_path, browser):
    store = stored(tmp_path / "lookout.duckdb")
    with served(store, tmp_path) as address:
        one = visit(f"{address}/review?model=m")
        other = browser.new_context().new_page()
        other.goto(f"{address}/review?model=m")
        other.get_by_role("heading", name=CASE).wait_for()
        idle(other)
        number = first_case(one)
        assert first_case(other) == number
        named(one, "Ada")
        named(other, "Bob")
        one.get_by_role("heading", name=CASE).click()
        one.keyboard.press("1")
        expect(one.get_by_test_id("stAlert")).to_contain_text(f"Case {number}: correct")
        other.get_by_role("button", name="Wrong").click()
        expect(other.get_by_test_id("stAlert")).to_contain_text("Ada said correct")
        expect(other.get_by_test_id("stAlert")).to_contain_text("is kept in the history")
        idle(other)
        assert first_case(other) == number
        assert other.get_by_test_id("stException").count() == 0
        other.context.close()
        one.goto("about:blank")
    with Store.open(store) as opened:
        said = verdicts.history(opened, "m", int(number))
        assert [(entry.author, entry.verdict, entry.stands) for entry in said] == [
            ("Ada", "correct", True), ("Bob", "wrong", False),
        ]  # fmt: skip
        assert cases.one(opened, "m", int(number)).author == "Ada"
