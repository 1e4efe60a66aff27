"""A call that was handed to the cluster, and what is known of it there."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Future, InvalidStateError
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

from dashboard.cluster.loop_thread import Trap

ATTEMPTS = 5


class Carrier(Protocol):
    """What carries tasks to a scheduler and back: `dashboard.cluster.connection.Link`.

    Attributes
    ----------
    client : distributed.Client
    name : str
        Of this connection, and of no other.
    tasks : dict
        Those under way, by their keys.
    trouble : str
        A sentence if it is lost.
    """

    client: Any
    name: str
    tasks: dict[str | tuple, ClusterTask]

    @property
    def trouble(self) -> str:
        """Why it is lost; "" if it is not."""

    def later(self, function: Callable, *args) -> None:
        """Call a function on Dask's loop."""

    def kill_worker(self, pid: int | None) -> None:
        """Kill a worker process of ours."""


@dataclass(eq=False)
class ClusterTask:
    """A submitted call and what is known of it on the cluster.

    Attributes
    ----------
    call : (callable, tuple, dict) or None
        None once the future is settled: who keeps that does not keep the volume.
    report : callable or None
        Told fractions; if it has a method ``again``, that is told why all begins anew.
    link, running, key, pid
        Where it runs: the connection, Dask's future and key, and the worker's process id.
    waits_since : float
        On the monotonic clock, when it was asked for, or began to wait anew.
    told : callable or None
        Whom to tell, in a sentence, that a task waits which does not fail for want of a worker;
        None if it does. Such a task is one of many short ones: nobody asks where it runs, and it
        is never stopped by force.
    folder : str
        What the worker must see to run it; "" if it needs none.
    losses : int
        Of schedulers, before the work began that it is part of.
    """

    call: tuple[Callable, tuple, dict] | None
    report: Callable[[float], object] | None
    future: Future
    link: Carrier | None = None
    running: Any = None
    key: str | tuple = ""
    pid: int | None = None
    attempts: int = 0
    waits_since: float = 0.0
    told: Callable[[str], object] | None = None
    folder: str = ""
    losses: int = 0

    def __post_init__(self) -> None:
        self.waits_since = time.monotonic()

    def begin(self, link: Carrier, name: str) -> None:
        """Be launched on `link`, under a key of its own."""
        self.link = link
        self.attempts += 1
        self.pid = None
        # The scheduler holds back what is of one group instead of heaping it on the workers.
        number = uuid4().hex
        self.key = (f"{name}-{link.name}", number) if self.told else f"{name}-{number}"

    def raise_if_hopeless(self) -> None:
        """Raise BrokenExecutor when it was launched as often as is sensible."""
        if self.attempts >= ATTEMPTS:
            raise BrokenExecutor(f"The computation was given up: {ATTEMPTS} workers were lost.")

    def tell_again(self, why: str) -> None:
        """Tell who waits that it begins anew."""
        if (again := getattr(self.report, "again", None)) and not self.future.done():
            again(why)

    def tell(self, sentence: str) -> None:
        """Tell who waits for it without end that there is nobody to do it."""
        with Trap(self.fail):
            self.told(sentence)

    def settle(self, how: str, value: Any) -> None:
        """End with what the kernel's runner has sent.

        Raises
        ------
        CancelledError
            The kernel gave in.
        BrokenExecutor
            The workers do not know the kernel, or do not see the folder that it needs.
        """
        if how == "cancelled":
            raise CancelledError
        if how == "blind":
            raise BrokenExecutor(
                f"A Dask worker on {value} does not see {self.folder}: choose a folder that all "
                "machines share."
            )
        if how == "unknown":
            raise BrokenExecutor(
                f"The Dask workers do not know this kernel ({value}): install supervox on them, "
                "in the version that is used here."
            )
        with contextlib.suppress(InvalidStateError):  # cancelled in this moment
            self.future.set_result(value)

    def fail(self, error: Exception) -> None:
        """End with an error; CancelledError cancels."""
        if isinstance(error, CancelledError):
            self.future.cancel()
            return
        with contextlib.suppress(InvalidStateError):
            self.future.set_exception(error)

    def forget(self) -> None:
        """Let go of what the call holds: who keeps the future keeps no volume and no page."""
        self.call = self.report = None
