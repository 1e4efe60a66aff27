"""The Chromium of the tests: one on the PATH, else the one that Playwright brings.

`make test` runs this file, so that there is one; a fixture launches
``chromium.launch(executable_path=on_path())``, where None means Playwright's own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# As root, in a container, Chromium refuses its sandbox; without a GPU it refuses WebGL. How it
# draws is left to itself: --use-angle=swiftshader sends every canvas through an emulated GPU too.
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
NO_BROWSER = (
    "The tests need Chromium; none is on the PATH and none could be installed. "
    "Install Chromium or Google Chrome with your system's package manager, then run again."
)


def on_path() -> str | None:
    """Path of the first Chromium on the PATH that truly starts, None if there is none."""
    return next(filter(_starts, filter(None, map(shutil.which, NAMES))), None)


def _starts(path: str) -> bool:
    # Ubuntu's chromium-browser is a stub that asks for snap.
    return _succeeds(path, "--version", quiet=True)


def _apt_installs() -> bool:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    return _succeeds("apt-get", "update") and _succeeds("apt-get", "install", "-y", "chromium")


def _playwright_installs() -> bool:
    return _succeeds(sys.executable, "-m", "playwright", "install", "chromium")


def _succeeds(*command: str, quiet: bool = False) -> bool:
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run(command, stdout=output, stderr=output, check=False).returncode == 0


if __name__ == "__main__" and not (
    on_path() or (_apt_installs() and on_path()) or _playwright_installs()
):
    sys.exit(NO_BROWSER)
