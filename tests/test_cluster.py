from __future__ import annotations

import concurrent.futures
import os
import signal
import socket
import ssl
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import BrokenExecutor, CancelledError
from typing import NamedTuple
from unittest import mock

import cloudpickle
import dask
import numpy as np
import psutil
import pytest

from dashboard.cluster import DaskExecutor
from workers.team import usable

# Workers need not be able to import the tests.
cloudpickle.register_pickle_by_value(sys.modules[__name__])

pytestmark = pytest.mark.slow
MB = 1_000_000


@pytest.fixture(scope="module")
def executor():
    """An embedded cluster: one worker process with two threads."""
    executor = DaskExecutor.local(threads_per_worker=2)
    yield executor
    executor.shutdown(cancel_futures=True)
    assert executor.state == "closed"
    assert not psutil.Process().children(recursive=True)


@pytest.fixture
def a_volume():
    """A read-only, non-cubic array of 2.4 MB."""
    volume = np.arange(100 * 120 * 200, dtype=np.uint8).reshape(100, 120, 200)
    volume.flags.writeable = False
    return volume


class Result(NamedTuple):
    """What a kernel returns that has several results."""

    first: object
    second: object
    third: object


def pid_of_worker():
    return os.getpid()


def address_of(array):
    return array.__array_interface__["data"][0], array.flags.writeable


def count_up(steps, pause, report=None):
    for step in range(steps):
        time.sleep(pause)
        report(step / steps)
    return steps


def hold(seconds):
    time.sleep(seconds)
    return os.getpid()


def hold_the_gil():
    return sum(range(10**12))


def give_in():
    raise CancelledError


def eventually(truth, seconds=10.0):
    """Wait until `truth()`; False if it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not truth() and time.monotonic() < deadline:
        time.sleep(0.02)
    return truth()


def started(executor, future):
    """Wait until the kernel of `future` runs on a worker."""
    return eventually(
        lambda: any(t.pid and t.future is future for t in [*executor._link.tasks.values()])
    )


def processes_below(process):
    return [process, *process.children(recursive=True)]


def ended(process):
    """Tell whether `process` is no more, though nobody may have taken note of its end."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def listening(process):
    return [c.laddr for c in process.net_connections() if c.status == psutil.CONN_LISTEN]


def hung_up(connection):
    """Tell whether the other side closes `connection` without an answer."""
    try:
        return connection.recv(100) == b""
    except (ssl.SSLError, ConnectionError):
        return True


def test_the_constructor_returns_at_once_and_an_early_kernel_waits_for_the_cluster(executor):
    future = executor.submit(pow, 2, 5)

    assert future.result(30) == 32


def test_the_status_line_counts_workers_and_threads(executor):
    executor.submit(pow, 2, 5).result(30)

    assert eventually(lambda: executor.state == "ready: 1 worker, 2 threads")


def test_an_error_in_a_kernel_is_the_error_of_its_future(executor):
    with pytest.raises(ZeroDivisionError):
        executor.submit(divmod, 1, 0).result(30)


def test_positional_and_keyword_arguments_arrive_in_order_whatever_their_size(executor, a_volume):
    def shapes(a, b, *, c, d):
        return a.shape, b, c.shape, d

    future = executor.submit(shapes, a_volume, 2, c=np.zeros(MB), d=b"d" * 2 * MB)

    assert future.result(30) == ((100, 120, 200), 2, (MB,), b"d" * 2 * MB)


def test_everything_listens_on_loopback_only(executor):
    executor.submit(pow, 2, 5).result(30)

    sockets = [s for p in processes_below(psutil.Process()) for s in listening(p)]

    assert len(sockets) == 3, "scheduler, nanny and worker: no HTTP server"
    assert {s.ip for s in sockets} == {"127.0.0.1"}


def test_no_port_answers_without_the_certificate(executor):
    executor.submit(pow, 2, 5).result(30)
    anyone = ssl.create_default_context()
    anyone.check_hostname, anyone.verify_mode = False, ssl.CERT_NONE

    for address in [s for p in processes_below(psutil.Process()) for s in listening(p)]:
        with socket.create_connection(address, timeout=5) as plain:
            plain.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert hung_up(plain)
        with anyone.wrap_socket(socket.create_connection(address, timeout=5)) as encrypted:
            assert hung_up(encrypted)


def test_a_worker_never_loads_the_page(executor):
    def page():
        return {"panel", "bokeh", "holoviews", "dashboard.app"} & set(sys.modules)

    assert executor.submit(page).result(30) == set()


def test_progress_arrives_in_order_and_not_more_than_twenty_times_a_second(executor):
    fractions = []

    executor.submit(count_up, 500, 0.002, report=fractions.append).result(30)

    assert fractions == sorted(set(fractions))
    assert 2 <= len(fractions) <= 60


def test_a_kernel_without_report_is_given_none(executor):
    def given(report="nothing"):
        return report

    assert executor.submit(given).result(30) == "nothing"
    assert executor.submit(given, report=None).result(30) is None


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


@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_come_back_as_compiled_code_takes_them_and_read_only_if_they_were(executor, order):
    def arrays(order):
        result = Result(np.full((101, 77, 31), 7, np.int64, order=order), np.arange(9), "name")
        result.first.flags.writeable = False
        return result, [5]

    (first, second, name), others = executor.submit(arrays, order).result(30)

    assert first.flags.aligned
    assert second.flags.aligned
    assert (first.flags.writeable, second.flags.writeable) == (False, True)
    assert first.flags.fnc == (order == "F")
    assert (first == 7).all()
    assert (second.tolist(), name, others) == ([*range(9)], "name", [5])


def test_a_named_tuple_keeps_its_names(executor):
    assert executor.submit(Result, 1, 2, 3).result(30).second == 2


def test_a_kernel_takes_as_many_threads_as_there_are_cores(executor):
    def threads_on_a_machine_of_many_cores():
        with mock.patch.object(os, "sched_getaffinity", return_value=range(64), create=True):
            return usable()

    assert executor.submit(threads_on_a_machine_of_many_cores).result(30) == usable()


def test_a_worker_compiles_its_kernels_before_they_are_called_and_so_does_the_next(executor):
    def compiled_versions():
        from workers import stroke_path

        return len(stroke_path._collect.signatures)

    assert eventually(lambda: executor.submit(compiled_versions).result(30) == 2, 120)
    os.kill(executor.submit(pid_of_worker).result(30), signal.SIGKILL)
    assert eventually(lambda: executor.submit(compiled_versions).result(30) == 2, 120)


def test_a_read_only_array_is_sent_once_and_stays_read_only(executor, a_volume):
    first = executor.submit(address_of, a_volume).result(30)
    second = executor.submit(address_of, array=a_volume).result(30)

    assert first == second
    assert first[1] is False


def test_a_writable_array_is_sent_each_time_and_stays_writable(executor):
    def add_one(array):
        array += 1
        return int(array.sum())

    array = np.zeros(2 * MB, np.uint8)

    assert [executor.submit(add_one, array).result(30) for _ in range(2)] == [2 * MB] * 2


def test_an_array_that_is_gone_here_is_released_there(executor, a_volume):
    def held():
        from distributed import get_worker

        return sum(isinstance(value, np.ndarray) for value in get_worker().data.values())

    executor.submit(address_of, a_volume.copy()).result(30)
    before = executor.submit(held).result(30)
    mine = a_volume.copy()
    mine.flags.writeable = False
    executor.submit(address_of, mine).result(30)
    assert executor.submit(held).result(30) == before + 1

    del mine

    assert eventually(lambda: executor.submit(held).result(30) == before)


def test_a_large_argument_inside_a_list_raises_no_warning(executor):
    arrays = [np.ones(8 * MB, np.uint8), np.ones(8 * MB, np.uint8)]

    assert executor.submit(len, arrays).result(30) == 2


def test_the_volume_is_sent_again_when_its_worker_was_killed(executor, a_volume):
    executor.submit(address_of, a_volume).result(30)
    worker = executor.submit(pid_of_worker).result(30)

    os.kill(worker, signal.SIGKILL)

    assert executor.submit(np.sum, a_volume).result(30) == a_volume.sum()
    assert eventually(lambda: executor.state == "ready: 1 worker, 2 threads")


def test_a_kernel_that_kills_its_worker_is_given_up_with_a_sentence(executor):
    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(BrokenExecutor, match="died again and again"):
        executor.submit(die).result(60)


def test_a_kernel_that_the_workers_lack_is_named_in_a_sentence(executor, tmp_path, monkeypatch):
    executor.submit(pow, 2, 5).result(30)
    (tmp_path / "kernels_of_tomorrow.py").write_text("def kernel():\n    return 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    from kernels_of_tomorrow import kernel

    with pytest.raises(BrokenExecutor, match=r"kernels_of_tomorrow.*install supervox"):
        executor.submit(kernel).result(30)


def test_a_running_scheduler_is_used_and_left_running(executor):
    executor.submit(pow, 2, 5).result(30)
    security, address = executor._link.client.security, executor._link.client.scheduler.address
    config = {
        "distributed.comm.tls.ca-file": security.tls_ca_file,
        "distributed.comm.tls.client.cert": security.tls_client_cert,
        "distributed.comm.tls.client.key": security.tls_client_key,
        "distributed.comm.require-encryption": True,
    }
    with dask.config.set(config), DaskExecutor.connect(address) as guest:
        assert guest.submit(pow, 2, 6).result(30) == 64
        assert eventually(lambda: guest.state == "ready: 1 worker, 2 threads")

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


def test_a_compute_process_that_dies_is_said_in_state_and_futures():
    with DaskExecutor.local(threads_per_worker=1) as executor:
        family = [psutil.Process(executor.submit(pid_of_worker).result(30))]
        family.append(family[0].parent())
        pending = executor.submit(hold, 60)
        assert started(executor, pending)

        family[1].kill()

        with pytest.raises(BrokenExecutor, match=r"has ended|is lost"):
            pending.result(30)
        assert eventually(lambda: executor.state.startswith("lost: The compute process has ended"))
        with pytest.raises(BrokenExecutor, match="The compute process has ended"):
            executor.submit(pow, 2, 5).result(30)
    assert eventually(lambda: all(ended(process) for process in family))


@pytest.mark.parametrize(("cores", "kernels"), [(2, 2), (24, 4)])
def test_a_worker_runs_a_kernel_for_each_core_but_at_most_four(monkeypatch, cores, kernels):
    asked = []
    monkeypatch.setattr("dashboard.cluster.usable", lambda: cores)
    monkeypatch.setattr("dashboard.cluster_link.ClusterProcess", lambda *how: asked.append(how))

    with DaskExecutor.local() as executor:
        eventually(lambda: executor.state.startswith("lost"))

    assert asked == [(1, kernels)]


def test_after_shutdown_no_kernel_is_taken():
    executor = DaskExecutor.connect(f"tcp://127.0.0.1:{1}", deadline=0.1)
    executor.shutdown(wait=False)
    executor.shutdown()

    with pytest.raises(RuntimeError, match="shut down"):
        executor.submit(pow, 2, 5)


SCRIPT = textwrap.dedent(
    """
    import os, sys, time
    sys.path[:] = {path!r}
    from dashboard.cluster import DaskExecutor
    executor = DaskExecutor.local()
    print(executor.submit(os.getpid).result(30), executor.submit(os.getppid).result(30), flush=True)
    executor.submit(time.sleep, 60)
    """
)


def a_script(last_line):
    """A program that starts a cluster, prints the process ids of worker and host, and is not
    guarded against being run again in a spawned process."""
    source = SCRIPT.format(path=sys.path) + last_line
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", source],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_at_interpreter_exit_the_cluster_ends_without_a_word():
    with a_script("") as script:
        pids = [int(pid) for pid in script.stdout.readline().split()]
        said, complained = script.communicate(timeout=30)

    assert (said, complained, script.returncode) == ("", "", 0)
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_when_the_page_is_killed_no_process_is_left():
    with a_script("time.sleep(60)") as script:
        pids = [int(pid) for pid in script.stdout.readline().split()]
        family = [psutil.Process(pid) for pid in pids]
        family += family[1].children(recursive=True)

        script.kill()

    assert eventually(lambda: all(ended(process) for process in family))


def test_callbacks_and_reports_do_not_run_in_the_callers_thread(executor):
    seen = []
    future = executor.submit(count_up, 3, 0.3, report=lambda _: seen.append(threading.get_ident()))
    future.add_done_callback(lambda _: seen.append(threading.get_ident()))
    future.result(30)

    assert eventually(lambda: len(seen) >= 2)
    assert threading.get_ident() not in seen
