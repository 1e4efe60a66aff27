"""One thing that the page asks for, with all that it leaves for later."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextvars import ContextVar

_now: ContextVar[Request | None] = ContextVar("request", default=None)


class Request:
    """What is asked for at once may wait for a turn, or for a task: all of it is one request.

    `EditQueue` and `Jobs` hold the request that something was handed to them in, and go on in it.

    Parameters
    ----------
    name : str, optional
        How the page calls it, and a record of the journal does.

    Attributes
    ----------
    ended : Future
        Done when nothing of it is left; with the first error, if a part of it has failed.
    """

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.ended: Future = Future()
        self._held = 0
        self._claimed = False
        self._error: BaseException | None = None

    def claim(self) -> str:
        """Return the name for a record; "" from the second on: the first one is what counts."""
        if self._claimed:
            return ""
        self._claimed = True
        return self.name

    @property
    def is_claimed(self) -> bool:
        """Whether a record has the name."""
        return self._claimed

    def run(self, act: Callable, *args: object) -> object:
        """Call `act` as a part of the request; returns and raises what it does."""
        token = _now.set(self)
        self.hold()
        try:
            return act(*args)
        finally:
            _now.reset(token)
            self.release()

    def hold(self) -> Request:
        """Let it not end before `release`, which is due once for each call."""
        self._held += 1
        return self

    def release(self, error: BaseException | None = None) -> None:
        """Let go of it; the last one ends it."""
        self._held -= 1
        self._error = self._error or error
        if self._held or self.ended.done():
            return
        if self._error is None:
            self.ended.set_result(None)
        else:
            self.ended.set_exception(self._error)


def current() -> Request:
    """Return the request that is being done; one without a name, if nobody has asked."""
    return _now.get() or Request()
