"""Make docs/page.png from the real page: `make picture`."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser import FLAGS, on_path

PICTURE = Path(__file__).with_name("page.png")
# Label, plane and the voxels between which each stroke is drawn.
STROKES = (
    (2, "axial", ((113, 150, 115), (118, 172, 115), (130, 180, 115), (146, 165, 115))),
    (2, "axial", ((146, 165, 115), (152, 150, 115), (140, 128, 115), (122, 130, 115))),
    (2, "sagittal", ((130, 118, 118), (130, 130, 96), (130, 150, 90), (130, 172, 104))),
    (2, "sagittal", ((130, 172, 104), (130, 180, 120), (130, 165, 138), (130, 140, 136))),
    (2, "coronal", ((112, 150, 112), (118, 150, 96), (140, 150, 94), (150, 150, 112))),
    (2, "coronal", ((150, 150, 112), (144, 150, 134), (124, 150, 138), (112, 150, 112))),
    (3, "axial", ((122, 146, 115), (124, 158, 115), (137, 158, 115), (138, 144, 115))),
    (3, "coronal", ((124, 150, 106), (136, 150, 106), (138, 150, 124), (123, 150, 124))),
    (1, "axial", ((128, 150, 115), (132, 151, 115))),
)


def free_port() -> int:
    """Return a port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def draw(page: Page, label: int, plane: str, voxels: tuple) -> None:
    """Draw one stroke through `voxels` and wait until it is painted."""
    page.keyboard.press(str(label))
    before = page.evaluate("supervox.revision")
    points = [page.evaluate("([p, v]) => supervox.toScreen(p, ...v)", [plane, v]) for v in voxels]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=12)
    page.mouse.up()
    page.wait_for_function("n => supervox.revision > n", arg=before)


def wait_for_stillness(page: Page) -> None:
    """Wait until two pictures in a row are alike: the 3D view has then caught up."""
    last = b""
    while (now := page.screenshot()) != last:
        last = now
        page.wait_for_timeout(3000)


def take(page: Page, address: str) -> None:
    """Paint the simulated tumour and save the picture."""
    page.goto(address)
    page.wait_for_function("window.supervox?.ready", timeout=120_000)
    for label, plane, voxels in STROKES:
        draw(page, label, plane, voxels)
    page.keyboard.press("2")
    page.mouse.move(*page.evaluate("supervox.toScreen('axial', 118, 160, 115)"))
    wait_for_stillness(page)
    page.screenshot(path=PICTURE)


def until_it_answers(address: str, server: subprocess.Popen) -> None:
    """Wait for the server's first answer."""
    while server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=60).close()  # noqa: S310 - our own address
        except urllib.error.URLError:
            continue
        return
    raise RuntimeError("The server ended before it answered.")


def main() -> None:
    """Serve the demo, and take its picture."""
    with tempfile.TemporaryDirectory() as kept:
        take_from_server(free_port(), kept)


def take_from_server(port: int, kept: str) -> None:
    """Serve the demo on `port`, with nothing done to it, and take its picture."""
    serve = [sys.executable, "-m", "dashboard.cli", "serve"]
    command = [*serve, "--port", str(port), "--data-root", kept]
    with subprocess.Popen(command) as server, sync_playwright() as playwright:
        try:
            until_it_answers(f"http://127.0.0.1:{port}/", server)
            browser = playwright.chromium.launch(executable_path=on_path(), args=FLAGS)
            take(
                browser.new_page(viewport={"width": 1440, "height": 900}),
                f"http://127.0.0.1:{port}/",
            )
            browser.close()
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
