from __future__ import annotations

import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor

import pytest

from dashboard.session.task import Job, Speed, Task
from tests.conftest import ByHand, Inline, Later, now


class Diary:
    """What a task has told, in order."""

    def __init__(self, schedule=now):
        self.jobs, self.ended = [], []
        self.task = Task("Counting", schedule, self._note, self.ended.append)

    def _note(self, task, job):
        assert task is self.task
        self.jobs.append(job)


def count(steps, *, report, pause=lambda: None):
    for step in range(1, steps + 1):
        pause()
        report(step / steps)
    return steps


def give_up(*, report):
    raise CancelledError


def fail(*, report):
    raise ValueError("no voxel is in the foreground")


def test_progress_and_result_arrive():
    diary = Diary()

    diary.task.start(Inline(), count, 4)

    assert diary.jobs == [Job("Counting", each) for each in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert diary.ended == [diary.task]
    assert diary.task.result() == 4


def test_the_title_is_told_before_the_work_begins(by_hand):
    diary = Diary()

    diary.task.start(by_hand, count, 4)

    assert diary.jobs == [Job("Counting", 0.0)]
    assert diary.ended == []


def test_a_failure_ends_the_task_and_is_raised_where_it_is_asked_for():
    diary = Diary()

    diary.task.start(Inline(), fail)

    assert diary.ended == [diary.task]
    with pytest.raises(ValueError, match="no voxel is in the foreground"):
        diary.task.result()


def test_a_kernel_that_gives_up_is_a_cancelled_task():
    diary = Diary()

    diary.task.start(Inline(), give_up)

    with pytest.raises(CancelledError):
        diary.task.result()


@pytest.mark.parametrize("stubborn", [False, True])
def test_a_cancelled_task_ends_once_and_as_cancelled(stubborn):
    diary, executor = Diary(), ByHand(stubborn=stubborn)
    diary.task.start(executor, count, 4)

    diary.task.cancel()
    diary.task.cancel()
    executor.finish()

    assert diary.ended == [diary.task]
    assert diary.jobs == [Job("Counting", 0.0)]
    with pytest.raises(CancelledError):
        diary.task.result()


def test_a_result_that_came_before_the_cancel_was_seen_is_not_used(later):
    diary = Diary(later)
    diary.task.start(Inline(), count, 4)

    diary.task.cancel()
    later.happen()

    with pytest.raises(CancelledError):
        diary.task.result()


def test_a_thread_that_runs_stops_at_its_next_report():
    diary, begun, go_on = Diary(Later()), threading.Event(), threading.Event()

    def wait():
        begun.set()
        assert go_on.wait(10)

    with ThreadPoolExecutor(1) as threads:
        diary.task.start(threads, count, 10**9, pause=wait)
        assert begun.wait(10)
        diary.task.cancel()
        go_on.set()

    with pytest.raises(CancelledError):
        diary.task.result()


def test_nothing_is_told_but_in_the_turn_of_the_page(later):
    diary = Diary(later)

    diary.task.start(Inline(), count, 2)
    assert (diary.jobs, diary.ended) == ([Job("Counting", 0.0)], [])
    later.happen()

    assert diary.jobs[1:] == [Job("Counting", 0.5), Job("Counting", 1.0)]
    assert diary.ended == [diary.task]


def test_an_executor_that_refuses_ends_the_task():
    class Shut(Inline):
        def submit(self, fn, /, *args, **kwargs):
            raise RuntimeError("The executor is shut down and takes no more kernels.")

    diary = Diary()

    diary.task.start(Shut(), count, 2)

    assert diary.ended == [diary.task]
    with pytest.raises(RuntimeError, match="shut down"):
        diary.task.result()


def test_a_kernel_that_begins_anew_is_told_and_its_progress_starts_over(by_hand):
    told = []
    task = Task("Counting", now, lambda *_: None, lambda _: None, lambda _, why: told.append(why))
    task.start(by_hand, count, 4)
    report = by_hand.waiting[0][1].keywords["report"]

    report.again("The compute process has ended.")

    assert told == ["The compute process has ended."]


def test_what_the_kernel_says_stands_behind_the_title_until_it_says_something_else():
    def speak(*, report):
        report.say("iteration 1 of 2")
        report(0.25)
        report.say("")

    diary = Diary()

    diary.task.start(Inline(), speak)

    title = "Counting · iteration 1 of 2"
    assert diary.jobs[1:] == [Job(title, 0.0), Job(title, 0.25), Job("Counting", 0.25)]


def test_a_kernel_that_was_cancelled_stops_when_it_says_something():
    diary, executor = Diary(), ByHand(stubborn=True)
    diary.task.start(executor, lambda *, report: report.say("more"))
    future, _ = executor.waiting[0]

    diary.task.cancel()
    executor.finish()

    assert isinstance(future.exception(), CancelledError)


def test_how_long_it_takes_is_told_once_the_pace_is_known():
    pace = Speed()

    told = [
        pace.left_s(fraction, now) for fraction, now in ((0, 0), (0.1, 10), (0.2, 12), (0.3, 20))
    ]

    assert told == [None, None, None, pytest.approx(0.7 * 10 / 0.2)]


def test_what_was_done_before_does_not_count_as_pace():
    pace = Speed()

    pace.left_s(0.8, 0)

    assert pace.left_s(0.9, 60) == pytest.approx(60)
