"""Threads that read files: none waits for another, and none for ever."""

from __future__ import annotations

import gc
import os
import threading
import time
import weakref
from concurrent.futures import CancelledError, wait

import pytest

from dashboard.cluster.read_executor import Reading, Unanswered
from dashboard.session.task import Report, Task

SOON_S = 60


@pytest.fixture
def pipe(tmp_path):
    """A pipe without a writer: who opens it waits, as on a share that does not answer."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    yield path
    # Whoever waits still is let go.
    os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK))


def stuck(path):
    descriptor = os.open(path, os.O_RDONLY)
    os.close(descriptor)


def busy(seconds):
    """Compute, and say nothing of it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
    return "done"


def test_five_blocked_reads_keep_nobody_waiting(pipe):
    reading = Reading()
    blocked = [reading.submit(stuck, pipe) for _ in range(5)]

    assert reading.submit(lambda: "read").result(SOON_S) == "read"
    assert not any(future.done() for future in blocked)


def test_a_read_that_does_not_come_back_is_given_up_in_a_sentence(pipe):
    blocked = Reading(silence_s=0.2).submit(stuck, pipe)

    with pytest.raises(Unanswered, match=r"nothing has come for 0\.2 seconds: the disk or network"):
        blocked.result(SOON_S)


def test_what_reports_is_not_given_up():
    def slow(report):
        for n in range(10):
            time.sleep(0.1)  # less than the silence
            report(n / 10)
        return "read"

    heard = []

    assert Reading(silence_s=0.7).submit(slow, report=heard.append).result(SOON_S) == "read"
    assert len(heard) == 10


def test_what_computes_is_not_given_up():
    assert Reading(silence_s=0.3).submit(busy, 1.2).result(SOON_S) == "done"


def test_a_blocked_read_is_cancelled_at_once(pipe):
    ended, jobs = threading.Event(), []
    task = Task("Opening x", lambda f: f(), lambda _, job: jobs.append(job), lambda _: ended.set())
    task.start(Reading(), lambda path, report: stuck(path), pipe)

    task.cancel()

    assert ended.wait(SOON_S)
    with pytest.raises(CancelledError):
        task.result()


def test_a_cancelled_read_ends_at_its_next_report():
    ended, begun, cancelled = threading.Event(), threading.Event(), threading.Event()
    task = Task("Opening x", lambda f: f(), lambda *_: None, lambda _: None)

    def read(report):
        begun.set()
        cancelled.wait(SOON_S)
        try:
            report(0.5)
        finally:
            ended.set()

    task.start(Reading(), read)
    assert begun.wait(SOON_S)
    task.cancel()
    cancelled.set()

    assert ended.wait(SOON_S)


def test_too_many_blocked_reads_are_said_and_those_that_come_back_make_room(pipe):
    reading = Reading(silence_s=0.2, most_stuck=3)
    blocked = [reading.submit(stuck, pipe) for _ in range(3)]
    wait(blocked, SOON_S)

    with pytest.raises(Unanswered, match="3 reads of files do not come back"):
        reading.submit(lambda: None).result(SOON_S)

    os.close(os.open(pipe, os.O_RDWR | os.O_NONBLOCK))
    end = time.monotonic() + SOON_S
    while isinstance(reading.submit(lambda: None).exception(SOON_S), Unanswered):
        assert time.monotonic() < end
        os.close(os.open(pipe, os.O_RDWR | os.O_NONBLOCK))


def test_what_is_raised_is_handed_over():
    with pytest.raises(ZeroDivisionError):
        Reading().submit(lambda: 1 / 0).result(SOON_S)


def test_a_report_says_what_is_done_too():
    said = []
    task = Task("Opening x", lambda f: f(), lambda _, job: said.append(job.title), lambda _: None)

    Reading().submit(lambda report: report.say("slice 3"), report=Report(task)).result(SOON_S)

    assert said == ["Opening x · slice 3"]


def test_what_was_read_is_kept_by_nobody():
    class Volume:
        pass

    def read():
        found = Volume()
        kept.append(weakref.ref(found))
        return found

    kept, reading = [], Reading()
    future = reading.submit(read)
    assert isinstance(future.result(SOON_S), Volume)
    del future

    end = time.monotonic() + SOON_S
    while kept[0]() is not None:
        assert time.monotonic() < end
        gc.collect()
