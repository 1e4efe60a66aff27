"""From asking for the page to the first slice, what that moves, and what it holds."""

from __future__ import annotations

import contextlib

import psutil
from playwright.sync_api import Browser, BrowserContext, Page

from benchmarks.chromium import chromium, open_workbench, visitor
from benchmarks.figure import Figure
from benchmarks.server import supervox

STARTS = 3
VISITS = 5
WARM_S, FIRST_S = 2.5, 5
STARTED_S = 2.5
SERVER_MIB = 400
MARKS = {
    "page's HTML is there": "performance.getEntriesByType('navigation')[0].responseEnd",
    "page's script runs": "probe.marks.script",
    "first slice painted": "probe.paints.find((paint) => paint.lit).t",
    "ready": "probe.marks.ready",
    "superpixels shown": "probe.marks.ids",
}
PAINTED = "first slice painted"


def figures() -> list[Figure]:
    """Measure first visits on fresh servers, then later visits to the last of them."""
    with chromium() as browser:
        starts, first, serving = [], [], []
        for _ in range(STARTS - 1):
            with supervox() as server:
                starts.append(server.started_s)
                first.append(visit_anew(browser, server))
                serving.append(with_one_page(browser, server))
        with supervox() as server:
            starts.append(server.started_s)
            first.append(visit_anew(browser, server))
            warm = [visit_anew(browser, server) for _ in range(VISITS)]
            cached = list(visits_again(browser, server))
            moved = traffic(browser, server)
            held = memory(browser, server)
        return [
            Figure("server started → its port answers", starts, "s", at_most=STARTED_S),
            Figure("server: resident memory with one page", serving, "MiB", at_most=SERVER_MIB),
            *milestones("first visit", first, FIRST_S),
            *milestones("warm server, empty cache", warm, WARM_S),
            *milestones("warm server, warm cache", cached, WARM_S),
            *moved,
            *held,
        ]


def with_one_page(browser: Browser, server) -> float:
    """Return the server's resident memory in MiB while the second page that it had is open."""
    with visitor(browser) as context:
        open_workbench(context, server.address())
        return server.memory_mib()[0]


def visit_anew(browser: Browser, server) -> dict[str, float]:
    with visitor(browser) as context:
        return visit(context, server)


def visits_again(browser: Browser, server):
    with visitor(browser) as context:
        visit(context, server)
        for _ in range(VISITS):
            yield visit(context, server)


def visit(context: BrowserContext, server) -> dict[str, float]:
    """Return when each milestone was reached, in s after the page was asked for."""
    page = open_workbench(context, server.address())
    reached = {name: page.evaluate(script) / 1000 for name, script in MARKS.items()}
    page.close()
    return reached


def milestones(visitor_is: str, reached: list[dict], goal: float) -> list[Figure]:
    """Return each milestone's figure; the goal is the first slice's."""
    return [
        Figure(
            f"{visitor_is}: asked → {name}",
            [each[name] for each in reached],
            "s",
            at_most=goal if name == PAINTED else None,
        )
        for name in MARKS
    ]


def traffic(browser: Browser, server) -> list[Figure]:
    """Count what one visit with an empty cache moves; not timed, since counting takes time."""
    with visitor(browser) as context:
        page = context.new_page()
        bodies, frames = [], []
        devtools = context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.on("Network.loadingFinished", lambda e: bodies.append(e["encodedDataLength"]))
        page.on("websocket", lambda socket: socket.on("framereceived", note(frames)))
        page.goto(server.address())
        page.wait_for_function("'ids' in probe.marks")
        return [
            Figure("HTTP answers to open the demo", [sum(bodies) / 1e6], "MB"),
            Figure("HTTP answers", [len(bodies)], ""),
            Figure("websocket messages to open the demo", [sum(frames) / 1e6], "MB"),
            Figure("largest websocket message", [max(frames) / 1e6], "MB", at_most=8),
        ]


def note(frames: list[int]):
    def take(payload: str | bytes) -> None:
        frames.append(len(payload.encode() if isinstance(payload, str) else payload))

    return take


def memory(browser: Browser, server) -> list[Figure]:
    """Read the memory of a page that shows the demo, beside a blank one, and the server's."""
    with visitor(browser) as context:
        page = context.new_page()
        blank = renderer_mib(browser)
        page.close()
    with visitor(browser) as context:
        page = open_workbench(context, server.address())
        shown = renderer_mib(browser)
        heap, arrays = heap_mib(page)
        serving, cluster = server.memory_mib()
    return [
        Figure("page: JavaScript heap", [heap], "MiB"),
        Figure("page: typed arrays beside the heap", [arrays], "MiB"),
        Figure("page: resident memory of its process, less a blank page's", [shown - blank], "MiB"),
        Figure("server: resident memory after all visits", [serving], "MiB"),
        Figure("server's cluster: resident memory of its processes", [cluster], "MiB"),
    ]


def heap_mib(page: Page) -> tuple[float, float]:
    """Return used JavaScript heap and the arrays' memory, after garbage was collected."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("HeapProfiler.collectGarbage")
    used = devtools.send("Runtime.getHeapUsage")
    return used["usedSize"] / 2**20, used["backingStorageSize"] / 2**20


def renderer_mib(browser: Browser) -> float:
    """Return the resident memory of the browser's largest renderer."""
    devtools = browser.new_browser_cdp_session()
    processes = devtools.send("SystemInfo.getProcessInfo")["processInfo"]
    resident = [0]
    for process in processes:
        # One that has ended since it was listed is not the page's.
        with contextlib.suppress(psutil.NoSuchProcess):
            if process["type"] == "renderer":
                resident.append(psutil.Process(process["id"]).memory_info().rss)
    return max(resident) / 2**20
