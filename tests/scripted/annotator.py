"""An annotator who needs no browser: opens the page, strokes, waits for the answer.

Asynchronous, so that twenty fit one process::

    async with Annotator(url) as annotator:
        await annotator.ready()
        await annotator.stroke(*annotator.through("axial", (10, 18, 15)), label=2)
        await annotator.undo()
        assert annotator.revision == 2
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections import deque

from dashboard.page.protocol.read_value import Misfit
from dashboard.page.protocol.table import check_message
from tests.scripted import bokeh_wire as wire
from tests.scripted.page_copy import PageCopy
from tests.scripted.page_socket import ConnectionLost, PageSocket

PATIENCE_S = 60
CLOSE_S = 5


class Annotator:
    """One page that is open on a server, and the hand that draws in it.

    Parameters
    ----------
    url : str
        Of the page.
    keep : collection of str
        Arrays that the page holds, as `PageCopy` says.
    headers : dict, optional
        Sent with each request, such as a login.
    """

    def __init__(self, url, *, keep=("volume", "ids", "labels"), headers=None):
        self.url, self._headers = url, headers
        self.copy = PageCopy(keep)
        self.notices, self.taken, self.failures = deque(maxlen=200), set(), []
        self.latest = {}
        self._page, self._number = secrets.token_hex(6), 0
        self._waiting = {"axial": {}, "coronal": {}, "sagittal": {}}
        self._heard = asyncio.Condition()
        self._lost = None
        self._socket = self._listening = None

    async def __aenter__(self):
        self._socket = await PageSocket.open(self.url, self._headers)
        self._listening = asyncio.create_task(self._listen())
        await self.say("begin")
        return self

    async def __aexit__(self, *_):
        self._socket.close()
        with contextlib.suppress(TimeoutError):  # it ends when the server has closed, too
            await asyncio.wait_for(self._listening, CLOSE_S)

    # What the page knows

    @property
    def revision(self):
        """Of the labels that the page holds; -1 before the first."""
        return self.copy.revision

    @property
    def labels(self):
        """The page's own labels, as an (I, J, K) array."""
        return self.copy.arrays["labels"]

    @property
    def ids(self):
        """The page's superpixels, as an (I, J, K) array."""
        return self.copy.arrays["ids"]

    @property
    def state(self):
        """The latest state that the server told: table, label, held …"""
        return self.copy.state

    @property
    def edits(self):
        """What was done, as the page's history says, oldest first, without what is undone."""
        return self.copy.titles[: self.copy.done]

    @property
    def is_lost(self):
        """Whether the connection is gone."""
        return self._lost is not None

    def through(self, plane, *voxels):
        """Return plane, index and canvas points of a line through voxels of one slice."""
        layout = self.copy.opened["layouts"][plane]
        axes = layout["x"], layout["y"]
        xy = [
            [
                ax["size"] - 1 - ijk[ax["index"]] if ax["reversed"] else ijk[ax["index"]]
                for ax in axes
            ]
            for ijk in voxels
        ]
        return plane, voxels[0][layout["axis"]], xy

    # What the hand does

    async def ready(self, *arrays, seconds=PATIENCE_S):
        """Wait until the page has the volume, labels and superpixels, or the arrays named."""
        wanted = set(arrays or ("volume", "labels", "ids"))
        await self.until(lambda: wanted <= self.copy.complete and self.state is not None, seconds)
        return self

    async def open(self, path, seconds=PATIENCE_S):
        """Open another volume of the server's folder, and wait until all of it is there."""
        await self.say("open", path=str(path), kind="volume")
        case = self.copy.opened["case"]
        await self.until(lambda: self.copy.opened["case"] != case, seconds)
        return await self.ready(seconds=seconds)

    async def stroke(self, plane, index, xy, label=1, *, seconds=PATIENCE_S):
        """Draw a line over canvas points, and wait until the server has taken it."""
        name = await self.draw(plane, index, xy, label)
        await self.until(lambda: name in self.taken, seconds)

    async def draw(self, plane, index, xy, label=1):
        """Draw a line and do not wait; returns its name, which `taken` will hold."""
        self._number += 1
        name = f"{self._page}-{self._number}"
        context = {"name": name, "after": "", "case": self.copy.opened["case"]}
        context |= {"plane": plane, "index": int(index), "label": int(label)}
        waiting = self._waiting[plane]
        waiting[name] = [*zip(*xy, strict=True)], json.dumps(context)
        columns = {
            "xs": [[float(x) for x in xs] for (xs, _), _ in waiting.values()],
            "ys": [[float(y) for y in ys] for (_, ys), _ in waiting.values()],
            "stroke": [text for _, text in waiting.values()],
        }
        await self._socket.send(wire.changed(self._socket.parts.sources[plane], "data", columns))
        return name

    async def undo(self, seconds=PATIENCE_S):
        """Take the latest edit back, and wait for it; there must be one."""
        await self._step("undo", seconds)

    async def redo(self, seconds=PATIENCE_S):
        """Do again what was undone, and wait for it; there must be something."""
        await self._step("redo", seconds)

    async def _step(self, verb, seconds):
        before = self.revision
        await self.say(verb)
        await self.until(lambda: self.revision > before, seconds)

    async def say(self, verb, **values):
        """Say to the server what the page's script would."""
        message = {"verb": verb, **values}
        await self._socket.send(wire.said(self._socket.parts.workbench, message))

    async def until(self, condition, seconds=PATIENCE_S):
        """Wait until a condition on what the page knows holds.

        Raises ConnectionLost when the connection is gone, TimeoutError after some seconds,
        AssertionError when the server could not take something.
        """
        async with asyncio.timeout(seconds), self._heard:
            await self._heard.wait_for(lambda: self._lost or self.failures or condition())
        assert not self.failures, self.failures
        if self._lost and not condition():
            raise self._lost

    # What comes from the server

    async def _listen(self):
        try:
            while True:
                kind, content, buffers = await self._socket.receive()
                await self._take(kind, content, buffers)
        except ConnectionLost as lost:
            async with self._heard:
                self._lost = lost
                self._heard.notify_all()

    async def _take(self, kind, content, buffers):
        if kind == "ERROR":
            self.failures.append(content["text"])
        if kind == "PATCH-DOC":
            for told in wire.told(content, buffers, self._socket.parts.workbench):
                for message in told["messages"] if told["kind"] == "several" else [told]:
                    self._hear(message)
        if self.copy.missed:
            self.copy.missed = False
            await self.say("resync")
        async with self._heard:
            self._heard.notify_all()

    def _hear(self, message):
        try:
            check_message(message)
        except Misfit as misfit:
            self.failures.append(f"{message['kind']}: {misfit}")
        self.copy.take(message)
        self.latest[message["kind"]] = message
        if message["kind"] == "taken":
            self.taken.add(message["name"])
            for waiting in self._waiting.values():
                waiting.pop(message["name"], None)
        elif message["kind"] == "notice":
            self.notices.append((message["mood"], message["text"]))
