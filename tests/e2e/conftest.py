from __future__ import annotations

import nibabel as nib
import pytest
from playwright.sync_api import sync_playwright

from tests.e2e.chromium import launch
from tests.e2e.driving import Bench
from tests.e2e.phantoms import STORED, phantom
from tests.e2e.serving import Server
from tests.e2e.traffic import Traffic

LARGEST_MESSAGE = 8_000_000
SLOW_MACHINE_MS = 90_000


def pytest_collection_modifyitems(items):
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    server = item.funcargs.get("server") if hasattr(item, "funcargs") else None
    if report.failed and server:
        report.sections.append(("Log of panel serve", server.log.read_text()[-6000:]))
    return report


@pytest.fixture(scope="session")
def playwright():
    """Playwright, once."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright):
    """A Chromium that renders in software."""
    chromium = launch(playwright)
    yield chromium
    chromium.close()


@pytest.fixture(scope="session")
def context(browser):
    """One visitor, whose cache is warm from the second page on."""
    visitor = browser.new_context(accept_downloads=True)
    visitor.set_default_timeout(SLOW_MACHINE_MS)
    yield visitor
    visitor.close()


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """The data folder of the server; a test adds the files that it needs."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def server(data):
    """A panel serve whose first volume is `start.nii.gz`, in the folder `data`."""
    nib.save(phantom(STORED["ras"], seed=99), data / "start.nii.gz")
    serving = Server(data / "start.nii.gz", data.with_suffix(".log"))
    yield serving.wait()
    serving.stop()


@pytest.fixture
def new_bench(context):
    """Open a page on a server; in the end it must have asked nobody else, and never failed."""
    opened = []

    def open_page(server, width=1440, height=900):
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        opened.append(Bench(page, Traffic(page)))
        page.goto(server.url)
        return opened[-1]

    yield open_page
    for bench in opened:
        bench.page.close()
    assert [bench.traffic.errors for bench in opened] == [[]] * len(opened)
    assert [bench.traffic.foreign for bench in opened] == [[]] * len(opened)
    assert max((bench.traffic.largest for bench in opened), default=0) < LARGEST_MESSAGE


@pytest.fixture
def bench(new_bench, server):
    """A page that shows `start.nii.gz`."""
    return new_bench(server).wait_ready()


@pytest.fixture
def put(data):
    """Save an image in the data folder, under a name of this test's own."""

    def save(image, name):
        nib.save(image, data / name)
        return data / name

    return save
