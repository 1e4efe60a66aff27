from __future__ import annotations

import os
import re
import socket
import sys
import threading
import time
from concurrent.futures import BrokenExecutor

import cloudpickle
import dask
import numpy as np
import psutil
import pytest

from dashboard.cluster.connect import open_embedded
from dashboard.cluster.executor import DaskExecutor
from tests.cluster.kernels import count_up, hold, pid_of_worker
from tests.cluster.watching import connection_of, ended, eventually, started

cloudpickle.register_pickle_by_value(sys.modules[__name__])
TOLD_S = 5
MB = 1_000_000


class Diary:
    """A report that remembers when it was told to begin anew, and why."""

    def __init__(self):
        self.fractions, self.told = [], []

    def __call__(self, fraction):
        self.fractions.append(fraction)

    def again(self, why):
        self.told.append((time.monotonic(), why))


def sum_slowly(volume, report=None):
    """The sum of a volume, after two seconds."""
    count_up(40, 0.05, report)
    return int(volume.sum())


def unreachable(*_):
    raise OSError("The compute process was not ready within 60 s.")


def test_a_running_scheduler_is_used_and_left_running(executor):
    executor.submit(pow, 2, 5).result(30)
    client = connection_of(executor).client
    config = {
        "distributed.comm.tls.ca-file": client.security.tls_ca_file,
        "distributed.comm.tls.client.cert": client.security.tls_client_cert,
        "distributed.comm.tls.client.key": client.security.tls_client_key,
        "distributed.comm.require-encryption": True,
    }
    with dask.config.set(config), DaskExecutor.connect(client.scheduler.address) as guest:
        assert guest.submit(pow, 2, 6).result(30) == 64
        # A guest knows nothing of the one that is kept free for hands.
        assert eventually(lambda: guest.state == "ready: 1 worker, 3 threads")

    assert guest.state == "closed"
    assert executor.submit(pow, 2, 5).result(30) == 32


def test_a_scheduler_out_of_reach_is_said_in_state_and_futures():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    sentence = f"The Dask scheduler at tcp://127.0.0.1:{port} cannot be reached."

    with DaskExecutor.connect(f"tcp://127.0.0.1:{port}", deadline=0.5) as executor:
        with pytest.raises(BrokenExecutor) as raised:
            executor.submit(pow, 2, 5).result(30)

        assert str(raised.value) == sentence
        assert executor.state == f"lost: {sentence}"


def test_what_a_compute_process_that_dies_was_at_work_on_runs_again(executor, a_volume):
    family = [psutil.Process(executor.submit(pid_of_worker).result(30))]
    family.append(family[0].parent())
    diary = Diary()
    pending = executor.submit(sum_slowly, a_volume, report=diary)
    assert eventually(lambda: diary.fractions)

    family[1].kill()
    killed = time.monotonic()

    assert pending.result(60) == a_volume.sum()
    assert executor.submit(pow, 2, 5).result(30) == 32
    assert len(diary.told) == 1
    assert re.search("process has ended|scheduler is lost|does not answer", diary.told[0][1])
    assert diary.told[0][0] - killed < TOLD_S
    assert eventually(lambda: all(ended(process) for process in family))


def test_a_compute_process_that_dies_and_cannot_be_started_again_is_said_at_once():
    ways = iter([open_embedded])
    executor = DaskExecutor(lambda: next(ways, unreachable)(1, 1), runs_again=True)
    with executor:
        host = psutil.Process(executor.submit(pid_of_worker).result(30)).parent()
        pending = [executor.submit(hold, 60) for _ in range(2)]
        assert started(executor, pending[0])

        host.kill()

        for future in pending:
            with pytest.raises(BrokenExecutor, match="was not ready within 60 s"):
                future.result(TOLD_S)
        assert eventually(lambda: executor.state.startswith("lost: The compute process"))
        with pytest.raises(BrokenExecutor, match="was not ready"):
            executor.submit(pow, 2, 5).result(TOLD_S)


def test_a_kernel_is_not_run_again_for_ever(executor, monkeypatch):
    def kill_the_scheduler():
        os.kill(os.getppid(), 9)
        time.sleep(60)

    monkeypatch.setattr("dashboard.cluster.call.ATTEMPTS", 2)

    with pytest.raises(BrokenExecutor, match=r"given up: 2 workers were lost"):
        executor.submit(kill_the_scheduler).result(120)


@pytest.mark.slow
def test_a_lost_scheduler_of_others_is_said_at_once_and_used_again_when_it_is_back(remote):
    remote.start_worker()
    with DaskExecutor.connect(remote.address, deadline=60) as executor:
        assert executor.submit(pow, 2, 5).result(60) == 32
        pending = executor.submit(count_up, 10**6, 0.01, report=abs)
        assert started(executor, pending)

        remote.kill_scheduler()

        with pytest.raises(BrokenExecutor, match="connection to the Dask scheduler is lost"):
            pending.result(TOLD_S)
        remote.start_scheduler()
        remote.start_worker()
        assert eventually(lambda: executor.state.startswith("ready"), 60)
        assert executor.submit(pow, 2, 6).result(30) == 64


@pytest.mark.parametrize("deadline", [2, pytest.param(30, marks=pytest.mark.torture)])
def test_without_any_worker_a_kernel_fails_in_time_and_the_next_runs_on_the_first_that_comes(
    remote, deadline, a_volume
):
    late = deadline + 1.5
    with DaskExecutor.connect(remote.address, deadline=60, worker_deadline=deadline) as executor:
        assert eventually(lambda: connection_of(executor) is not None, 60)
        waiting = [executor.submit(pow, 2, 5), executor.submit(np.sum, a_volume)]
        for future in waiting:
            with pytest.raises(BrokenExecutor, match=f"No Dask worker .* for {deadline} s"):
                future.result(late)

        remote.start_worker()

        assert eventually(lambda: executor.state.startswith("ready"), 60)
        assert executor.submit(np.sum, a_volume).result(30) == a_volume.sum()


def test_a_scheduler_that_is_silent_is_lost(executor, monkeypatch):
    host = psutil.Process(executor.submit(pid_of_worker).result(30)).parent()
    monkeypatch.setattr("dashboard.cluster.connection.SILENCE_S", 1.0)
    diary = Diary()
    pending = executor.submit(count_up, 40, 0.05, report=diary)
    assert eventually(lambda: diary.fractions)

    host.suspend()

    assert eventually(lambda: diary.told)
    monkeypatch.undo()
    assert pending.result(60) == 40


def test_all_is_answered_when_a_scheduler_is_killed_while_things_are_sent(executor):
    stop, futures = threading.Event(), []

    def ask():
        while not stop.wait(0.01):
            futures.append(executor.submit(np.sum, np.ones(2 * MB, np.uint8)))

    executor.submit(pow, 2, 5).result(30)
    asking = threading.Thread(target=ask)
    asking.start()
    assert eventually(lambda: len(futures) > 20)
    os.kill(connection_of(executor).process.pid, 9)
    assert eventually(lambda: executor.state.startswith("lost"))
    stop.set()
    asking.join()

    assert {int(future.result(60)) for future in futures} == {2 * MB}
