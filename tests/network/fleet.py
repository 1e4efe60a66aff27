"""A scheduler and workers of others, each on a host of its own, with mutual TLS."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import workers
from dashboard.cluster.worker_facts import PUSHED

PORT = 8786
# Dask's own notice of a host that is gone: 11 s is the least that it takes, 30 s the default.
PATIENCE = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "11s"}
# All packages but ours: -S leaves out the .pth file of the editable install.
BARE = (
    "import runpy, sys; sys.path += {path!r}; "
    "runpy.run_module('distributed.cli.{program}', run_name='__main__')"
)
# A worker that has lost its scheduler ends; whoever runs a cluster has it started again.
FOR_EVER = 'while :; do "$@"; sleep 1; done'


class Fleet:
    """Starts what a cluster needs on the hosts of a network.

    Parameters
    ----------
    network : Network
        With a host ``scheduler``.
    authority : Authority
        Whom all of them trust.
    home : Path
        Of the account that runs them; hosts share it, as those of a cluster do.
    """

    def __init__(self, network, authority, home):
        self._network, self._authority, self._home = network, authority, home
        self.address = f"tls://{network['scheduler'].address}:{PORT}"

    def start_scheduler(self):
        here = self._network["scheduler"].address
        where = ["--host", here, "--port", PORT, "--protocol", "tls", "--no-dashboard"]
        self._start("scheduler", [*bare("dask_scheduler"), *where])

    def start_worker(self, name, *, installed=False):
        """Start a worker whose Python has supervox, or all packages but that."""
        program = [sys.executable, "-m", "distributed.cli.dask_worker"]
        how = [
            "--nthreads",
            1,
            "--no-nanny",
            "--no-dashboard",
            "--host",
            self._network[name].address,
        ]
        command = [*(program if installed else bare("dask_worker")), self.address, *how]
        self._start(name, ["sh", "-c", FOR_EVER, "sh", *command])

    @property
    def sent(self):
        """Where the workers have unpacked the kernels that they were sent; none before."""
        return [*self._home.glob(f".cache/{PUSHED}/*/workers")]

    def lend_compiled(self):
        """Put beside the kernels that were sent what was compiled here, and spare a minute."""
        (there,) = self.sent
        here = Path(workers.__file__).parent
        for source in there.rglob("*.py"):
            shutil.copystat(here / source.relative_to(there), source)  # numba looks at the time
        for compiled in here.rglob("*.nb[ci]"):
            lent = there / compiled.relative_to(here)
            lent.parent.mkdir(exist_ok=True)
            shutil.copy2(compiled, lent)

    def _start(self, name, command):
        certificate, key = self._authority.certify(self._network[name].address)
        tls = ["--tls-ca-file", self._authority.file, "--tls-cert", certificate, "--tls-key", key]
        account = {"HOME": str(self._home), "PATH": os.environ["PATH"], "TMPDIR": str(self._home)}
        with (self._home / f"{name}.log").open("ab") as log:
            how = {"stdout": log, "stderr": subprocess.STDOUT, "cwd": self._home}
            self._network[name].start([*command, *tls], env=account | PATIENCE, **how)


def bare(program):
    """Return the command of one of Dask's programs in a Python that has no supervox."""
    path = [each for each in sys.path if each.endswith("site-packages")]
    return [sys.executable, "-I", "-S", "-c", BARE.format(path=path, program=program)]


def tls(authority, address):
    """Return how a client at an address finds its certificates, as variables of its environment."""
    certificate, key = authority.certify(address)
    files = {"CA_FILE": authority.file, "CLIENT__CERT": certificate, "CLIENT__KEY": key}
    return {f"DASK_DISTRIBUTED__COMM__TLS__{name}": str(Path(file)) for name, file in files.items()}
