"""Volumes that do not fit into the memory, kept on disk: each file is turned once."""

from __future__ import annotations

import contextlib
import math
import os
import secrets
import shutil
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dashboard.volumes import memory_limit
from dashboard.volumes.cache import eviction, record, sources
from dashboard.volumes.cache.locks import Hold
from dashboard.volumes.cache.sources import SourceKey
from dashboard.volumes.stored_volume import StoredVolume
from workers.formats import convert, open_volume
from workers.formats.nifti import nifti
from workers.runtime.progress import silent
from workers.storage.convert_error import as_unwritable
from workers.storage.private_folder import make
from workers.storage.stored_array import CHUNK

GB = 10**9
MOST_BYTES = 200 * GB
_IDS_AND_LABELS = 6  # bytes of each voxel
_WAIT_S = 0.2
_SYNC_S = 1.0
_RETRIES = 3


class Storage(NamedTuple):
    """What the command line says of the cache.

    Attributes
    ----------
    folder : Path
        Where it is; it need not exist yet.
    limit_gb : float or None
        How large it may become; by default 200 GB, or half of what its disk has for it.
    budget_gb : float or None
        What a volume may take in memory; by default a quarter of the memory.
    """

    folder: Path
    limit_gb: float | None = None
    budget_gb: float | None = None


class Store:
    """The cache folder; may be used by several processes at once.

    Parameters
    ----------
    storage : Storage
        The folder is made when the first volume is turned.
    chunks : (3,) tuple of int, optional
        Voxels of a chunk of what is turned.
    max_memory : int, optional
        Bytes of voxels that turning holds at once.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        chunks: tuple[int, int, int] = CHUNK,
        max_memory: int = convert.MAX_MEMORY,
    ) -> None:
        self.root, limit, budget = storage
        self._limit = None if limit is None else int(limit * GB)
        self.budget = memory_limit.usable() // 4 if budget is None else int(budget * GB)
        self._chunks, self._max_memory = chunks, max_memory
        self._volumes, self._sources = self.root / "volumes", self.root / "sources"

    @property
    def limit(self) -> int:
        """Bytes that the cache may take.

        Raises
        ------
        OSError
            If its disk cannot be looked at.
        """
        if self._limit is not None:
            return self._limit
        return min(MOST_BYTES, (_free(self.root) + self._taken()) // 2)

    def exceeds_memory(self, shape: tuple[int, int, int], dtype: np.dtype) -> bool:
        """Tell whether a volume, with ids and labels beside it, takes more than the budget."""
        return math.prod(shape) * (dtype.itemsize + _IDS_AND_LABELS) > self.budget

    def open(
        self,
        path: Path,
        name: str,
        *,
        volume: int | None = None,
        form: str | None = None,
        within: Path | None = None,
        report: Callable[[float], None] | None = None,
    ) -> StoredVolume:
        """Return one volume of a file, turned now if it is not here yet.

        It is in use, and so not removed, as long as the returned value lives. No link may lead out
        of the folder `within`, if one is given.

        Raises
        ------
        workers.formats.nifti.nifti.UnreadableFile
            And its kinds, as `workers.formats.nifti.nifti.read`.
        workers.formats.convert.Unwritable
            If the cache folder takes no more; nothing is left of the attempt.
        """
        with open_volume.open_file(
            path, volume=volume, form=form, max_voxels=convert.MAX_VOXELS, within=within
        ) as source:
            key = SourceKey.of(source.files, volume, form)
        with as_unwritable(self.root):
            needed = convert.bytes_of(source, self._chunks)
            where, found = source.affine, self._known(key, source.affine)
            found = found or self._turned(path, key, where, needed, within, report or silent)
        # Another file of the same voxels may have another header.
        told = {"header": source.header, "notes": source.notes, "oriented": source.oriented}
        opened = replace(found[0], name=name, **told)
        weakref.finalize(opened, found[1].release)
        return opened

    def _known(self, key: SourceKey, where: np.ndarray) -> tuple[StoredVolume, Hold] | None:
        """Return what was made of a file, unless an earlier version had it lie elsewhere."""
        digest = sources.digest_of(self._sources, key)
        found = self._take(self._volumes / digest) if digest else None
        if found and not np.array_equal(found[0].affine, where):
            found[1].release()
            return None
        return found

    def _take(self, folder: Path) -> tuple[StoredVolume, Hold] | None:
        """Return the volume of a folder, in use from now on; None if it has no whole one."""
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            if hold := Hold.shared(folder):
                if found := record.read(folder):
                    return found, hold
                hold.release()
        return None

    def _turned(self, path, key, where, needed, within, report) -> tuple[StoredVolume, Hold]:
        for folder in (self._volumes, self._sources):
            make(folder)
        with self._turn_of(key, report):
            for _ in range(_RETRIES):
                if found := self._known(key, where):
                    return found
                self.make_room(needed)
                self._turn(path, key, within, report)
        raise convert.Unwritable(f"Others take away what is being written to {self.root}.")

    @contextlib.contextmanager
    def _turn_of(self, key, report) -> Iterator[None]:
        """Wait while another turns the same."""
        place = self._sources / f"{key.name}.turn"
        make(place)
        while not (hold := Hold.alone(place, guess=True)):
            report(0.0)
            time.sleep(_WAIT_S)
        try:
            yield
        finally:
            hold.release()

    def _turn(self, path, key, within, report) -> None:
        """Turn a file in a folder of its own, which gets its name when it is whole."""
        made, hold = self._begin()
        try:
            turned = convert.convert(
                path,
                made,
                volume=key.volume,
                form=key.form,
                within=within,
                max_memory=self._max_memory,
                chunks=self._chunks,
                report=report,
            )
            _sync(report)  # no chunk may be missing where a loss of power leaves the record
            record.write(made, turned)
            if SourceKey.of(key.paths, key.volume, key.form) != key:
                raise nifti.UnreadableFile(f"{path.name}: it was changed while it was read.")
            self._place(made, self._volumes / turned.digest)
        except BaseException:
            eviction.discard(made)
            raise
        finally:
            hold.release()
            shutil.rmtree(made, ignore_errors=True)
        sources.note(self._sources, key, turned.digest)

    def _begin(self) -> tuple[Path, Hold]:
        eviction.sweep(self._volumes)
        while True:
            made = self._volumes / f"{eviction.HIDDEN}{secrets.token_hex(8)}"
            made.mkdir(mode=0o700)
            with contextlib.suppress(FileNotFoundError):  # taken for a dead one's meanwhile
                if hold := Hold.shared(made):
                    return made, hold

    def _place(self, made: Path, folder: Path) -> None:
        """Give what was made its name, unless there is the same already."""
        if there := self._take(folder):
            there[1].release()
        elif not eviction.replace(folder, made):
            raise convert.Unwritable(
                f"Expected to put {folder} in place of that of another version, which is in use: "
                "close it there, or choose another folder with --cache."
            )

    def make_room(self, needed: int) -> None:
        """Remove what was used longest ago and is not in use, until `needed` bytes may be written.

        Raises
        ------
        workers.formats.convert.Unwritable
            If that does not give enough; then as little as possible was removed.
        OSError
            If the folder cannot be looked at.
        """
        limit, taken = self.limit, self._taken()
        if needed > limit:
            raise convert.Unwritable(
                f"Expected at most {gigabytes(limit)} to be kept in {self.root}; this needs "
                f"{gigabytes(needed)}: allow more with --cache-limit."
            )
        for each in eviction.kept(self._volumes):
            if taken + needed <= limit and needed <= _free(self.root):
                return
            if eviction.remove(each):
                taken -= each.bytes
        if taken + needed > limit or needed > _free(self.root):
            raise convert.Unwritable(
                f"Expected {gigabytes(needed)} of room in {self.root}; the disk has "
                f"{gigabytes(_free(self.root))} free, and {gigabytes(taken)} of the "
                f"{gigabytes(limit)} that may be kept are in use: allow more with --cache-limit, "
                "or choose another folder with --cache."
            )

    def _taken(self) -> int:
        return sum(each.bytes for each in eviction.kept(self._volumes))


def gigabytes(count: int) -> str:
    """Return bytes as people say them."""
    return f"{count / GB:.1f} GB" if count >= GB else f"{count / 1e6:.0f} MB"


def _sync(report: Callable[[float], None]) -> None:
    """Force all to disk; that takes as long as the disk needs, and is told of all the while."""
    syncing = threading.Thread(target=os.sync, name="sync", daemon=True)
    syncing.start()
    while syncing.is_alive():
        syncing.join(_SYNC_S)
        report(1.0)


def _free(folder: Path) -> int:
    """Return the bytes free on the disk of a folder, which need not exist yet."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free
