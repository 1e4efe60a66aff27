from __future__ import annotations

import logging
from concurrent.futures import BrokenExecutor, CancelledError

import pytest

from dashboard.page.errors import guarded
from dashboard.session.session import Refused


def test_a_handler_that_works_is_left_alone(session):
    before = session.notice

    assert guarded(session, lambda a, *, b: (a, b))(1, b=2) == (1, 2)
    assert session.notice is before


def test_a_refusal_is_said_in_its_own_words(session):
    def refuse():
        raise Refused("There are no superpixels yet.")

    assert guarded(session, refuse)() is None
    assert session.notice == ("There are no superpixels yet.", "error")


@pytest.mark.parametrize(
    "error",
    [KeyError("plane"), TypeError("no"), MemoryError(), OSError(28, "full"), IndexError("9"),
     RuntimeError("x"), CancelledError(), BrokenExecutor("gone"), AssertionError("never")],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_whatever_else_is_raised_is_said_and_logged(session, error, caplog):
    def fail():
        raise error

    with caplog.at_level(logging.ERROR):
        assert guarded(session, fail)() is None

    assert session.notice.kind == "error"
    assert type(error).__name__ in session.notice.text
    assert caplog.records[0].exc_info[1] is error


def test_the_end_of_the_process_is_not_held_up(session):
    def end():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        guarded(session, end)()
