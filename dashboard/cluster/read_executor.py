"""Threads that read files, none of which waits for another, and none for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from pathlib import Path

SILENCE_S = 30.0
MOST_STUCK = 32
_LOOK_S = 0.5


class Unanswered(ValueError):
    """A read that did not come back; the message says what to do."""


class Reading(Executor):
    """Runs each call at once in a thread of its own, and gives up those that show no sign of life.

    A disk or share that does not answer blocks who asks it, and nobody can end that thread. So it
    is written off: its call fails with a sentence, and others go on. A sign of life is what the
    call reports, or that its thread computes. A call is cancelled at once; what it does until its
    next report is for nobody.

    Parameters
    ----------
    silence_s : float, optional
        Seconds without a sign of life until a call is given up.
    most_stuck : int, optional
        Threads that may be stuck at once; of more, no call is begun.
    """

    def __init__(self, silence_s: float = SILENCE_S, most_stuck: int = MOST_STUCK) -> None:
        self._silence_s, self._most_stuck = silence_s, most_stuck
        self._calls: set[_Call] = set()
        self._lock = threading.Lock()
        self._is_watched = False

    def submit(self, fn: Callable, /, *args, **kwargs) -> Future:
        """Begin a call; the future that is returned can be cancelled as long as it is not done."""
        call = _Call(fn, args, kwargs)
        if self._stuck() >= self._most_stuck:
            call.future.set_exception(Unanswered(self._too_many()))
            return call.future
        call.thread = threading.Thread(target=self._run, args=(call,), name="reading", daemon=True)
        with self._lock:
            self._calls.add(call)
        call.thread.start()
        self._watch()
        return call.future

    def _stuck(self) -> int:
        now = time.monotonic()
        with self._lock:
            return sum(call.silent_s(now) > self._silence_s for call in self._calls)

    def _too_many(self) -> str:
        return (
            f"nothing is read any more: {self._most_stuck} reads of files do not come back. See "
            "that the disks and network folders answer, or start supervox again."
        )

    def _run(self, call: _Call) -> None:
        try:
            call.run()
        finally:
            with self._lock:
                self._calls.discard(call)

    def _watch(self) -> None:
        with self._lock:
            if self._is_watched:
                return
            self._is_watched = True
        threading.Thread(target=self._look_after, name="reading-watch", daemon=True).start()

    def _look_after(self) -> None:
        while self._has_calls():
            time.sleep(min(_LOOK_S, self._silence_s / 4))
            self._give_up()

    def _has_calls(self) -> bool:
        """Tell whether one is waited for; if not, nobody watches from now on."""
        with self._lock:
            self._is_watched = any(not call.future.done() for call in self._calls)
            return self._is_watched

    def _give_up(self) -> None:
        now = time.monotonic()
        with self._lock:
            calls = [call for call in self._calls if not call.future.done()]
        for call in calls:
            if call.silent_s(now) > self._silence_s:
                call.give_up(self._silence_s)


class _Call:
    """A call, and when its thread showed the last sign of life."""

    def __init__(self, fn: Callable, args: tuple, kwargs: dict) -> None:
        self.future: Future = Future()
        self._fn, self._args, self._kwargs = fn, args, kwargs
        self._alive = time.monotonic()
        self._ticks = 0
        self._lock, self._is_settled = threading.Lock(), False
        self.thread = threading.current_thread()
        if "report" in kwargs:
            self._kwargs = kwargs | {"report": _Heard(kwargs["report"], self.live)}

    def live(self) -> None:
        """Note a sign of life; in any thread."""
        self._alive = time.monotonic()

    def silent_s(self, now: float) -> float:
        """Return for how long there was no sign of life."""
        ticks = _ticks_of(self.thread)
        if ticks is None or ticks > self._ticks:  # where nobody tells, it is believed to compute
            self._ticks, self._alive = ticks or 0, now
        return now - self._alive

    def run(self) -> None:
        """Call, and hand over what came of it, if anybody wants it still."""
        try:
            found = self._fn(*self._args, **self._kwargs)
        except BaseException as error:  # noqa: BLE001 - an executor hands over whatever was raised
            self._end(partial(self.future.set_exception, error))
        else:
            self._end(partial(self.future.set_result, found))

    def give_up(self, silence_s: float) -> None:
        """Let who waits go on, with a sentence."""
        said = (
            f"nothing has come for {silence_s:g} seconds: the disk or network folder on which it "
            "lies does not answer. See that it is there, then open it again."
        )
        self._end(partial(self.future.set_exception, Unanswered(said)))

    def _end(self, settle: Callable[[], None]) -> None:
        # Who is first, the call or who gives it up, settles it, unless it was cancelled before.
        with self._lock:
            if self._is_settled:
                return
            self._is_settled = True
        if self.future.set_running_or_notify_cancel():
            settle()


class _Heard:
    """A report that is a sign of life, too."""

    def __init__(self, report: Callable, live: Callable[[], None]) -> None:
        self._report, self._live = report, live

    def __call__(self, fraction: float) -> None:
        self._live()
        self._report(fraction)

    def __getattr__(self, name: str):
        self._live()
        return getattr(self._report, name)


def _ticks_of(thread: threading.Thread) -> int | None:
    """Return how long a thread has computed, as Linux counts it; None where nobody tells."""
    try:
        told = Path(f"/proc/self/task/{thread.native_id}/stat").read_text(encoding="ascii")
        return sum(map(int, told.rpartition(")")[2].split()[11:13]))
    except (OSError, ValueError):
        return None
