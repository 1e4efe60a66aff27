"""Volumes with a truth: the demo's simulated tumour, and heads made here with a few lesions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from nibabel.affines import voxel_sizes
from scipy import ndimage

from dashboard import demo
from workers.formats.nifti import nifti

TRUTH = demo.PATH.with_name(demo.PATH.name.replace("flair", "dseg"))
RADII_MM = (4, 6, 8, 10, 12, 15, 18)
TISSUES = (0.45, 0.65)
LESION = 0.85  # above the brighter tissue by 0.2
HEAD_MM = (72, 85, 65)  # half axes
FIELD_MM = 60  # over which the bias field changes


class Phantom(NamedTuple):
    """A volume of which the truth is known.

    Attributes
    ----------
    name : str
    image, truth : (I, J, K) ndarray of float32, of uint8
        0 in `truth` is what nobody wants to label.
    spacing : tuple of float
        Voxel edges in mm.
    """

    name: str
    image: np.ndarray
    truth: np.ndarray
    spacing: tuple[float, float, float]


def tumour() -> Phantom:
    """Return the demo; the truth is 1 necrosis, 2 oedema and 3 core."""
    flair, truth = nifti.read(demo.PATH), nifti.read(TRUTH)
    spacing = tuple(float(edge) for edge in voxel_sizes(flair.affine))
    return Phantom("demo", flair.data, truth.data.astype(np.uint8), spacing)


def in_its_box(phantom: Phantom) -> Phantom:
    """Cut off what is empty around."""
    box = ndimage.find_objects((phantom.image > 0).view(np.uint8))[0]
    image, truth = (np.ascontiguousarray(a[box]) for a in (phantom.image, phantom.truth))
    return phantom._replace(image=image, truth=truth)


def head(
    name: str, shape: tuple[int, int, int], spacing: tuple[float, float, float], noise: float
) -> Phantom:
    """Make a head of two folded tissues with lesions of 4 to 18 mm in it.

    Parameters
    ----------
    name, shape, spacing
        As in `Phantom`.
    noise : float
        Standard deviation; lesions are 0.2 brighter than the tissue that is most like them.
    """
    random = np.random.default_rng(0)
    mm = coordinates(shape, spacing)
    within = sum((x / half) ** 2 for x, half in zip(mm, HEAD_MM, strict=True)) < 1
    folds = smooth_noise(random, shape, spacing, 4)
    image = np.where(folds > 0, *TISSUES)
    truth = np.zeros(shape, np.uint8)
    for radius in RADII_MM:
        truth[within & lesion(random, mm, radius, shape, spacing)] = 1
    image[truth == 1] = LESION
    image *= within * (1 + 0.1 * smooth_noise(random, shape, spacing, FIELD_MM))
    image = ndimage.gaussian_filter(image, 0.6)  # a scanner's voxels are not sharp
    image += within * random.normal(0, noise, shape)
    return Phantom(name, image.astype(np.float32), truth, spacing)


def coordinates(shape, spacing):
    """Return mm from the middle of the volume along each axis, to be broadcast."""
    axes = [(np.arange(n) - (n - 1) / 2) * edge for n, edge in zip(shape, spacing, strict=True)]
    return np.meshgrid(*axes, indexing="ij", sparse=True)


def smooth_noise(random, shape, spacing, width_mm):
    """Return a field of mean 0 and deviation 1 that changes over `width_mm`."""
    sigma = width_mm / np.asarray(spacing)
    field = ndimage.gaussian_filter(random.normal(size=shape), sigma, truncate=2)
    return (field - field.mean()) / field.std()


def lesion(random, mm, radius, shape, spacing):
    """Return where a dented ball lies, somewhere in the inner half of the head."""
    middle = [random.uniform(-half / 2, half / 2) for half in HEAD_MM]
    distance = np.sqrt(sum((x - m) ** 2 for x, m in zip(mm, middle, strict=True)))
    return distance < radius * (1 + 0.2 * smooth_noise(random, shape, spacing, radius / 2))


def heads() -> list[Phantom]:
    return [
        head("1 mm, noise 0.05", (152, 180, 140), (1, 1, 1), 0.05),
        head("1 mm, noise 0.2", (152, 180, 140), (1, 1, 1), 0.2),
        head("0.9 × 0.9 × 5 mm, noise 0.1", (168, 200, 28), (0.9, 0.9, 5), 0.1),
        head("0.6 mm, noise 0.1", (180, 180, 150), (0.6, 0.6, 0.6), 0.1),
        head("2 mm, noise 0.1", (76, 90, 70), (2, 2, 2), 0.1),
    ]
