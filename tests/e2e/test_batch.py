"""A stranger's file: uploaded, answered, and taken along as a report that opens without a network."""

from pathlib import Path

import duckdb
from playwright.sync_api import expect

ROWS = """
SELECT r.* EXCLUDE (_id, _predicted_at, _day, _file), _id AS flight_id, r._predicted_at AS scored_at,
       p._score AS logistic
FROM flights.requests AS r JOIN flights.predictions AS p USING (_id)
WHERE p._version = 'logistic' AND r._day BETWEEN DATE '2013-07-08' AND DATE '2013-07-14'"""


def test_an_uploaded_file_becomes_a_report_that_opens_offline(built, demo_app, visit, browser, tmp_path):
    week = tmp_path / "week of July.parquet"
    with duckdb.connect(str(built.path), read_only=True) as log:
        log.execute(f"COPY ({ROWS}) TO '{week}'")
    page = visit(f"{demo_app}/batch?model=flights")
    page.locator("input[type=file]").first.set_input_files(week)
    expect(page.get_by_text("Rows worth a look")).to_be_visible(timeout=120_000)
    expect(page.locator(".st-key-verdict")).to_contain_text("Not like the reference")
    expect(page.locator(".st-key-verdict")).to_contain_text("Dew point")
    with page.expect_download() as coming:
        page.get_by_role("button", name="Report", exact=True).click()
    report = Path(coming.value.path())
    assert coming.value.suggested_filename == "week of July-batch.html"
    asked, said = [], []
    context = browser.new_context(offline=True, java_script_enabled=False)
    alone = context.new_page()
    alone.on("request", lambda request: asked.append(request.url))
    alone.on("console", lambda line: said.append(line.text))
    kept = tmp_path / "report.html"
    kept.write_bytes(report.read_bytes())
    alone.goto(kept.as_uri())
    expect(alone.locator("h1")).to_have_text("week of July.parquet")
    expect(alone.locator(".verdict")).to_contain_text("do not rely on it")
    assert alone.locator("#drift figure svg").count() >= 2
    assert alone.locator("#rows tbody tr").count() > 10
    assert not [url for url in asked if not url.startswith(("file:", "data:"))]
    context.close()
    assert not said
