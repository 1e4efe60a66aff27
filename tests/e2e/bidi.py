"""A Firefox that Playwright can drive: it is started in the place of Firefox itself.

Playwright drives an installed Firefox by WebDriver BiDi, but counts on what Debian's ESR 153 does
not have yet: a command that no test needs, and ids of downloads. So this starts Firefox, passes on
what the two say, and adds that. Firefox has WebGL only where it has a screen: it gets one that
nobody sees.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketHandler, websocket_connect

NOT_NEEDED = ("emulation.setMediaFeaturesOverride",)  # whether the system is light or dark
DOWNLOAD = "browsingContext.download"
LISTENING = re.compile(rb"WebDriver BiDi listening on (ws://\S+)")
LARGEST_MESSAGE = 1 << 28  # a screenshot is one message
# Larger than any window of a test; -displayfd takes the first number that is free, and tells it.
SCREEN = ("Xvfb", "-displayfd", "1", "-screen", "0", "1920x1400x24", "-nolisten", "tcp")


class Between(WebSocketHandler):
    """Playwright's connection, which has one to Firefox."""

    def initialize(self, address):
        self.address, self.not_needed, self.names = address, set(), {}

    async def open(self, *_):
        self.firefox = await websocket_connect(
            f"{self.address}/session",
            on_message_callback=self.hear,
            max_message_size=LARGEST_MESSAGE,
        )

    def on_message(self, message):
        command = json.loads(message)
        if command["method"] in NOT_NEEDED:
            self.not_needed.add(command["id"])
        self.firefox.write_message(message)

    def hear(self, message):
        """Pass on what Firefox says; None is that it has ended."""
        if message is None:
            self.close()
        elif DOWNLOAD in message or self.not_needed:
            self.write_message(self.completed(json.loads(message)))
        else:
            self.write_message(message)

    def completed(self, said):
        """Return an answer or an event with what Playwright counts on."""
        if said.get("method", "").startswith(DOWNLOAD):
            self.identify(said["method"].removeprefix(DOWNLOAD), said["params"])
        elif said.get("id") in self.not_needed:
            self.not_needed.discard(said["id"])
            if said.get("error") == "unknown command":
                return {"type": "success", "id": said["id"], "result": {}}
        return said

    def identify(self, event, download):
        """Give a download an id, and its file the name under which Playwright looks for it."""
        url = download["url"]
        download.setdefault("download", url)
        if event == "WillBegin":
            self.names[url] = download["suggestedFilename"]
        elif download.get("filepath"):  # "labels(1).nii.gz", if it is the second one of a name
            saved = Path(download["filepath"])
            saved.replace(saved.with_name(self.names.pop(url)))

    def on_close(self):
        self.firefox.close()


def listen(address):
    """Listen for Playwright; returns where, as bytes."""
    ways = [("/session", Between, {"address": address.decode()})]
    sockets = bind_sockets(0, "127.0.0.1")
    HTTPServer(Application(ways, websocket_max_message_size=LARGEST_MESSAGE)).add_sockets(sockets)
    return "ws://{}:{}".format(*sockets[0].getsockname()).encode()


async def run(*command):
    """Run Firefox until it ends, and tell in its words where to ask; returns its exit status."""
    screen = await asyncio.create_subprocess_exec(*SCREEN, stdout=PIPE)
    display = (await screen.stdout.readline()).decode().strip()
    environment = {**os.environ, "DISPLAY": f":{display}"}
    firefox = await asyncio.create_subprocess_exec(*command, env=environment, stderr=PIPE)
    async for line in firefox.stderr:
        told = LISTENING.sub(lambda found: found[0].replace(found[1], listen(found[1])), line)
        sys.stderr.buffer.write(told)
        sys.stderr.flush()
    status = await firefox.wait()
    screen.terminate()
    await screen.wait()
    return status


if __name__ == "__main__":
    sys.exit(asyncio.run(run(*sys.argv[1:])))
