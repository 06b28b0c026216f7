"""What the Quality page does in a browser: from the answer to the rows behind it, and rows mended."""

import re

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from monitoring.store import Store
from tests.conftest import CHURN, fill
from tests.e2e.conftest import served


def failing(random, day, rows):
    return np.where(random.random(rows) < (0.6 if day >= 35 else 0.05), np.nan, random.normal(size=rows))


@pytest.fixture(scope="module")
def mending(log_of, tmp_path_factory):
    """The address of an app of which a column fails and a file had two rows without an id."""
    folder = tmp_path_factory.mktemp("mending")
    log = log_of({"gone": failing, "calm": lambda random, day, rows: random.normal(size=rows)}, rows=100)
    store = fill(folder / "lookout.duckdb", log, CHURN)
    log.tail(3).assign(id=["", "later", ""]).to_csv(folder / "late.csv", index=False)
    with Store.open(store) as opened:
        opened.ingest("churn", folder / "late.csv")
    with served(store, folder) as address:
        yield address


def test_from_the_answer_to_the_rows_behind_it_and_back_by_the_address(visit, mending):
    page = visit(f"{mending}/quality")
    expect(page.locator(".st-key-verdict")).to_contain_text("Gone: 57 % of 100 rows missing")
    second = page.locator(".st-key-ranking tr[tabindex='0']").nth(1)
    expect(second).to_have_attribute("aria-selected", "false")
    second.click()
    expect(page).to_have_url(re.compile("finding="))
    page.locator(".st-key-rows summary").click()
    expect(page.locator(".st-key-detail")).to_contain_text("oldest first")
    again = visit(page.url)
    second = again.locator(".st-key-ranking tr[tabindex='0']").nth(1)
    expect(second).to_have_attribute("aria-selected", "true")


def test_rows_that_were_set_aside_are_downloaded_mended_and_taken_in(visit, mending, tmp_path):
    page = visit(f"{mending}/quality")
    expect(page.locator(".st-key-set-aside")).to_contain_text("2 rows were set aside: 2 missing id")
    with page.expect_download() as waited:
        page.get_by_role("button", name="CSV of rejected predictions").click()
    given = pd.read_csv(waited.value.path(), dtype=str)
    assert set(given["lookout_reason"]) == {"missing_id"}
    given.assign(id=["mended 1", "mended 2"]).to_csv(tmp_path / "mended.csv", index=False)
    page.locator(".st-key-set-aside input[type=file]").set_input_files(tmp_path / "mended.csv")
    expect(page.locator(".st-key-set-aside")).to_contain_text("mended.csv")
    page.get_by_role("button", name="Take it in").click()
    expect(page.locator(".st-key-set-aside")).to_contain_text("mended.csv: 2 rows taken in")
    page.goto("about:blank")
