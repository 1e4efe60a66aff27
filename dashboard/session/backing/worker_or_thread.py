"""What a hand waits for: a worker does it, or a thread of the server where none answers in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from pathlib import Path

from dashboard.session.jobs import Executors
from dashboard.volumes.cache.patience import patient

ANSWER_S = 0.3
"""How long a worker may be silent."""

NONE = f"no worker has answered within {ANSWER_S:g} s"


class WorkerOrThread:
    """Has kernels run on workers, or in threads here with the same bits.

    As long as no worker answers in time, a thread begins at once beside the next try. There
    is one such try at a time: workers that are late with one are later with more.

    Parameters
    ----------
    executors : Executors
    folder : Path
        What a worker must see.

    Attributes
    ----------
    why_here : str
        Why a thread did the latest; "" if a worker did it.
    """

    def __init__(self, executors: Executors, folder: Path) -> None:
        self._executors, self._folder = executors, folder
        self.why_here = ""
        self._asked: Future | None = None

    def submit(self, kernel: Callable, /, *args: object, reports: bool = False) -> Future:
        """Return a future of what a kernel returns; what it refuses, is refused.

        Where it `reports`, each report counts as an answer.
        """
        if self.why_here and self._asked is not None and not self._asked.done():
            return self.in_thread(kernel, *args)
        return _Try(self, kernel, args, reports=reports).answer

    def on_worker(self, kernel: Callable, *args: object, **how: object) -> Future:
        """Submit a kernel as `DaskExecutor.patient` does: no worker is ever killed for it."""
        kernels = patient(self._executors.kernels, lambda _: None, self._folder)
        try:
            self._asked = kernels.submit(kernel, *args, **how)
        except RuntimeError as error:  # they are shut down
            self._asked = Future()
            self._asked.set_exception(error)
        return self._asked

    def in_thread(self, kernel: Callable, *args: object) -> Future:
        """Begin a kernel in a thread here."""
        return self._executors.threads.submit(kernel, *args)


class _Try:
    """One kernel on its way: who is first with an answer gives it."""

    def __init__(
        self, place: WorkerOrThread, kernel: Callable, args: tuple, *, reports: bool
    ) -> None:
        self.answer: Future = Future()
        self._place, self._call = place, (kernel, *args)
        self._lock, self._is_here, self._is_settled = threading.Lock(), False, False
        self._heard = time.monotonic()
        self._asked = place.on_worker(*self._call, **({"report": self._hear} if reports else {}))
        if place.why_here:
            self._begin_here(place.why_here)
        self._asked.add_done_callback(self._end_there)
        self._watch()

    def _hear(self, _fraction: float) -> None:
        self._heard = time.monotonic()

    def _watch(self) -> None:
        """Look again when the worker may have been silent for too long."""
        left = self._heard + ANSWER_S - time.monotonic()
        if self._asked.done():
            return
        if left <= 0:
            self._begin_here(NONE)
            self._asked.cancel()
            return
        timer = threading.Timer(left, self._watch)
        timer.daemon = True
        timer.start()

    def _end_there(self, asked: Future) -> None:
        """Take the worker's answer; where it failed, and did not refuse, begin here."""
        error = CancelledError(NONE) if asked.cancelled() else asked.exception()
        if error is None or isinstance(error, ValueError):
            self._place.why_here = ""
            self._settle(asked)
        else:
            self._begin_here(str(error))

    def _begin_here(self, why: str) -> None:
        with self._lock:
            if self._is_here or self._is_settled:
                return
            self._is_here = True
        self._place.why_here = why
        self._place.in_thread(*self._call).add_done_callback(self._settle)

    def _settle(self, done: Future) -> None:
        with self._lock:
            if self._is_settled:
                return
            self._is_settled = True
        if not self.answer.set_running_or_notify_cancel():
            return
        if error := done.exception():
            self.answer.set_exception(error)
        else:
            self.answer.set_result(done.result())
