"""One Hub for all of these tests, and Anna, who has signed in."""

from __future__ import annotations

import time
from contextlib import contextmanager

import nibabel as nib
import pytest
from playwright.sync_api import expect, sync_playwright

from tests.e2e.chromium import launch
from tests.e2e.driving import Bench
from tests.e2e.phantoms import STORED, noise, phantom
from tests.e2e.traffic import Traffic
from tests.hub.house import PASSWORD, House

SLOW_MACHINE_MS = 120_000
NOISE = (200, 200, 150)  # 12 MB of int16 that no compression makes smaller
FIGURES = pytest.StashKey[list]()
expect.set_options(timeout=60_000)


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent.name == "hub":
            item.add_marker(pytest.mark.hub)


def pytest_terminal_summary(terminalreporter, config):
    """Print what was timed; a figure is never asserted."""
    for line in config.stash.get(FIGURES, []):
        terminalreporter.write_line(line)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed and (house := item.funcargs.get("house")):
        report.sections.append(("Log of the Hub", house.log.read_text()[-9000:]))
    return report


@pytest.fixture(scope="session")
def timed(request):
    """Take the time of something, to be printed at the end."""
    lines = request.config.stash.setdefault(FIGURES, [])

    @contextmanager
    def watch(what):
        began = time.monotonic()
        yield
        lines.append(f"{what}: {time.monotonic() - began:.1f} s")

    return watch


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    """A JupyterHub whose user Anna has two volumes in her home."""
    house = House(tmp_path_factory.mktemp("hub"))
    home = house.home("anna")
    home.mkdir()
    nib.save(phantom(STORED["oblique"], seed=7), home / "scan.nii.gz")
    nib.save(noise(NOISE), home / "noise.nii")
    yield house.wait()
    house.stop()


@pytest.fixture(scope="session")
def browser():
    """A Chromium that renders in software."""
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def visitor(browser):
    """Somebody who has not signed in."""
    context = browser.new_context()
    context.set_default_timeout(SLOW_MACHINE_MS)
    yield context
    context.close()


@pytest.fixture(scope="session")
def anna(browser):
    """Anna's browser, which has not signed in yet."""
    context = browser.new_context(
        accept_downloads=True, viewport={"width": 1440, "height": 900}, permissions=[]
    )
    context.set_default_timeout(SLOW_MACHINE_MS)
    yield context
    context.close()


def sign_in(page, house, user, then="/hub/"):
    """Fill in the form of the Hub's dummy authenticator."""
    page.goto(f"{house.url}/hub/login?next={then}")
    page.get_by_label("Username").fill(user)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def tile(launcher, name):
    return launcher.locator(".jp-LauncherCard").filter(has_text=name)


@pytest.fixture(scope="session")
def launcher(anna, house, timed):
    """Anna's JupyterLab with its launcher."""
    page = anna.new_page()
    with timed("Sign in to launcher, the server being started"):
        sign_in(page, house, "anna")
        tile(page, "supervox").wait_for()
    return page


def opened(page):
    return Bench(page, Traffic(page))


@pytest.fixture(scope="session")
def open_tile(anna, launcher):
    """Click a tile; returns the page that it opens, listened to from its first word."""

    def click(name):
        benches = []
        anna.once("page", lambda page: benches.append(opened(page)))
        with anna.expect_page():
            tile(launcher, name).click()
        return benches[0]

    return click


SLICES = "window.supervox && supervox.revision >= 0"


@pytest.fixture(scope="session")
def bench(open_tile, timed):
    """Anna's page of supervox, opened by its tile."""
    with timed("Tile to slices, supervox being started"):
        bench = open_tile("supervox")
        bench.until(SLICES, seconds=180)
    bench.wait_ready(180)
    with timed("Tile to slices, supervox running"):
        again = open_tile("supervox")
        again.until(SLICES, seconds=120)
    again.page.close()
    return bench
