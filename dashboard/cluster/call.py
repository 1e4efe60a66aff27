"""A call that was handed to the cluster, and whoever waits for it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Future, InvalidStateError
from dataclasses import dataclass, field
from typing import Any

from workers.runtime.progress import say

ATTEMPTS = 5


class Interrupted(Exception):
    """What a call was given, or its answer, was lost on the way: it is to be sent anew."""


class Lost(BrokenExecutor):
    """The connection to the scheduler is lost; the message says why."""


@dataclass(frozen=True)
class PatientWork:
    """A long work of many short calls, which wait for a worker instead of failing.

    Nobody asks where they run, and they are never stopped by force.

    Attributes
    ----------
    tell : callable
        Told in a sentence that there is no worker.
    folder : str
        What a worker must see; "" if nothing.
    losses : int
        Of schedulers, before the work began.
    """

    tell: Callable[[str], object]
    folder: str
    losses: int


@dataclass(eq=False)
class Call:
    """A submitted call.

    Attributes
    ----------
    work : (callable, tuple, dict) or None
        None once the future is settled: who keeps that does not keep the volume.
    report : callable or None
        Told fractions; if it has a method ``again``, that is told why all begins anew.
    attempts : int
        How often it was sent.
    since : float
        When it was asked for, on the monotonic clock.
    task : asyncio.Task or None
        What sees it through.
    """

    work: tuple[Callable, tuple, dict] | None
    report: Callable[[float], object] | None
    future: Future
    patience: PatientWork | None = None
    attempts: int = 0
    since: float = field(default_factory=time.monotonic)
    task: asyncio.Task | None = None

    def raise_if_hopeless(self) -> None:
        """Raise BrokenExecutor when it was sent as often as is sensible."""
        if self.attempts >= ATTEMPTS:
            raise BrokenExecutor(f"The computation was given up: {ATTEMPTS} workers were lost.")

    def hear(self, what: str, value: Any) -> None:
        """Pass on a fraction, or what is to be said, while somebody waits."""
        try:
            if not self.future.done():
                say(self.report, value) if what == "say" else self.report(value)
        except Exception as error:  # noqa: BLE001 - whoever waits is told
            self.fail(error)

    def tell_again(self, why: str) -> None:
        """Tell who waits that it begins anew."""
        if (again := getattr(self.report, "again", None)) and not self.future.done():
            again(why)

    def settle(self, how: str, value: Any) -> None:
        """End with what `run_kernel` has answered.

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
                f"A Dask worker on {value} does not see {self.patience.folder}: choose a folder "
                "that all machines share."
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
        self.work = self.report = None
