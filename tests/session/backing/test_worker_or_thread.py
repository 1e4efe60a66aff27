"""Whoever is first, a worker or a thread of the server: the answer is the same, and it is said."""

from __future__ import annotations

import threading
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor

import pytest

from dashboard.session.backing import worker_or_thread as module
from dashboard.session.backing.worker_or_thread import NONE, WorkerOrThread
from dashboard.session.jobs import Executors
from tests.conftest import ByHand, Inline, NoWorker, draw
from tests.session.test_stored_session import (
    driver,  # noqa: F401 - a fixture for all of these
    on_disk,  # noqa: F401 - as above
    open_stored,
    plain,  # noqa: F401 - as above
)


def double(n):
    """What is asked for."""
    return 2 * n


def refuse(_n):
    """What cannot be."""
    raise ValueError("That is too much.")


def place_of(kernels, threads, folder="/data"):
    return WorkerOrThread(Executors(kernels, Inline(), threads, Inline()), folder)


@pytest.fixture
def threads():
    """Threads that run by hand."""
    return ByHand(stubborn=True)


@pytest.fixture
def soon(monkeypatch):
    """A worker may not be silent at all."""
    monkeypatch.setattr(module, "ANSWER_S", 0.0)


@pytest.fixture
def late(monkeypatch):
    """A worker may be silent for as long as it likes."""
    monkeypatch.setattr(module, "ANSWER_S", 3600.0)


def test_a_worker_answers_and_no_thread_begins(threads):
    place = place_of(Inline(), threads)

    assert place.submit(double, 3).result(0) == 6
    assert (threads.waiting, place.why_here) == ([], "")


@pytest.mark.usefixtures("soon")
def test_where_no_worker_answers_a_thread_does_it_and_that_is_said(threads):
    workers = ByHand()
    place = place_of(workers, threads)

    answer = place.submit(double, 3)

    assert not answer.done()
    assert place.why_here == NONE
    assert workers.waiting[0][0].cancelled()
    threads.finish()
    assert answer.result(0) == 6


def test_the_time_is_measured_by_a_clock(monkeypatch):
    monkeypatch.setattr(module, "ANSWER_S", 0.05)
    workers = ByHand()
    with ThreadPoolExecutor(1) as pool:
        place = place_of(workers, pool)

        assert place.submit(double, 3).result(30) == 6

    assert place.why_here == NONE


@pytest.mark.parametrize("error", [BrokenExecutor("It is lost."), OSError("It sees no such file.")])
def test_where_a_worker_fails_a_thread_does_it_at_once(threads, error):
    workers = ByHand()
    place = place_of(workers, threads)
    answer = place.submit(double, 3)

    future, _ = workers.waiting.pop()
    future.set_exception(error)

    threads.finish()
    assert answer.result(0) == 6
    assert place.why_here == str(error)


@pytest.mark.usefixtures("late")
def test_once_none_has_answered_a_thread_begins_at_once_until_one_answers_again(threads):
    workers = ByHand(stubborn=True)
    place = place_of(workers, threads)
    place.why_here = NONE

    answer = place.submit(double, 3)
    threads.finish()
    assert answer.result(0) == 6
    assert place.why_here == NONE

    workers.finish()
    assert place.why_here == ""
    assert place.submit(double, 4).done() is False
    assert threads.waiting == []


@pytest.mark.usefixtures("late")
def test_a_worker_that_is_late_with_one_is_not_asked_for_more(threads):
    workers = ByHand(stubborn=True)
    place = place_of(workers, threads)
    place.why_here = NONE

    answers = [place.submit(double, n) for n in range(3)]

    assert len(workers.waiting) == 1
    for _ in range(3):
        threads.finish()
    assert [answer.result(0) for answer in answers] == [0, 2, 4]
    workers.finish()
    place.submit(double, 4)
    assert len(workers.waiting) == 1


def test_what_a_worker_refuses_is_refused(threads):
    answer = place_of(Inline(), threads).submit(refuse, 3)

    with pytest.raises(ValueError, match="too much"):
        answer.result(0)
    assert threads.waiting == []


def test_what_a_thread_fails_at_is_told():
    answer = place_of(NoWorker(), Inline()).submit(refuse, 3)

    with pytest.raises(ValueError, match="too much"):
        answer.result(0)


def test_a_report_counts_as_an_answer(threads, monkeypatch):
    monkeypatch.setattr(module, "ANSWER_S", 0.05)
    looked = threading.Event()

    class Reporting(Executor):
        def submit(self, fn, /, *args, report):
            self.report, self.future = report, Future()
            self.call = fn, args
            return self.future

    workers = Reporting()
    place = place_of(workers, threads)
    answer = place.submit(double, 3, reports=True)
    for _ in range(20):
        looked.wait(0.01)  # longer in all than it may be silent
        workers.report(0.5)

    assert threads.waiting == []
    fn, args = workers.call
    workers.future.set_result(fn(*args))
    assert answer.result(0) == 6


@pytest.mark.usefixtures("late")
def test_whoever_gives_it_up_is_told_nothing_more(threads):
    workers = ByHand(stubborn=True)
    answer = place_of(workers, threads).submit(double, 3)

    assert answer.cancel()
    workers.finish()

    assert answer.cancelled()


def test_workers_that_are_shut_down_are_none(threads):
    class Shut(Executor):
        def submit(self, fn, /, *args, **kwargs):
            raise RuntimeError("The executor is shut down and takes no more kernels.")

    place = place_of(Shut(), threads)
    answer = place.submit(double, 3)
    threads.finish()

    assert answer.result(0) == 6
    assert "shut down" in place.why_here


def test_the_workers_are_asked_patiently_and_told_which_folder_they_must_see(threads, tmp_path):
    class Dask(Inline):
        def patient(self, told, folder):
            told("nothing is done with it")
            self.folder = folder
            return self

    workers = Dask()

    assert place_of(workers, threads, tmp_path).submit(double, 1).result(0) == 2
    assert workers.folder == tmp_path


def test_the_state_says_why_a_stroke_was_looked_up_here(on_disk):  # noqa: F811 - the fixture
    session = open_stored(on_disk)
    for kernels, said in ((Inline(), ""), (NoWorker(), "There is no worker."), (Inline(), "")):
        session.executors.kernels = kernels
        session.paint(draw(session, "axial", 3, (1, 1), (6, 8), label=1 + bool(said)))
        assert session.why_here == said
        assert session.labels.read((slice(None),) * 3).any()
