"""The course of a long computation: passes over chunks, and stages that are done once."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import numpy as np

from workers.chunked.chunk_grid import ChunkGrid
from workers.runtime import passes
from workers.runtime.box import BoxBounds
from workers.runtime.progress import Report, part, say
from workers.storage.atomic_write import replace

Run = Callable[[Callable, Sequence[tuple]], list[Any]]
"""Runs a kernel for the arguments of many calls; returns the results in their order."""

_CUT_SHORT = (ValueError, RuntimeError, EOFError, zipfile.BadZipFile)
"""What numpy, zarr and the decompression raise at a file that is not whole."""


class DamagedCheckpoint(ValueError):
    """What was kept on the way cannot be read, and is there no more; the message is a sentence."""


class Checkpoints(NamedTuple):
    """What the stages of a computation share.

    Attributes
    ----------
    work : Path
        A folder in which is kept what is done.
    cutting : ChunkGrid
        How the volume is cut.
    executor : Executor
        Runs the kernels.
    report : callable
        Told the fraction that is done, and what is being done; may raise CancelledError.
    name : str, optional
        A new one for each course: of those in one folder only the last goes on. Kernels of one
        that has ended may come late. So what is used again lies where whoever writes to it writes
        the same, by the name that `made` gives; all else has a name that is `fresh`.
    """

    work: Path
    cutting: ChunkGrid
    executor: Executor
    report: Report
    name: str = ""

    @property
    def boxes(self) -> list[BoxBounds]:
        """The chunks."""
        return self.cutting.boxes()

    def begin(self) -> None:
        """Go on with what is kept; with nothing, if the machine was started anew since.

        Chunks are not forced to disk one by one, so after a loss of power some may be missing.
        """
        boot = _boot()
        known = self.work / "boot"
        if not known.exists() or known.read_text(encoding="ascii") != boot:
            _remove(self.work)
            self.work.mkdir(parents=True, exist_ok=True)
            replace(known, boot.encode("ascii"))
        replace(self.work / "course", self.name.encode("ascii"))

    def check(self) -> None:
        """Raise ValueError, with a sentence, if another course has begun here since."""
        if self.name and self._latest() != self.name:
            raise ValueError(
                "Another process has begun to compute the same superpixels; wait for it, then try "
                "again."
            )

    def path(self, name: str) -> str:
        """Return where something is kept, for whoever runs the kernels."""
        return str(self.work / name)

    def _latest(self) -> str:
        """Return the name of the course that began last; "" if that has ended."""
        try:
            return (self.work / "course").read_text(encoding="ascii")
        except FileNotFoundError:
            return ""

    def fresh(self, name: str) -> str:
        """Return where nobody has written yet; what lay under another fresh `name` is removed."""
        self.check()
        for old in self.work.glob(f"{name}-*"):
            shutil.rmtree(old, ignore_errors=True)
        return self.path(f"{name}-{uuid4().hex}")

    def made(self, name: str, make: Callable[[str], object]) -> str:
        """Return where a folder lies that is made once, as a whole, by a call with its path."""
        path = self.work / name
        if not path.exists():
            new = Path(self.fresh(name))
            make(str(new))
            new.rename(path)
        return str(path)

    def run(self, text: str, start: float, stop: float, most: int = 1) -> Run:
        """Return what runs kernels, `most` times, from one fraction of the whole to another."""
        say(self.report, text)
        step, turns = (stop - start) / most, count()

        def run(kernel: Callable, calls: Sequence[tuple]) -> list[Any]:
            self.check()
            begin = start + step * min(next(turns), most - 1)
            here = part(self.report, begin, begin + step)

            def told(fraction: float) -> None:
                done = round(fraction * len(calls))
                say(self.report, f"{text} · chunk {done} of {len(calls)}")
                here(fraction)

            try:
                return passes.run(self.executor, kernel, calls, told)
            except BrokenExecutor:
                raise
            except _CUT_SHORT as error:
                raise self._damaged(error) from error

        return run

    def _damaged(self, error: Exception) -> DamagedCheckpoint:
        """Remove what is kept; return what to say of it."""
        self.check()
        _remove(self.work)
        return DamagedCheckpoint(
            "A file of the cache is damaged. What was done of these superpixels was removed: open "
            f"the volume again, then press Partition, and they are made anew. ({error})"
        )

    def once(self, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, np.ndarray]:
        """Return what a stage made, when it was done: arrays and numbers by their names.

        It is done again if what was kept of it cannot be read.
        """
        path = self.work / f"{name}.npz"
        if (kept := _load(path)) is not None:
            return kept
        content = io.BytesIO()
        np.savez(content, **make())
        self.check()
        replace(path, content.getvalue())
        with np.load(path) as made:
            return dict(made)


def _load(path: Path) -> dict[str, np.ndarray] | None:
    """Return the arrays of a file; None if there is none, or it is not whole."""
    try:
        # What numpy opens itself stays open if it is not whole.
        with path.open("rb") as file, np.load(file) as made:
            return dict(made)
    except (FileNotFoundError, *_CUT_SHORT):
        return None


def _remove(folder: Path) -> None:
    """Remove a folder at once, though kernels that come late may still write to it."""
    if folder.exists():
        removed = folder.with_name(f"removed-{uuid4().hex}")
        folder.rename(removed)
        shutil.rmtree(removed, ignore_errors=True)


def _boot() -> str:
    """Return what is another one after each start of this machine, where Linux tells."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"
