"""Plain `panel serve`, where it would let everybody in, or could show no page."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from tests.e2e.serving import APP, ROOT, free_port


@pytest.fixture(
    params=[
        # As Panel starts it: on every address of the machine.
        ((), "where everybody may come in. Start it with `supervox serve`"),
        (("--address", "127.0.0.1", "--warm", "--num-procs", "2"), "leave --num-procs away"),
    ]
)
def refused(data, server, tmp_path, request):
    """The address of a `panel serve` that shows no page, what it says, and its log."""
    options, said = request.param
    port, log = free_port(), tmp_path / "log"
    command = [sys.executable, "-m", "panel", "serve", str(APP), "--port", str(port), *options]
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
    yield f"http://127.0.0.1:{port}/app", said, log
    os.killpg(served.pid, signal.SIGTERM)
    served.wait(20)


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.slow
def test_a_server_that_must_not_or_cannot_show_the_page_says_why_there_and_in_its_log(
    context, refused
):
    address, said, log = refused
    page = context.new_page()
    page.goto(address)

    page.get_by_text(said).wait_for()

    assert page.evaluate("() => window.supervox === undefined")
    assert said in log.read_text()
    assert "Traceback" not in log.read_text()
    page.close()
