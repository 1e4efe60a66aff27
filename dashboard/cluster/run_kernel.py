"""What is sent to a worker around a kernel: it unpacks the call, and tells how it goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dashboard.cluster.worker_facts import digester


def kernel_runner(topic: str, content: str) -> Callable:
    """Return the function that runs a kernel on a worker, and tells of it under `topic`.

    It runs none on a worker whose `workers` has other `content` than ours: one that has just come
    may be given a kernel before it was looked at.

    It and all that it calls are nested functions, so that they are pickled by value: a remote
    worker need know only `workers`.
    """
    voices, assembled, stranger = _voices(topic), _assembled(), _stranger(content)

    def run(
        call: bytes, shared: dict, arrays: list, is_short: bool, folder: str
    ) -> tuple[str, Any]:
        import os
        import socket
        from concurrent.futures import CancelledError
        from pathlib import Path

        if said := stranger():
            return "unknown", said
        if folder and not Path(folder).is_dir():
            return "blind", f"{socket.gethostname()} (process {os.getpid()})"
        tell, report, threads = voices()
        if not is_short:
            tell("pid", os.getpid(), at_once=True)
        try:
            kernel = assembled(call, shared, arrays, report, threads)
            return ("result", kernel()) if callable(kernel) else ("unknown", kernel)
        except CancelledError:
            return "cancelled", None
        finally:
            if not is_short:
                tell("ended", None)

    return run


def _voices(topic: str) -> Callable:
    def voices() -> tuple[Callable, Callable, int]:
        import threading
        import time
        from concurrent.futures import CancelledError

        from distributed import get_worker

        worker = get_worker()
        key = worker.get_current_task()
        next_time = 0.0

        def tell(what: str, value: float | str | None, *, at_once: bool = False) -> None:
            worker.log_event(topic, (key, what, value))
            if at_once:  # a kernel that keeps the GIL would keep the message, too
                sent = threading.Event()
                worker.loop.add_callback(worker.loop.call_later, 0.005, sent.set)
                sent.wait(1)

        def report(fraction: float) -> None:
            nonlocal next_time
            task = worker.state.tasks.get(key)
            if task is None or task.state != "executing":
                raise CancelledError
            if time.monotonic() >= next_time:
                next_time = time.monotonic() + 0.05
                tell("report", float(fraction))

        report.say = lambda text: tell("say", text)
        return tell, report, getattr(worker, "kernel_threads", worker.state.nthreads)

    return voices


def _stranger(content: str) -> Callable:
    digest = digester()

    def stranger() -> str:
        from pathlib import Path

        try:
            import workers
        except ImportError as error:
            return str(error)
        folder = str(Path(workers.__file__).parent) if workers.__file__ else ""
        if not hasattr(workers, "content_for_supervox"):  # else it was digested before
            workers.content_for_supervox = digest(folder) if folder else ""
        same = workers.content_for_supervox == content
        return "" if same else f"those in {folder} are of another version"

    return stranger


def _assembled() -> Callable:
    def assembled(
        call: bytes, shared: dict, arrays: list, report: Callable, threads: int
    ) -> Callable | str:
        import pickle

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

    return assembled
