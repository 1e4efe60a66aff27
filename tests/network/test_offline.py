"""A host that has no network at all, not even a route: the page is whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from dashboard import demo
from tests.cluster.watching import eventually
from tests.e2e.driving import stem
from tests.e2e.serving import ROOT
from tests.network.hosts import NAMES, Host, why_not

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(1800)]
PORT = 5006


@pytest.fixture
def alone():
    """A host with a loopback and nothing else."""
    if reason := why_not():
        pytest.skip(reason)
    host = Host(f"{NAMES}{os.getpid()}-alone")
    yield host
    host.remove()


def test_the_demo_is_labelled_and_downloaded_on_a_host_without_a_network(alone, tmp_path):
    assert alone.run(["ip", "route"]).stdout == ""
    asked = ["--port", PORT, "--data-root", tmp_path / "data", "--cache", tmp_path / "cache"]
    with (tmp_path / "log").open("wb") as log:
        how = {"cwd": ROOT, "stdout": log, "stderr": subprocess.STDOUT}
        alone.start([sys.executable, "-m", "dashboard.cli", "serve", *asked], **how)
    log = tmp_path / "log"
    assert eventually(lambda: "supervox: http" in log.read_text(), 300), log.read_text()
    look = [sys.executable, "-m", "tests.network.visit", f"http://127.0.0.1:{PORT}/app", tmp_path]

    seen = alone.run(look, cwd=ROOT, timeout=900)

    assert seen.returncode == 0, seen.stderr + log.read_text()
    told = json.loads(seen.stdout)
    assert told == {"title": stem(demo.PATH.name), "label": 1, "foreign": [], "errors": []}
