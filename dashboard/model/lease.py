"""One writer at a case: a fencing number for each, that a later one raises.

Three kinds of files in the case's folder, so that it works on any file system, those of a network
too, and no clock is asked:

- ``writer`` says who may write: an epoch, and who holds it. It is only ever replaced.
- ``<epoch>.claim`` is made exclusively, so that no two get the same epoch.
- ``<epoch>.beat`` is a number that its holder raises, or the word ``released``.

Who takes the lease first writes ``writer``, then reads the journal. Who writes to the journal first
writes, then reads ``writer``, then acknowledges. So a record that was acknowledged is always seen
by who comes next, and a writer that was asleep while another took over acknowledges nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from dashboard.model.holder import Holder, this_process
from workers import files

BEAT_S = 2.0
STALE_S = 10.0
RELEASED = "released"
_WIDTH = 20


class Status(NamedTuple):
    """Who holds a case as its files tell; `beat` changes as long as the holder lives."""

    epoch: int
    holder: Holder | None
    beat: str

    @property
    def is_free(self) -> bool:
        """Whether nobody holds it, as far as can be told at once."""
        return self.holder is None or self.beat == RELEASED or self.holder.is_known_dead


class Lease:
    """The right to write to a case; made by `take`."""

    def __init__(self, folder: Path, epoch: int) -> None:
        self.folder = folder
        self.epoch = epoch
        self._beats = 0

    @classmethod
    def take(cls, folder: Path) -> Lease:
        """Take the right to write, whoever may hold it.

        Raises
        ------
        OSError
            If the folder cannot be written to.
        """
        while True:
            epoch = _claim(folder, max(status(folder).epoch, _last_claim(folder)) + 1)
            lease = cls(folder, epoch)
            lease.beat()
            told = {"epoch": epoch, "holder": this_process()._asdict()}
            files.replace(folder / "writer", json.dumps(told).encode())
            if _last_claim(folder) == epoch:  # else somebody came later, and may have been first
                _remove_older(folder, epoch)
                return lease

    def is_held(self) -> bool:
        """Tell whether nobody has taken it meanwhile.

        Raises
        ------
        OSError
            If that cannot be read.
        """
        return status(self.folder).epoch == self.epoch

    def beat(self) -> None:
        """Show that the holder lives."""
        self._beats += 1
        self._say(str(self._beats))

    def release(self) -> None:
        """Let the next one write at once."""
        self._say(RELEASED)

    def _say(self, text: str) -> None:
        # Written over in place, in one length: a full disk cannot stop it.
        descriptor = os.open(self.folder / f"{self.epoch}.beat", os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(descriptor, text.rjust(_WIDTH).encode("ascii"), 0)
        finally:
            os.close(descriptor)


class Watch:
    """Sees whether the holder of a case still lives, by watching its beat.

    Parameters
    ----------
    folder : Path
        Of the case.
    clock : callable, optional
        Seconds that only grow.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.folder, self._clock = folder, clock
        self._seen: Status | None = None
        self._since = clock()

    def is_free(self) -> bool:
        """Tell whether nobody holds the case, or its holder has not moved for some seconds."""
        found = status(self.folder)
        if found != self._seen:
            self._seen, self._since = found, self._clock()
        return found.is_free or self._clock() - self._since > STALE_S


def status(folder: Path) -> Status:
    """Return who holds the case of a folder.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    try:
        told = json.loads((folder / "writer").read_bytes())
        epoch, holder = int(told["epoch"]), Holder(**told["holder"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return Status(0, None, "")
    return Status(epoch, holder, _beat(folder, epoch))


def _beat(folder: Path, epoch: int) -> str:
    with contextlib.suppress(FileNotFoundError, UnicodeDecodeError):
        return (folder / f"{epoch}.beat").read_text(encoding="ascii").strip()
    return ""


def _claim(folder: Path, epoch: int) -> int:
    while True:
        with contextlib.suppress(FileExistsError):
            (folder / f"{epoch}.claim").touch(exist_ok=False)
            return epoch
        epoch += 1


def _claims(folder: Path) -> list[int]:
    return [int(path.stem) for path in folder.glob("*.claim") if path.stem.isdigit()]


def _last_claim(folder: Path) -> int:
    return max(_claims(folder), default=0)


def _remove_older(folder: Path, epoch: int) -> None:
    for older in _claims(folder):
        if older < epoch:
            for ending in ("claim", "beat"):
                (folder / f"{older}.{ending}").unlink(missing_ok=True)
