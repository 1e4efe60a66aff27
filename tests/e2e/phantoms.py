"""Small asymmetric volumes, known in the patient's world and stored in many ways."""

from __future__ import annotations

from typing import NamedTuple

import nibabel as nib
import numpy as np

BODY, LEFT, ANTERIOR, SUPERIOR = 400, 1000, 600, 800


class Storage(NamedTuple):
    """How a phantom lies in its file."""

    axcodes: str
    shape: tuple[int, int, int]
    spacing: tuple[float, float, float]
    qform_code: int
    sform_code: int
    units: str = "mm"
    oblique_degrees: float = 0.0


STORED = {
    "ras": Storage("RAS", (40, 36, 30), (1.0, 1.1, 1.3), 1, 1),
    "lps": Storage("LPS", (40, 36, 30), (1.0, 1.1, 1.3), 1, 2),
    "pir": Storage("PIR", (36, 30, 40), (1.1, 1.3, 1.0), 1, 0),
    "oblique": Storage("RAS", (40, 36, 30), (1.0, 1.1, 1.3), 4, 4, "unknown", 17.0),
    "anisotropic": Storage("LAS", (44, 40, 13), (0.9, 0.9, 5.5), 0, 2),
}


def affine_of(stored):
    """Voxel to RAS+ mm, the world's origin a little off the volume's middle."""
    signs = {"R": (0, 1), "L": (0, -1), "A": (1, 1), "P": (1, -1), "S": (2, 1), "I": (2, -1)}
    cosines = np.zeros((3, 3))
    for axis, code in enumerate(stored.axcodes):
        world, sign = signs[code]
        cosines[world, axis] = sign
    angle = np.deg2rad(stored.oblique_degrees)
    tilt = [[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]]
    linear = np.array(tilt) @ cosines * stored.spacing
    middle = (np.array(stored.shape) - 1) / 2
    return nib.affines.from_matvec(linear, np.array([0.5, -3.0, 7.0]) - linear @ middle)


def phantom(stored, seed=0):
    """Return an image: a body with a bright blob at its left, others anterior and superior."""
    affine = affine_of(stored)
    ijk = np.moveaxis(np.indices(stored.shape), 0, -1)
    half = np.array(stored.shape) * stored.spacing / 2
    # In the volume's own R, A and S, from -1 to 1, so that a tilted phantom tilts with it.
    order = [next(a for a, code in enumerate(stored.axcodes) if code in pair) for pair in PAIRS]
    flip = [1 if stored.axcodes[axis] in "RAS" else -1 for axis in order]
    away = (ijk - (np.array(stored.shape) - 1) / 2) * stored.spacing / half
    ras = away[..., order] * flip
    data = np.where((ras**2).sum(-1) < 0.85**2, BODY, 0)
    for centre, value in BLOBS:
        data[((ras - centre) ** 2).sum(-1) < 0.25**2] = value
    noise = np.random.default_rng(seed).normal(0, 12, stored.shape)
    image = nib.Nifti1Image((data + noise).astype(np.int16), affine)
    image.set_qform(affine, stored.qform_code)
    image.set_sform(affine, stored.sform_code)
    image.header.set_xyzt_units(stored.units)
    return image


PAIRS = ("RL", "AP", "SI")
BLOBS = (
    ((-0.5, 0, 0), LEFT),
    ((0, 0.55, 0), ANTERIOR),
    ((0, 0, 0.55), SUPERIOR),
)


def noise(shape, seed=0):
    """Return an image of bright noise, all of it foreground but a dark corner."""
    data = np.random.default_rng(seed).integers(500, 900, shape, dtype=np.int16)
    data[: shape[0] // 8] = 0
    return nib.Nifti1Image(data, np.diag([1.0, 1.0, 1.0, 1.0]))
