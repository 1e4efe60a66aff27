from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import textwrap
import time

import cloudpickle
import psutil
import pytest

from dashboard.cluster.executor import DaskExecutor
from tests.cluster.watching import ended, eventually

cloudpickle.register_pickle_by_value(sys.modules[__name__])
MB = 1_000_000


SCRIPT = textwrap.dedent(
    """
    import os, sys, time
    sys.path[:] = {path!r}
    from dashboard.cluster.executor import DaskExecutor
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


@pytest.mark.slow
def test_at_interpreter_exit_the_cluster_ends_without_a_word():
    with a_script("") as script:
        pids = [int(pid) for pid in script.stdout.readline().split()]
        said, complained = script.communicate(timeout=30)

    assert (said, complained, script.returncode) == ("", "", 0)
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_a_worker_that_ends_while_it_compiles_says_nothing():
    """As pools of threads do, what compiles fails when the process ends."""
    source = textwrap.dedent(
        f"""
        import sys, threading
        from concurrent.futures import ThreadPoolExecutor
        sys.path[:] = {sys.path!r}
        import workers.warm
        from dashboard.cluster import local_scheduler
        def compile():
            while True:
                with ThreadPoolExecutor(1) as pool:
                    pool.submit(int)
        workers.warm.warm = compile
        threading.Thread(target=local_scheduler._warm).start()
        """
    )

    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_when_the_page_is_killed_no_process_is_left():
    with a_script("time.sleep(60)") as script:
        pids = [int(pid) for pid in script.stdout.readline().split()]
        family = [psutil.Process(pid) for pid in pids]
        family += family[1].children(recursive=True)

        script.kill()

    assert eventually(lambda: all(ended(process) for process in family))


def test_after_shutdown_no_kernel_is_taken():
    executor = DaskExecutor.connect(f"tcp://127.0.0.1:{1}", deadline=0.1)
    executor.shutdown(wait=False)
    executor.shutdown()

    with pytest.raises(RuntimeError, match="shut down"):
        executor.submit(pow, 2, 5)


@pytest.mark.parametrize("delay", [0.1, 0.8, 1.6, 2.6])
def test_when_the_page_is_killed_while_the_cluster_starts_no_process_is_left(delay):
    """The compute process has a group of its own, by which all that it starts is known."""
    with a_script("") as script:
        page = psutil.Process(script.pid)
        assert eventually(page.children, 30)
        host = page.children()[0].pid
        time.sleep(delay)  # the moment of the kill is what is varied

        script.kill()

    assert eventually(lambda: not members(host), 15)


def members(group):
    """Processes of a group that have not ended."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, ProcessLookupError):
            if os.getpgid(process.pid) == group and not ended(process):
                found.append(process)
    return found
