"""The real app on a free port, driven by a real browser; a request to the outside fails the test."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from monitoring import demo
from monitoring.store import Store

# A busy machine is slow, not broken.
expect.set_options(timeout=30_000)

ROOT = Path(__file__).resolve().parents[2]
HERE = ("127.0.0.1", "localhost")
IDLE = "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The browser that tools/browser.py finds; without one the tests fail, they are not skipped."""
    found = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "browser.py")], capture_output=True, text=True, check=False
    )
    if found.returncode:
        pytest.fail(found.stderr)
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    quiet = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-gpu",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    ]
    return {
        **browser_type_launch_args,
        "executable_path": found.stdout.strip(),
        "args": [*quiet, *(["--no-sandbox"] if root else [])],
    }


@contextmanager
def served(store, folder, script="app.py"):
    """Run the app, or a script beside it, on a store until the block ends; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (folder / f"app-{port}.log").open("w")
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    environment = {**os.environ, "LOOKOUT_STORE": str(store)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, process, log.name)
        yield address
    finally:
        process.terminate()
        process.wait(30)
        log.close()


def _wait_for(address, process, log):
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"the app did not start:\n{Path(log).read_text()}")


@pytest.fixture(scope="session")
def empty_app(tmp_path_factory):
    """The address of an app whose store holds nothing."""
    folder = tmp_path_factory.mktemp("empty")
    with served(folder / "lookout.duckdb", folder) as address:
        yield address


@pytest.fixture(scope="session")
def demo_app(built, tmp_path_factory):
    """The address of an app that serves the demo, of which `make demo` built a model that was lacking."""
    folder = tmp_path_factory.mktemp("demo")
    store = Path(shutil.copy(built.path, folder))
    with Store.open(store) as opened:
        for name in ("delay", demo.LATE_LABELS):
            opened.remove(name)
    command = [sys.executable, "-m", "monitoring", "--store", str(store), "demo"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    with served(store, folder) as address:
        yield address


@pytest.fixture
def visit(page):
    """Open an address, wait until the script has run, and afterwards insist on a quiet, whole page."""
    outside, errors = [], []
    page.on("dialog", lambda dialog: (errors.append(f"dialog: {dialog.message}"), dialog.dismiss()))

    def watch(asked):
        address = urlsplit(asked.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in HERE:
            outside.append(asked.url)

    def opened(url):
        page.goto(url)
        page.get_by_test_id("stAppViewContainer").wait_for()
        _settled(page)
        return page

    # Listened to, not routed: that would cost more than the page, and the browser finds nobody else anyway.
    page.on("request", watch)
    page.on("websocket", watch)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if "Content Security" in line.text else None)
    yield opened
    assert not outside, "the page asked others for something"
    assert not errors
    assert page.get_by_test_id("stException").count() == 0


def _settled(page):
    page.wait_for_timeout(150)
    # Work beside a page waits for that of the page before. Asked ten times a second, not at every frame.
    page.wait_for_function(IDLE, timeout=60_000, polling=100)
    page.wait_for_timeout(150)


@pytest.fixture
def settled(page):
    """Wait until the script is done and what it drew has settled."""
    return lambda: _settled(page)


@pytest.fixture
def serve(tmp_path, request):
    """Run the app, or a script beside it, on a store until the test ends; gives its address."""

    def run(store, script="app.py"):
        running = served(store, tmp_path, script)
        request.addfinalizer(lambda: running.__exit__(None, None, None))
        return running.__enter__()

    return run
