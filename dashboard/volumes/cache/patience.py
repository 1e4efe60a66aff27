"""What `DaskExecutor` alone can do: wait for workers, and tell which of them see a folder."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path


def patient(executor: Executor, tell: Callable[[str], object], folder: Path) -> Executor:
    """Return an executor as one whose kernels wait for a worker; others than Dask's as they are.

    Parameters
    ----------
    executor : Executor
    tell : callable
        Told a sentence while there is no worker.
    folder : Path
        What every kernel needs to see.
    """
    wait: Callable | None = getattr(executor, "patient", None)
    return wait(tell, folder) if wait else executor


def blind(executor: Executor, folder: Path) -> list[str]:
    """Return the workers that do not see a folder; others than Dask's are in this machine."""
    look: Callable | None = getattr(executor, "blind", None)
    return look(folder) if look else []
