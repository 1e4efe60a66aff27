"""Workers as jobs of Slurm: ``--cluster on_slurm:start``, run beside this file."""

from __future__ import annotations

from pathlib import Path

from dask_jobqueue import SLURMCluster

JOBS = 16
SHARED = Path.home() / ".supervox-slurm"  # seen by the nodes; holds logs, and keys while it runs


def start() -> SLURMCluster:
    """Return a cluster that asks for jobs; all of it speaks TLS, with a key of its own."""
    SHARED.mkdir(mode=0o700, exist_ok=True)
    cluster = SLURMCluster(
        cores=8,
        processes=2,
        memory="8 GB",
        walltime="04:00:00",
        security=True,
        shared_temp_directory=str(SHARED),
        log_directory=str(SHARED),
        scheduler_options={"dashboard": False},
    )
    cluster.scale(jobs=JOBS)
    return cluster
