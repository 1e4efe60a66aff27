from __future__ import annotations

from types import SimpleNamespace

import pytest

from dashboard.server import single_process


@pytest.fixture
def as_started(monkeypatch):
    """Let the server have been started as one of several processes, or with threads."""

    def start(task=None, threads=None):
        monkeypatch.setattr(single_process, "task_id", lambda: task)
        monkeypatch.setattr(single_process, "config", SimpleNamespace(nthreads=threads))

    return start


def test_one_process_and_one_thread_show_the_page(as_started):
    as_started()

    assert single_process.trouble() == ""


@pytest.mark.parametrize("task", [0, 1, 7])
def test_one_of_several_processes_says_so(as_started, task):
    as_started(task=task)

    assert "leave --num-procs away" in single_process.trouble()


@pytest.mark.parametrize("threads", [0, 1, 8])
def test_threads_that_answer_pages_are_refused(as_started, threads):
    as_started(threads=threads)

    assert (
        "leave --num-threads, and PANEL_NUM_THREADS in the environment, away"
        in single_process.trouble()
    )


def test_a_page_that_nobody_has_asked_for_is_not_made():
    assert single_process.is_warming_up()


async def asked_for():
    return single_process.is_warming_up()


def test_a_page_that_is_asked_for_is_made():
    with single_process.asyncio.Runner() as runner:
        assert not runner.run(asked_for())
