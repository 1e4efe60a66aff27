"""A scheduler and workers of somebody else's, on this machine."""

from __future__ import annotations

import subprocess
import sys
import textwrap

from tests.e2e.serving import free_port

SCHEDULER = """
    async with QuietScheduler(host="127.0.0.1", port={port}, dashboard=False) as scheduler:
        await scheduler.finished()
"""
WORKER = """
    async with QuietWorker("tcp://127.0.0.1:{port}", host="127.0.0.1", nthreads=1) as worker:
        await worker.finished()
"""
PROGRAM = """
import asyncio
from dashboard.cluster_host import QuietScheduler, QuietWorker

async def run():
{body}

if __name__ == "__main__":
    asyncio.run(run())
"""


class Remote:
    """Processes that nobody of ours keeps alive."""

    def __init__(self):
        self.port = free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self._scheduler, self._processes = None, []

    def start_scheduler(self):
        self._scheduler = self._start(SCHEDULER)

    def start_worker(self):
        self._start(WORKER)

    def kill_scheduler(self):
        self._scheduler.kill()

    def stop(self):
        for process in self._processes:
            process.kill()
            process.wait()

    def _start(self, body):
        program = PROGRAM.format(body=textwrap.indent(body.format(port=self.port), ""))
        command = [sys.executable, "-c", program]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._processes.append(subprocess.Popen(command, **quiet))
        return self._processes[-1]
