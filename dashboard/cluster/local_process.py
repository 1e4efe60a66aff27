"""The page's hold on the embedded cluster, a child process.

Request and answer are one line of JSON each; the child lives as long as its standard input is open,
so it ends with its parent, however that ends. See `dashboard.cluster.local_scheduler` for what it
does.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from typing import NamedTuple

import psutil
from distributed.security import Security

START_S = 60.0
STOP_S = 8.0
SLOT = "slot"  # what a worker has one of for each kernel that it may run at a time
SPARE = 1  # threads that it has beyond: for what asks for no slot, as a hand waits for it
MAIN = (
    "import json, sys; request = json.loads(sys.stdin.readline()); sys.path[:] = request['path']; "
    "from dashboard.cluster.local_scheduler import main; main(request)"
)
# "Compute Failed" warnings would print arrays of a patient's volume; the user's own setting wins.
LOGGING = {"DASK_LOGGING__DISTRIBUTED": "error"}
# `panel serve` sets one of these for its own log, and Dask then looks at no other setting.
PANELS = "DASK_DISTRIBUTED__LOGGING__"


class ClusterProcess:
    """The parent's hold on the child process; starts it and does not wait.

    Parameters
    ----------
    workers : int
        Number of worker processes.
    threads_per_worker : int
        Kernels that one of them runs at a time.
    """

    def __init__(self, workers: int, threads_per_worker: int) -> None:
        # A session of its own: Ctrl-C in the terminal is for the page, which then ends this.
        self._child = subprocess.Popen(
            [sys.executable, "-c", MAIN],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=LOGGING | {k: v for k, v in os.environ.items() if not k.startswith(PANELS)},
            start_new_session=True,
        )
        request = {"path": [*map(str, sys.path)], "workers": workers, "threads": threads_per_worker}
        with contextlib.suppress(OSError):  # it died at once: `wait_until_ready` tells
            self._child.stdin.write(json.dumps(request) + "\n")
            self._child.stdin.flush()

    @property
    def pid(self) -> int:
        """Process id of the child."""
        return self._child.pid

    @property
    def returncode(self) -> int | None:
        """Exit status of the child; None while it lives."""
        return self._child.poll()

    def wait_until_ready(self) -> SchedulerAddress:
        """Wait for the first worker.

        Raises
        ------
        OSError
            The child ended, or was not ready within a minute.
        """
        began = time.monotonic()
        deadline = threading.Timer(START_S, self._child.kill)
        deadline.start()
        line = self._child.stdout.readline()
        deadline.cancel()
        if not line and time.monotonic() - began >= START_S:
            raise OSError(f"The compute process was not ready within {START_S:.0f} s.")
        if not line:
            raise OSError("The compute process ended before it was ready; its log says why.")
        return SchedulerAddress(*json.loads(line))

    def kill_worker(self, pid: int) -> None:
        """Kill the worker process `pid`, if it is one and lives; its nanny starts another."""
        with contextlib.suppress(psutil.NoSuchProcess):
            worker = psutil.Process(pid)
            if worker.ppid() == self.pid:
                worker.kill()

    def close(self) -> None:
        """End the child and its workers, and wait until they have ended; may be called again."""
        with contextlib.suppress(OSError):  # a write to a dead child
            self._child.stdin.close()
        try:
            self._child.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._child.kill()  # the workers notice and end themselves
            self._child.wait()
        self._child.stdout.close()


class SchedulerAddress(NamedTuple):
    """Where the scheduler listens, and what opens it."""

    address: str
    certificate: str
    key: str

    def security(self) -> Security:
        """Return what shows the certificate, and expects it of the scheduler."""
        return Security(
            require_encryption=True,
            tls_ca_file=self.certificate,
            tls_client_cert=self.certificate,
            tls_client_key=self.key,
        )
