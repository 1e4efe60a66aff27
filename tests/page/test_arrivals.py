from __future__ import annotations

import pytest

from dashboard.page.arrivals import Arrivals


@pytest.fixture
def come():
    """The names that were let in, in their order."""
    return []


@pytest.fixture
def arrive(come):
    """Let a name arrive, after the one that it follows."""
    arrivals = Arrivals()

    def arrive(name, after="", case=1):
        arrivals.take(case, name, after, lambda: come.append(name))

    arrive.clear = arrivals.clear
    return arrive


def test_what_follows_nothing_comes_at_once(arrive, come):
    arrive("a")
    arrive("e")

    assert come == ["a", "e"]


def test_an_undo_that_overtakes_its_stroke_waits_for_it(arrive, come):
    arrive("undo", "stroke")
    assert come == []

    arrive("stroke")

    assert come == ["stroke", "undo"]


def test_what_follows_the_undo_waits_for_both(arrive, come):
    arrive("c", "undo")
    arrive("undo", "a")
    arrive("a")

    assert come == ["a", "undo", "c"]


def test_what_is_sent_twice_comes_once(arrive, come):
    arrive("b", "a")
    arrive("b", "a")
    arrive("a")
    arrive("a")

    assert come == ["a", "b"]


def test_what_was_put_aside_comes_again_when_its_volume_is_opened_again(arrive, come):
    arrive("a")
    arrive("b", "a")

    arrive("b", "a", case=2)
    assert come == ["a", "b"]
    arrive("a", case=2)

    assert come == ["a", "b", "a", "b"]


def test_what_came_too_early_for_a_volume_that_is_gone_is_forgotten(arrive, come):
    arrive("b", "a")

    arrive.clear()
    arrive("a")

    assert come == ["a"]
