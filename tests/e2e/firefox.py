"""How an installed Firefox is launched: without a screen that anyone sees, asking nobody."""

from __future__ import annotations

import shlex
import sys

from tests.e2e import bidi

# Besides those that Playwright sets. All but this machine lies behind a proxy that is not there.
PREFERENCES = {
    "network.proxy.type": 1,
    **{f"network.proxy.{of}": "127.0.0.1" for of in ("http", "ssl")},
    **{f"network.proxy.{of}_port": 9 for of in ("http", "ssl")},
    "network.dns.disabled": True,
    "network.captive-portal-service.enabled": False,
    "browser.download.alwaysOpenPanel": False,  # which takes the focus from the page
}


def launch(playwright, path, folder):
    """Launch the Firefox at `path`; in `folder` lies the program that Playwright takes for it."""
    program = folder / "firefox"
    instead = shlex.join([sys.executable, bidi.__file__, path])
    program.write_text(f'#!/bin/sh\nexec {instead} "$@"\n')
    program.chmod(0o755)
    return playwright.firefox.launch(
        channel="moz-firefox",
        executable_path=program,
        headless=False,
        firefox_user_prefs=PREFERENCES,
    )
