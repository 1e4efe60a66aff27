"""Plain `panel serve`, where it would let everybody in."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from tests.e2e.serving import APP, ROOT, free_port


@pytest.fixture
def open_to_all(data, server, tmp_path):
    """The address of a `panel serve` as Panel starts it: on every address of the machine."""
    port, log = free_port(), tmp_path / "log"
    command = [sys.executable, "-m", "panel", "serve", str(APP), "--port", str(port)]
    command += ["--allow-websocket-origin", f"127.0.0.1:{port}"]
    with log.open("wb") as sink:
        served = subprocess.Popen(
            [*command, "--args", str(data / "start.nii.gz")],
            cwd=ROOT,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
        )
    end = time.monotonic() + 60
    while not answers(port):
        assert served.poll() is None, log.read_text()
        assert time.monotonic() < end
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}/app"
    os.killpg(served.pid, signal.SIGTERM)
    served.wait(20)


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_server_that_is_open_to_everybody_opens_nothing_and_says_why(context, open_to_all):
    page = context.new_page()
    page.goto(open_to_all)

    page.get_by_text("where everybody may come in. Start it with `supervox serve`").wait_for()

    assert page.evaluate("() => window.supervox === undefined")
    page.close()
