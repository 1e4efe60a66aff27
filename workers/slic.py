"""SLIC superpixels of a volume, voxel for voxel those of scikit-image 0.26."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from skimage.filters import gaussian
from skimage.segmentation._slic import _enforce_label_connectivity_cython
from skimage.segmentation.slic_superpixels import _get_grid_centroids, _get_mask_centroids
from skimage.util import img_as_float

from workers.progress import Report, part, silent
from workers.slic_iteration import iterate


def slic(  # noqa: PLR0917  (the first six are scikit-image's, in its order)
    image: np.ndarray,
    n_segments: int = 100,
    compactness: float = 10.0,
    max_num_iter: int = 10,
    sigma: float | Sequence[float] = 0,
    spacing: Sequence[float] | None = None,
    *,
    mask: np.ndarray | None = None,
    channel_axis: int | None = -1,
    start_label: int = 1,
    enforce_connectivity: bool = True,
    min_size_factor: float = 0.5,
    max_size_factor: float = 3,
    report: Report | None = None,
) -> np.ndarray:
    """Segment a volume by k-means in intensity and space.

    As `skimage.segmentation.slic` with ``convert2lab=False``, whose parameters these are; but it
    tells how far it is after each iteration, and can be cancelled there.

    Parameters
    ----------
    image : (I, J, K) or (I, J, K, C) ndarray
        Finite inside the mask; scaled to 0 … 1 there.
    n_segments : int, optional
        About how many superpixels.
    compactness : float, optional
        Weight of distance against intensity; larger is more cubic.
    max_num_iter : int, optional
        Number of iterations; 2 × as many with a mask, whose seeds are spread first.
    sigma : float or (3,) sequence, optional
        Gaussian smoothing: a number in units of `spacing`, a sequence in voxels.
    spacing : (3,) sequence of float, optional
        Voxel edges; 1 where not given.
    mask : (I, J, K) ndarray of bool, optional
        Voxels that take part; the seeds are spread over it.
    channel_axis : int or None, optional
        Axis of the channels, None for a volume without.
    start_label : {0, 1}, optional
        Lowest label; ``start_label - 1`` lies outside the mask.
    enforce_connectivity : bool, optional
        Whether scikit-image's pass makes the superpixels connected.
    min_size_factor, max_size_factor : float, optional
        That pass's limits, as parts of the mean size.
    report : callable, optional
        Told the fraction that is done; may raise CancelledError.

    Returns
    -------
    labels : (I, J, K) ndarray of int

    Raises
    ------
    ValueError
        If `image` is not a volume or not finite inside the mask, the mask is empty or of another
        shape, `spacing` or `sigma` have not 3 numbers, or `start_label` is not 0 or 1.

    References
    ----------
    Achanta et al., "SLIC Superpixels Compared to State-of-the-art Superpixel Methods",
    TPAMI 2012, doi:10.1109/TPAMI.2012.120; Irving, "maskSLIC", 2016, arXiv:1606.09518
    """
    report = report or silent
    _check(image, mask, channel_axis, start_label)
    image = _scaled(_channels_last(image, channel_axis), mask)
    spacing = _three(1 if spacing is None else spacing, "spacing", image.dtype)
    image = _smoothed(image, sigma, spacing)
    centres, step = _seeds(image, n_segments, mask, channel_axis is not None)
    image = np.ascontiguousarray(image * (1.0 / compactness), dtype=image.dtype)
    options = {"max_num_iter": max_num_iter, "start_label": start_label}
    if mask is not None:
        options["mask"] = np.array(mask, bool, order="C").view(np.uint8)
        spread = part(report, 0, 0.5)
        iterate(image, centres, step, spacing, ignore_color=True, report=spread, **options)
        report = part(report, 0.5, 1)
    labels = iterate(image, centres, step, spacing, report=report, **options)
    if not enforce_connectivity:
        return labels
    size = (labels.size if mask is None else options["mask"].sum()) / len(centres)
    smallest, largest = int(min_size_factor * size), int(max_size_factor * size)
    return _enforce_label_connectivity_cython(labels, smallest, largest, start_label)


def _check(image, mask, channel_axis, start_label):
    axes = 3 if channel_axis is None else 4
    if image.ndim != axes:
        raise ValueError(
            f"image must have {axes} axes with channel_axis={channel_axis}; "
            f"got shape {image.shape}."
        )
    if start_label not in (0, 1):
        raise ValueError(f"start_label must be 0 or 1; got {start_label}.")
    shape = image.shape if channel_axis is None else np.delete(image.shape, channel_axis)
    if mask is not None and not (mask.shape == tuple(shape) and mask.any()):
        raise ValueError(f"mask must have the shape {tuple(shape)} and some voxels set.")


def _channels_last(image, channel_axis):
    return image[..., None] if channel_axis is None else np.moveaxis(image, channel_axis, -1)


def _scaled(image, mask):
    """Return a float copy that runs from 0 to 1 inside the mask."""
    image = img_as_float(image)
    image = image.astype(np.promote_types(image.dtype, np.float32), copy=True, order="C")
    values = image if mask is None else image[mask.astype(bool)]
    low, high = values.min(), values.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ValueError("image must be finite inside the mask; it holds NaN or infinity.")
    image -= low
    if high != low:
        image /= high - low
    return image


def _three(numbers, name, dtype):
    numbers = np.asarray(numbers, dtype)
    if numbers.shape not in ((), (3,)):
        raise ValueError(f"{name} must be 3 numbers; got shape {numbers.shape}.")
    return np.array(np.broadcast_to(numbers, 3))


def _smoothed(image, sigma, spacing):
    """Smooth each channel; a single sigma is a length, so that it shrinks along long voxels."""
    sigmas = _three(sigma, "sigma", image.dtype if np.isscalar(sigma) else float)
    sigmas = sigmas / spacing if np.isscalar(sigma) else sigmas
    if not (sigmas > 0).any():
        return image
    return gaussian(image, sigma=[*sigmas, 0], mode="reflect")


def _seeds(image, n_segments, mask, multichannel):
    """Return the first centres, without colour yet, and the step between them."""
    if mask is None:
        places, steps = _get_grid_centroids(image, n_segments)
    else:
        shaped = np.ascontiguousarray(mask, bool).view(np.uint8)
        places, steps = _get_mask_centroids(shaped, n_segments, multichannel)
    colours = np.zeros((len(places), image.shape[3]))
    return np.ascontiguousarray(np.hstack([places, colours]), dtype=image.dtype), max(steps)
