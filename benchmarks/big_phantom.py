"""A bright ball of two soft tissues with noise, of any size, some slices at a time.

``python -m benchmarks.big_phantom 1024 ball.nii`` writes one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import nibabel as nib
import numpy as np
from scipy import ndimage

LAYER = 32
BUMPS = 24  # along an axis
AIR, TISSUE, CONTRAST, NOISE = 1000, 20000, 4000, 600


def phantom(n: int, seed: int = 0) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the first slice of each layer, and its intensities, (m, n, n) ndarray of uint16."""
    random = np.random.default_rng(seed)
    bumps = random.normal(0, 1, (BUMPS,) * 3).astype(np.float32)
    along = np.linspace(-1, 1, n, dtype=np.float32)
    places = np.linspace(0, BUMPS - 1, n, dtype=np.float32)
    plane = np.stack(np.meshgrid(places, places, indexing="ij"))
    for first in range(0, n, LAYER):
        i = np.arange(first, min(first + LAYER, n))
        soft = np.stack([_between(bumps, places[at], plane) for at in i])
        radius = along[i, None, None] ** 2 + along[:, None] ** 2 + along**2
        layer = np.where(radius < 0.9, TISSUE + CONTRAST * soft, AIR)
        layer += random.normal(0, NOISE, layer.shape)
        yield first, layer.clip(0, 65535).astype(np.uint16)


def _between(bumps, at, plane):
    whole = np.concatenate([np.full((1, *plane.shape[1:]), at, np.float32), plane])
    return ndimage.map_coordinates(bumps, whole, order=1)


def write(n: int, path: Path) -> None:
    """Write a ball as NIfTI, with voxels of 0.1 mm."""
    header = nib.Nifti1Header()
    header.set_data_dtype(np.uint16)
    header.set_data_shape((n, n, n))
    header.set_sform(np.diag([0.1, 0.1, 0.1, 1]), 1)
    header["magic"], header["vox_offset"] = header.single_magic, header.single_vox_offset
    with path.open("wb") as file:
        file.write(header.binaryblock + bytes(4))
        for _, layer in phantom(n):
            file.write(layer)


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))
