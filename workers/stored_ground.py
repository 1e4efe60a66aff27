"""The foreground of a volume on disk: which voxels, how bright, and where superpixels begin."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from workers import chunk_ground, chunk_slic
from workers.chunk_ground import Cells, Ground, Look
from workers.chunk_slic import Features
from workers.chunks import Box, low_of, shape_of
from workers.clustering import Rule, rule
from workers.connect_chunks import drop_specks
from workers.course import Course
from workers.foreground import thinning, threshold_of
from workers.intensities import is_enough, limits
from workers.partition import CRUMB, begun, grid_of, voxels_each
from workers.seeds import sizes
from workers.stored import create, has_chunk
from workers.stored_pieces import create as create_pieces
from workers.zarr_array import image_at


class Wish(NamedTuple):
    """What superpixels are wanted; as `workers.partition.partition` takes it."""

    spacing: Sequence[float]
    count: int | None
    size_mm3: float | None
    compactness: float
    sigma_mm: float
    threshold: float | str | None
    weights: tuple[float, ...]


class Found(NamedTuple):
    """What is known of the foreground.

    Attributes
    ----------
    ground : Ground
    size : float
        How many voxels a superpixel shall have.
    threshold : float or None
        Voxels at or below it are outside; None where every finite voxel is inside.
    """

    ground: Ground
    size: float
    threshold: float | None


def find_ground(course: Course, images: tuple[str, ...], wish: Wish) -> Found:
    """Write which voxels of a volume are foreground.

    Raises
    ------
    ValueError
        If none is.
    """

    def make():
        automatic = wish.threshold == "auto"
        threshold = _automatic_threshold(course, images[0]) if automatic else wish.threshold
        mask, pieces = course.fresh("mask"), course.fresh("ground") if automatic else None
        box, size = _mask(course, images, threshold, (mask, pieces), wish)
        threshold = np.nan if threshold is None else threshold
        return {"mask": Path(mask).name, "box": box, "size": size, "threshold": threshold}

    made = course.once("ground", make)
    mask = course.path(str(made["mask"]))
    ground = Ground(images, mask, tuple(int(n) for n in made["box"]))
    threshold = float(made["threshold"])
    return Found(ground, float(made["size"]), None if np.isnan(threshold) else threshold)


def find_features(course: Course, found: Found, wish: Wish) -> tuple[Features, np.ndarray, Rule]:
    """Write the intensities as SLIC compares them; return them, its first centres and its rule."""
    shape = shape_of(found.ground.box)
    numbers, steps = grid_of(shape, wish.spacing, found.size)
    made = course.once("start", lambda: _look(course, found.ground, numbers))
    cutting = course.cutting
    chunks = tuple(min(sides) for sides in zip(cutting.chunk, cutting.shape, strict=True))
    counting = [c for c, weight in enumerate(wish.weights) if weight]
    paths = tuple(
        course.made(f"features-{c}", lambda at: _create(at, cutting.shape, chunks))
        for c in counting
    )
    features = Features(paths, chunks, cutting.shape, found.ground.box)
    scales = {c: (tuple(made["limits"][c].tolist()), wish.weights[c]) for c in counting}
    course.once("features", lambda: _features(course, found.ground, scales, wish, features))
    filled = made["filled"] / sizes(shape, numbers)
    centres = begun(shape, numbers, filled, len(paths))
    return features, centres, rule(shape, len(centres), steps, wish.compactness)


def _automatic_threshold(course, image):
    run = course.run("looking at the intensities", 0.0, 0.03)
    shape = course.cutting.shape
    step = thinning(shape)
    seen = run(chunk_ground.survey, [(image, box, step) for box in course.boxes])
    numbers = [-(-size // n) for size, n in zip(shape, step, strict=True)]
    thinned = np.empty(numbers, image_at(image).dtype)
    for box, (_, values) in zip(course.boxes, seen, strict=True):
        low = [-(-at // n) for at, n in zip(low_of(box), step, strict=True)]
        thinned[_at(low, values.shape)] = values
    return threshold_of(min(lowest for lowest, _ in seen), thinned)


def _mask(course, images, threshold, paths, wish):
    """Write the mask, without its specks if there is a path for its pieces.

    Returns the box around it, and how many voxels a superpixel shall have.
    """
    mask, pieces = paths
    create(mask, course.cutting.shape, np.uint8, course.cutting.chunk)
    if pieces:
        create_pieces(pieces, course.cutting)
    calls = [
        (images, None if pieces else mask, box, threshold, (pieces, n) if pieces else None)
        for n, box in enumerate(course.boxes)
    ]
    seen = course.run("finding the foreground", 0.03, 0.07)(chunk_ground.write_mask, calls)
    inside = sum(voxels for voxels, _ in seen)
    size = voxels_each(inside, wish.spacing, wish.count, wish.size_mm3)
    if not pieces:
        return _hull([box for voxels, box in seen if voxels]), size
    run = course.run("dropping specks", 0.07, 0.09, most=2)
    return drop_specks(pieces, course.cutting, mask, run, size * CRUMB).box, size


def _look(course, ground, numbers):
    """Find the limits of the intensities, and how the foreground fills the grid."""
    run = course.run("sampling the foreground", 0.09, 0.11, most=2)
    look = Look(thinning(shape_of(ground.box)), tuple(int(n) for n in numbers))
    boxes = course.boxes
    seen = run(chunk_ground.look, [(ground, box, look) for box in boxes])
    samples = [sample for sample, _ in seen]
    if not is_enough(sum(sample[0].size for sample in samples)):
        samples = run(chunk_ground.all_inside, [(ground, box) for box in boxes])
    found = [limits(np.concatenate(channel)) for channel in zip(*samples, strict=True)]
    return {"limits": found, "filled": _filled([cells for _, cells in seen], numbers)}


def _filled(seen: list[Cells], numbers) -> np.ndarray:
    filled = np.zeros(numbers, np.int64)
    for low, counts in seen:
        filled[_at(low, counts.shape)] += counts
    return filled


def _features(course, ground, scales, wish, features):
    widths = tuple(float(wish.sigma_mm / edge) for edge in wish.spacing)
    calls = [
        (ground, channel, box, *scale, widths, path)
        for (channel, scale), path in zip(scales.items(), features.paths, strict=True)
        for box in course.boxes
        if not has_chunk(path, box, features.chunks)
    ]
    course.run("smoothing", 0.11, 0.2)(chunk_slic.write_features, calls)
    return {}


def _create(path, shape, chunks):
    # Uncompressed, for it is read again and again.
    create(path, shape, np.float32, chunks, compressed=False, fill=np.nan)


def _hull(boxes: list[Box]) -> Box:
    ends = np.array(boxes)
    low, high = ends[:, ::2].min(0), ends[:, 1::2].max(0)
    return tuple(int(n) for pair in zip(low, high, strict=True) for n in pair)


def _at(low, shape):
    return tuple(slice(at, at + n) for at, n in zip(low, shape, strict=True))
