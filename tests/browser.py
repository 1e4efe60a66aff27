"""The browsers of the tests: those on the PATH, else a Chromium that Playwright brings.

`make test` runs this file, so that there are some; a fixture launches
``chromium.launch(executable_path=on_path())``, where None means Playwright's own. Without Firefox
its tests are skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FIREFOXES = ("firefox-esr", "firefox")
SCREEN = "Xvfb"  # which Firefox needs for WebGL
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
NO_FIREFOX = (
    "The tests of the page in Firefox need Firefox and Xvfb; one of them is not on the PATH. "
    "Install them (Debian: apt install firefox-esr xvfb), then run again."
)


def on_path() -> str | None:
    """Path of the first Chromium on the PATH that truly starts, None if there is none."""
    return _first(CHROMIUMS)


def firefox_on_path() -> str | None:
    """Path of the first Firefox on the PATH that truly starts, None if it or its screen lacks."""
    return _first(FIREFOXES) if shutil.which(SCREEN) else None


def _first(names: tuple[str, ...]) -> str | None:
    return next(filter(_starts, filter(None, map(shutil.which, names))), None)


def _starts(path: str) -> bool:
    # Ubuntu's chromium-browser is a stub that asks for snap, and so is its firefox.
    return _succeeds(path, "--version", quiet=True)


def _apt_installs(*packages: str) -> bool:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    return _succeeds("apt-get", "update") and _succeeds("apt-get", "install", "-y", *packages)


def _playwright_installs() -> bool:
    return _succeeds(sys.executable, "-m", "playwright", "install", "chromium")


def _succeeds(*command: str, quiet: bool = False) -> bool:
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run(command, stdout=output, stderr=output, check=False).returncode == 0


def provide() -> None:
    """See to it that there is a Chromium, and a Firefox if that can be."""
    if not (on_path() or (_apt_installs("chromium") and on_path()) or _playwright_installs()):
        sys.exit(NO_BROWSER)
    if not (firefox_on_path() or _apt_installs("firefox-esr", "xvfb")):
        sys.stderr.write(f"{NO_FIREFOX}\n")


if __name__ == "__main__":
    provide()
