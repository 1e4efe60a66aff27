"""A page's connection to its server, made as a browser makes it."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import urlsplit

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.iostream import StreamClosedError
from tornado.simple_httpclient import HTTPStreamClosedError
from tornado.websocket import WebSocketClosedError, websocket_connect

from tests.scripted import bokeh_wire as wire

LARGEST = 64 << 20
PATIENCE_S = 60


class ConnectionLost(ConnectionError):
    """The server has closed the page's socket, or is no more."""


class PageSocket:
    """The websocket of one page, and the names of the page's parts.

    Made by `open`; `parts` says to what one can talk.
    """

    def __init__(self, socket, url):
        self._socket, self.url = socket, url
        self.parts = None
        self._one_message = asyncio.Lock()

    @classmethod
    async def open(cls, url, headers=None):
        """Ask for the page, connect with its token and its origin, and pull its document.

        Raises ConnectionLost if the server goes meanwhile, tornado's HTTPError if it refuses.
        """
        client = AsyncHTTPClient(force_instance=True, max_body_size=LARGEST)
        try:
            got = await client.fetch(HTTPRequest(url, headers=headers, request_timeout=PATIENCE_S))
        except (OSError, HTTPStreamClosedError) as error:
            raise ConnectionLost(f"No page at {url}: {error}") from error
        finally:
            client.close()
        token = wire.TOKEN.search(got.body.decode())[1]
        place = urlsplit(got.effective_url)
        asked = {"Origin": f"{place.scheme}://{place.netloc}", **(headers or {})}
        if cookies := [each.partition(";")[0] for each in got.headers.get_list("Set-Cookie")]:
            asked["Cookie"] = "; ".join(cookies)
        address = place._replace(scheme={"http": "ws", "https": "wss"}[place.scheme])
        address = address._replace(path=f"{place.path.rstrip('/')}/ws", query="").geturl()
        try:
            socket = await websocket_connect(
                HTTPRequest(address, headers=asked),
                subprotocols=["bokeh", token],
                max_message_size=LARGEST,
            )
        except (OSError, HTTPStreamClosedError, StreamClosedError, WebSocketClosedError) as error:
            raise ConnectionLost(f"No socket at {url}: {error}") from error
        page = cls(socket, url)
        await page._pull()
        return page

    async def _pull(self):
        kind, _, _ = await self.receive()
        assert kind == "ACK", kind
        await self.send(wire.frames("PULL-DOC-REQ"))
        while True:
            kind, content, _ = await self.receive()
            if kind == "PULL-DOC-REPLY":
                self.parts = wire.Parts(content["doc"])
                return

    async def send(self, frames):
        """Send the frames of a message."""
        try:
            async with self._one_message:  # of several frames, between which nothing may come
                for frame in frames:
                    await self._socket.write_message(frame)
        except WebSocketClosedError as error:
            raise ConnectionLost(f"The server at {self.url} has closed the socket.") from error

    async def receive(self):
        """Return the next message: its kind, its content, and its buffers by id."""
        header = json.loads(await self._frame())
        await self._frame()
        content = json.loads(await self._frame())
        buffers = {}
        for _ in range(header.get("num_buffers", 0)):
            name = json.loads(await self._frame())["id"]
            buffers[name] = await self._frame()
        return header["msgtype"], content, buffers

    async def _frame(self):
        frame = await self._socket.read_message()
        if frame is None:
            raise ConnectionLost(f"The server at {self.url} has closed the socket.")
        return frame

    def close(self):
        """Close the socket, as a page that goes."""
        self._socket.close()
