"""Many short kernels of one long work: they wait rather than fail, and lose nothing."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from concurrent.futures import BrokenExecutor, wait

import cloudpickle
import numpy as np
import psutil
import pytest

from dashboard.cluster.executor import DaskExecutor
from tests.cluster.kernels import count_up, hold, pid_of_worker
from tests.cluster.watching import connection_of, eventually, workers_of

cloudpickle.register_pickle_by_value(sys.modules[__name__])
TOLD_S = 5
MB = 1_000_000


def double(number, array, seconds=0.01):
    time.sleep(seconds)
    return 2 * number, int(array.sum())


def test_results_belong_to_their_kernels_whatever_their_number_and_size(executor):
    view = executor.patient()
    arrays = [np.full(100_000 + (n == 7) * MB, n, np.uint8) for n in range(150)]

    futures = [view.submit(double, n, array=array) for n, array in enumerate(arrays)]

    found = [future.result(60) for future in futures]
    assert found == [(2 * n, int(array.sum())) for n, array in enumerate(arrays)]
    assert eventually(lambda: not connection_of(executor).calls.running)


def test_one_that_fails_fails_alone(executor):
    view = executor.patient()
    futures = [view.submit(divmod, 1, n % 5) for n in range(40)]
    futures.append(view.submit(threading.Lock().acquire))  # cannot be pickled

    assert [type(future.exception(30)) for future in futures[:40:5]] == [ZeroDivisionError] * 8
    assert isinstance(futures[-1].exception(30), TypeError)
    assert all(future.result(30) for n, future in enumerate(futures[:40]) if n % 5)


def test_one_that_reports_is_heard_and_stopped(executor):
    fractions = []
    reporting = executor.patient().submit(count_up, 10**6, 0.02, report=fractions.append)
    assert eventually(lambda: len(fractions) > 1)

    reporting.cancel()

    assert executor.patient().submit(pow, 2, 5).result(10) == 32
    assert fractions == sorted(fractions)


def test_what_is_cancelled_keeps_its_worker_and_frees_the_queue(executor):
    worker = executor.submit(pid_of_worker).result(30)
    futures = [executor.patient().submit(hold, 1.5) for _ in range(100)]
    time.sleep(0.5)

    assert all(future.cancel() for future in futures)

    assert wait(futures, timeout=5).not_done == set()
    assert executor.patient().submit(pid_of_worker).result(20) == worker
    assert executor.submit(pid_of_worker).result(20) == worker


def test_the_view_does_not_end_the_executor(executor):
    with executor.patient() as view:
        assert view.submit(pow, 2, 5).result(30) == 32

    assert executor.submit(pow, 2, 6).result(30) == 64


@pytest.mark.slow
def test_workers_that_die_again_and_again_lose_nothing(executor):
    view = executor.patient()
    host = psutil.Process(executor.submit(pid_of_worker).result(30)).parent()

    futures = [view.submit(double, n, np.ones(10_000, np.uint8), 0.05) for n in range(150)]
    for last in range(20, 120, 25):
        wait(futures[last : last + 1], timeout=100)
        for worker in workers_of(host):
            os.kill(worker, signal.SIGKILL)

    assert [future.result(100) for future in futures] == [(2 * n, 10_000) for n in range(150)]


@pytest.mark.slow
def test_the_compute_process_dies_and_all_runs_again(executor):
    futures = [executor.patient().submit(double, n, np.ones(9), 0.05) for n in range(150)]
    futures[20].result(60)

    os.kill(connection_of(executor).process.pid, signal.SIGKILL)

    assert [future.result(120)[0] for future in futures] == [2 * n for n in range(150)]


@pytest.mark.slow
def test_without_a_worker_it_is_told_once_and_goes_on_when_one_comes(remote):
    told, deadline = [], 2
    with DaskExecutor.connect(remote.address, deadline=60, worker_deadline=deadline) as executor:
        assert eventually(lambda: connection_of(executor) is not None, 60)
        waiting = [executor.patient(told.append).submit(pow, 2, n) for n in range(100)]
        impatient = executor.submit(pow, 2, 5)

        assert eventually(lambda: told, deadline + 1.5)
        with pytest.raises(BrokenExecutor, match="No Dask worker"):
            impatient.result(2)
        time.sleep(deadline)
        assert told == ["No Dask worker has been there for 2 s; waiting for one."]
        remote.start_worker()

        assert [future.result(60) for future in waiting] == [2**n for n in range(100)]


@pytest.mark.slow
def test_without_its_last_worker_work_under_way_is_told_and_goes_on(remote):
    worker, told = remote.start_worker(), []
    with DaskExecutor.connect(remote.address, deadline=60, worker_deadline=2) as executor:
        view = executor.patient(told.append)
        futures = [view.submit(double, n, np.ones(9), 0.05) for n in range(100)]
        futures[10].result(60)

        worker.kill()

        assert eventually(lambda: told, 10)
        remote.start_worker()
        assert [future.result(60)[0] for future in futures] == [2 * n for n in range(100)]


@pytest.mark.slow
def test_a_lost_scheduler_of_others_is_said_at_once_and_the_next_try_works(remote):
    remote.start_worker()
    with DaskExecutor.connect(remote.address, deadline=60) as executor:
        view = executor.patient()
        futures = [view.submit(double, n, np.ones(9), 0.2) for n in range(200)]
        futures[5].result(60)

        remote.kill_scheduler()

        failed = wait(futures, TOLD_S, return_when="FIRST_EXCEPTION").done
        assert any(future.exception() for future in failed)
        for future in futures:
            future.cancel()
        remote.start_scheduler()
        remote.start_worker()
        assert eventually(lambda: executor.state.startswith("ready"), 60)
        assert view.submit(pow, 2, 6).result(30) == 64
