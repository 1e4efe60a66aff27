"""How a volume is cut into superpixels: by one kernel in memory, by many small ones on disk."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from functools import singledispatch
from typing import NamedTuple

from dashboard.chunked import partition_stored
from dashboard.model.settings import Settings
from dashboard.model.stored_superpixels import StoredSuperpixels
from dashboard.model.stored_volume import StoredVolume
from dashboard.model.superpixels import Superpixels
from dashboard.model.volume import Volume
from dashboard.store import Store
from workers.partition import Partition, partition


class Made(NamedTuple):
    """Superpixels, and the intensity above which voxels were taken as foreground, if any."""

    superpixels: Superpixels | StoredSuperpixels
    threshold: float | None


class Cutting(NamedTuple):
    """Who runs what on what, and how `Made` is had of its result."""

    executor: Executor
    kernel: Callable
    args: tuple
    kwargs: dict
    made: Callable[..., Made]


@singledispatch
def cutting(
    volume: Volume,
    settings: Settings,
    executor: Executor,
    _threads: Executor,
    _store: Store | None,
) -> Cutting:
    """Return how `volume` is cut: kernels run on `executor`, what only waits in `threads`."""
    given = (volume.data, volume.spacing)
    return Cutting(executor, partition, given, settings._asdict(), _of_partition)


@cutting.register
def _(
    volume: StoredVolume,
    settings: Settings,
    executor: Executor,
    threads: Executor,
    store: Store | None,
) -> Cutting:
    given = (volume, settings, executor)
    return Cutting(threads, partition_stored, given, {"store": store}, lambda found: Made(*found))


def _of_partition(found: Partition) -> Made:
    return Made(Superpixels(found.ids, found.boxes), found.threshold)
