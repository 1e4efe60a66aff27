"""Chromium for the pages that are seen through a proxy or without a network."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.e2e.chromium import launch

expect.set_options(timeout=60_000)


@pytest.fixture(scope="module")
def chromium():
    """A Chromium; its module shares it."""
    with sync_playwright() as running:
        browser = launch(running)
        yield browser
        browser.close()
