from __future__ import annotations

import asyncio

import pytest

from dashboard.page.outbox import Outbox

ONE, TWO, LARGE = {"kind": "one"}, {"kind": "two"}, {"kind": "large", "data": b"..."}


@pytest.fixture
def sent():
    """The messages that have left."""
    return []


@pytest.fixture
def outbox(sent):
    """An outbox from which no bad message can leave, by itself or with others."""

    def send(message):
        if any(each["kind"] == "bad" for each in message.get("messages", [message])):
            raise TypeError("cannot be sent")
        sent.append(message)

    return Outbox(send)


def several(*messages):
    return {"kind": "several", "messages": [*messages]}


def empty(outbox, *items):
    for item in items:
        outbox.put(item)
    asyncio.run(outbox.empty())


def test_small_messages_that_wait_leave_together(outbox, sent):
    empty(outbox, ONE, TWO, ONE)

    assert sent == [several(ONE, TWO, ONE)]


def test_a_large_message_leaves_by_itself_and_in_its_turn(outbox, sent):
    empty(outbox, ONE, TWO, LARGE, ONE, LARGE, LARGE)

    assert sent == [several(ONE, TWO), LARGE, ONE, LARGE, LARGE]


@pytest.mark.parametrize("long", ["x" * 501, ["title"] * 501])
def test_a_message_that_holds_much_leaves_by_itself(outbox, sent, long):
    much = {"kind": "history", "titles": long}

    empty(outbox, ONE, TWO, much, much, ONE)

    assert sent == [several(ONE, TWO), much, much, ONE]


def test_not_too_many_leave_together(outbox, sent):
    empty(outbox, *[ONE] * 45)

    assert [len(message["messages"]) for message in sent] == [20, 20, 5]


def test_what_sends_by_itself_is_called_in_its_turn(outbox, sent):
    async def send():
        sent.append("by itself")

    empty(outbox, ONE, send, TWO)

    assert sent == [ONE, "by itself", TWO]


def test_what_cannot_be_sent_holds_up_no_other(outbox, sent, caplog):
    async def fail():
        raise OSError("gone")

    empty(outbox, ONE, {"kind": "bad"}, TWO, fail, TWO, {"kind": "bad"})

    assert sent == [ONE, TWO, TWO]
    assert caplog.text.count("could not be sent") >= 3


def test_what_is_put_later_leaves_too():
    sent, left = [], asyncio.Event()
    outbox = Outbox(lambda message: (sent.append(message), left.set()))

    async def deliver_for_a_moment():
        delivering = asyncio.ensure_future(outbox.deliver())
        for message in (ONE, TWO):
            outbox.put(message)
            await left.wait()
            left.clear()
        delivering.cancel()

    asyncio.run(asyncio.wait_for(deliver_for_a_moment(), 10))

    assert sent == [ONE, TWO]
