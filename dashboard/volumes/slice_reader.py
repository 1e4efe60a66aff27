"""Slices of a stored volume, read in threads: what is looked at now, and nothing else."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import NamedTuple, Protocol

import numpy as np

from dashboard.annotation.stored_superpixels import StoredSuperpixels
from dashboard.volumes.stored_volume import StoredVolume
from workers.storage.box_reader import BoxReader

THREADS = 2
BUDGET = 192 << 20
BAND = 8
STRIP_CHUNKS = 4
OVERVIEW_VOXELS = (2**21, 2**24)
AHEAD = "ahead"


class Slice(NamedTuple):
    """Which slice: across which axis, at which voxel of the volume, at which level of it."""

    axis: int
    index: int
    level: int = 0


class SlicePart(NamedTuple):
    """What one array holds of a slice.

    Attributes
    ----------
    of : str
        ``"volume"``, ``"ids"`` or ``"labels"``.
    slice : Slice
    values : (P, Q) ndarray
        Along the axes that are left, in their order.
    stamp : dict
        ``partition``, to which the ids belong; ``revision``, as of which the labels are at least.
    """

    of: str
    slice: Slice
    values: np.ndarray
    stamp: dict[str, int]


class Ids(NamedTuple):
    """The ids of superpixels as they lie on disk, and the superpixels."""

    array: BoxReader
    superpixels: StoredSuperpixels

    def divided(self, plane: np.ndarray, axis: int, index: int) -> np.ndarray:
        """Return a slice that was read of the array as it is in the superpixels."""
        low = np.insert([0, 0], axis, index).tolist()
        return self.superpixels.divided(np.expand_dims(plane, axis), low).squeeze(axis)


class Labels(Protocol):
    """A label map that gives its slices, in any thread."""

    def plane(self, axis: int, index: int) -> np.ndarray:
        """Return a copy of the labels across `axis`, along the other axes in their order."""


class Slices:
    """Reads slices for one page, of each axis the one that was asked for last.

    What was asked for before and has not been read is left undone, what is being read is given
    up: nobody waits for a slice that nobody looks at any more.

    Parameters
    ----------
    volume : StoredVolume
    labels : Labels
    schedule : callable
        Runs a function later in the page's thread.
    budget : int, optional
        Bytes of what has been read that are kept.
    """

    def __init__(
        self,
        volume: StoredVolume,
        labels: Labels,
        schedule: Callable[[Callable[[], None]], None],
        budget: int = BUDGET,
    ) -> None:
        self.volume, self._labels, self._schedule = volume, labels, schedule
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="slices")
        self._wanted: dict[int | str, Slice | None] = {}
        self._bands = Bands(budget)
        self._levels = [BoxReader(level.path) for level in volume.levels]
        self._ids: Ids | None = None
        self._partition = 0

    def take_superpixels(self, superpixels: StoredSuperpixels) -> int:
        """Take other superpixels; returns a number by which their ids are known."""
        self._ids = Ids(BoxReader(superpixels.path), superpixels)
        self._partition += 1
        return self._partition

    def ask(
        self,
        asked: Slice,
        parts: tuple[str, ...],
        revision: int,
        pack: Callable[[SlicePart], object],
        then: Callable[[Future], None],
        *,
        ahead: bool = False,
    ) -> None:
        """Start to read `parts` of a slice in place of the last one across its axis.

        The labels, which are at hand, are read beside the others, and those one after the other: so
        the first is there as soon as it can be.

        Parameters
        ----------
        revision : int
            Of the labels now: those that are read are at least as new.
        pack : callable
            Called with each Part in the thread that read it.
        then : callable
            Called in the page's thread with a future of what `pack` returned; not called for what
            was left undone.
        ahead : bool, optional
            Read it only as long as nothing is asked for that is looked at.

        Raises
        ------
        ValueError
            If the volume has no such slice.
        """
        self._must_have(asked)
        slot = AHEAD if ahead else asked.axis
        self._wanted[AHEAD] = None
        self._wanted[slot] = asked
        still = partial(self._is_wanted, slot, asked)
        stamps = {"ids": {"partition": self._partition}, "labels": {"revision": revision}}
        reads = {
            of: partial(self._read, of, asked, self._ids, stamps.get(of, {}), still) for of in parts
        }
        labels = [reads.pop("labels")] if "labels" in reads else []
        for one_by_one in (labels, [*reads.values()]):
            self._submit(one_by_one, pack, then)

    def overview(self, level: int, pack: Callable, then: Callable[[Future], None]) -> None:
        """Start to read a whole level."""
        if level not in self.overviews:
            raise ValueError(f"Expected one of the levels {self.overviews}; got {level}.")
        reader = self._levels[level]
        whole = tuple(slice(0, size) for size in reader.shape)
        self._submit([partial(reader.read, whole)], pack, then)

    def sizes(self, pack: Callable, then: Callable[[Future], None]) -> None:
        """Start to read how many voxels each superpixel has; nothing, if that is not known."""

        def read(superpixels: StoredSuperpixels) -> np.ndarray:
            if (sizes := superpixels.sizes()) is None:
                raise Outdated
            return sizes

        self._submit([partial(read, self._ids.superpixels)], pack, then)

    @property
    def overviews(self) -> list[int]:
        """Levels that a page may hold whole, to show something at once; the coarsest first."""
        sizes = [int(np.prod(level.shape)) for level in self.volume.levels]
        fits = (next((n for n, size in enumerate(sizes) if size <= most), None)
                for most in OVERVIEW_VOXELS)  # fmt: skip
        return list(dict.fromkeys(level for level in fits if level is not None))

    def close(self) -> None:
        """Read nothing any more."""
        self._wanted.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._bands.clear()

    def read(self, asked: Slice, of: str = "volume") -> np.ndarray:
        """Return one array of a slice, in the caller's thread."""
        self._must_have(asked)
        return self._read(of, asked, self._ids, {}, lambda: True).values

    def _read(
        self,
        of: str,
        asked: Slice,
        ids: Ids | None,
        stamp: dict,
        still: Callable[[], bool],
    ) -> SlicePart:
        if not still():
            raise Outdated
        if of == "labels":
            values = self._labels.plane(asked.axis, asked.index)
        elif of == "ids":
            read = self._bands.plane(ids.array, asked.axis, asked.index, still)
            values = ids.divided(read, asked.axis, asked.index)
        else:
            index = asked.index // self.volume.levels[asked.level].strides[asked.axis]
            values = self._bands.plane(self._levels[asked.level], asked.axis, index, still)
        if not still():
            raise Outdated
        return SlicePart(of, asked, values, stamp)

    def _submit(self, reads: list[Callable], pack: Callable, then: Callable) -> None:
        def work() -> None:
            for read in reads:
                done = _done(lambda: pack(read()))  # noqa: B023 - called at once
                self._schedule(partial(hand_over, done, then))

        if reads:
            self._threads.submit(work)

    def _is_wanted(self, slot: int | str, asked: Slice) -> bool:
        return self._wanted.get(slot) == asked

    def _must_have(self, asked: Slice) -> None:
        inside = (
            asked.axis in range(3)
            and asked.index in range(self.volume.shape[asked.axis])
            and asked.level in range(len(self.volume.levels))
        )
        if not inside:
            raise ValueError(f"Expected a slice of a volume {self.volume.shape}; got {asked}.")


class Outdated(Exception):
    """Nobody waits for it any more."""


def _done(call: Callable[[], object]) -> Future:
    """Return a future of what a call returned or raised."""
    done: Future = Future()
    try:
        done.set_result(call())
    except Exception as error:  # noqa: BLE001 - whoever waits for it is handed what was raised
        done.set_exception(error)
    return done


def hand_over(done: Future, then: Callable[[Future], None]) -> None:
    """Call `then`, unless there is nothing to hand over."""
    if not isinstance(done.exception(), Outdated):
        then(done)


class Bands:
    """What was read of arrays on disk: some slices beside one another, since a chunk holds many.

    Parameters
    ----------
    budget : int
        Bytes that are kept; one band more than that may be in use.
    """

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._kept: OrderedDict[tuple, np.ndarray] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def nbytes(self) -> int:
        """How many are kept."""
        return sum(band.nbytes for band in self._kept.values())

    def plane(
        self, array: BoxReader, axis: int, index: int, still: Callable[[], bool]
    ) -> np.ndarray:
        """Return the slice of an array at `index` across `axis`.

        Raises
        ------
        Outdated
            As soon as ``still()`` is false.
        """
        begin = index - index % BAND
        key = (str(array.path), axis, begin)
        with self._lock:
            band = self._kept.get(key)
        if band is None:
            band = read_band(array, axis, begin, still)
        with self._lock:
            self._kept[key] = band
            self._kept.move_to_end(key)
            while len(self._kept) > 1 and self.nbytes > self._budget:
                self._kept.popitem(last=False)
        return np.take(band, index - begin, axis)

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._kept.clear()


def read_band(array: BoxReader, axis: int, begin: int, still: Callable[[], bool]) -> np.ndarray:
    """Return `BAND` slices from `begin` on across `axis`, in strips between which it may end."""
    shape = list(array.shape)
    shape[axis] = min(BAND, shape[axis] - begin)
    band = np.empty(shape, array.dtype)
    along = 1 if axis == 0 else 0
    step = STRIP_CHUNKS * array.chunks[along]
    for start in range(0, shape[along], step):
        if not still():
            raise Outdated
        strip = [slice(0, size) for size in shape]
        strip[along] = slice(start, start + step)
        there = tuple(strip)
        strip[axis] = slice(begin, begin + BAND)
        array.read(tuple(strip), band[there])
    return band
