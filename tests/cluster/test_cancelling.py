from __future__ import annotations

import concurrent.futures
import sys
import time
from concurrent.futures import CancelledError

import cloudpickle
import psutil
import pytest

from tests.cluster.kernels import (
    count_up,
    give_in,
    hold,
    hold_the_gil,
    pid_of_worker,
)
from tests.cluster.watching import eventually, started

cloudpickle.register_pickle_by_value(sys.modules[__name__])
MB = 1_000_000


def test_a_cancelled_kernel_that_reports_frees_its_thread(executor):
    worker = executor.submit(pid_of_worker).result(30)
    busy = [executor.submit(count_up, 10**6, 0.02, report=abs) for _ in range(2)]
    assert all(started(executor, future) for future in busy)

    assert [future.cancel() for future in busy] == [True, True]

    assert executor.submit(pid_of_worker).result(2) == worker


def test_a_kernel_cancelled_at_once_never_blocks(executor):
    futures = [executor.submit(hold, 60) for _ in range(20)]

    assert all(future.cancel() for future in futures)

    done, _ = concurrent.futures.wait(futures, timeout=2)
    assert done == set(futures)
    assert executor.submit(pow, 2, 5).result(30) == 32


def test_a_kernel_that_raises_cancelled_error_was_cancelled(executor):
    with pytest.raises(CancelledError):
        executor.submit(give_in).result(30)


def test_a_report_that_raises_cancelled_error_cancels_its_kernel(executor):
    def report(fraction):
        raise CancelledError

    with pytest.raises(CancelledError):
        executor.submit(count_up, 10**6, 0.02, report=report).result(30)


def test_a_report_that_fails_ends_its_kernel(executor):
    def report(fraction):
        raise LookupError("no such view")

    with pytest.raises(LookupError, match="no such view"):
        executor.submit(count_up, 10**6, 0.02, report=report).result(30)


@pytest.mark.parametrize(("kernel", "args"), [(hold, (60,)), (hold_the_gil, ())])
def test_a_cancelled_kernel_that_never_reports_loses_its_worker(executor, kernel, args):
    worker = executor.submit(pid_of_worker).result(30)
    stubborn = executor.submit(kernel, *args)
    assert started(executor, stubborn)

    stubborn.cancel()

    assert eventually(lambda: not psutil.pid_exists(worker))
    assert executor.submit(pid_of_worker).result(30) != worker


def test_the_neighbour_of_a_killed_kernel_starts_anew(executor, a_volume):
    def slow_shape(volume):
        time.sleep(2)
        return volume.shape

    stubborn, neighbour = executor.submit(hold, 60), executor.submit(slow_shape, a_volume)
    assert started(executor, stubborn)
    assert started(executor, neighbour)

    stubborn.cancel()

    assert neighbour.result(30) == (100, 120, 200)
