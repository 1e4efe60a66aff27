"""A real server in a process of its own: `supervox serve`, or `panel serve` for another app."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
APP = ROOT / "dashboard" / "app.py"


def free_port():
    """A port of the loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """Serves `app` with `file` open, until it is stopped.

    Its log is a file, so that it never waits for a reader; what it keeps lies beside that.
    `seen_at` is another port at which browsers see it. `command` and `environment` are those of
    another installation.
    """

    def __init__(
        self, file, log, app=APP, options=(), port=None, seen_at=None, command=(), environment=None
    ):
        self.port, self.log, self.seen_at = port or free_port(), log, seen_at
        self.data_root = log.with_suffix(".data")
        self.url = f"http://127.0.0.1:{self.port}/{Path(app).stem}"
        where = ["--port", str(self.port)]
        if seen_at or app is not APP:
            where += ["--allow-websocket-origin", f"127.0.0.1:{seen_at or self.port}"]
        asked = [str(file), "--data-root", str(self.data_root), *options]
        ours = (sys.executable, "-m", "dashboard.cli")
        serve = [*(command or ours), "serve", *where, *asked]
        if app is not APP:
            where += ["--address", "127.0.0.1"]
            serve = [sys.executable, "-m", "panel", "serve", str(app), *where, "--args", *asked]
        log.write_bytes(b"")
        self._how = {"args": serve, "cwd": log.parent if command else ROOT, "env": environment}
        self._start()

    def _start(self):
        with self.log.open("ab") as sink:
            self.process = subprocess.Popen(
                **self._how, stdout=sink, stderr=subprocess.STDOUT, start_new_session=True
            )

    def start_again(self):
        """Serve again as before, on the same port, after `kill`."""
        self._start()
        return self.wait()

    def wait(self, seconds=60):
        """Return when it answers."""
        end = time.monotonic() + seconds
        while True:
            if not self.runs or time.monotonic() > end:
                raise RuntimeError(f"panel serve does not answer:\n{self.log.read_text()}")
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return self

    def signal(self, number):
        """Signal the server itself, not its Dask cluster."""
        os.kill(self.process.pid, number)

    @property
    def runs(self):
        """Whether its process has not ended."""
        return self.process.poll() is None

    def kill(self):
        """End the server itself as a crash does; its cluster sees to its own end."""
        self.process.kill()
        self.process.wait(10)

    def stop(self):
        """End it and all that it has started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
