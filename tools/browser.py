"""The browser the tests drive: find one, or install one, or say loudly what to install.

In this order: the one named in LOOKOUT_BROWSER, an installed Chromium or Chrome, Debian's package where
apt-get may be used, the build that Playwright brings. Prints the path of the executable.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "microsoft-edge")
APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# A root user (containers) cannot have Chromium's sandbox; everybody else keeps it.
ARGUMENTS = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
ADVICE = """No browser for the tests could be found or installed. Install one, then run make test again:
  Debian:           sudo apt-get install chromium
  Ubuntu:           .venv/bin/python -m playwright install --with-deps chromium
  macOS:            brew install --cask chromium
  anywhere:         set LOOKOUT_BROWSER to the executable of a Chromium or Chrome"""


def starts(executable: str | None) -> bool:
    """Whether the browser opens an empty page; None means the one Playwright brings."""
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS, timeout=30_000)
            browser.new_page().goto("about:blank")
            browser.close()
    except Error as error:
        print(
            f"  {executable or 'Playwright’s own browser'} does not start: {error.message}", file=sys.stderr
        )
        return False
    return True


def bundled() -> str | None:
    """The path of the browser Playwright brings, when it has been installed."""
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def found() -> str | None:
    """The first browser on this machine that starts."""
    named = os.environ.get("LOOKOUT_BROWSER")
    if named:
        return named if starts(named) else None
    on_path = [path for path in map(shutil.which, NAMES) if path]
    for executable in [*on_path, *filter(os.path.exists, APPLICATIONS), bundled()]:
        if executable and starts(executable):
            return executable
    return None


def install() -> None:
    """Install Debian's Chromium where apt-get may be used; where that fails, Playwright's own."""
    apt = ["apt-get"] if ARGUMENTS else ["sudo", "-n", "apt-get"]
    if shutil.which("apt-get") and shutil.which(apt[0]):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run([*apt, "update", "-q"], env=quiet, stdout=sys.stderr, check=False)
        subprocess.run([*apt, "install", "-qy", "chromium"], env=quiet, stdout=sys.stderr, check=False)
        if any(starts(path) for path in map(shutil.which, NAMES[:2]) if path):
            return
    libraries = ["--with-deps"] if ARGUMENTS and sys.platform == "linux" else []
    command = [sys.executable, "-m", "playwright", "install", *libraries, "chromium"]
    subprocess.run(command, stdout=sys.stderr, check=False)


def main() -> int:
    """Print the browser's path; with --install, get one when there is none."""
    browser = found()
    if browser is None and "--install" in sys.argv and not os.environ.get("LOOKOUT_BROWSER"):
        install()
        browser = found()
    if browser is None:
        print(ADVICE, file=sys.stderr)
        return 1
    print(browser)
    return 0


if __name__ == "__main__":
    sys.exit(main())
