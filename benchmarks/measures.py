"""How good superpixels are, beside a known truth.

Stutz, Hermans and Leibe, "Superpixels: An evaluation of the state-of-the-art", CVIU 2018,
doi:10.1016/j.cviu.2017.03.007, compare such measures.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workers.superpixels.borders import borders


def overlaps(ids: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Count the voxels of each superpixel in each region of the truth.

    Parameters
    ----------
    ids : (I, J, K) ndarray of int
        0 is in no superpixel.
    truth : (I, J, K) ndarray of uint8

    Returns
    -------
    overlaps : (n + 1, regions) ndarray of int64
        Row 0 counts what is in no superpixel.
    """
    regions = int(truth.max()) + 1
    pairs = np.bincount(ids.ravel().astype(np.int64) * regions + truth.ravel())
    n = int(ids.max()) + 1
    return np.pad(pairs, (0, n * regions - pairs.size)).reshape(n, regions)


def best_dice(overlaps: np.ndarray) -> float:
    """Return the highest Dice that any set of superpixels has with regions 1 and up together.

    Dice is 2 Σ inside / (Σ size + |truth|) over the set. Whatever the best set is, a superpixel
    belongs to it if and only if more than half the best Dice of it lies inside; so the best set is
    among those that begin with the superpixel that lies furthest inside, and take the next.
    """
    whole, inside = overlaps.sum(1), overlaps[:, 1:].sum(1)
    truth = inside.sum()
    touching = np.flatnonzero(inside[1:]) + 1
    ranked = touching[np.argsort(-inside[touching] / whole[touching], kind="stable")]
    dice = 2 * np.cumsum(inside[ranked]) / (np.cumsum(whole[ranked]) + truth)
    return float(dice.max(initial=0.0))


def undersegmentation(overlaps: np.ndarray) -> float:
    """Return the part of regions 1 and up by which superpixels must fall short or leak.

    Each superpixel that touches a region leaks out of it, or misses it, with its smaller part;
    voxels in no superpixel are missed.

    References
    ----------
    Neubert and Protzel, "Superpixel Benchmark and Comparison", Forum Bildverarbeitung 2012
    """
    whole, inside = overlaps[1:].sum(1, keepdims=True), overlaps[1:, 1:]
    leaks = np.minimum(inside, whole - inside).sum() + overlaps[0, 1:].sum()
    return float(leaks / overlaps[:, 1:].sum())


def boundary_recall(ids: np.ndarray, truth: np.ndarray) -> float:
    """Return the part of the truth's border voxels that lie on borders of superpixels.

    A border takes one voxel on each of its sides: it is found whole where the superpixels have it
    at the same place, and by half where they have it one voxel off.
    """
    wanted = borders(truth)
    return float(np.count_nonzero(borders(ids) & wanted) / np.count_nonzero(wanted))


def compactness(ids: np.ndarray, spacing: Sequence[float] = (1, 1, 1)) -> float:
    """Return the mean over all voxels of 216 V² / A³ of their superpixels: 1 for a cube.

    V and A are volume and surface in mm, by voxels and their faces: of what is made of voxels the
    cube has the least surface.

    References
    ----------
    Schick, Fischer and Stiefelhagen, "Measuring and evaluating the compactness of superpixels",
    ICPR 2012, of which this is the form for volumes
    """
    n = int(ids.max()) + 1
    voxels = np.bincount(ids.ravel(), minlength=n)[1:]
    volumes, area = voxels * np.prod(spacing), surfaces(ids, spacing, n)[1:]
    quotients = 216 * volumes[voxels > 0] ** 2 / area[voxels > 0] ** 3
    return float((voxels[voxels > 0] * quotients).sum() / voxels.sum())


def surfaces(ids: np.ndarray, spacing: Sequence[float], n: int) -> np.ndarray:
    """Return the (n,) surfaces; the end of the volume is part of them."""
    area = np.zeros(n)
    for axis, edge in enumerate(spacing):
        turned = np.moveaxis(ids, axis, 0)
        other = turned[1:] != turned[:-1]
        for side in (turned[1:][other], turned[:-1][other], turned[0], turned[-1]):
            area += np.bincount(side.ravel(), minlength=n) * (np.prod(spacing) / edge)
    return area
