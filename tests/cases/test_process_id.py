from __future__ import annotations

import subprocess
import sys

import psutil
import pytest

from dashboard.cases.process_id import ProcessId, this_process


@pytest.fixture
def ended():
    """A process that has ended, as it told of itself, and its parent has not asked how."""
    script = (
        "from dashboard.cases.process_id import this_process; print(repr(tuple(this_process())))"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    told, _ = process.stdout.readline(), process.stdout.close()
    yield process, ProcessId(*eval(told))  # noqa: S307 - our own line
    process.wait()


def test_the_process_that_asks_is_alive():
    assert not this_process().is_known_dead


def test_a_process_that_has_ended_is_known_dead(ended):
    process, holder = ended
    process.wait()

    assert holder.is_known_dead


def test_a_process_that_has_ended_is_known_dead_even_if_its_parent_does_not_care(ended):
    process, holder = ended
    while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
        pass

    assert holder.is_known_dead


def test_a_number_that_has_come_again_is_another_process():
    before = this_process()._replace(started=this_process().started - 3600)

    assert before.is_known_dead


def test_a_clock_that_is_set_kills_nobody(monkeypatch):
    holder = this_process()
    boot, create = psutil.boot_time, psutil.Process.create_time
    monkeypatch.setattr(psutil, "boot_time", lambda: boot() + 7200)
    monkeypatch.setattr(psutil.Process, "create_time", lambda process: create(process) + 7200)

    assert not holder.is_known_dead


@pytest.mark.parametrize("other", ["host", "boot", "space"])
def test_of_a_process_elsewhere_nobody_knows(ended, other):
    process, holder = ended
    process.wait()

    assert not holder._replace(**{other: "another"}).is_known_dead


@pytest.mark.parametrize("pid", [2**22 + 1, 2**31, 2**64])
def test_a_number_that_no_process_can_have_is_dead(pid):
    assert this_process()._replace(pid=pid).is_known_dead


def test_a_process_that_may_not_be_asked_may_live(monkeypatch):
    def refuse(_):
        raise psutil.AccessDenied

    holder = this_process()
    monkeypatch.setattr(psutil.Process, "status", refuse)

    assert not holder.is_known_dead


def test_a_holder_is_known_again_by_what_was_told_of_it():
    assert ProcessId.of(this_process()._asdict()) == this_process()


@pytest.mark.parametrize(
    "change",
    [{"pid": "1"}, {"pid": -1}, {"pid": 1.5}, {"pid": True}, {"host": 3}, {"started": "x"}],
)
def test_what_tells_of_no_process_is_refused(change):
    with pytest.raises((ValueError, TypeError)):
        ProcessId.of(this_process()._asdict() | change)
