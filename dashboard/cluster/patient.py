"""A view of the executor for work of many short kernels, which would rather wait than fail."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future


class Patient(Executor):
    """Hands kernels on; the executor behind it lives longer.

    Parameters
    ----------
    take : callable
        Takes ``(fn, args, kwargs)``; returns the future.
    """

    def __init__(self, take: Callable[[tuple], Future]) -> None:
        self._take = take

    def submit(self, fn: Callable, /, *args, **kwargs) -> Future:
        """Have ``fn(*args, **kwargs)`` run on a worker; see `DaskExecutor.patient`."""
        return self._take((fn, args, kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Do nothing: who began the executor ends it."""
