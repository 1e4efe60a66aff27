from __future__ import annotations

import threading

from dashboard.page.page_thread import PageThread


def test_what_comes_before_the_page_begins_waits_and_comes_in_its_order():
    ran = []
    turn = PageThread(lambda function: function())
    turn(lambda: ran.append("first"))
    turn(lambda: ran.append("second"))
    before = list(ran)

    turn.begin()

    assert before == []
    assert ran == ["first", "second"]


def test_once_the_page_has_begun_nothing_waits():
    ran = []
    turn = PageThread(lambda function: function())
    turn.begin()

    turn(lambda: ran.append("now"))

    assert ran == ["now"]


def test_a_page_that_begins_again_runs_nothing_twice():
    ran = []
    turn = PageThread(lambda function: function())
    turn(lambda: ran.append("once"))
    turn.begin()

    turn.begin()

    assert ran == ["once"]


def test_what_comes_after_the_end_is_forgotten():
    ran = []
    turn = PageThread(lambda function: function())
    turn.begin()
    turn.end()

    turn(lambda: ran.append("too late"))

    assert ran == []


def test_a_page_does_not_end_while_another_thread_hands_it_something():
    """Its document goes right after it has ended, and must not be touched then."""
    handing, go_on, order = threading.Event(), threading.Event(), []

    def run_later(function):
        handing.set()
        go_on.wait(5)
        order.append("handed over")

    def end():
        turn.end()
        order.append("ended")

    turn = PageThread(run_later)
    turn.begin()
    giver, ender = (threading.Thread(target=f) for f in (lambda: turn(print), end))
    giver.start()
    handing.wait(5)
    ender.start()
    go_on.set()
    giver.join(5)
    ender.join(5)

    assert order == ["handed over", "ended"]
