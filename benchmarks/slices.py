"""Scrolling through slices picked in the browser, beside slices picked by the server."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from playwright.sync_api import Locator, Page

from benchmarks.chromium import chromium, open_workbench, settle, visitor
from benchmarks.figure import Figure, ratio
from benchmarks.server import workbench_and

PEER = Path(__file__).with_name("dynamic_map.py")
DRAG_S = 5
DRAGS = 3
STEPS = 40
PANE = "Axial"


def figures() -> list[Figure]:
    """Drag both sliders over their whole range in the same time, and step through both."""
    with workbench_and(PEER) as server, chromium() as browser, visitor(browser) as context:
        page = open_workbench(context, server.address())
        pane = page.get_by_role("region", name=PANE, exact=True)
        width, height = (round(pane.bounding_box()[edge]) for edge in ("width", "height"))
        ours = Scrolled(page, PANE, page.get_by_label("Axial slice"))
        own = ours.figures("browser")
        page.close()
        page = context.new_page()
        page.goto(f"{server.address('dynamic_map')}?width={width}&height={height}")
        page.wait_for_function("probe.paints.some((paint) => paint.lit)")
        settle(page)
        peer = Scrolled(page, "figure", page.locator(".noUi-handle"))
        theirs = peer.figures("DynamicMap")
    per_value = [n / values for n, values in zip(ours.repaints, ours.values, strict=True)]
    return [
        *own,
        Figure("browser: repaints for each value of the slider", per_value, "", at_least=1),
        *theirs,
        ratio("frames, browser to DynamicMap", own[0], theirs[0], at_least=3),
        ratio("ms a step, DynamicMap to browser", theirs[1], own[1]),
        ratio("websocket bytes in a drag, DynamicMap to browser", theirs[2], own[2]),
    ]


class Scrolled:
    """What a page painted while its slider was dragged and stepped."""

    def __init__(self, page: Page, pane: str, handle: Locator) -> None:
        self.page, self.pane, self.handle = page, pane, handle
        self.received = [0]
        self.repaints: list[int] = []
        self.values: list[int] = []
        # Only a reload brings a websocket to whoever begins to listen; devtools hear at once.
        devtools = page.context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.on("Network.webSocketFrameReceived", self._count)

    def _count(self, event: dict) -> None:
        frame = event["response"]
        coded = 3 / 4 if frame["opcode"] == 2 else 1  # binary comes as base64
        self.received[-1] += len(frame["payloadData"]) * coded

    def figures(self, picked_by: str) -> list[Figure]:
        rates, received = zip(*(self.drag() for _ in range(DRAGS)), strict=True)
        steps = self.steps()
        return [
            Figure(f"{picked_by}: repaints a second in a drag of {DRAG_S} s", rates, "/s"),
            Figure(f"{picked_by}: one step → painted", steps, "ms"),
            Figure(f"{picked_by}: websocket bytes received in a drag", received, "kB"),
        ]

    def drag(self) -> tuple[float, float]:
        """Drag over the whole range; returns repaints a second, and kB received."""
        self.handle.focus()
        self.page.keyboard.press("Home")
        settle(self.page)
        self.page.evaluate("probe.paints = []; probe.inputs = []")
        self.received.append(0)
        began = self.page.evaluate("performance.now()")
        self._sweep()
        settle(self.page)
        times = self._times()
        inputs = self.page.evaluate("probe.inputs.map(({ value }) => value)")
        self.values.append(len(set(inputs)))
        self.repaints.append(len(times))
        # The drag ends with the last slice: a server that lags behind paints on after the mouse.
        lasted = max(times[-1] - began, DRAG_S * 1000) / 1000
        # At rest a page says little, but not nothing.
        return len(times) / lasted, max(self.received[-1], 1) / 1000

    def _sweep(self) -> None:
        """Move the handle from the first slice to the last, one mouse move a slice."""
        mouse = self.page.mouse
        stops = self._stops()
        mouse.move(*stops[0])
        mouse.down()
        began = time.perf_counter()
        for n, stop in enumerate(stops):
            mouse.move(*stop)
            time.sleep(max(0, began + (n + 1) * DRAG_S / len(stops) - time.perf_counter()))
        mouse.up()

    def _stops(self) -> list[tuple[float, float]]:
        """Return where the handle's middle is at each slice."""
        x0, x1, y, last = self.handle.evaluate(
            """(handle) => {
              const box = handle.getBoundingClientRect()
              const y = box.top + box.height / 2
              const [left, right] = [box.left + 6, box.right - 6] // half its thumb
              if (handle.type === "range") return [left, right, y, Number(handle.max)]
              const track = handle.closest(".noUi-base").getBoundingClientRect()
              return [track.left, track.right, y, Number(handle.getAttribute("aria-valuemax"))]
            }"""
        )
        return [(x, y) for x in np.linspace(x0, x1, int(last) + 1)]

    def steps(self) -> list[float]:
        """Step backwards from the middle, where slices are full."""
        stops = self._stops()
        self.page.mouse.click(*stops[len(stops) // 2])
        self.handle.focus()
        settle(self.page)
        return [self.step() for _ in range(STEPS)]

    def step(self) -> float:
        """Press an arrow key; returns ms from the key to the painted slice."""
        self.page.evaluate("probe.paints = []")
        self.page.keyboard.press("ArrowLeft")
        self.page.wait_for_function(
            "(pane) => probe.paints.some((p) => p.pane === pane)", arg=self.pane
        )
        return self._times()[0] - self.page.evaluate("probe.key")

    def _times(self) -> list[float]:
        paints = self.page.evaluate("probe.paints")
        return [paint["t"] for paint in paints if paint["pane"] == self.pane]
