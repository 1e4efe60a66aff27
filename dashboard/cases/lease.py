"""One writer at a case: a fencing number for each, that a later one raises.

Three kinds of files in the case's folder, so that it works on any file system, those of a network
too, and no clock is asked:

- ``writer`` says who may write: an epoch, a word that no two have, and who holds it. It is only
  ever replaced.
- ``<epoch>.claim`` is made exclusively, so that no two get the same epoch.
- ``<epoch>.beat`` is a number that its holder raises, or the word ``released``.

Who takes the lease first writes ``writer``, then reads the journal. Who writes to the journal first
writes, then reads ``writer``, then acknowledges. So a record that was acknowledged is always seen
by who comes next, and a writer that was asleep while another took over acknowledges nothing.

A journal that has to begin anew, since its folder went away, takes another lease. It knows its
own former ones by what their words begin with: its author.

The highest claim always stays, and so does no epoch come again that anybody has held. One that was
claimed, overtaken and removed may be claimed again by somebody who was asleep meanwhile: its holder
tells by the word that ``writer`` does not mean him, and the sleeper by the higher number that he
must claim anew.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from dashboard.cases.process_id import ProcessId, this_process
from workers.storage import atomic_write

BEAT_S = 2.0
STALE_S = 10.0
RELEASED = "released"
_WIDTH = 20


class Writer(NamedTuple):
    """What the file ``writer`` says; nothing, if it is not there or damaged."""

    epoch: int = 0
    word: str = ""
    holder: ProcessId | None = None


class Status(NamedTuple):
    """Who holds a case as its files tell; `beat` changes as long as the holder lives."""

    writer: Writer
    beat: str

    @property
    def holder(self) -> ProcessId | None:
        """The process that holds or held it; None if nobody knows."""
        return self.writer.holder

    @property
    def is_free(self) -> bool:
        """Whether nobody holds it, as far as can be told at once."""
        return self.holder is None or self.beat == RELEASED or self.holder.is_known_dead


class Lease:
    """The right to write to a case; made by `take`."""

    def __init__(self, folder: Path, epoch: int, author: str = "") -> None:
        self.folder = folder
        self.epoch = epoch
        self.author = author or secrets.token_hex(8)
        self._word = f"{self.author}.{secrets.token_hex(4)}"
        self._beats = 0

    @classmethod
    def take(cls, folder: Path, *, above: int = 0, author: str = "") -> Lease:
        """Take the right to write, whoever may hold it.

        Parameters
        ----------
        folder : Path
            Of the case.
        above : int, optional
            Its number is higher than this one, too.
        author : str, optional
            What the words of one journal's leases begin with, if it is not the first.

        Raises
        ------
        OSError
            If the folder cannot be written to.
        """
        while True:
            highest = max(writer(folder).epoch, _highest(folder), above)
            lease = cls(folder, _claim(folder, highest + 1), author)
            lease._begin()
            if _highest(folder) == lease.epoch:  # else somebody came later, perhaps was faster
                _remove_older(folder, lease.epoch)
                return lease

    def is_held(self) -> bool:
        """Tell whether the folder says so, and nobody has taken it meanwhile.

        Raises
        ------
        OSError
            If that cannot be read.
        """
        return writer(self.folder).word == self._word

    def is_taken(self) -> bool:
        """Tell whether somebody else has signed; a folder in which nobody has tells nothing.

        Raises
        ------
        OSError
            If that cannot be read.
        """
        word = writer(self.folder).word
        return word != "" and author_of(word) != self.author

    def beat(self) -> None:
        """Show that the holder lives."""
        self._beats += 1
        self._say(str(self._beats))

    def release(self) -> None:
        """Let the next one write at once."""
        self._say(RELEASED)

    def _begin(self) -> None:
        try:
            self.beat()
            self._sign()
        except OSError:  # on a full disk each try would leave two files
            for path in (self._path("beat"), self._path("claim")):
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)
            raise

    def _path(self, kind: str) -> Path:
        return self.folder / f"{self.epoch}.{kind}"

    def _sign(self) -> None:
        told = Writer(self.epoch, self._word)._asdict() | {"holder": this_process()._asdict()}
        atomic_write.replace(self.folder / "writer", json.dumps(told).encode(), 0o600)

    def _say(self, text: str) -> None:
        # Written over in place, in one length: a full disk cannot stop it.
        descriptor = os.open(self._path("beat"), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(descriptor, text.rjust(_WIDTH).encode("ascii"), 0)
        finally:
            os.close(descriptor)


class LeaseWatch:
    """Sees whether the holder of a case still lives, by watching its beat.

    Parameters
    ----------
    folder : Path
        Of the case.
    clock : callable, optional
        Seconds that only grow.
    stale_s : float, optional
        For how long the beat of a holder that lives may stand still.
    """

    def __init__(
        self, folder: Path, clock: Callable[[], float] = time.monotonic, stale_s: float = STALE_S
    ) -> None:
        self.folder, self._clock, self._stale_s = folder, clock, stale_s
        self._seen: Status | None = None
        self._since = clock()

    def is_free(self) -> bool:
        """Tell whether nobody holds the case, or its holder has not moved for some seconds.

        Raises
        ------
        OSError
            If that cannot be read.
        """
        found = status(self.folder)
        if found != self._seen:
            self._seen, self._since = found, self._clock()
        return found.is_free or self._clock() - self._since > self._stale_s


def status(folder: Path) -> Status:
    """Return who holds the case of a folder.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    found = writer(folder)
    return Status(found, _beat(folder, found.epoch))


def writer(folder: Path) -> Writer:
    """Return who may write to the case of a folder.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    try:
        told = json.loads((folder / "writer").read_bytes())
        epoch, word, holder = told["epoch"], told["word"], ProcessId.of(told["holder"])
    except (FileNotFoundError, NotADirectoryError):
        return Writer()
    except (ValueError, LookupError, TypeError, RecursionError):
        return Writer()
    known = type(epoch) is int and epoch > 0 and isinstance(word, str) and word
    return Writer(epoch, word, holder) if known else Writer()


def author_of(word: str) -> str:
    """Return what the words of all leases of one journal begin with."""
    return word.partition(".")[0]


def _beat(folder: Path, epoch: int) -> str:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return (folder / f"{epoch}.beat").read_text(encoding="ascii").strip()
    return ""


def _claim(folder: Path, epoch: int) -> int:
    while True:
        with contextlib.suppress(FileExistsError):
            (folder / f"{epoch}.claim").touch(0o600, exist_ok=False)
            return epoch
        epoch += 1


def _numbered_files(folder: Path) -> Iterator[tuple[int, Path]]:
    """Yield the files of a case that name an epoch: journals may be there without claims."""
    for path in folder.iterdir():
        if found := re.match(r"(\d+)[-.]", path.name, re.ASCII):
            yield int(found[1]), path


def _highest(folder: Path) -> int:
    return max((epoch for epoch, _ in _numbered_files(folder)), default=0)


def _remove_older(folder: Path, epoch: int) -> None:
    for older, path in _numbered_files(folder):
        if older < epoch and path.suffix in (".claim", ".beat"):
            path.unlink(missing_ok=True)
