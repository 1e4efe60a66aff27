"""Threads that run compiled kernels side by side, each on its own part of the work."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import TracebackType
from typing import Self

_MOST: ContextVar[int | None] = ContextVar("most threads of a kernel", default=None)


def usable() -> int:
    """Return how many threads a kernel takes here where it is not told: a core each.

    Only cores that this process may run on count, and no more than its container's share of them;
    inside `at_most`, no more than that.
    """
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows do not tell
        cores = os.cpu_count() or 1
    return min(cores, _share(), _MOST.get() or cores)


def _share(quota: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """Return how many cores a container may use, as Linux tells; many if it does not."""
    try:
        time, period = quota.read_text().split()
        return max(1, round(int(time) / int(period)))
    except (OSError, ValueError):  # there is none, or it is "max"
        return sys.maxsize


@contextmanager
def at_most(threads: int) -> Iterator[None]:
    """Let kernels that are called inside, from this thread, take no more than `threads`.

    Raises
    ------
    ValueError
        If `threads` is below 1.
    """
    if threads < 1:
        raise ValueError(f"threads must be 1 or more; got {threads}.")
    token = _MOST.set(min(threads, _MOST.get() or threads))
    try:
        yield
    finally:
        _MOST.reset(token)


class Team:
    """A context in which parts of a kernel's work are shared among threads.

    Parameters
    ----------
    threads : int, optional
        How many; by default `usable`.

    Raises
    ------
    ValueError
        If `threads` is below 1.
    """

    def __init__(self, threads: int | None = None) -> None:
        self.threads = usable() if threads is None else threads
        if self.threads < 1:
            raise ValueError(f"threads must be 1 or more; got {threads}.")
        self._pool = ThreadPoolExecutor(self.threads) if self.threads > 1 else None

    def __enter__(self) -> Self:
        """Return the team itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """Wait until the last part has ended."""
        if self._pool:
            self._pool.shutdown()

    def share(self, kernel: Callable, n: int, *args, parts_each: int = 4) -> list:
        """Call ``kernel(begin, end, *args)`` for parts that together are ``0 … n``.

        Parameters
        ----------
        kernel : callable
            One that lets go of the GIL, and whose parts write to different places.
        n : int
            How many items there are.
        *args
            Given to each call.
        parts_each : int, optional
            Parts for each thread: more than one, so that none waits for the slowest part.

        Returns
        -------
        results : list
            What the calls returned, by part.
        """
        ranges = split(n, min(n, self.threads * parts_each) if self._pool else 1)
        if self._pool is None:
            return [kernel(begin, end, *args) for begin, end in ranges]
        return list(self._pool.map(lambda range_: kernel(*range_, *args), ranges))


def split(n: int, parts: int) -> list[tuple[int, int]]:
    """Return `parts` ranges, alike to one item, that together are ``0 … n``; none is empty."""
    parts = min(n, parts)
    return [(n * part // parts, n * (part + 1) // parts) for part in range(parts)]
