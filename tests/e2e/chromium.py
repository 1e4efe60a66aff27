"""How Chromium is launched: without a screen, in software, asking nobody for updates."""

from __future__ import annotations

from tests.browser import FLAGS, on_path


def launch(playwright, *flags):
    return playwright.chromium.launch(executable_path=on_path(), args=[*FLAGS, *flags])
