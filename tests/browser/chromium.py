"""The Chromium of the browser tests; `python -m tests.browser.chromium` brings one.

A system's own comes first, then the one Playwright keeps, then Debian's package.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_APPLICATIONS = ("Google Chrome", "Chromium")  # macOS
_DOWNLOAD_SECONDS = 300

_PLAYWRIGHTS_PATH = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""


def find() -> Path | None:
    """Return a Chromium of this machine that runs; None where there is none."""
    return next(filter(_runs, _systems()), None) or _playwrights()


def bring() -> Path | None:
    """Return a Chromium, fetched where none is found; None where that fails."""
    return find() or _download() or _install()


def _systems() -> list[Path]:
    found = [path for name in _NAMES if (path := shutil.which(name))]
    applications = [
        f"/Applications/{name}.app/Contents/MacOS/{name}" for name in _APPLICATIONS
    ]
    return [Path(path) for path in (*found, *applications)]


def _playwrights() -> Path | None:
    asked = subprocess.run(
        [sys.executable, "-c", _PLAYWRIGHTS_PATH],
        capture_output=True,
        check=True,
        text=True,
    )
    path = Path(asked.stdout.strip())
    return path if _runs(path) else None


def _runs(path: Path) -> bool:
    if not path.exists():
        return False
    return _succeeds(str(path), "--version", within=30, quiet=True)


def _download() -> Path | None:
    _succeeds(
        *("env", "PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT=5000"),
        *(sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"),
        within=_DOWNLOAD_SECONDS,
    )
    return _playwrights()


def _install() -> Path | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    apt = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y")
    if _succeeds(*apt, "update", within=_DOWNLOAD_SECONDS):
        _succeeds(
            *(*apt, "install", "--no-install-recommends", "chromium"),
            within=_DOWNLOAD_SECONDS,
        )
    return find()


def _succeeds(*command: str, within: float, quiet: bool = False) -> bool:
    output = subprocess.DEVNULL if quiet else sys.stderr
    try:
        done = subprocess.run(
            command, stdout=output, stderr=output, timeout=within, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


if __name__ == "__main__":
    if chromium := bring():
        sys.stdout.write(f"{chromium}\n")
    else:
        sys.exit(
            "There is no Chromium: none is installed, Playwright's could not be"
            " downloaded, and only root can install Debian's."
        )
