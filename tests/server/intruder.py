"""What a stranger has: sockets, HTTP, the websocket protocol, and an account of their own."""

from __future__ import annotations

import base64
import http.client
import os
import re
import secrets
import socket
import struct
import subprocess
import sys
import time
from typing import NamedTuple

NOBODY = 65534
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


class Answer(NamedTuple):
    status: int
    headers: dict
    text: str


def ask(port, path="/app", method="GET", body=None, host=None, **headers):
    """Send one request as it is written here; returns the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        headers = {"Host": host or f"127.0.0.1:{port}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        if body:
            headers |= {
                "Content-Length": str(len(body)),
                "Content-Type": "application/x-www-form-urlencoded",
            }
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        headers = {}
        for name, value in answer.getheaders():
            headers[name.lower()] = f"{headers.get(name.lower(), '')}{value}\n"
        return Answer(answer.status, {k: v[:-1] for k, v in headers.items()}, text)
    finally:
        connection.close()


def open_page(port, seconds=120, **options):
    """The HTML of a page, as soon as the server has room for it."""
    end = time.monotonic() + seconds
    while (answer := ask(port, **options)).status == 503:
        assert time.monotonic() < end, "Nobody comes in any more."
        time.sleep(0.5)
    assert answer.status == 200
    return answer.text


def token_of(page):
    """The token in a page's HTML."""
    return re.search(r'"token":"([^"]+)"', page)[1]


class WebSocket:
    """A websocket by hand: `status` is 101 if the server let it in."""

    def __init__(self, port, token=None, path="/app/ws", **headers):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        headers = {"Host": f"127.0.0.1:{port}", "Origin": f"http://127.0.0.1:{port}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        headers |= {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(secrets.token_bytes(16)).decode(),
        }
        if token is not None:
            headers["Sec-WebSocket-Protocol"] = f"bokeh, {token}"
        lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
        self.socket.sendall("\r\n".join([f"GET {path} HTTP/1.1", *lines, "", ""]).encode())
        self.stream = self.socket.makefile("rb")
        self.status = int(self.stream.readline().split()[1])
        while self.stream.readline().strip():
            pass

    def hear(self):
        """The next message's kind of frame and content; None when the server has hung up."""
        try:
            head = self.stream.read(2)
            if len(head) < 2:
                return None
            length = head[1] & 0x7F
            if length == 126:
                (length,) = struct.unpack("!H", self.stream.read(2))
            elif length == 127:
                (length,) = struct.unpack("!Q", self.stream.read(8))
            return head[0] & 0x0F, self.stream.read(length)
        except ConnectionError:
            return None

    def say(self, content):
        """Send one binary frame, masked with zeros."""
        self.socket.sendall(bytes([0x82, 0x80 | 127]) + struct.pack("!Q", len(content)) + b"\0" * 4)
        self.socket.sendall(content)

    def close(self):
        self.stream.close()
        self.socket.close()


def knock(port, token, **options):
    """The status with which a websocket is answered."""
    found = WebSocket(port, token, **options)
    found.close()
    return found.status


def connects(port, token, **headers):
    """Whether a websocket is let in, and the server talks to it."""
    found = WebSocket(port, token, **headers)
    try:
        return found.status == 101 and b"ACK" in b"".join(
            content for _, content in filter(None, (found.hear() for _ in range(3)))
        )
    finally:
        found.close()


DROP = f"""
import os, socket, sys
"".encode("idna")
os.setgroups([])
os.setgid({NOBODY})
os.setuid({NOBODY})
"""


def as_nobody(script, *arguments):
    """Run a script as another account, which may not even enter our home; returns its output.

    `os`, `socket` and `sys` are there; nothing else can be imported any more.
    """
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", DROP + script, *map(str, arguments)],
        cwd="/",
        env={},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()
