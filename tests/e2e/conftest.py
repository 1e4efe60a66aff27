from __future__ import annotations

import nibabel as nib
import pytest
from playwright.sync_api import expect, sync_playwright

from tests.e2e.chromium import launch
from tests.e2e.driving import Bench
from tests.e2e.phantoms import STORED, phantom
from tests.e2e.serving import Server
from tests.e2e.traffic import Traffic

LARGEST_MESSAGE = 8_000_000
SLOW_MACHINE_MS = 90_000
expect.set_options(timeout=20_000)  # a machine with other work needs more than five seconds
FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items):
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker(pytest.mark.browser)
    # Last: Playwright keeps an event loop running, in which others cannot run theirs.
    items.sort(key=lambda item: "e2e" in item.path.parts)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        item.stash[FAILED] = True
        for server in filter(lambda value: isinstance(value, Server), item.funcargs.values()):
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


def visit(context, server, width=1440, height=900):
    """Open a page on a server."""
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": height})
    bench = Bench(page, Traffic(page))
    page.goto(server.url)
    return bench


def assert_clean(bench):
    """The page has asked nobody else, never failed, and passes any proxy."""
    assert bench.traffic.errors == []
    assert bench.traffic.foreign == []
    assert bench.traffic.largest < LARGEST_MESSAGE


@pytest.fixture
def new_bench(context):
    """Open pages of this test's own, by server and size."""
    opened = []
    yield lambda *where: opened.append(visit(context, *where)) or opened[-1]
    for bench in opened:
        bench.page.close()
        assert_clean(bench)


@pytest.fixture(scope="module")
def kept():
    """The page that a module's tests share, by the name "bench", once there is one."""
    pages = {}
    yield pages
    for bench in pages.values():
        bench.page.close()


@pytest.fixture
def bench(kept, context, server, request):
    """A page of this module; the first one, and one after a failure, shows `start.nii.gz`."""
    bench = kept.get("bench") or visit(context, server).wait_ready()
    kept["bench"] = bench
    yield bench
    if FAILED in request.node.stash:
        kept.pop("bench").page.close()
    assert_clean(bench)


@pytest.fixture
def put(data):
    """Save an image in the data folder, under a name of this test's own."""

    def save(image, name):
        nib.save(image, data / name)
        return data / name

    return save
