from __future__ import annotations

from dashboard.turn import Turn


def test_what_comes_before_the_page_begins_waits_and_comes_in_its_order():
    ran = []
    turn = Turn(lambda function: function())
    turn(lambda: ran.append("first"))
    turn(lambda: ran.append("second"))
    before = list(ran)

    turn.begin()

    assert before == []
    assert ran == ["first", "second"]


def test_once_the_page_has_begun_nothing_waits():
    ran = []
    turn = Turn(lambda function: function())
    turn.begin()

    turn(lambda: ran.append("now"))

    assert ran == ["now"]


def test_a_page_that_begins_again_runs_nothing_twice():
    ran = []
    turn = Turn(lambda function: function())
    turn(lambda: ran.append("once"))
    turn.begin()

    turn.begin()

    assert ran == ["once"]


def test_what_comes_after_the_end_is_forgotten():
    ran = []
    turn = Turn(lambda function: function())
    turn.begin()
    turn.end()

    turn(lambda: ran.append("too late"))

    assert ran == []
