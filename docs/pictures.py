"""Take all pictures of the documents anew from the real page: part of `make docs`.

``python -m docs.pictures guide`` takes some of them: ``film``, ``page`` or ``guide``.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from docs import film, scans, scenes, tumour
from docs.hand import IMAGES, Hand
from tests.browser import FLAGS, on_path

PARTS = ("film", "page", "guide")
WHOLE = {"width": 1440, "height": 900}
GUIDE = {"viewport": {"width": 1280, "height": 840}, "device_scale_factor": 1.5}


def main(*parts: str) -> None:
    """Serve the demo with nothing done to it, and take pictures until the last."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept) / "scans"
        folder.mkdir()
        serve = [sys.executable, "-m", "dashboard.cli", "serve", str(scans.write(folder))]
        port = free_port()
        where = ["--port", str(port), "--data-root", f"{kept}/data", "--cache", f"{kept}/cache"]
        with subprocess.Popen([*serve, *where]) as server:
            try:
                address = f"http://127.0.0.1:{port}/"
                until_it_answers(address, server)
                take(parts or PARTS, address, server)
            finally:
                server.terminate()


def free_port() -> int:
    """Return a port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until_it_answers(address: str, server: subprocess.Popen) -> None:
    """Wait for the first answer of a server that was just started."""
    while server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=60).close()  # noqa: S310 - our own address
        except urllib.error.URLError:
            time.sleep(0.2)
            continue
        return
    raise RuntimeError("The server ended before it answered.")


def take(parts: tuple[str, ...], address: str, server: subprocess.Popen) -> None:
    """Take pictures from the page at `address`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=on_path(), args=FLAGS)
        if "film" in parts:
            on_page(browser, address, film.shoot, viewport=film.SIZE)
        if "page" in parts:
            on_page(browser, address, scenes.take_whole_page, viewport=WHOLE)
        if "guide" in parts:
            on_page(browser, address, lambda hand: take_guide(hand, address, server), **GUIDE)
        browser.close()


def on_page(browser: Browser, address: str, act, **how) -> None:
    """Open the page in a browser of its own kind, do something there, and leave it."""
    context = browser.new_context(**how)
    context.set_default_timeout(180_000)
    hand = Hand(context.new_page())
    hand.page.goto(address)
    hand.wait_ready()
    hand.button("No hints").click()
    hand.page.locator(".toast").first.wait_for(state="hidden")
    act(hand)
    hand.wait_ready()
    context.close()


def take_guide(hand: Hand, address: str, server: subprocess.Popen) -> None:
    """Take the pictures of the guide, those of the painted tumour first."""
    tumour.label(hand)
    scenes.take_questions(hand)
    scenes.take_labels(hand)
    scenes.take_brush(hand)
    scenes.take_looks(hand)
    scenes.take_series(hand)
    scenes.take_strokes(hand)
    scenes.take_cuts(hand)
    other = hand.page.context.new_page()
    scenes.take_read_only(other, address)
    other.close()
    server.send_signal(signal.SIGSTOP)
    try:
        scenes.take_lost(hand)
    finally:
        server.send_signal(signal.SIGCONT)
    hand.page.get_by_role("alert").wait_for(state="hidden", timeout=60_000)


if __name__ == "__main__":
    main(*sys.argv[1:])
