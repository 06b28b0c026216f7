"""A report in a browser without network and scripts: read at a desk, on a phone, in the dark and on paper."""

import re
import shutil

import pytest

from monitoring import reports
from monitoring.store import Store
from tests.reports.hostile import filled, made

WIDTHS = {"desk": 1200, "phone": 390}


@pytest.fixture(scope="module")
def flights(built, tmp_path_factory):
    """The report of the demo's flights over July, as a file."""
    path = tmp_path_factory.mktemp("report")
    store = shutil.copy(built.path, path / "lookout.duckdb")
    with Store.open(store) as opened:
        model = opened.model("flights")
        asked = reports.Asked(*(reports.asking.dt.datetime(2013, month, 1) for month in (5, 8)))
        found = reports.gather(opened, model, asked)
    (path / "flights.html").write_text(reports.html(found), "utf-8")
    return path / "flights.html"


@pytest.fixture(scope="module")
def hostile_file(tmp_path_factory):
    """The report of a log whose every name tries to be something else."""
    folder = tmp_path_factory.mktemp("hostile")
    path = folder / "hostile.html"
    with Store.open(filled(folder)) as store:
        path.write_text(made(store).html, "utf-8")
    return path


@pytest.fixture
def alone(browser):
    """Open a file in a browser that has neither network nor scripts, and insist that it asks for neither."""
    contexts, said, asked = [], [], []

    def opened(path, width=1200, scheme="light", scripts=False):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=scripts,
            offline=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda line: said.append(line.text))
        page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not said
    assert not [url for url in asked if not url.startswith(("file:", "data:"))]


def test_a_stakeholder_reads_the_answer_at_a_glance(flights, alone):
    page = alone(flights)
    verdict = page.locator(".verdict")
    text = verdict.inner_text()
    assert "■ Act" in text
    assert re.search(
        r"It is right in 6\d\.\d % of cases; when it was known to be healthy, in 7\d\.\d %\.", text
    )
    assert "What to do:" in text
    box = page.locator(".tiles").bounding_box()
    assert box["y"] + box["height"] < 900, "the answer and every signal are seen without scrolling"
    tiles = page.locator(".tiles li").all_inner_texts()
    assert [tile.split("\n")[0] for tile in tiles][:4] == ["Data", "Quality", "Inputs", "Predictions"]
    page.get_by_role("link", name="Calibration").click()
    assert page.url.endswith("#calibration")


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_nothing_reaches_beyond_the_page(flights, hostile_file, alone, width):
    for path in (flights, hostile_file):
        page = alone(path, width, scripts=True)  # only to measure: the file holds none
        reach = page.evaluate(
            "Math.max(...[...document.querySelectorAll('main *')].filter(e => !e.closest('svg svg'))"
            ".map(e => e.getBoundingClientRect().right))"
        )
        assert reach <= width
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        small = page.evaluate(
            "Math.min(...[...document.querySelectorAll('svg text')]"
            ".map(e => parseFloat(getComputedStyle(e).fontSize)))"
        )
        assert small >= 11, "words in pictures keep their size"


def test_hostile_names_do_nothing_even_where_scripts_run(hostile_file, alone):
    page = alone(hostile_file, scripts=True)
    assert page.locator("script, img, iframe, object, form, [onerror], .evil, #evil").count() == 0
    assert "<script>evil()</script>" in page.locator("h1").inner_text()
    assert page.evaluate("typeof evil") == "undefined"


def test_light_and_dark_are_told_apart_and_can_be_read(flights, alone):
    seen = {}
    for scheme in ("light", "dark"):
        page = alone(flights, scheme=scheme, scripts=True)
        seen[scheme] = page.evaluate(
            "['body', '.quiet', '.badge.red', '.badge.amber', '.badge.green'].map(s => "
            "getComputedStyle(document.querySelector(s)).color).concat(getComputedStyle(document.body).backgroundColor)"
        )
    assert not set(seen["light"]) & set(seen["dark"])
    for colours in seen.values():
        *inks, ground = (_luminance(colour) for colour in colours)
        for ink in inks:
            low, high = sorted((ink, ground))
            assert (high + 0.05) / (low + 0.05) >= 4.5, "the contrast that the guidelines for the web ask for"


def _luminance(colour):
    """How bright a colour is, as the guidelines for the web define it."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_it_prints_on_paper_without_cutting_a_picture(flights, alone):
    page = alone(flights, scripts=True)
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    pages = len(re.findall(rb"/Type\s*/Page\b", printed))
    assert printed.startswith(b"%PDF")
    assert 4 <= pages <= 14
    assert re.search(rb"/MediaBox\s*\[0 0 59[45]\.?\d* 84[12]", printed), "A4"
    page.emulate_media(media="print")
    kept = page.evaluate(
        "[...document.querySelectorAll('figure, .tiles li, tr')].map(e => getComputedStyle(e).breakInside)"
    )
    assert set(kept) == {"avoid"}
    assert (
        page.evaluate("Math.max(...[...document.querySelectorAll('figure')].map(e => e.offsetHeight))") < 700
    )


def test_the_button_downloads_what_opens_offline(demo_app, visit, settled, alone, tmp_path):
    page = visit(f"{demo_app}/model?model=flights&as_of=2013-07-31&range=28d")
    with page.expect_download(timeout=60_000) as download:
        page.get_by_role("button", name="Report").click()
    path = tmp_path / "downloaded.html"
    download.value.save_as(path)
    assert download.value.suggested_filename == "flights-report.html"
    settled()
    assert "4 Jul 2013 to 31 Jul 2013" in alone(path).locator(".brand").inner_text()
