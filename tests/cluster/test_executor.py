from __future__ import annotations

import os
import signal
import sys
import threading
from concurrent.futures import BrokenExecutor
from unittest import mock

import cloudpickle
import pytest

from dashboard.cluster.executor import DaskExecutor
from tests.cluster.kernels import (
    count_up,
    pid_of_worker,
)
from tests.cluster.watching import eventually
from workers.runtime.team import usable

cloudpickle.register_pickle_by_value(sys.modules[__name__])
MB = 1_000_000


def test_the_constructor_returns_at_once_and_an_early_kernel_waits_for_the_cluster(executor):
    future = executor.submit(pow, 2, 5)

    assert future.result(30) == 32


def test_the_status_line_counts_workers_and_threads(executor):
    executor.submit(pow, 2, 5).result(30)

    assert eventually(lambda: executor.state == "ready: 1 worker, 2 threads")


def test_an_error_in_a_kernel_is_the_error_of_its_future(executor):
    with pytest.raises(ZeroDivisionError):
        executor.submit(divmod, 1, 0).result(30)


def test_progress_arrives_in_order_and_not_more_than_twenty_times_a_second(executor):
    fractions = []

    executor.submit(count_up, 500, 0.002, report=fractions.append).result(30)

    assert fractions == sorted(set(fractions))
    assert 2 <= len(fractions) <= 60


def test_what_a_kernel_says_arrives_between_its_fractions(executor):
    heard = []

    def report(fraction):
        heard.append(fraction)

    report.say = heard.append

    def speak(report):
        report(0.0)
        report.say("half of it")
        return "done"

    assert executor.submit(speak, report=report).result(30) == "done"
    assert eventually(lambda: heard == [0.0, "half of it"])


def test_who_takes_only_fractions_is_told_nothing_else(executor):
    fractions = []

    def speak(report):
        report.say("half of it")
        report(0.5)

    executor.submit(speak, report=fractions.append).result(30)

    assert eventually(lambda: fractions == [0.5])


def test_a_kernel_without_report_is_given_none(executor):
    def given(report="nothing"):
        return report

    assert executor.submit(given).result(30) == "nothing"
    assert executor.submit(given, report=None).result(30) is None


def test_a_kernel_takes_as_many_threads_as_there_are_cores(executor):
    def threads_on_a_machine_of_many_cores():
        with mock.patch.object(os, "sched_getaffinity", return_value=range(64), create=True):
            return usable()

    assert executor.submit(threads_on_a_machine_of_many_cores).result(30) == usable()


def test_a_worker_compiles_its_kernels_before_they_are_called_and_so_does_the_next(executor):
    def compiled_versions():
        from workers.drawing import stroke_path

        return len(stroke_path._collect.signatures)

    assert eventually(lambda: executor.submit(compiled_versions).result(30) == 2, 120)
    os.kill(executor.submit(pid_of_worker).result(30), signal.SIGKILL)
    assert eventually(lambda: executor.submit(compiled_versions).result(30) == 2, 120)


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


@pytest.mark.parametrize(("cores", "kernels"), [(2, 2), (24, 4)])
def test_a_worker_runs_a_kernel_for_each_core_but_at_most_four(monkeypatch, cores, kernels):
    asked = []
    monkeypatch.setattr("dashboard.cluster.executor.usable", lambda: cores)
    monkeypatch.setattr("dashboard.cluster.connect.ClusterProcess", lambda *how: asked.append(how))

    with DaskExecutor.local() as executor:
        eventually(lambda: executor.state.startswith("lost"))

    assert asked == [(1, kernels)]


def test_callbacks_and_reports_do_not_run_in_the_callers_thread(executor):
    seen = []
    future = executor.submit(count_up, 3, 0.3, report=lambda _: seen.append(threading.get_ident()))
    future.add_done_callback(lambda _: seen.append(threading.get_ident()))
    future.result(30)

    assert eventually(lambda: len(seen) >= 2)
    assert threading.get_ident() not in seen
