"""`supervox serve` as jupyter-server-proxy starts and asks it, without a Hub."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from bokeh.util.token import get_token_payload

from dashboard.server import jupyter_tile
from tests.e2e.serving import ROOT
from tests.server.intruder import token_of

SV = "/user/anna/supervox"


@pytest.fixture(scope="module")
def by_socket(house):
    """The path of the socket of Anna's server."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "socket"
        environment = {"JUPYTERHUB_USER": "anna"}
        command = jupyter_tile.serve(
            str(path), "/user/anna/", environment, house / "data", house / "data"
        )
        command += ["--data-root", str(house / "hub-data"), str(house / "data/start.nii.gz")]
        with (house / "hub.log").open("wb") as log:
            server = subprocess.Popen(
                command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )
        end = time.monotonic() + 120
        while not path.exists():
            assert server.poll() is None
            assert time.monotonic() < end
            time.sleep(0.1)
        yield path
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


def ask(path, address, host="hub.example", **headers):
    """Status and text of the answer to what the proxy passes on."""
    client = http.client.HTTPConnection(host)
    client.sock = socket.socket(socket.AF_UNIX)
    client.sock.settimeout(90)
    client.sock.connect(str(path))
    try:
        client.request(
            "GET",
            f"{SV}{address}",
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )
        answer = client.getresponse()
        return answer.status, "" if answer.status == 101 else answer.read().decode()
    finally:
        client.close()


@pytest.fixture(scope="module")
def token(by_socket):
    """The token of a page."""
    status, page = ask(by_socket, "/app")
    assert status == 200
    return token_of(page)


def knock(path, token, **headers):
    """Status of the answer to a page that connects."""
    handshake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Protocol": f"bokeh, {token}",
    }
    return ask(path, "/app/ws", **handshake, **headers)[0]


def test_the_page_is_the_users_whom_the_hub_let_in(token):
    assert get_token_payload(token)["supervox_user"] == "anna"


def test_a_page_of_the_host_that_the_proxy_passes_on_connects(by_socket, token):
    assert knock(by_socket, token, Origin="https://hub.example") == 101


def test_a_page_of_the_host_that_an_outer_proxy_passes_on_connects(by_socket, token):
    forwarded = {"X_Forwarded_Host": "Labs.example:8443, inner.example"}

    assert knock(by_socket, token, Origin="https://labs.example:8443", **forwarded) == 101


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "https://hub.example.evil", "https://hub.example:81", "null"]
)
def test_a_page_of_another_host_does_not_connect(by_socket, token, origin):
    assert knock(by_socket, token, Origin=origin) == 403


def test_a_token_that_was_made_up_does_not_connect(by_socket):
    assert knock(by_socket, "made.up", Origin="https://hub.example") == 403


def test_it_tells_how_it_is(by_socket):
    status, told = ask(by_socket, "/healthz")

    assert status == 200
    assert '"ok"' in told
