"""The page's frame and its script: sends it what to show, hears what the user does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import numpy as np
import param
from panel.custom import Child

from dashboard.annotation.change import Patched
from dashboard.page import encoding, script
from dashboard.page.outbox import Outbox
from dashboard.page.panel_internals import Messenger


class Workbench(Messenger):
    """The page: four panes, tools, labels, display, history, and places for Panel's own.

    What is sent before the page has begun is dropped: it is told all when it begins. Messages
    leave in the order in which they were asked for, one after the other, and what they hold is
    taken when they leave.

    Parameters
    ----------
    hear : callable
        Called with a verb and its values, by name, for each thing that the page says.
    """

    axial = Child()
    coronal = Child()
    sagittal = Child()
    compare = Child()
    surface = Child()
    download = Child()
    files = Child()
    dropper = Child()
    intensities = Child()

    hear = param.Callable(default=None, precedence=-1, doc="Told each thing that the page says.")

    _stylesheets = [script.stylesheet()]
    _rename = {"hear": None}

    def __init__(self, **params) -> None:
        super().__init__(**params)
        self._outbox = Outbox(self.send_message)
        self._begun = False

    def take_message(self, message: dict) -> None:
        """Hear a verb, with its values by name."""
        values = dict(message)
        self.hear(values.pop("verb"), values)

    def begin(self) -> None:
        """Let messages pass; the page asks for it when it can take them."""
        self._begun = True

    async def deliver(self) -> None:
        """Send what is in the outbox, for as long as the page lives."""
        await self._outbox.deliver()

    def _post(self, item: dict | Callable[[], Awaitable[None]]) -> None:
        if self._begun:
            self._outbox.put(item)

    def send(self, kind: str, **values) -> None:
        """Send one message."""
        self._post({"kind": kind, **values})

    def send_array(self, name: str, take: Callable[[], tuple[np.ndarray, int | None]]) -> None:
        """Send an array in compressed pieces; `take` returns it, with its revision or None."""

        async def send() -> None:
            array, revision = take()
            begin = {"array": name, "dtype": array.dtype.name, "length": array.size}
            self.send_message({"kind": "begin", **begin, "revision": revision})
            async for start, data in encoding.pieces(array):
                self.send_message({"kind": "piece", "start": start, "data": data})
            self.send_message({"kind": "end"})

        self._post(send)

    def send_boxes(self, change: Patched, labels: np.ndarray) -> None:
        """Send the labels in the boxes of a change, as they are when the message leaves."""

        async def send() -> None:
            data = await asyncio.to_thread(encoding.pack, change.boxes, labels)
            told = change._asdict() | {"boxes": encoding.corners(change.boxes)}
            self.send_message({"kind": "patched", **told, "data": data})

        self._post(send)

    def send_divided(self, divisions: tuple, ids: np.ndarray) -> None:
        """Send the ids in the boxes of divided superpixels, and which may be in each."""

        async def send() -> None:
            boxes = [division.box for division in divisions]
            data = await asyncio.to_thread(encoding.pack, boxes, ids, "<u4")
            at = [[each.n, each.first, each.end] for each in divisions]
            message = {"kind": "divided", "at": at, "boxes": encoding.corners(boxes), "data": data}
            self.send_message(message)

        self._post(send)

    def send_file(self, name: str, content: bytes) -> None:
        """Let the browser save `content`, sent in pieces."""
        parts = encoding.split_message(content)
        for part, data in enumerate(parts):
            self.send("file", name=name, part=part, parts=len(parts), data=data)
