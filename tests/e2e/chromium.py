"""How Chromium is launched: without a screen, in software, asking nobody for updates."""

from __future__ import annotations

from tests.browser import on_path

FLAGS = [
    *("--headless=new", "--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader"),
    *("--enable-unsafe-swiftshader", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic"),
]


def launch(playwright, *flags):
    return playwright.chromium.launch(executable_path=on_path(), args=[*FLAGS, *flags])
