"""A volume of 1024³ voxels on disk, with superpixels: too big for a browser, made in a minute."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from scipy import ndimage

from dashboard.annotation.stored_superpixels import BOXES, IDS, TOLD
from dashboard.volumes.stored_volume import Level, StoredVolume
from workers.storage import stored_array

SIDE = 1024
LEVELS = 5
EDGE = 12  # voxels of a superpixel's edge


def make(folder: Path) -> None:
    """Write the volume and its ids, a layer of chunks at a time."""
    levels = [
        stored_array.create(level.path, level.shape, np.uint16, compressed=False)
        for level in levels_in(folder)
    ]
    ids = stored_array.create(folder / IDS, (SIDE,) * 3, np.uint32)
    rng = np.random.default_rng(0)
    tissue, blocks = section(rng)
    thick = stored_array.CHUNK[0]
    noise = rng.integers(0, 200, (thick, SIDE, SIDE), np.uint16)
    for begin in range(0, SIDE, thick):
        layer = np.roll(noise, begin * 7, 1) + tissue * (1 + (begin // 128) % 3)
        for n, level in enumerate(levels):
            level[begin >> n : (begin + thick) >> n] = layer
            layer = halved(layer)
        across = np.arange(begin, begin + thick, dtype=np.uint32)[:, None, None] // EDGE
        ids[begin : begin + thick] = np.where(blocks, blocks + across * int(blocks.max()), 0)
    keep_partition(folder, blocks)


def keep_partition(folder: Path, blocks: np.ndarray) -> None:
    """Write what there is to know of superpixels that are the same in each block along i."""
    found = [(j.start, j.stop, k.start, k.stop) for j, k in ndimage.find_objects(blocks)]
    starts = np.arange(0, SIDE, EDGE)
    along = np.column_stack((starts, np.minimum(starts + EDGE, SIDE)))
    boxes = np.column_stack((np.repeat(along, len(found), 0), np.tile(found, (len(starts), 1))))
    np.save(folder / BOXES, boxes.astype(np.int32))
    voxels = int(np.count_nonzero(blocks)) * SIDE
    told = {"count": len(boxes), "voxels": voxels, "extent": stored_array.extent(folder / IDS)}
    (folder / TOLD).write_text(json.dumps(told))


def section(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return intensities and ids of a disc whose superpixels have ragged borders."""
    j, k = np.indices((SIDE, SIDE), np.int32)
    inside = np.hypot(j - SIDE / 2, k - SIDE / 2) < 0.46 * SIDE
    ragged = [(n + rng.integers(-2, 3, n.shape)) // EDGE for n in (j, k)]
    ids = (ragged[0] - ragged[0].min()) * (SIDE // EDGE + 3) + ragged[1] - ragged[1].min() + 1
    tissue = 400 * inside + 500 * (inside & ((np.sin(j / 31) * np.sin(k / 17)) > 0.1))
    _, numbers = np.unique(np.where(inside, ids, 0), return_inverse=True)
    return tissue.astype(np.uint16), numbers.reshape(ids.shape).astype(np.uint32)


def halved(values: np.ndarray) -> np.ndarray:
    """Return the means of 2 × 2 × 2 voxels."""
    i, j, k = (n // 2 for n in values.shape)
    return values.reshape(i, 2, j, 2, k, 2).mean((1, 3, 5), np.float32).astype(np.uint16)


def levels_in(folder: Path) -> tuple[Level, ...]:
    """Return the levels of the volume."""
    return tuple(Level(folder / f"level-{n}", (SIDE >> n,) * 3, (2**n,) * 3) for n in range(LEVELS))


def stored_volume(folder: Path) -> StoredVolume:
    """Return the volume that `make` has written to a folder."""
    about = (np.diag([0.5, 0.5, 0.5, 1.0]), "big", b"", (), f"{SIDE:064d}")
    return StoredVolume(
        folder, levels_in(folder), np.dtype(np.uint16), *about, (0.0, 3000.0), (0.0, 2000.0)
    )
