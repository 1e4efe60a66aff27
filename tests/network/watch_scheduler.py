"""Computes at a scheduler that is lost and comes back, and says what happens, a JSON line each.

Run on a host of its own: ``python -m tests.network.watch_scheduler ADDRESS``.
"""

from __future__ import annotations

import json
import sys
import time

from dashboard.cluster.executor import DaskExecutor
from tests.cluster.kernels import count_up
from tests.cluster.watching import eventually, started

PATIENCE_S = 200


def say(what, text=""):
    sys.stdout.write(json.dumps([what, time.monotonic(), text]) + "\n")
    sys.stdout.flush()


def main(address):
    with DaskExecutor.connect(address, worker_deadline=PATIENCE_S) as executor:
        if not eventually(lambda: executor.state.startswith("ready"), PATIENCE_S):
            raise SystemExit(f"No worker came: {executor.state}")
        running = executor.submit(count_up, 10**6, 0.01, report=abs)
        say("running" if eventually(lambda: started(executor, running), PATIENCE_S) else "waiting")
        say("lost", str(running.exception()))
        eventually(lambda: executor.state.startswith("ready"), PATIENCE_S)
        say("back", str(executor.submit(pow, 2, 6).result(PATIENCE_S)))


if __name__ == "__main__":
    main(sys.argv[1])
