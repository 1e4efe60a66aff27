"""What runs on a worker around a kernel: it unpacks the call, and tells how it goes.

It is sent with its code: a worker of others need know only `workers`.
"""

from __future__ import annotations

import os
import pickle
import socket
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

from distributed import get_worker

from dashboard.cluster.by_value import send_with_code
from dashboard.cluster.dask_internals import flush, is_executing, threads_of
from dashboard.cluster.worker_facts import digest

REPORT_S = 0.05

send_with_code(__name__)


def run_kernel(
    topic: str, content: str, call: bytes, shared: dict, arrays: list, is_short: bool, folder: str
) -> tuple[str, Any]:
    """Run a kernel on a worker whose `workers` has the `content` of ours.

    Parameters
    ----------
    topic : str
        Under which it tells its process id, what it reports and its end.
    content : str
        Digest of our kernels. A worker that has just come may be given one before it was looked at.
    call : bytes
        The function, its small arguments by place or name, and whether it reports.
    shared, arrays : dict, list
        The names of the large arguments and whether others use them, too; the arguments.
    is_short : bool
        Whether nobody asks where it runs.
    folder : str
        What it needs to see; "" if nothing.

    Returns
    -------
    (str, any)
        ``"result"`` with what the kernel returns, ``"cancelled"``, ``"unknown"`` with the reason,
        or ``"blind"`` with the name of this process.
    """
    if reason := refuse(content):
        return "unknown", reason
    if folder and not Path(folder).is_dir():
        return "blind", f"{socket.gethostname()} (process {os.getpid()})"
    voice = Voice(topic)
    if not is_short:
        voice.tell("pid", os.getpid())
        flush(voice.worker)  # a kernel that keeps the GIL would keep the message, too
    try:
        kernel = unpack(call, shared, arrays, voice, threads_of(voice.worker))
        return ("result", kernel()) if callable(kernel) else ("unknown", kernel)
    except CancelledError:
        return "cancelled", None
    finally:
        if not is_short:
            voice.tell("ended", None)


class Voice:
    """The kernel's ``report``: passes on 20 fractions a second, and what is to be said.

    Parameters
    ----------
    topic : str
        Under which the server listens.
    """

    def __init__(self, topic: str) -> None:
        self.worker = get_worker()
        self._topic, self._key = topic, self.worker.get_current_task()
        self._next_time = 0.0

    def __call__(self, fraction: float) -> None:
        """Report; CancelledError if nobody waits for the kernel any more."""
        if not is_executing(self.worker, self._key):
            raise CancelledError
        if time.monotonic() >= self._next_time:
            self._next_time = time.monotonic() + REPORT_S
            self.tell("report", float(fraction))

    def say(self, text: str) -> None:
        """Pass on a sentence."""
        self.tell("say", text)

    def tell(self, what: str, value: float | str | None) -> None:
        """Send the server a message about this task."""
        self.worker.log_event(self._topic, (self._key, what, value))


def refuse(content: str) -> str:
    """Return why the `workers` of this process are not those with `content`; "" if they are."""
    try:
        import workers
    except ImportError as error:
        return str(error)
    folder = str(Path(workers.__file__).parent) if workers.__file__ else ""
    if not hasattr(workers, "content_for_supervox"):  # else it was digested before
        workers.content_for_supervox = digest(folder) if folder else ""
    same = workers.content_for_supervox == content
    return "" if same else f"those in {folder} are of another version"


def unpack(
    call: bytes, shared: dict, arrays: list, report: Callable, threads: int
) -> Callable | str:
    """Return the kernel with its arguments, to be called; or why this process cannot import it."""
    try:
        from workers.runtime.import_lock import TURN

        with TURN:
            from workers.runtime.team import at_most

            fn, given, reports = pickle.loads(call)  # noqa: S301 - from our own client
    except (ImportError, AttributeError) as error:
        return str(error)
    for (name, is_shared), array in zip(shared.items(), arrays, strict=True):
        given[name] = array.view() if is_shared else array
        if is_shared:
            given[name].flags.writeable = False
    if reports:
        given["report"] = report
    args = [given.pop(i) for i in sorted(name for name in given if isinstance(name, int))]

    def kernel() -> Any:
        with at_most(threads):
            return fn(*args, **given)

    return kernel
