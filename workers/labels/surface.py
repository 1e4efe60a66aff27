"""Closed surfaces of labels and of the foreground, in mm."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import ndimage
from skimage.measure import marching_cubes

from workers.runtime.progress import Report, silent
from workers.storage.coarse import blocks, edges_mm, stride_affine
from workers.superpixels.foreground import foreground

_LEVEL = 0.5
_SMOOTHING = 0.7  # voxel edges: hides the stairs, shrinks a ball of 20 voxels by 1.5 %
_KEPT = 1.5  # for a voxel whose object smoothing would lose: a rod so keeps its volume


class Surface(NamedTuple):
    """Triangles that close and face outward.

    Attributes
    ----------
    vertices : (n, 3) ndarray of float32
        RAS+ mm.
    faces : (m, 3) ndarray of int32
        Counter-clockwise seen from outside.
    """

    vertices: np.ndarray
    faces: np.ndarray


def surface(
    mask: np.ndarray,
    affine: np.ndarray,
    *,
    smoothing_mm: float | None = None,
    max_faces: int = 200_000,
    report: Report | None = None,
) -> Surface:
    """Return the surface of what is set in `mask`.

    Parameters
    ----------
    mask : (I, J, K) ndarray of bool
        A crop is enough; an object that touches its border is closed there.
    affine : (4, 4) ndarray
        From the crop's voxels to RAS+ mm. Of either handedness.
    smoothing_mm : float, optional
        Standard deviation of a Gaussian; 0.7 of the shortest voxel edge where not given. Objects
        that it would wipe out, down to one voxel, keep their voxels.
    max_faces : int, optional
        Where there would be more, voxels are joined first: a joined voxel is set if any is.
    report : callable, optional
        Told the fraction that is done; may raise CancelledError.

    Returns
    -------
    surface : Surface
        Without vertices and faces if nothing is set.

    References
    ----------
    Lewiner et al., "Efficient implementation of Marching Cubes' cases with topological
    guarantees", 2003, doi:10.1080/10867651.2003.10487582
    """
    report = report or silent
    mask, affine = _coarse_enough(np.asarray(mask, bool), affine, max_faces)
    report(0.3)
    edges = edges_mm(affine)
    sigma = (_SMOOTHING * edges.min() if smoothing_mm is None else smoothing_mm) / edges
    field, margin = _smooth(mask, sigma)
    field[_find_lost(_pad(mask, margin), field, sigma)] = _KEPT
    report(0.6)
    made = _march(field, affine, margin)
    report(1.0)
    return made


def outline(
    image: np.ndarray,
    affine: np.ndarray,
    threshold: float | None,
    *,
    max_edge: int = 96,
    report: Report | None = None,
) -> Surface:
    """Return the smooth surface of the whole foreground, from a coarse copy of it.

    Parameters
    ----------
    image : (I, J, K) ndarray
        Integers or reals.
    affine : (4, 4) ndarray
        Voxel to RAS+ mm.
    threshold : float or None
        As in `workers.superpixels.foreground.foreground`.
    max_edge : int, optional
        Voxels of the coarse copy along its longest edge, at most.
    report : callable, optional
        Told the fraction that is done; may raise CancelledError.

    Returns
    -------
    outline : Surface
        Without specks; empty if there is no foreground.
    """
    report = report or silent
    mask = foreground(image, threshold)
    report(0.3)
    edges = edges_mm(affine)
    target = (edges * mask.shape).max() / max_edge
    strides = np.minimum(np.ceil(target / edges - 1e-9).astype(int).clip(1), mask.shape)
    share = blocks(mask, strides).mean(axis=(1, 3, 5), dtype=np.float32)
    report(0.7)
    field, margin = _smooth(share, np.ones(3))
    made = _march(field, stride_affine(affine, strides), margin)
    report(1.0)
    return made


def _coarse_enough(mask, affine, max_faces):
    """Join voxels, most along the short edges, until their outer faces are few enough."""
    edges, stride, coarse, strides = edges_mm(affine), 1, mask, np.ones(3, int)
    while 2 * _outer_faces(coarse) > max_faces and max(coarse.shape) > 2:
        stride += 1
        strides = np.maximum(1, np.round(stride * edges.min() / edges)).astype(int)
        coarse = blocks(mask, strides).any(axis=(1, 3, 5))
    return coarse, stride_affine(affine, strides)


def _outer_faces(mask):
    padded = np.pad(mask, 1)
    return sum(np.count_nonzero(np.diff(padded, axis=axis)) for axis in range(3))


def _smooth(array, sigma):
    """Return the array in a margin wide enough for its blur, and the margin."""
    margin = np.ceil(3 * np.asarray(sigma)).astype(int) + 1
    field = _pad(array.astype(np.float32), margin)
    return ndimage.gaussian_filter(field, sigma, truncate=3, mode="constant"), margin


def _pad(array, margin):
    return np.pad(array, [(n, n) for n in margin])


def _find_lost(mask, field, sigma):
    """Return the set voxels that are far from all that smoothing leaves."""
    reach = int(np.ceil(sigma.max())) + 1
    left = ndimage.binary_dilation(field > _LEVEL, iterations=reach)
    return mask & ~left


def _march(field, affine, margin):
    if field.max(initial=0) <= _LEVEL:
        return Surface(np.empty((0, 3), np.float32), np.empty((0, 3), np.int32))
    # "ascent" is what faces outward where the object is the higher: scikit-image thinks in z, y, x.
    vertices, faces, _, _ = marching_cubes(field, _LEVEL, gradient_direction="ascent")
    points = (vertices - margin) @ affine[:3, :3].T + affine[:3, 3]
    if np.linalg.det(affine[:3, :3]) < 0:
        faces = faces[:, ::-1]
    return Surface(points.astype(np.float32), np.ascontiguousarray(faces, np.int32))
