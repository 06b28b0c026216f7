"""What a process holds after many views and uploads: about what it held after the first few."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from monitoring.ui import shell

ROOT = Path(__file__).resolve().parents[2]
VIEWS, UPLOADS, FIRST, MORE = 200, 20, 20, 1.20
IDLE = "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
SEEN = (
    "", "?as_of=2013-07-15", "?range=28d", "model?model=flights", "model?model=delay&as_of=2013-09-20",
    "drift?model=flights", "drift?model=flights&feature=dewp&as_of=2013-07-15",
    "drift?model=outcome&method=psi", "predictions?model=flights&about=confidence",
    "predictions?model=outcome", "predictions?model=delay",
    "performance?model=flights", "performance?model=flights&view=threshold",
    "performance?model=outcome&view=classes", "performance?model=flights&view=segments",
    "quality?model=flights", "quality?model=flights&view=odd+rows", "shadow?model=flights",
    "review?model=flights", "alerts?model=flights",
)  # fmt: skip
"""As many addresses as the first views, so that each of them has been seen once by then."""


@contextlib.contextmanager
def running(store, log):
    """The app on a store, in a process of its own; gives its address and its number."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    environment = {**os.environ, "LOOKOUT_STORE": str(store), "OMP_NUM_THREADS": "1"}
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)
        try:
            for _ in range(600):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
                    break
                time.sleep(0.2)
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()
            process.wait(30)


def held(pid):
    """Megabytes that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) / 1024


def seen(address, view):
    """Open a view as somebody new, as a browser asks for it, wait until the script has ended, and leave."""
    page, _, query = view.partition("?")
    asked = BackMsg(rerun_script=ClientState(page_name=page, query_string=query))
    at = f"{address.replace('http', 'ws')}/_stcore/stream"
    with connect(at, origin=address, subprotocols=["streamlit"], max_size=None) as socket_:
        socket_.send(asked.SerializeToString())
        while True:
            message = ForwardMsg.FromString(socket_.recv(timeout=300))
            element = message.delta.new_element
            assert not element.HasField("exception"), f"{view}: {element.exception.message}"
            if message.WhichOneof("type") == "script_finished" and not message.script_finished:
                return


@contextlib.contextmanager
def browser():
    """The browser that tools/browser.py finds."""
    found = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "browser.py")], capture_output=True, text=True, check=True
    )
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=found.stdout.strip(), args=["--no-sandbox", "--disable-gpu"]
        )
        yield opened
        opened.close()


def handed_in(address, file):
    """Hand a file in on the page Batch, in a browser."""
    with browser() as opened:
        page = opened.new_page()
        page.goto(f"{address}/batch")
        page.get_by_test_id("stAppViewContainer").wait_for(timeout=120_000)
        page.wait_for_function(IDLE, timeout=300_000)
        page.locator("input[type=file]").first.set_input_files(file)
        page.wait_for_timeout(1500)
        page.wait_for_function(IDLE, timeout=300_000)
        assert page.get_by_test_id("stException").count() == 0


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="there is no /proc to read memory from")
def test_200_views_and_20_uploads_leave_a_process_about_as_large_as_the_first_20(built, tmp_path, figures):
    assert len(SEEN) == FIRST
    store = Path(shutil.copy(built.path, tmp_path))
    random = np.random.default_rng(0)
    upload = tmp_path / "batch.csv"
    pd.DataFrame(random.normal(size=(20_000, 8)), columns=list("abcdefgh")).to_csv(upload, index=False)
    uploads = UPLOADS if shell.has("batch") else 0
    curve = []
    with running(store, tmp_path / "app.log") as (address, pid):
        for number in range(VIEWS):
            seen(address, SEEN[number % len(SEEN)])
            if uploads and number % (VIEWS // uploads) == 0:
                handed_in(address, upload)
            if (number + 1) % FIRST == 0:
                curve.append(held(pid))
    told = ", ".join(f"{size:.0f}" for size in curve)
    figures(f"memory after every 20 views, with {uploads} uploads in all: {told} MB")
    assert curve[-1] <= MORE * curve[0], told
