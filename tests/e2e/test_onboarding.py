"""A stranger's file becomes a watched model: from a CSV to the first row of Health."""

from playwright.sync_api import expect

from tests.onboarding.made import small, written


def test_a_csv_becomes_a_row_of_health(visit, serve, settled, tmp_path):
    frame = small()
    log = written(
        frame.assign(scored_at=frame["scored_at"].dt.tz_localize(None)), tmp_path, "churn <b>one.csv"
    )
    address = serve(tmp_path / "store" / "lookout.duckdb")
    page = visit(address)
    page.get_by_role("link", name="Add a model").click()
    settled()
    page.locator("input[type=file]").set_input_files(log)
    expect(page.get_by_text("Answer what is asked above")).to_be_visible()
    zone = page.get_by_role("combobox", name="without an offset")
    zone.click()
    zone.fill("Europe/Paris")
    page.get_by_role("option").first.click()
    expect(page.get_by_text("6 · The model's file")).to_be_visible()
    settled()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".st-key-preview")).to_be_visible()
    previewed = page.locator(".st-key-preview").inner_text()
    page.get_by_role("textbox", name="Your name").fill("Ada")
    page.get_by_role("button", name="Save, and take the log in").click()
    expect(page.get_by_text("is registered: 160 rows taken in")).to_be_visible()
    assert page.locator(".st-key-added-verdict").inner_text() == previewed
    page.locator(".st-key-added").get_by_role("link", name="Health").click()
    settled()
    row = page.locator(".st-key-model-churn-b-one")
    expect(row).to_be_visible()
    expect(row).to_contain_text("freshness")
