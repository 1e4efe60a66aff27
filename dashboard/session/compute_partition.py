"""How a volume is cut into superpixels: by one kernel in memory, by many small ones on disk."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from functools import singledispatch
from typing import NamedTuple

from dashboard.annotation.partition_settings import Settings
from dashboard.annotation.stored_superpixels import StoredSuperpixels
from dashboard.annotation.superpixels import Superpixels
from dashboard.volumes.cache.partitions import partition_stored
from dashboard.volumes.cache.store import Store
from dashboard.volumes.channel import Channel
from dashboard.volumes.memory_volume import Volume
from dashboard.volumes.stored_volume import StoredVolume
from workers.superpixels.joint import partition_jointly
from workers.superpixels.partition import Partition, partition

Weighted = tuple[tuple[Channel, float], ...]


class Made(NamedTuple):
    """Superpixels, and the intensity above which voxels were taken as foreground, if any."""

    superpixels: Superpixels | StoredSuperpixels
    threshold: float | None


class PartitionCall(NamedTuple):
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
    weighted: Weighted = (),
) -> PartitionCall:
    """Return how `volume` is cut: kernels run on `executor`, what only waits in `threads`.

    `weighted` are the channels that count with it, if others do; without `volume` itself, it tells
    what is foreground all the same.
    """
    if weighted:
        return _joint(volume, settings, executor, weighted)
    given = (volume.data, volume.spacing)
    return PartitionCall(executor, partition, given, settings._asdict(), _of_partition)


@cutting.register
def _(
    volume: StoredVolume,
    settings: Settings,
    executor: Executor,
    threads: Executor,
    store: Store | None,
    _weighted: Weighted = (),
) -> PartitionCall:
    given = (volume, settings, executor)
    return PartitionCall(
        threads, partition_stored, given, {"store": store}, lambda found: Made(*found)
    )


def _joint(
    volume: Volume, settings: Settings, executor: Executor, weighted: Weighted
) -> PartitionCall:
    main = next((weight for channel, weight in weighted if channel.volume is volume), 0.0)
    others = [pair for pair in weighted if pair[0].volume is not volume]
    # Each by itself, so that the workers keep them.
    given = (volume.data, *(channel.volume.data for channel, _ in others))
    weights = (main, *(weight for _, weight in others))
    how = settings._asdict() | {"spacing": volume.spacing, "weights": weights}
    return PartitionCall(executor, partition_jointly, given, how, _of_partition)


def _of_partition(found: Partition) -> Made:
    return Made(Superpixels(found.ids, found.boxes), found.threshold)
