"""A process that is killed while it writes loses nothing that it was told is saved."""

from __future__ import annotations

import os
import time

import numpy as np
import pytest

from dashboard.cases.case_store import Cases
from tests.cases.annotating import KEY, Annotator, fresh, memory
from tests.cases.nursery import Nursery

pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux")

KILLS_A_CASE = 50
MOST_AHEAD = 10_000
WHILE_IT_OPENS = 0.25  # of the kills
LATEST_S = 0.1


@pytest.fixture(scope="module")
def nursery():
    """Starts processes to be killed."""
    nursery = Nursery()
    yield nursery
    nursery.close()


class Oracle:
    """Does in memory what the killed do, and remembers each state."""

    def __init__(self, seed):
        self.annotator = Annotator(fresh(), seed)
        self.states = [memory(self.annotator.case)]

    def index_of(self, state, first):
        """The first number of things done, from `first` on, that lead to `state`."""
        for n in range(first, first + MOST_AHEAD):
            while len(self.states) <= n:
                self.annotator.act(len(self.states) - 1)
                self.states.append(memory(self.annotator.case))
            if self.states[n] == state:
                return n
        raise AssertionError(f"not the state after {first} things or more")


def kill_once(nursery, root, report, seed, first, rng):
    """Kill a writer while it opens the case, or some time after it was told that some is saved."""
    writer = nursery.start("annotate", report, root=str(root), seed=seed, first=first)
    if rng.random() > WHILE_IT_OPENS:
        writer.wait_for_lines(2)  # the first says that it has opened the case
    time.sleep(rng.uniform(0.0, LATEST_S))
    writer.kill()
    numbers = [int(line) for line in writer.told() if line.isdecimal()]
    assert numbers == sorted(numbers)
    return max(numbers, default=first)


@pytest.mark.parametrize(
    "times", [12, pytest.param(1000, marks=[pytest.mark.torture, pytest.mark.timeout(3600)])]
)
def test_nothing_acknowledged_is_lost_however_often_the_writer_is_killed(nursery, tmp_path, times):
    rng = np.random.default_rng(8)
    acknowledged = done = 0
    for kill in range(times):
        seed, turn = divmod(kill, KILLS_A_CASE)
        if turn == 0:
            oracle, done = Oracle(seed), 0
        root = tmp_path / str(seed)

        saved = kill_once(nursery, root, tmp_path / f"{kill}.txt", seed, done, rng)

        cases = Cases(root)
        opened = cases.open(KEY, fresh, lambda *_: None)
        assert opened.writes
        assert opened.found.damaged == ()
        acknowledged += saved - done
        done = oracle.index_of(memory(opened.case), saved)
        cases.close()
    assert acknowledged > times  # else it was killed before it had written
