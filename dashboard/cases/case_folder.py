"""The folder of one case: what is in it, and what may go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from dashboard.cases import recovery
from dashboard.cases.case import Case
from dashboard.cases.recovery import Recovered


class CaseKey(NamedTuple):
    """Whose case, and of which volume: its digest, shape and name."""

    user: str
    digest: str
    shape: tuple[int, int, int]
    name: str


def read_back(folder: Path, key: CaseKey, begin: Callable[[], Case]) -> tuple[Case, Recovered]:
    """Return the case that a folder holds, or a fresh one.

    Raises
    ------
    ValueError
        If it is of another volume, or a later version wrote it.
    OSError
        If it cannot be read.
    """
    case, found = begin(), recovery.recover(folder)
    if not found.payloads:
        return case, found
    if not recovery.is_of(found.payloads, key.digest, key.shape):
        raise ValueError(f"Expected the annotation of {key.name} in {folder}; it is another's.")
    case.replay(found.payloads[1:])
    return case, found


def tidy(folder: Path, case: Case, epoch: int) -> None:
    """Remove what the holder of `epoch` needs no more, and nothing of a later holder.

    Journals older than the last two, superpixels that no longer are the case's, and files that
    somebody who was killed was about to give a name.

    Raises
    ------
    OSError
        If a file cannot be removed.
    """
    unneeded = recovery.journals(folder)[recovery.KEPT :]
    for path in [*folder.glob("*.ids"), *folder.glob(".*-*.*.*")]:
        older = path.name.lstrip(".").partition("-")[0]
        current = case.partitioned is not None and path.name == case.partitioned.file
        if older.isdecimal() and int(older) < epoch and not current:
            unneeded.append(path)
    for path in unneeded:
        path.unlink(missing_ok=True)


def forget(folder: Path, epoch: int) -> None:
    """Remove what the holder of `epoch` has on disk; files of a later holder stay.

    Raises
    ------
    OSError
        If a file cannot be removed.
    """
    for path in recovery.journals(folder):
        if recovery.number(path)[0] <= epoch:
            path.unlink(missing_ok=True)
    for path in folder.glob(f"{epoch}-*.ids"):
        path.unlink(missing_ok=True)
