"""Superpixels of a volume: connected, of like size in mm, in the foreground only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from workers.runtime.boxes import boxes
from workers.runtime.compiled import compiling_said
from workers.runtime.progress import Report, part, silent
from workers.runtime.team import Team
from workers.slic.exact_sums import iterate, rule
from workers.slic.seeds import centres_on_grid, filling, grid, relative_spacing
from workers.slic.sums import round_to_fractions
from workers.slic.tiles import Scale, join_tiles, make_tiles
from workers.superpixels.automatic_foreground import Foreground, automatic
from workers.superpixels.connectivity import connect
from workers.superpixels.foreground import foreground_of, without_specks
from workers.superpixels.intensities import scale, times
from workers.superpixels.smoothing import smooth, widths

COUNT = 2500
"""How many superpixels, where nothing is asked for."""

COMPACTNESS = 0.1
"""How compact they are then, and their smoothing: what of 30 settings lost least on 18 volumes."""

_LEAST_COMPACTNESS, _MOST_COMPACTNESS = 1e-9, 1e9  # their squares are floats of 32 bits
_MOST_WEIGHT = 1000
_SMOOTHING = 0.75  # of a voxel's shortest edge

ITERATIONS = 10

VERSION = 2
"""Of the arithmetic: grows when the same volume and arguments give other ids than before."""

CRUMB = 1 / 4  # of the wanted size: what is smaller joins a neighbour, and gets no seed


class Partition(NamedTuple):
    """Superpixels of a volume.

    Attributes
    ----------
    ids : (I, J, K) ndarray of uint16 or uint32
        The superpixel of each voxel, 1 … `count`; 0 outside the foreground. Read-only.
    count : int
        Number of superpixels.
    boxes : (count, 6) ndarray of int32
        ``i0, i1, j0, j1, k0, k1`` of the box around each, the ends half open.
    threshold : float or None
        Voxels at or below it are outside; None where every finite voxel is inside.
    """

    ids: np.ndarray
    count: int
    boxes: np.ndarray
    threshold: float | None


def usual_sigma_mm(spacing: Sequence[float]) -> float:
    """Return how wide intensities are smoothed, where nothing is asked for.

    Noise is a voxel's, whatever is in it: a part of the shortest edge keeps it out of the borders.

    Parameters
    ----------
    spacing : (3,) sequence of float
        Voxel edges in mm.
    """
    return _SMOOTHING * float(min(spacing))


def partition(
    image: np.ndarray | Sequence[np.ndarray],
    spacing: Sequence[float],
    *,
    count: int | None = None,
    size_mm3: float | None = None,
    compactness: float = COMPACTNESS,
    sigma_mm: float | None = None,
    threshold: float | str | None = "auto",
    weights: Sequence[float] | None = None,
    threads: int | None = None,
    report: Report | None = None,
) -> Partition:
    """Compute the superpixels of a volume by SLIC.

    Intensities are scaled so that the foreground's 1st percentile is 0 and its 99th is 1 (of a CT
    whose body was found, of what is denser than lung), and rounded to whole steps of 2⁻¹⁶, so that
    their sums are exact in any order. Seeds lie on a grid over the foreground's box that is cubic
    in mm; a distance of one grid step weighs like an intensity of `compactness`. Only the ratios of
    the spacing matter to the ids when `count` is asked for.

    Parameters
    ----------
    image : (I, J, K) or (I, J, K, C) ndarray, or C of (I, J, K)
        Integers or reals. NaN and infinities, in any channel, are outside. Channels are scaled one
        by one; the first one tells what is foreground.
    spacing : (3,) sequence of float
        Voxel edges in mm. Above 8:1 they count as 8:1.
    count : int, optional
        About how many superpixels; 2500 where no size is given either.
    size_mm3 : float, optional
        About how large a superpixel is, instead of `count`.
    compactness : float, optional
        Larger is more cubic, smaller follows the intensities.
    sigma_mm : float, optional
        Standard deviation of a Gaussian that smooths the intensities first; 0 for none. If it is
        not given, `usual_sigma_mm`.
    threshold : float, "auto" or None, optional
        See `workers.superpixels.foreground`. With "auto",
        `workers.superpixels.automatic_foreground` finds it, in a CT the body with all within, and
        specks smaller than a quarter of a superpixel are not foreground; a number is taken
        literally; None takes every finite voxel.
    weights : (C,) sequence of float, optional
        What the scaled intensities of each channel are multiplied by, at least one above 0; a
        channel of 0 counts for the foreground alone. By default 1.
    threads : int, optional
        By default `workers.runtime.team.usable`; the ids do not depend on it.
    report : callable, optional
        Told the fraction that is done, and when kernels have to be compiled first; may raise
        CancelledError.

    Returns
    -------
    partition : Partition
        Superpixels below a quarter of the mean size have joined a neighbour if they have one.

    Raises
    ------
    ValueError
        If an argument cannot be, or no voxel is in the foreground.

    References
    ----------
    Achanta et al., "SLIC Superpixels Compared to State-of-the-art Superpixel Methods",
    TPAMI 2012, doi:10.1109/TPAMI.2012.120
    """
    sigma_mm = usual_sigma_mm(spacing) if sigma_mm is None else sigma_mm
    channels = _channels(image)
    shape = channels[0].shape
    check(shape, spacing, count, size_mm3, compactness, sigma_mm, threshold)
    weights = weights_of(channels, weights)
    with compiling_said(report or silent) as told, Team(threads) as team:
        told(0.0)
        ground = _ground(channels, threshold, spacing, count, size_mm3, team)
        told(0.03)
        wide = widths(sigma_mm, spacing, ground.mask.shape)
        tiles = _tiles(channels, weights, ground, wide, team, part(told, 0.03, 0.12))
        inside = ground.mask.shape
        numbers, steps = grid_of(inside, spacing, ground.size)
        centres = begun(inside, numbers, filling(ground.mask, numbers), np.count_nonzero(weights))
        how = rule(inside, len(centres), steps, compactness)
        iterate(tiles, centres, how, ITERATIONS, team, part(told, 0.12, 0.9))
        ids = join_tiles(tiles := tiles._replace(values=None), 1)
        del tiles
        joining = {"threads": threads, "report": part(told, 0.9, 1)}
        ids = connect(ids, ground.mask, int(ground.size * CRUMB), **joining)
        return _paste(ids, ground, shape, threads)


def _channels(image):
    if isinstance(image, np.ndarray):
        return [image] if image.ndim != 4 else list(np.moveaxis(image, 3, 0))
    if len({channel.shape for channel in image}) != 1:
        raise ValueError(
            f"channels must have one shape; got {[channel.shape for channel in image]}."
        )
    return list(image)


def weights_of(channels: Sequence, weights: Sequence[float] | None) -> tuple[float, ...]:
    """Return a weight for each channel, 1 where none are given.

    Raises
    ------
    ValueError
        With a sentence, if they cannot be.
    """
    weights = [1.0] * len(channels) if weights is None else [float(each) for each in weights]
    if len(weights) != len(channels) or not all(0 <= each < math.inf for each in weights):
        raise ValueError(
            f"weights must be {len(channels)} numbers of 0 or more, one a channel; got {weights}."
        )
    if max(weights) > _MOST_WEIGHT:
        raise ValueError(f"weights must be at most {_MOST_WEIGHT}; got {max(weights):g}.")
    if not any(weights):
        raise ValueError("one of the weights at least must be above 0.")
    return tuple(weights)


class _Ground(NamedTuple):
    """The foreground of a volume.

    Attributes
    ----------
    mask : (I', J', K') ndarray of bool
        Which voxels of its box are in it.
    box : tuple of slice
        Where that lies in the volume.
    size : float
        How many voxels a superpixel shall have.
    threshold : float or None
        As in `Partition`.
    above : float or None
        Only intensities of the first channel above it tell how it is scaled; None for all.
    """

    mask: np.ndarray
    box: tuple[slice, slice, slice]
    size: float
    threshold: float | None
    above: float | None


def _ground(channels, threshold, spacing, count, size_mm3, team):
    """Find the foreground; without specks, unless its threshold was given."""
    found = isinstance(threshold, str)
    ground = automatic(channels[0], spacing) if found else Foreground(threshold)
    mask = foreground_of(channels, *ground)
    size = voxels_each(int(np.count_nonzero(mask)), spacing, count, size_mm3)
    if found:
        mask = without_specks(mask, size * CRUMB, team)
    box = _box(mask)
    above = None if ground.body is None else ground.threshold
    return _Ground(np.ascontiguousarray(mask[box]), box, size, ground.threshold, above)


def _box(mask):
    """Return what lies between the first and the last voxel along each axis."""
    plane = mask.any(0)
    some = (mask.reshape(len(mask), -1).any(1), plane.any(1), plane.any(0))
    ends = (np.flatnonzero(along)[[0, -1]].tolist() for along in some)
    return tuple(slice(first, last + 1) for first, last in ends)


def _tiles(channels, weights, ground, wide, team, report):
    """Return the foreground's box in tiles: scaled, smoothed, in fixed steps."""
    counting = [c for c, weight in enumerate(weights) if weight]
    values = np.empty((*ground.mask.shape, len(counting)), np.float32)
    for n, c in enumerate(counting):
        above = None if c else ground.above
        one = times(scale(channels[c][ground.box], ground.mask, team, above), weights[c])
        share = 0.8 / len(counting)
        one = smooth(one, wide, team, part(report, share * n, share * (n + 1)))
        values[..., n] = round_to_fractions(one)
    as_it_is = Scale(np.float32(0), np.float32(1), np.float32(1))
    tiles = make_tiles(values, ground.mask, as_it_is, team)
    report(1.0)
    return tiles


def check(
    shape: tuple[int, ...],
    spacing: Sequence[float],
    count: int | None,
    size_mm3: float | None,
    compactness: float,
    sigma_mm: float,
    threshold: float | str | None,
) -> None:
    """Raise ValueError if a volume of `shape` cannot be partitioned so; see `partition`."""
    if len(shape) != 3 or len(spacing) != 3:
        raise ValueError(
            f"image must have 3 axes (i, j, k) and as many spacings; got shape {shape} "
            f"and {len(spacing)}."
        )
    if count is not None and size_mm3 is not None:
        raise ValueError("count and size_mm3 exclude each other; give one of them.")
    for edge in spacing:
        _positive(spacing=edge)
    _positive(count=1 if count is None else count, size_mm3=1 if size_mm3 is None else size_mm3)
    _positive(compactness=compactness)
    if not _LEAST_COMPACTNESS <= compactness <= _MOST_COMPACTNESS:
        raise ValueError(
            f"compactness must be from {_LEAST_COMPACTNESS:g} to {_MOST_COMPACTNESS:g}; "
            f"got {compactness:g}."
        )
    if not 0 <= sigma_mm < math.inf:
        raise ValueError(f"sigma_mm must be 0 or more, and finite; got {sigma_mm}.")
    if sigma_mm > (longest := max(size * edge for size, edge in zip(shape, spacing, strict=True))):
        raise ValueError(
            f"sigma_mm must be at most {longest:.4g}, the length of the volume in mm: all would be "
            f"of one intensity; got {sigma_mm:g}."
        )
    if isinstance(threshold, str) and threshold != "auto":
        raise ValueError(f'threshold must be a number, None or "auto"; got "{threshold}".')


def _positive(**numbers):
    for name, number in numbers.items():
        if not 0 < number < math.inf:
            raise ValueError(f"{name} must be positive and finite; got {number}.")


def voxels_each(
    inside: int, spacing: Sequence[float], count: int | None, size_mm3: float | None
) -> float:
    """Return how many of the `inside` voxels a superpixel shall have: at least one, at most all.

    Raises
    ------
    ValueError
        If there are none.
    """
    if not inside:
        raise ValueError("no voxel is in the foreground; choose a lower threshold.")
    if size_mm3 is None:
        return max(1.0, inside / (COUNT if count is None else count))
    return float(np.clip(size_mm3 / math.prod(spacing), 1, inside))


def grid_of(
    shape: tuple[int, int, int], spacing: Sequence[float], size: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return how many superpixels begin along each axis, and voxel edges in steps between them.

    Parameters
    ----------
    shape : tuple of int
        Of the foreground's box.
    spacing : (3,) sequence of float
        Voxel edges in mm.
    size : float
        Voxels of a superpixel.
    """
    edges = relative_spacing(spacing)
    numbers, step = grid(shape, edges, size)
    return numbers, edges / step


def begun(
    shape: tuple[int, int, int], numbers: np.ndarray, filled: np.ndarray, channels: int = 1
) -> np.ndarray:
    """Return the centres with which SLIC begins.

    Parameters
    ----------
    shape, numbers
        As `grid_of` takes and returns them.
    filled : ndarray of float, of shape `numbers`
        The share of each grid cell that is foreground; there is no centre in one that is as good
        as empty.
    channels : int, optional
        How many intensities a voxel has.

    Returns
    -------
    centres : (n, 3 + C) ndarray of float32
        NaN where there is none.
    """
    places = centres_on_grid(shape, numbers)
    places[filled.ravel() < min(CRUMB, filled.max())] = np.nan
    return np.pad(places, ((0, 0), (0, channels))).astype(np.float32)


def _paste(ids, ground, shape, threads):
    count = int(ids.max())
    whole = np.zeros(shape, np.uint16 if count < 2**16 else np.uint32)
    whole[ground.box] = ids
    whole.flags.writeable = False
    return Partition(whole, count, boxes(whole, count, threads=threads), ground.threshold)
