"""Many short calls of one kernel, by whoever runs them; the results in the order of the calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from typing import Any

from workers.runtime.progress import Report

TASKS = 48
"""About how many tasks a pass is cut into where there are more calls."""

_MOST_CALLS = 16  # in a task, so that it can be cancelled soon and a lost one costs little
_GLANCE_S = 0.5
_ATTEMPTS = 3


class Unreachable(BrokenExecutor):
    """Whoever runs the kernels cannot be reached: that is said, instead of trying again."""


def run(executor: Executor, kernel: Callable, calls: Sequence[tuple], report: Report) -> list[Any]:
    """Return what the kernel returns for each call.

    Parameters
    ----------
    executor : Executor
        Runs some calls at a time as one task. A task that it loses is given to it again.
    kernel : callable
        A function that the executor's processes can import.
    calls : sequence of tuple
        Its arguments.
    report : callable
        Told the fraction that is done, twice a second at least; may raise CancelledError. Then
        what has not begun never does.

    Raises
    ------
    BrokenExecutor
        If a task is lost again and again; `Unreachable` at once.
    """
    groups = group_calls(len(calls))
    results: list[Any] = [None] * len(calls)
    attempts = dict.fromkeys(groups, 0)
    under_way: dict[Future, range] = {}
    try:
        for group in groups:
            under_way[_begin(executor, kernel, calls, group)] = group
        done = 0
        while under_way:
            report(done / len(calls))
            finished, _ = wait(under_way, _GLANCE_S, FIRST_COMPLETED)
            for future in finished:
                group = under_way.pop(future)
                if _is_lost(future.exception()) and attempts[group] < _ATTEMPTS:
                    attempts[group] += 1
                    under_way[_begin(executor, kernel, calls, group)] = group
                    continue
                results[group.start : group.stop] = future.result()
                done += len(group)
        report(1.0)
    finally:
        for future in under_way:
            future.cancel()
    return results


def group_calls(calls: int) -> list[range]:
    """Return which calls make up each task."""
    size = min(_MOST_CALLS, max(1, calls // TASKS))
    return [range(start, min(start + size, calls)) for start in range(0, calls, size)]


def each(kernel: Callable, calls: Sequence[tuple]) -> list[Any]:
    """Call a kernel for each tuple of arguments, one after the other."""
    return [kernel(*call) for call in calls]


def _is_lost(error: BaseException | None) -> bool:
    return isinstance(error, BrokenExecutor) and not isinstance(error, Unreachable)


def _begin(executor, kernel, calls, group):
    return executor.submit(each, kernel, [calls[n] for n in group])
