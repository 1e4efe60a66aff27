"""SLIC superpixels of a volume, voxel for voxel those of scikit-image 0.26."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from skimage.color import rgb2lab
from skimage.util import img_as_float, regular_grid

from workers.runtime.progress import Report, part, silent
from workers.runtime.team import Team
from workers.slic.iteration import iterate
from workers.slic.mask_seeds import seeds_in_mask
from workers.slic.tiles import Scale, Tiles, join_tiles, make_tiles
from workers.superpixels.connectivity import connect
from workers.superpixels.smoothing import smooth

_MOST = 2**23  # the grid may have more seeds, and float32 counts no further than 2**24
_JOINED = 0.9
_MAX_SIZE_FACTOR = 3


def slic(
    image: np.ndarray,
    n_segments: int = 100,
    compactness: float = 10.0,
    max_num_iter: int = 10,
    sigma: float | Sequence[float] = 0,
    spacing: Sequence[float] | None = None,
    convert2lab: bool | None = None,
    enforce_connectivity: bool = True,
    min_size_factor: float = 0.5,
    max_size_factor: float = _MAX_SIZE_FACTOR,
    slic_zero: bool = False,
    start_label: int = 1,
    mask: np.ndarray | None = None,
    *,
    channel_axis: int | None = -1,
    threads: int | None = None,
    report: Report | None = None,
) -> np.ndarray:
    """Segment a volume by k-means in intensity and space.

    As `skimage.segmentation.slic` for volumes, in whose place it can be called: with
    ``enforce_connectivity=False`` each voxel gets the label that it gets there, whatever the number
    of threads (on x86-64; on other processors scikit-image's compiler may join a product and a sum
    into one rounding). Pieces are joined by the rule of `workers.superpixels.connectivity` instead
    of scikit-image's, whose result depends on the order of the voxels.

    Parameters
    ----------
    image : (I, J, K) or (I, J, K, C) ndarray
        Finite inside the mask, after smoothing too; scaled to 0 … 1 there. float32 is computed with
        as such, float16 as float32, all else as float64.
    n_segments : int, optional
        About how many superpixels, below 2²³.
    compactness : float, optional
        Weight of distance against intensity; larger is more cubic.
    max_num_iter : int, optional
        Number of iterations; 2 × as many with a mask, whose seeds are spread first.
    sigma : float or (3,) sequence, optional
        Gaussian smoothing: a number in units of `spacing`, a sequence in voxels.
    spacing : (3,) sequence of float, optional
        Voxel edges; 1 where not given.
    convert2lab : bool, optional
        Whether three channels are RGB, to be compared in Lab; if not given they are. Say False for
        three modalities.
    enforce_connectivity : bool, optional
        Whether each superpixel is to be in one piece.
    min_size_factor : float, optional
        Superpixels below this part of the mean size then join a neighbour.
    max_size_factor : float, optional
        Can only be 3: where scikit-image cuts a superpixel that is larger, it is kept whole.
    slic_zero : bool, optional
        Can only be False: a compactness that adapts is not supported.
    start_label : {0, 1}, optional
        Lowest label; ``start_label - 1`` lies outside the mask. Without `enforce_connectivity` so
        has a voxel in the mask that no superpixel's window ever reaches.
    mask : (I, J, K) ndarray of bool, optional
        Voxels that take part; the seeds are spread over it.
    channel_axis : int or None, optional
        Axis of the channels, None for a volume without.
    threads : int, optional
        As many as cores, where not given.
    report : callable, optional
        Told the fraction that is done, at each iteration and while pieces are joined; may raise
        CancelledError.

    Returns
    -------
    labels : (I, J, K) ndarray of int32

    Raises
    ------
    ValueError
        If `image` is not a volume, is empty, or is not finite inside the mask; if the mask has
        another shape, or fewer voxels than `n_segments`; if `compactness` or a spacing is not
        positive, or `n_segments`, `max_num_iter` or `threads` is below 1; if `spacing` or `sigma`
        have not 3 numbers, `sigma` is negative, or `start_label` is not 0 or 1; if `convert2lab` is
        asked for what has not 3 channels.
    NotImplementedError
        If `slic_zero`, or another `max_size_factor`, is asked for.

    References
    ----------
    Achanta et al., "SLIC Superpixels Compared to State-of-the-art Superpixel Methods",
    TPAMI 2012, doi:10.1109/TPAMI.2012.120; Irving, "maskSLIC", 2016, arXiv:1606.09518
    """
    _refuse_unsupported(slic_zero, max_size_factor)
    _refuse_impossible(n_segments, compactness, max_num_iter, start_label)
    image = _channels_last(np.asarray(image), channel_axis)
    mask = _checked_mask(mask, image.shape[:3], n_segments)
    spacing = _three(1 if spacing is None else spacing, "spacing", _float_type(image))
    if not (np.isfinite(spacing) & (spacing > 0)).all():
        raise ValueError(f"spacing must be positive and finite; got {spacing}.")
    report = report or silent
    iterations = part(report, 0, _JOINED) if enforce_connectivity else report
    with Team(threads) as team:
        tiles = _prepare(image, mask, 1.0 / compactness, sigma, spacing, convert2lab, team)
        image = None
        seeds, steps = _seeds(tiles.shape, n_segments, mask, channel_axis is not None, team)
        options = {"max_num_iter": max_num_iter, "team": team}
        _cluster(tiles, seeds, max(steps), spacing, mask is not None, iterations, options)
    if not enforce_connectivity:
        return join_tiles(tiles, int(start_label))
    labels = join_tiles(tiles := tiles._replace(values=None), 1)
    del tiles
    size = (labels.size if mask is None else np.count_nonzero(mask)) / len(seeds)
    options = {"threads": threads, "report": part(report, _JOINED, 1)}
    labels = connect(labels, mask, int(min_size_factor * size), **options).view(np.int32)
    labels -= np.int32(1 - start_label)
    return labels


def _cluster(tiles, seeds, step, spacing, spreads, report, options):
    """Run the iterations; in a mask seeds are spread first, by distance alone."""
    centres = np.pad(seeds, ((0, 0), (0, tiles.lowest.shape[1]))).astype(spacing.dtype)
    if spreads:
        first, report = part(report, 0, 0.5), part(report, 0.5, 1)
        iterate(tiles, centres, step, spacing, ignore_color=True, report=first, **options)
    iterate(tiles, centres, step, spacing, report=report, **options)


def _refuse_unsupported(slic_zero, max_size_factor):
    if slic_zero:
        raise NotImplementedError("slic_zero is not supported; give a compactness.")
    if max_size_factor != _MAX_SIZE_FACTOR:
        raise NotImplementedError(
            "max_size_factor is not supported: superpixels are never cut for their size. "
            "Give a larger n_segments for smaller ones."
        )


def _refuse_impossible(n_segments, compactness, max_num_iter, start_label):
    if not compactness > 0:
        raise ValueError(f"compactness must be positive; got {compactness}.")
    for name, value in (("n_segments", n_segments), ("max_num_iter", max_num_iter)):
        if not value >= 1:
            raise ValueError(f"{name} must be 1 or more; got {value}.")
    if n_segments >= _MOST:
        raise ValueError(f"n_segments must be below {_MOST}; got {n_segments}.")
    if start_label not in (0, 1):
        raise ValueError(f"start_label must be 0 or 1; got {start_label}.")


def _channels_last(image, channel_axis):
    axes = 3 if channel_axis is None else 4
    if image.ndim != axes:
        raise ValueError(
            f"image must have {axes} axes with channel_axis={channel_axis}; "
            f"got shape {image.shape}. Give channel_axis=None for a volume without channels."
        )
    if not image.size:
        raise ValueError(f"image must have voxels; got shape {image.shape}.")
    return image[..., None] if channel_axis is None else np.moveaxis(image, channel_axis, -1)


def _checked_mask(mask, shape, n_segments):
    if mask is None:
        return None
    mask = np.ascontiguousarray(mask, bool)
    if mask.shape != shape:
        raise ValueError(f"mask must have the shape {shape}; got {mask.shape}.")
    if (inside := np.count_nonzero(mask)) < n_segments:
        raise ValueError(
            f"mask must have n_segments = {n_segments} voxels or more; it has {inside}."
        )
    return mask


def _float_type(image):
    return np.float32 if image.dtype in (np.float16, np.float32) else np.float64


def _three(numbers, name, dtype):
    numbers = np.asarray(numbers, dtype)
    if numbers.shape not in ((), (3,)):
        raise ValueError(f"{name} must be 3 numbers; got shape {numbers.shape}.")
    return np.array(np.broadcast_to(numbers, 3))


def _prepare(image, mask, factor, sigma, spacing, convert2lab, team) -> Tiles:
    """Return the volume in tiles, scaled from 0 to 1, smoothed, and divided by the compactness."""
    image = img_as_float(image).astype(_float_type(image), copy=False)
    scale = _scale(image, mask)
    channels = image.shape[3]
    sigmas = _three(sigma, "sigma", image.dtype)
    sigmas = sigmas / spacing if np.isscalar(sigma) else sigmas
    if (sigmas < 0).any():
        raise ValueError(f"sigma must not be negative; got {sigma}.")
    if convert2lab and channels != 3:
        raise ValueError(f"convert2lab needs 3 channels, red, green and blue; got {channels}.")
    lab = channels == 3 and convert2lab in (None, True)
    if lab or (sigmas > 0).any():
        image = (image - scale.low) / scale.span
        image = rgb2lab(image) if lab else image
        image = smooth(image, sigmas, team)
        _scale(image, mask)  # refuses what smoothing has carried into the mask
        scale = Scale(image.dtype.type(0), image.dtype.type(1), 1.0)
    return make_tiles(image, mask, scale._replace(factor=image.dtype.type(factor)), team)


def _scale(image, mask):
    """Return the scale on which the values inside the mask run from 0 to 1."""
    inside = True if mask is None else mask[..., None]
    low = image.min(where=inside, initial=np.inf)
    high = image.max(where=inside, initial=-np.inf)
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ValueError(
            "image must be finite inside the mask, also after smoothing; it holds NaN or infinity. "
            "Fill what lies outside the mask before it is smoothed."
        )
    return Scale(low, high - low if high != low else image.dtype.type(1), image.dtype.type(1))


def _seeds(shape, n_segments, mask, multichannel, team):
    """Return where the centres begin, and the steps between them."""
    if mask is not None:
        return seeds_in_mask(mask, n_segments, multichannel, team)
    slices = regular_grid(shape, n_segments)
    axes = [np.arange(size)[along] for size, along in zip(shape, slices, strict=True)]
    seeds = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)
    return seeds, [float(along.step or 1) for along in slices]
