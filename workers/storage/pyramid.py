"""The resolutions of a volume: each level the mean of blocks of the one before."""

from __future__ import annotations

import itertools
import math
import os
from typing import NamedTuple

import numpy as np

from workers.runtime.compiled import compiled
from workers.runtime.progress import Report, part, silent
from workers.storage.box_reader import BoxReader
from workers.storage.convert_error import as_unwritable
from workers.storage.stored_array import CHUNK, create

MOST = 128
"""Voxels along the longest axis of the coarsest level."""

_COARSER = 1.5


class LevelShape(NamedTuple):
    """One level: voxels along each axis, and how many of the volume one of them stands for."""

    shape: tuple[int, int, int]
    strides: tuple[int, int, int]


def plan(
    shape: tuple[int, int, int], spacing: tuple[float, float, float], most: int = MOST
) -> tuple[LevelShape, ...]:
    """Return the levels of a volume, the volume itself first.

    From one level to the next an axis is halved, unless its voxels are more than one and a half
    times as long as those of another: then it waits until the others have caught up. The last
    level has at most `most` voxels along each axis.

    Parameters
    ----------
    shape : (3,) tuple of int
    spacing : (3,) tuple of float
        Voxel edges in mm.
    most : int, optional
        1 or more.
    """
    steps = [LevelShape(tuple(shape), (1, 1, 1))]
    while max(steps[-1].shape) > most:
        size, strides = steps[-1]
        edges = [edge * stride if n > 1 else math.inf
                 for edge, stride, n in zip(spacing, strides, size, strict=True)]  # fmt: skip
        by = [2 if edge <= _COARSER * min(edges) < math.inf else 1 for edge in edges]
        coarser = tuple(-(-n // b) for n, b in zip(size, by, strict=True))
        steps.append(LevelShape(coarser, tuple(s * b for s, b in zip(strides, by, strict=True))))
    return tuple(steps)


def build(
    paths: tuple[str | os.PathLike, ...],
    steps: tuple[LevelShape, ...],
    chunks: tuple[int, int, int] = CHUNK,
    *,
    report: Report | None = None,
) -> None:
    """Write all levels but the first, which is there; some 20 chunks are in memory at once.

    Parameters
    ----------
    paths : tuple of path
        Of the arrays, one for each of `steps`.
    steps : tuple of Step
    chunks : (3,) tuple of int, optional
        Voxels of a chunk of each level that is made.
    report : callable, optional
        Told the fraction that is done; may raise CancelledError.

    Raises
    ------
    Unwritable
        If the disk takes no more.
    """
    work = [math.prod(step.shape) for step in steps[1:]]
    done, all_of_it = 0, max(1, sum(work))
    for n, voxels in enumerate(work, 1):
        progress = part(report or silent, done / all_of_it, (done + voxels) / all_of_it)
        by = tuple(b // a for a, b in zip(steps[n - 1].strides, steps[n].strides, strict=True))
        _level(paths[n - 1], paths[n], steps[n].shape, by, chunks, progress)
        done += voxels


def _level(fine_path, path, shape, by, chunks, report):
    fine = BoxReader(fine_path)
    with as_unwritable(path):
        coarse = create(path, shape, fine.dtype, chunks, compressed=False)
    starts = list(itertools.product(*(range(0, n, c) for n, c in zip(shape, chunks, strict=True))))
    for n, start in enumerate(starts, 1):
        box = tuple(slice(a, min(a + c, size))
                    for a, c, size in zip(start, chunks, shape, strict=True))  # fmt: skip
        block = tuple(slice(s.start * b, s.stop * b) for s, b in zip(box, by, strict=True))
        mean = halve(fine.read(block), by)
        with as_unwritable(path):
            coarse[box] = mean
        report(n / len(starts))


def halve(data: np.ndarray, by: tuple[int, int, int]) -> np.ndarray:
    """Return the means of blocks of `by` voxels.

    Parameters
    ----------
    data : (I, J, K) ndarray
        Integers or reals. NaN counts for nothing; a block of nothing else is NaN.
    by : (3,) tuple of int
        1 or 2 along each axis; the last blocks may be cut.

    Returns
    -------
    means : (⌈I / by⌉, …) ndarray
        Of the same dtype; of integers rounded, halves to the even one.
    """
    data = np.ascontiguousarray(data)
    means = np.empty([-(-n // b) for n, b in zip(data.shape, by, strict=True)], data.dtype)
    _mean(data, *by, means, data.dtype.kind in "iu", *_bounds(data.dtype))
    return means


def _bounds(dtype):
    """Return the floats nearest to a dtype's ends that it can hold."""
    if dtype.kind == "f":
        return -np.inf, np.inf
    ends = np.iinfo(dtype)
    low, high = float(ends.min), float(ends.max)
    return low, high if int(high) <= ends.max else float(np.nextafter(high, 0))


@compiled
def _mean(data, by_i, by_j, by_k, means, is_whole, low, high):
    I, J, K = data.shape
    for i in range(means.shape[0]):
        to_i = min(i * by_i + by_i, I)
        for j in range(means.shape[1]):
            to_j = min(j * by_j + by_j, J)
            for k in range(means.shape[2]):
                to_k = min(k * by_k + by_k, K)
                mean = _block(data, i * by_i, to_i, j * by_j, to_j, k * by_k, to_k)
                means[i, j, k] = min(max(np.rint(mean), low), high) if is_whole else mean


@compiled
def _block(data, i, to_i, j, to_j, k, to_k):
    total, count = 0.0, 0
    for a in range(i, to_i):
        for b in range(j, to_j):
            for c in range(k, to_k):
                value = float(data[a, b, c])
                if value == value:  # noqa: PLR0124 - NaN is not
                    total += value
                    count += 1
    return total / count
