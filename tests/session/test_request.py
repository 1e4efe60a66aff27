from __future__ import annotations

from concurrent.futures import Future

import pytest

from dashboard.session.edit_queue import EditQueue
from dashboard.session.request import Request, current
from tests.conftest import now


@pytest.fixture
def order():
    """Changes one after the other, of which nobody is told."""
    return EditQueue(now, lambda _: None, lambda _: None)


def test_what_is_done_at_once_ends_the_request_at_once():
    request = Request("a-1")

    request.run(lambda: None)

    assert request.ended.done()


def test_a_request_ends_with_the_last_step_that_it_left_for_later(order):
    request, found, names = Request("a-1"), Future(), []

    request.run(lambda: order.do(lambda: names.append(current().name), found))

    assert not request.ended.done()
    found.set_result(None)
    assert request.ended.result() is None
    assert names == ["a-1"]


def test_a_step_that_waits_goes_on_in_the_request_in_which_it_was_asked_for(order):
    found, names = Future(), []
    Request("a-1").run(lambda: order.do(lambda: None, found))
    Request("a-2").run(lambda: order.do(lambda: names.append(current().name)))
    order.do(lambda: names.append(current().name))

    found.set_result(None)

    assert names == ["a-2", ""]


def test_a_request_of_which_a_step_fails_tells_that(order):
    request, found = Request("a-1"), Future()

    def refuse():
        raise ValueError("no")

    request.run(lambda: order.do(refuse, found))
    found.set_result(None)

    with pytest.raises(ValueError, match="no"):
        request.ended.result()


def test_steps_that_are_dropped_end_their_request(order):
    request = Request("a-1")
    request.run(lambda: order.do(lambda: None, Future()))

    order.clear("gone")

    assert str(request.ended.exception()) == "gone"


def test_only_the_first_record_has_the_name():
    request = Request("a-1")

    assert [request.claim(), request.claim()] == ["a-1", ""]
