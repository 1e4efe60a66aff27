from __future__ import annotations

from concurrent.futures import BrokenExecutor, CancelledError, Future

import pytest

from dashboard.session import messages
from dashboard.session.edit_queue import EditQueue
from tests.conftest import Later, now


class Diary:
    """What an order did, showed and told."""

    def __init__(self, schedule=now):
        self.did, self.shown, self.told = [], [], []
        self.order = EditQueue(schedule, self.shown.append, self.told.append)

    def do(self, what, awaited=None):
        return self.order.do(lambda: self.did.append(what), awaited)


def fail(error):
    raise error


def test_what_need_not_wait_is_done_at_once_and_nothing_is_shown():
    diary = Diary(Later())

    done = diary.do("a")

    assert done.done()
    assert (diary.did, diary.shown) == (["a"], [])


def test_what_it_raises_at_once_is_raised():
    diary = Diary()

    with pytest.raises(ValueError, match="no"):
        diary.order.do(lambda: fail(ValueError("no")))

    assert diary.told == []


def test_all_wait_for_the_first_and_go_on_in_order():
    diary, first, third = Diary(), Future(), Future()
    diary.do("a", first)
    diary.do("b")
    diary.do("c", third)
    diary.do("d")

    third.set_result(None)
    assert diary.did == []
    first.set_result(None)

    assert diary.did == ["a", "b", "c", "d"]
    assert diary.shown == [1, 2, 3, 4, 0]


def test_it_happens_in_the_turn_of_the_page():
    later = Later()
    diary, awaited = Diary(later), Future()
    diary.do("a", awaited)

    awaited.set_result(None)

    assert diary.did == []
    later.happen()
    assert diary.did == ["a"]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("no voxel"), "no voxel"),
        (BrokenExecutor("lost"), "lost"),
        (CancelledError(), "That was cancelled, and is not done."),
        (KeyError("k"), messages.unexpected(KeyError("k"))),
    ],
)
def test_what_fails_after_a_wait_is_told_and_holds_up_nothing(error, told):
    diary, awaited = Diary(), Future()
    failed = diary.order.do(lambda: fail(error), awaited)
    diary.do("b")

    awaited.set_result(None)

    assert (diary.did, diary.told) == (["b"], [told])
    assert failed.exception() is error


def test_what_is_cleared_is_never_done():
    diary, awaited = Diary(), Future()
    waits = diary.do("a", awaited)

    assert diary.order.clear("gone") == 1

    assert awaited.cancelled()
    assert str(waits.exception()) == "gone"
    assert diary.did == []
    assert diary.order.clear("gone") == 0


def test_what_has_its_turn_keeps_it_until_what_it_waits_for_is_done():
    diary, first, found = Diary(), Future(), Future()
    diary.order.do(lambda: diary.order.go_on(lambda: diary.did.append("found"), found), first)
    diary.do("after")

    first.set_result(None)
    assert diary.did == []
    found.set_result(None)

    assert diary.did == ["found", "after"]


def test_what_is_cleared_is_dropped():
    diary, dropped = Diary(), []
    diary.order.do(lambda: None, Future(), lambda: dropped.append("a"))
    diary.order.go_on(lambda: None, Future(), lambda: dropped.append("b"))

    assert diary.order.clear("another volume") == 2

    assert dropped == ["b", "a"]
