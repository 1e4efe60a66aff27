from __future__ import annotations

import itertools
import signal

import nibabel as nib
import pytest
from playwright.sync_api import expect, sync_playwright

from tests.e2e.chromium import launch
from tests.e2e.driving import Bench
from tests.e2e.phantoms import STORED, phantom
from tests.e2e.serving import Server, free_port
from tests.e2e.traffic import Traffic

LARGEST_MESSAGE = 8_000_000
SLOW_MACHINE_MS = 90_000
expect.set_options(timeout=20_000)  # a machine with other work needs more than five seconds
# Files that take long: of two processes one would be idle while the other ends with one of them.
LONGEST = (
    "browsers",
    *("connection", "acknowledging", "folder_gone", "big_volumes", "many_strokes", "markup"),
    *("coming_back", "opening_files", "painting", "hand", "fingers", "keyboards"),
)
FAILED = pytest.StashKey[bool]()
SEEDS = itertools.count(100_000)  # of phantoms that no test has by its own number


def pytest_collection_modifyitems(items):
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker(pytest.mark.browser)
    # Last: Playwright keeps an event loop running, in which others cannot run theirs.
    items.sort(key=turn)


def turn(item):
    """When a test's turn comes: in the browser last, and there the longest files first."""
    if "e2e" not in item.path.parts:
        return 0
    name = item.path.stem.removeprefix("test_")
    return 1 + (LONGEST.index(name) if name in LONGEST else len(LONGEST))


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
    """A server whose first volume is `start.nii.gz`, in the folder `data`."""
    nib.save(phantom(STORED["ras"], seed=99), data / "start.nii.gz")
    serving = Server(data / "start.nii.gz", data.with_suffix(".log"), seen_at=free_port())
    yield serving.wait()
    serving.stop()


@pytest.fixture
def mortal(server, everywhere):
    """The server, which a test may stop and kill; for the next one it serves again."""
    if "bench" in everywhere:  # whose page would complain
        everywhere.pop("bench").page.close()
    yield server
    if server.runs:
        server.signal(signal.SIGCONT)
    else:
        server.start_again()


@pytest.fixture(scope="module")
def begin_anew(data, server):
    """Let pages of this module begin with a volume that nobody has annotated: a new one a call."""
    start = data / "start.nii.gz"
    as_ever = start.read_bytes()
    yield lambda: nib.save(phantom(STORED["anisotropic"], next(SEEDS)), start)
    start.write_bytes(as_ever)


def visit(context, server, width=1440, height=900, script=None):
    """Open a page on a server; a script runs in it before its own."""
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": height})
    if script is not None:
        page.add_init_script(script)
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
    """Open pages of this test's own, by server and what else `visit` takes."""
    opened = []
    yield lambda *where, **how: opened.append(visit(context, *where, **how)) or opened[-1]
    for bench in opened:
        bench.page.close()
        assert_clean(bench)


def pages(context):
    """The pages that tests share, by name; a fixture's scope says for how long."""
    kept = {}
    yield kept
    for bench in kept.values():
        bench.page.close()


everywhere = pytest.fixture(scope="session")(pages)
lonely = pytest.fixture(scope="module")(pages)


@pytest.fixture(scope="session")
def kept(everywhere):
    """The pages of all modules; a module whose pages differ has `pages` of its own."""
    return everywhere


def share(kept, request, opening):
    """Yield the page that is kept; `opening` makes the first one, and one after a failure."""
    bench = kept["bench"] = kept.get("bench") or opening()
    yield bench
    if FAILED in request.node.stash:
        kept.pop("bench").page.close()


@pytest.fixture(scope="session")
def script():
    """What runs in the pages of a module before their own script; most have nothing."""


@pytest.fixture
def bench(context, server, data, kept, script, request):
    """A page that tests share; to a module it comes as if new, with a volume like the first."""
    shared = share(kept, request, lambda: visit(context, server, script=script).wait_ready())
    bench = next(shared)
    if bench.module is not request.module and (bench.module is not None or bench.revision):
        name = f"start-{next(SEEDS)}.nii.gz"  # whatever modules before this one have done
        nib.save(phantom(STORED["ras"], seed=next(SEEDS)), data / name)
        bench.tidy(name)
    bench.module = request.module
    yield bench
    next(shared, None)
    assert_clean(bench)


@pytest.fixture(scope="module")
def way(server):
    """What a page that is `complaining` asks: its server, or what passes on to that."""
    return server


@pytest.fixture
def complaining(context, way, lonely, begin_anew, request):
    """As `bench`, on a volume that nobody has annotated; its server may go away meanwhile."""

    def opening():
        begin_anew()
        return visit(context, way).wait_ready()

    yield from share(lonely, request, opening)


@pytest.fixture
def put(data):
    """Save an image in the data folder, under a name of this test's own."""

    def save(image, name):
        nib.save(image, data / name)
        return data / name

    return save
