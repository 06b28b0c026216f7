"""The pictures of the documents, taken from the real app on a demo that is made for them.

Everything about them is fixed: the data, the clock (the demo's last row), the size, light colours. What each
rests on is kept beside them in pictures.json, so that a test can say when one no longer shows what the app
shows (docs/decisions/026-pictures-from-the-app.md).
"""

from __future__ import annotations

import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from monitoring import demo, review  # noqa: E402
from monitoring.alerts import commanding  # noqa: E402
from monitoring.store import Store, trials  # noqa: E402
from tools import browser, picture_sources  # noqa: E402

FOLDER = ROOT / "docs" / "images"
WIDTH = 1280
LARGEST = 200_000
_WHOLE = "!document.querySelector('[data-testid=stSkeleton]')"  # parts of the page come after it
IDLE = "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
_SCROLL = """(element, above) => {
    element.scrollIntoView({block: 'start'})
    document.querySelector('[data-testid=stMain]').scrollBy(0, -above)
}"""
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-gpu")


@dataclass(frozen=True)
class Picture:
    """One picture.

    Attributes
    ----------
    name : str
        Of its file.
    page : str
        The page it shows.
    query : str
        What the address says after the question mark.
    height : int
        In pixels; it shows the page's main part, without the navigation.
    top : str
        A selector of what stands at its upper edge; the page's head without one.
    """

    name: str
    page: str
    query: str = ""
    height: int = 700
    top: str = ""


PICTURES = (
    Picture("health", "health", "", 900),
    Picture("health-july", "health", "as_of=2013-07-15", 520, ".st-key-model-flights"),
    Picture("model-july", "model", "model=flights&as_of=2013-07-15", 960),
    Picture("drift-july", "drift", "model=flights&as_of=2013-07-15&feature=dewp", 860),
    Picture("drift-feature", "drift", "model=flights&as_of=2013-07-15&feature=dewp", 660, ".st-key-feature"),
    Picture(
        "predictions-july", "predictions", "model=flights&as_of=2013-07-31&about=confidence", 620,
        ".st-key-about-head",
    ),
    Picture("performance-july", "performance", "model=flights&as_of=2013-07-31", 860),
    Picture("estimate-july", "performance", "model=flights&as_of=2013-07-31&view=without+labels", 940),
    Picture("performance-september", "performance", "model=flights&as_of=2013-09-30&metric=roc_auc", 880),
    Picture("labels-late", "performance", "model=flights-late-labels&as_of=2013-07-31", 860),
    Picture("shadow-trial", "shadow", "model=flights", 840),
    Picture("review", "review", "model=flights", 760),
    Picture("alerts", "alerts", "model=flights", 760),
    Picture("glossary", "glossary", "term=psi", 560),
)  # fmt: skip
HEAD = 44
"""Pixels at the top of a page that hold its menu alone."""


def prepared(path: Path) -> None:
    """Fill a store with what the pictures tell of: the demo, a trial, cases for a person, incidents."""
    with Store.open(path) as store:
        demo.build(store, late_labels=True)
        terms = trials.Trial(
            "flights", "logistic", "boosting", "accuracy", 0.01, 60_000, 90_000, author="Ana",
            note="Promote it if it is not worse: it is cheaper to keep.",
        )  # fmt: skip
        trials.register(store, terms)
        review.fill(store, "flights")
        commanding.run(store, "flights", deliver=False)


@contextmanager
def served(path: Path) -> Iterator[str]:
    """Run the app on a store until the block ends; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)]
    environment = {**os.environ, "LOOKOUT_STORE": str(path)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)  # noqa: S310 - our own address
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def taken(one: Picture, address: str, opened: Browser) -> bytes:
    """Take a picture, as WebP."""
    page = opened.new_page(
        viewport={"width": WIDTH, "height": HEAD + one.height}, color_scheme="light", reduced_motion="reduce"
    )
    page.goto(f"{address}/{'' if one.page == 'health' else one.page}?{one.query}")
    page.get_by_test_id("stAppViewContainer").wait_for()
    for _ in range(2):  # parts that are drawn beside the page begin when it has been drawn
        page.wait_for_timeout(1200)
        page.wait_for_function(IDLE, timeout=90_000)
    page.wait_for_function(_WHOLE, timeout=90_000)
    page.wait_for_timeout(600)
    if page.get_by_test_id("stException").count():
        raise RuntimeError(f"{one.name}: the page shows an error")
    if one.top:
        page.locator(one.top).first.evaluate(_SCROLL, HEAD + 12)
        page.wait_for_timeout(300)
    box = page.get_by_test_id("stMain").bounding_box()
    if box is None:
        raise RuntimeError(f"{one.name}: the page has no main part")
    clip = {"x": box["x"], "y": HEAD, "width": WIDTH - box["x"], "height": one.height}
    shot = page.screenshot(clip=clip, animations="disabled")  # type: ignore[arg-type]
    page.close()
    kept = io.BytesIO()
    Image.open(io.BytesIO(shot)).convert("RGB").save(kept, "WEBP", quality=82, method=6)
    return kept.getvalue()


def main() -> int:
    """Take every picture, or those that are named, and keep what they rest on."""
    wanted = [one for one in PICTURES if one.name in sys.argv[1:]] or list(PICTURES)
    found = browser.found()
    if found is None:
        print(browser.ADVICE, file=sys.stderr)
        return 1
    manifest = picture_sources.manifest()
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "lookout.duckdb"
        prepared(store)
        with served(store) as address, sync_playwright() as playwright:
            opened = playwright.chromium.launch(executable_path=found, args=[*browser.ARGUMENTS, *QUIET])
            for one in wanted:
                content = taken(one, address, opened)
                if len(content) > LARGEST:
                    raise RuntimeError(f"{one.name}: {len(content)} bytes are too many")
                (FOLDER / f"{one.name}.webp").write_bytes(content)
                manifest[one.name] = {"page": one.page, "rests_on": picture_sources.digest(one.page)}
                print(f"{one.name}.webp: {len(content) // 1000} kB")
            opened.close()
        shutil.rmtree(folder, ignore_errors=True)
    known = {one.name for one in PICTURES}
    kept = {name: told for name, told in sorted(manifest.items()) if name in known}
    picture_sources.MANIFEST.write_text(f"{json.dumps(kept, indent=1)}\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
