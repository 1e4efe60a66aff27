from __future__ import annotations

import pytest

from dashboard.page.arrivals import Arrivals


@pytest.fixture
def come():
    """The numbers that were let in, in their order."""
    return []


@pytest.fixture
def arrive(come):
    """Let a number arrive, after those that it follows."""
    arrivals = Arrivals()

    def arrive(n, *after):
        arrivals.take(n, after, lambda: come.append(n))

    arrive.clear = arrivals.clear
    return arrive


def test_what_follows_nothing_comes_at_once(arrive, come):
    arrive(1)
    arrive(5)

    assert come == [1, 5]


def test_an_undo_that_overtakes_its_stroke_waits_for_it(arrive, come):
    arrive(2, 1)
    assert come == []

    arrive(1)

    assert come == [1, 2]


def test_what_follows_the_undo_waits_for_both(arrive, come):
    arrive(3, 1, 2)
    arrive(2, 1)
    arrive(1)

    assert come == [1, 2, 3]


def test_what_is_sent_twice_comes_once(arrive, come):
    arrive(2, 1)
    arrive(2, 1)
    arrive(1)
    arrive(1)

    assert come == [1, 2]


def test_what_came_too_early_for_a_volume_that_is_gone_is_forgotten(arrive, come):
    arrive(2, 1)

    arrive.clear()
    arrive(1)

    assert come == [1]
