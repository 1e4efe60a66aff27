"""Volumes and superpixels on disk, small and in tiny chunks."""

from __future__ import annotations

import json

import numpy as np

from dashboard.annotation.chunked_array import ChunkedArray
from dashboard.annotation.stored_superpixels import (
    BOXES,
    IDS,
    PARTITIONS,
    SIZES,
    TOLD,
    StoredSuperpixels,
)
from dashboard.volumes.stored_volume import Level, StoredVolume
from workers.storage import stored_array
from workers.storage.coarse import blocks
from workers.superpixels.partition import partition

CHUNKS = (4, 4, 4)


class TinyStoredVolume(StoredVolume):
    """A stored volume of which few of the labels stay in memory."""

    def zeros(self, dtype):
        most = 8 * 4**3 * np.dtype(dtype).itemsize
        return ChunkedArray(self.shape, dtype, self.folder, side=4, most_bytes=most)


def store_volume(volume, root, levels=2, chunks=CHUNKS):
    """The volume on disk, with the levels of strides 1, 2, 4 …"""
    folder = root / "volumes" / volume.digest
    made = []
    for n in range(levels):
        means = blocks(volume.data, np.full(3, 2**n)).mean(axis=(1, 3, 5))
        data = means.astype(volume.data.dtype)
        stored_array.create(folder / f"level-{n}", data.shape, data.dtype, chunks)[:] = data
        made.append(Level(folder / f"level-{n}", data.shape, (2**n,) * 3))
    told = volume.name, volume.header, volume.notes, volume.digest
    ranges = volume.finite_range, volume.window
    return TinyStoredVolume(folder, tuple(made), volume.data.dtype, volume.affine, *told, *ranges)


def store_superpixels(ids, boxes, folder):
    """The superpixels on disk."""
    stored_array.create(folder / IDS, ids.shape, np.uint32, CHUNKS)[:] = ids
    np.save(folder / BOXES, boxes)
    sizes = np.bincount(ids.ravel(), minlength=len(boxes) + 1)[1:]
    np.save(folder / SIZES, sizes.astype(np.uint32))
    told = {"version": 1, "count": len(boxes), "voxels": int(sizes.sum())}
    told["extent"] = stored_array.extent(folder / IDS)
    (folder / TOLD).write_text(json.dumps(told))
    return StoredSuperpixels.read(folder)


def partition_stored(volume, settings, executor, *, store=None, report):
    """What the driver does, in memory: superpixels in the volume's folder, and the threshold."""
    report.say("iteration 1 of 1")
    report(0.5)
    data = stored_array.open_array(volume.levels[0].path)[:]
    wish = settings._asdict()
    found = executor.submit(partition, data, volume.spacing, **wish).result()
    key = "-".join(str(n).replace(".", "_") for n in wish.values())
    folder = volume.folder / PARTITIONS / key
    return store_superpixels(found.ids, found.boxes, folder), found.threshold
