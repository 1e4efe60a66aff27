"""The course of a long computation: passes over chunks, and stages that are done once."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from workers import passes
from workers.chunks import Box
from workers.cutting import Cutting
from workers.files import replace
from workers.progress import Report, part, say

Run = Callable[[Callable, Sequence[tuple]], list[Any]]
"""Runs a kernel for the arguments of many calls; returns the results in their order."""


class Course(NamedTuple):
    """What the stages of a computation share.

    Attributes
    ----------
    work : Path
        A folder in which is kept what is done.
    cutting : Cutting
        How the volume is cut.
    executor : Executor
        Runs the kernels.
    report : callable
        Told the fraction that is done, and what is being done; may raise CancelledError.
    """

    work: Path
    cutting: Cutting
    executor: Executor
    report: Report

    @property
    def boxes(self) -> list[Box]:
        """The chunks."""
        return self.cutting.boxes()

    def begin(self) -> None:
        """Go on with what is kept; with nothing, if the machine was started anew since.

        Chunks are not forced to disk one by one, so after a loss of power some may be missing.
        """
        boot = _boot()
        known = self.work / "boot"
        if not known.exists() or known.read_text(encoding="ascii") != boot:
            shutil.rmtree(self.work, ignore_errors=True)
            self.work.mkdir(parents=True)
            replace(known, boot.encode("ascii"))

    def path(self, name: str) -> str:
        """Return where something is kept, for whoever runs the kernels."""
        return str(self.work / name)

    def run(self, text: str, start: float, stop: float, most: int = 1) -> Run:
        """Return what runs kernels, `most` times, from one fraction of the whole to another."""
        say(self.report, text)
        step, turns = (stop - start) / most, count()

        def run(kernel: Callable, calls: Sequence[tuple]) -> list[Any]:
            begin = start + step * min(next(turns), most - 1)
            here = part(self.report, begin, begin + step)

            def told(fraction: float) -> None:
                done = round(fraction * len(calls))
                say(self.report, f"{text} · chunk {done} of {len(calls)}")
                here(fraction)

            return passes.run(self.executor, kernel, calls, told)

        return run

    def once(self, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, np.ndarray]:
        """Return what a stage made, when it was done: arrays and numbers by their names."""
        path = self.work / f"{name}.npz"
        if not path.exists():
            content = io.BytesIO()
            np.savez(content, **make())
            replace(path, content.getvalue())
        with np.load(path) as made:
            return dict(made)


def _boot() -> str:
    """Return what is another one after each start of this machine, where Linux tells."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"
