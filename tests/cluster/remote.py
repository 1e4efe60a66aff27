"""A scheduler and workers of somebody else's, on this machine."""

from __future__ import annotations

import os
import subprocess
import sys

from distributed.security import Security

from tests.e2e.serving import free_port

SCHEDULER = """
    async with QuietScheduler(
        host="127.0.0.1", port={port}, protocol="{protocol}", dashboard=False
    ) as scheduler:
        await scheduler.finished()
"""
WORKER = """
    async with QuietWorker("{protocol}://127.0.0.1:{port}", host="127.0.0.1", nthreads=1) as worker:
        await worker.finished()
"""
BARE_WORKER = """
import asyncio, sys
sys.path[:] = [each for each in sys.path if "site-packages" not in each] + {path!r}
from distributed import Worker

async def run():
    how = dict(host="127.0.0.1", nthreads=1, dashboard=False)
    async with Worker("tcp://127.0.0.1:{port}", **how) as worker:
        await worker.finished()

if __name__ == "__main__":
    asyncio.run(run())
"""
PROGRAM = """
import asyncio
from dashboard.cluster.local_scheduler import QuietScheduler, QuietWorker

async def run():
{body}

if __name__ == "__main__":
    asyncio.run(run())
"""


class Remote:
    """Processes that nobody of ours keeps alive."""

    def __init__(self, tls=None):
        self._environment = os.environ | environment_of(tls or {})
        self._protocol = "tls" if tls else "tcp"
        self.port = free_port()
        self.address = f"{self._protocol}://127.0.0.1:{self.port}"
        self._scheduler, self._processes = None, []

    def start_scheduler(self):
        self._scheduler = self._start(SCHEDULER)

    def start_worker(self):
        return self._start(WORKER)

    def start_bare_worker(self, home):
        """Start a worker in a Python that has all packages but ours, for an account of its own."""
        path = [each for each in sys.path if each.endswith("site-packages")]
        program = BARE_WORKER.format(path=path, port=self.port)
        account = {"HOME": str(home), "PATH": os.environ["PATH"], "TMPDIR": str(home)}
        self._run([sys.executable, "-I", "-S", "-c", program], env=account, cwd=home)

    def kill_scheduler(self):
        self._scheduler.kill()

    def stop(self):
        for process in self._processes:
            process.kill()
            process.wait()

    def _start(self, body):
        program = PROGRAM.format(body=body.format(port=self.port, protocol=self._protocol))
        return self._run([sys.executable, "-c", program], env=self._environment)

    def _run(self, command, **how):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._processes.append(subprocess.Popen(command, **quiet, **how))
        return self._processes[-1]


def certificates(folder):
    """Make certificates; returns the settings of Dask that name them."""
    security = Security.temporary()
    contents = {
        "ca-file": security.tls_ca_file,
        **dict.fromkeys(["client.cert", "worker.cert", "scheduler.cert"], security.tls_client_cert),
        **dict.fromkeys(["client.key", "worker.key", "scheduler.key"], security.tls_client_key),
    }
    for name, content in contents.items():
        (folder / name).write_text(content)
    return {f"distributed.comm.tls.{name}": str(folder / name) for name in contents}


def environment_of(settings):
    """Settings of Dask as a process takes them from its environment."""
    names = {name: name.replace(".", "__").replace("-", "_").upper() for name in settings}
    return {f"DASK_{names[name]}": value for name, value in settings.items()}
