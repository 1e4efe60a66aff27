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
_LEAST = 0.8  # of the volume of all voxels: where smoothing leaves less, they themselves are shown


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
        that it would wipe out, down to one voxel, keep their voxels. What is thin all over, so
        that less than 80 % of its volume would be left, is not smoothed: its voxels are shown.
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
    report(0.9)
    voxels_mm3 = np.count_nonzero(mask) * abs(np.linalg.det(affine[:3, :3]))
    if _enclosed_mm3(made) < _LEAST * voxels_mm3:
        made = _blocky(mask, affine)
    report(1.0)
    return made


def _enclosed_mm3(made: Surface) -> float:
    """Return the volume in a closed surface that faces outward, by the divergence theorem."""
    if not len(made.faces):
        return 0.0
    vertices = made.vertices.astype(np.float64) - made.vertices[0]
    a, b, c = (vertices[corner] for corner in made.faces.T)
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


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
    return _placed(vertices - margin, faces, affine)


def _blocky(mask, affine):
    """Return the outer faces of the set voxels, two triangles each."""
    padded = np.pad(mask, 1)
    quads = np.concatenate([_quads(padded, *way) for way in np.ndindex(3, 2)])
    corners, faces = np.unique(quads.ravel(), return_inverse=True)
    faces = faces.reshape(-1, 4)[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)
    at = np.stack(np.unravel_index(corners, np.add(mask.shape, 1)), axis=1)
    return _placed(at - 0.5, faces, affine)


def _quads(padded, axis, side):
    """Return the four corners of all that faces one way along an axis, as numbers in their lattice.

    Counter-clockwise seen from outside, where voxel indices are a right-handed frame.
    """
    steps = np.diff(padded.view(np.int8), axis=axis)[_without_rims(axis)]
    at = np.argwhere(steps == (1, -1)[side])
    one, other = np.roll(np.eye(3, dtype=int), axis, axis=1)[1:]
    square = np.array([0 * one, one, one + other, other])
    corners = at[:, None] + (square if side else square[::-1])
    return np.ravel_multi_index(tuple(np.moveaxis(corners, -1, 0)), np.subtract(padded.shape, 1))


def _without_rims(axis):
    return tuple(slice(None) if each == axis else slice(1, -1) for each in range(3))


def _placed(points, faces, affine):
    """Return a surface in mm of one in voxel indices that faces outward in a right-handed frame."""
    if np.linalg.det(affine[:3, :3]) < 0:
        faces = faces[:, ::-1]
    points = points @ affine[:3, :3].T + affine[:3, 3]
    return Surface(points.astype(np.float32), np.ascontiguousarray(faces, np.int32))
