"""Verbs as coroutines: what is done at once, what waits, and who is told when it fails."""

from __future__ import annotations

import pytest

from dashboard.session.flow import Wait, at_once, start
from dashboard.session.session import Session


class Door:
    """Something to wait for, which the test opens."""

    def __init__(self):
        self.go_on = self.drop = None

    def wait(self):
        return Wait(self._begin)

    def _begin(self, go_on, drop):
        self.go_on, self.drop = go_on, drop


def fail():
    raise ValueError("no")


async def walk(door, did):
    did.append("begun")
    did.append(await door.wait())
    return len(did)


def test_a_verb_runs_at_once_up_to_what_it_waits_for_and_goes_on_with_that():
    door, did = Door(), []

    done = start(walk(door, did))
    assert (did, done.done()) == (["begun"], False)
    door.go_on(lambda: "came")

    assert (did, done.result()) == (["begun", "came"], 2)


def test_what_comes_at_once_is_not_waited_for():
    async def verb():
        return await Wait(lambda go_on, _: go_on(lambda: 7)) + 1

    assert start(verb()).result() == 8


def test_what_fails_before_it_waits_is_raised_to_who_calls_it():
    @at_once
    async def verb():
        fail()

    with pytest.raises(ValueError, match="no"):
        verb()


def test_what_fails_later_is_raised_where_it_goes_on_and_there_is_no_result():
    door = Door()
    done = start(walk(door, []))

    with pytest.raises(ValueError, match="no"):
        door.go_on(fail)

    assert done.result() is None


def test_a_verb_that_is_dropped_ends_without_a_result():
    door, ended = Door(), []

    async def verb():
        try:
            await door.wait()
        finally:
            ended.append(True)

    done = start(verb())
    door.drop()

    assert (ended, done.result()) == ([True], None)


def test_whoever_no_longer_wants_the_result_does_not_hold_up_the_verb():
    door, did = Door(), []
    done = start(walk(door, did))

    done.cancel()
    door.go_on(lambda: "came")

    assert did == ["begun", "came"]


def test_every_verb_of_a_session_is_one_of_the_part_that_it_names(session):
    verbs = {name: each for name, each in vars(Session).items() if hasattr(each, "__wrapped__")}

    assert {"undo", "paint", "open", "export_labels", "take_over"} <= verbs.keys()
    assert {name for name, each in verbs.items() if name != each.__name__} == set()
    assert all(each.__doc__ for each in verbs.values())
    parts = {type(part).__name__: part for part in vars(session).values()}
    for name, each in verbs.items():
        assert hasattr(parts[each.__qualname__.partition(".")[0]], name)
