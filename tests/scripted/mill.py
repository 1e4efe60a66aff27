"""Starts `supervox serve` again and again without importing it again.

A process that has imported everything forks a server for each line that it is told. What runs is
the command itself; only the three seconds of imports are not paid each time.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from tests.e2e.serving import free_port

ROOT = Path(__file__).parents[2]
NOWHERE = "tcp://127.0.0.1:9"  # no scheduler is there: no kernel runs, and no cluster is started


class Mill:
    """Makes servers that a test may kill.

    Parameters
    ----------
    log : Path
        Where they write.
    """

    def __init__(self, log):
        self._log = log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.scripted.mill"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        )

    def serve(self, file, data_root):
        """Start a server; returns its process and its address, at once."""
        port = free_port()
        asked = ["serve", str(file), "--port", str(port), "--data-root", str(data_root)]
        print(json.dumps([*asked, "--scheduler", NOWHERE]), file=self._process.stdin, flush=True)
        pid = int(self._process.stdout.readline())
        return psutil.Process(pid), f"http://127.0.0.1:{port}/app"

    def close(self):
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()
        self._log.close()


def kill(process):
    """End a server as a crash does, and wait until it is gone."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.kill()
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.001)


def main():
    """Fork a server for each line of the standard input."""
    from dashboard.cli import main as cli
    from dashboard.page import page  # noqa: F401 - imported once, for all of them
    from workers.warm import warm_page

    warm_page()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are not kept
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            serve(cli, json.loads(line))
        print(pid, flush=True)  # noqa: T201 - the answer


def serve(cli, asked):
    """Be a server, and nothing of the mill."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    os._exit(cli.main(asked))


if __name__ == "__main__":
    main()
