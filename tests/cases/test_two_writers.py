"""Two writers at one case, the one killed, paused or overtaken while it writes."""

from __future__ import annotations

import os
import signal
import time

import numpy as np
import pytest

from dashboard.cases import lease
from dashboard.cases.case_store import Cases
from tests.cases.annotating import KEY, fresh
from tests.cases.nursery import Nursery

pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux")

MOST_TAKEOVER_S = 30
IN_A_HURRY = {"stale_s": 0.6, "beat_s": 0.1}
AS_ALWAYS = {"stale_s": lease.STALE_S, "beat_s": lease.BEAT_S}


@pytest.fixture(scope="module")
def nursery():
    """Starts processes to be killed."""
    nursery = Nursery()
    yield nursery
    nursery.close()


def start(nursery, folder, name, pace, *, by_force=False):
    root, report = folder / "root", folder / f"{name}.txt"
    options = {"root": str(root), "name": name, "by_force": by_force, **pace}
    return nursery.start("take turns", report, **options)


def acknowledged(lines):
    """The titles that a writer was told are saved, in its order."""
    appended, saved = {}, {}
    for line in lines:
        word, epoch, *rest = line.split(" ", 3)
        if word == "appended":
            appended.setdefault(epoch, []).append(rest[1])
        elif word == "saved":
            saved[epoch] = int(rest[0])
    return [title for epoch, titles in appended.items() for title in titles[: saved.get(epoch, 0)]]


def assert_all_there(folder, reports):
    """All that either was told is saved is there, in order and once."""
    cases = Cases(folder / "root")
    opened = cases.open(KEY, fresh, lambda *_: None, by_force=True)
    titles = list(opened.case.history.titles)
    cases.close()
    assert opened.found.damaged == ()
    assert len(set(titles)) == len(titles)
    for lines in reports:
        there = set(wanted := acknowledged(lines))
        assert [title for title in titles if title in there] == wanted


def take_over(first, second, how):
    """Let the second take the case from the first; returns how long that takes."""
    begin = time.monotonic()
    if how == "killed":
        first.kill()
    elif how == "paused":
        first.signal(signal.SIGSTOP)
    second.wait_for("held")
    return time.monotonic() - begin


@pytest.mark.parametrize("how", ["killed", "paused", "by force"])
@pytest.mark.parametrize(
    ("times", "pace"),
    [
        (3, IN_A_HURRY),
        pytest.param(
            67, IN_A_HURRY, marks=[pytest.mark.torture, pytest.mark.timeout(3600)], id="often"
        ),
        pytest.param(
            67, AS_ALWAYS, marks=[pytest.mark.torture, pytest.mark.timeout(3600)], id="slowly"
        ),
    ],
)
def test_what_either_of_two_writers_was_told_is_saved_is_there(nursery, tmp_path, how, times, pace):
    rng = np.random.default_rng(5)
    for run in range(times):
        folder = tmp_path / str(run)
        folder.mkdir()
        first = start(nursery, folder, "first", pace)
        first.wait_for("held")
        second = start(nursery, folder, "second", pace, by_force=how == "by force")
        time.sleep(rng.uniform(0.05, 0.3))

        took_s = take_over(first, second, how)
        time.sleep(rng.uniform(0.0, 0.3))
        if how == "paused":
            first.signal(signal.SIGCONT)
        if how != "killed":
            first.wait_for("lost")
            first.wait_for("appended", first.wait_for("lost"))  # it goes on for a while, in vain
        second.wait_for("saved", second.wait_for("held"))
        second.kill()
        if how != "killed":
            first.wait_for("held", first.wait_for("lost"))
            first.wait_for("saved", len(first.told()))
            first.kill()

        assert took_s <= MOST_TAKEOVER_S
        assert_all_there(folder, [first.told(), second.told()])
