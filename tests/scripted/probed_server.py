"""A real server of the page that can be asked about its memory and its event loop."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import psutil

from tests.e2e.serving import APP, ROOT, Server, free_port

PROBE = Path(__file__).with_name("probe.py")
SOON_MS = "500"


class ProbedServer(Server):
    """Serves the workbench with `file` open; sessions of pages that went end after a second."""

    def __init__(self, file, log, *options):
        self.port, self.log = free_port(), log
        self.data_root = log.with_suffix(".data")
        self.url = f"http://127.0.0.1:{self.port}/{APP.stem}"
        where = ["--address", "127.0.0.1", "--port", str(self.port)]
        origin = ["--allow-websocket-origin", f"127.0.0.1:{self.port}"]
        asked = [file, "--data-root", self.data_root, *options]
        soon = ["--unused-session-lifetime", SOON_MS, "--check-unused-sessions", SOON_MS]
        with log.open("wb") as sink:
            self.process = subprocess.Popen(
                [sys.executable, PROBE, APP, *where, *origin, *soon, "--args", *asked],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=sink,
                start_new_session=True,
                text=True,
            )

    def ask(self, *question):
        """Return the server's answer to a question, as `probe.py` understands it."""
        self.process.stdin.write(" ".join(question) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def census(self, *names, seconds=10):
        """How many objects of classes live, once no session is left or some seconds are over."""
        deadline = time.monotonic() + seconds
        while True:
            found = self.ask("census", *names)
            if not any(found.values()) or time.monotonic() > deadline:
                return found
            time.sleep(0.2)

    def workers_mib(self):
        """Resident memory of all processes below the server."""
        below = psutil.Process(self.process.pid).children(recursive=True)
        return sum(each.memory_info().rss for each in below) / 2**20

    def stop(self):
        super().stop()
        self.process.stdin.close()
        self.process.stdout.close()
