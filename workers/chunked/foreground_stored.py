"""The foreground of a volume on disk: which voxels, how bright, and where superpixels begin."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from workers.chunked import chunk_slic, foreground_chunk
from workers.chunked.checkpoints import Checkpoints
from workers.chunked.chunk_slic import Features
from workers.chunked.connect_chunks import drop_specks
from workers.chunked.foreground_chunk import Cells, Look, StoredForeground
from workers.chunked.stored_pieces import create as create_pieces
from workers.runtime.box import BoxBounds
from workers.slic.exact_sums import Rule, rule
from workers.slic.seeds import sizes
from workers.storage.chunks import low_of, shape_of
from workers.storage.stored_array import create, has_chunk
from workers.superpixels.automatic_foreground import Foreground, found_in
from workers.superpixels.body import steps
from workers.superpixels.foreground import thinning
from workers.superpixels.intensities import above_of, is_enough, limits
from workers.superpixels.partition import CRUMB, begun, grid_of, voxels_each
from workers.superpixels.smoothing import widths


class Wish(NamedTuple):
    """What superpixels are wanted; as `workers.superpixels.partition.partition` takes it."""

    spacing: Sequence[float]
    count: int | None
    size_mm3: float | None
    compactness: float
    sigma_mm: float
    threshold: float | str | None
    weights: tuple[float, ...]


class FoundForeground(NamedTuple):
    """What is known of the foreground.

    Attributes
    ----------
    ground : Ground
    size : float
        How many voxels a superpixel shall have.
    threshold : float or None
        Voxels at or below it are outside; None where every finite voxel is inside.
    above : float or None
        Only intensities of the first channel above it tell how it is scaled; None for all.
    """

    ground: StoredForeground
    size: float
    threshold: float | None
    above: float | None


def find_ground(course: Checkpoints, images: tuple[str, ...], wish: Wish) -> FoundForeground:
    """Write which voxels of a volume are foreground.

    Raises
    ------
    ValueError
        If none is.
    """

    def make():
        automatic = wish.threshold == "auto"
        given = Foreground(wish.threshold)
        inside = _automatic(course, images[0], wish) if automatic else given
        mask, pieces = course.fresh("mask"), course.fresh("ground") if automatic else None
        box, size = _mask(course, images, inside, (mask, pieces), wish)
        numbers = {"threshold": inside.threshold, "above": inside.body and inside.threshold}
        made = {key: np.nan if n is None else n for key, n in numbers.items()}
        return {"mask": Path(mask).name, "box": box, "size": size, **made}

    made = course.once("ground", make)
    mask = course.path(str(made["mask"]))
    ground = StoredForeground(images, mask, tuple(int(n) for n in made["box"]))
    numbers = (float(made[key]) for key in ("threshold", "above"))
    threshold, above = (None if np.isnan(n) else n for n in numbers)
    return FoundForeground(ground, float(made["size"]), threshold, above)


def find_features(
    course: Checkpoints, found: FoundForeground, wish: Wish
) -> tuple[Features, np.ndarray, Rule]:
    """Write the intensities as SLIC compares them; return them, its first centres and its rule."""
    shape = shape_of(found.ground.box)
    numbers, steps = grid_of(shape, wish.spacing, found.size)
    made = course.once("start", lambda: _look(course, found, numbers))
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


def _automatic(course, image, wish):
    run = course.run("looking at the intensities", 0.0, 0.03)
    shape = course.cutting.shape
    each = (thinning(shape), steps(shape, wish.spacing))
    seen = run(foreground_chunk.survey, [(image, box, each) for box in course.boxes])
    lowest = min(low for low, _ in seen)
    parts = zip(*(thin for _, thin in seen), strict=True)
    thinned, cells = (_together(course, step, part) for step, part in zip(each, parts, strict=True))
    return found_in(lowest, thinned, cells, shape, wish.spacing)


def _together(course, step, parts):
    """Return every `step`-th voxel of the volume from what was picked of each chunk."""
    numbers = [-(-size // n) for size, n in zip(course.cutting.shape, step, strict=True)]
    thinned = np.empty(numbers, parts[0].dtype)
    for box, values in zip(course.boxes, parts, strict=True):
        low = [-(-at // n) for at, n in zip(low_of(box), step, strict=True)]
        thinned[_at(low, values.shape)] = values
    return thinned


def _mask(course, images, inside, paths, wish):
    """Write the mask, without its specks if there is a path for its pieces.

    Returns the box around it, and how many voxels a superpixel shall have.
    """
    mask, pieces = paths
    create(mask, course.cutting.shape, np.uint8, course.cutting.chunk)
    if pieces:
        create_pieces(pieces, course.cutting)
    calls = [
        (
            images,
            None if pieces else mask,
            box,
            inside.threshold,
            (pieces, n) if pieces else None,
            inside.body and inside.body.near(box),
        )
        for n, box in enumerate(course.boxes)
    ]
    seen = course.run("finding the foreground", 0.03, 0.07)(foreground_chunk.write_mask, calls)
    count = sum(voxels for voxels, _ in seen)
    size = voxels_each(count, wish.spacing, wish.count, wish.size_mm3)
    if not pieces:
        return _hull([box for voxels, box in seen if voxels]), size
    run = course.run("dropping specks", 0.07, 0.09, most=2)
    return drop_specks(pieces, course.cutting, mask, run, size * CRUMB).box, size


def _look(course, found, numbers):
    """Find the limits of the intensities, and how the foreground fills the grid."""
    run = course.run("sampling the foreground", 0.09, 0.11, most=2)
    ground, boxes = found.ground, course.boxes
    look = Look(thinning(shape_of(ground.box)), tuple(int(n) for n in numbers))
    seen = run(foreground_chunk.look, [(ground, box, look) for box in boxes])
    samples = _channels([sample for sample, _ in seen], found.above)
    few = [c for c, sample in enumerate(samples) if not is_enough(sample.size)]
    if few:
        calls = [(ground, box) for box in boxes]
        whole = _channels(run(foreground_chunk.all_inside, calls), found.above)
        samples = [whole[c] if c in few else sample for c, sample in enumerate(samples)]
    filled = _fill([cells for _, cells in seen], numbers)
    return {"limits": [limits(sample) for sample in samples], "filled": filled}


def _channels(parts, above):
    """Return the intensities of each channel that tell how it is scaled, of all chunks."""
    whole = [np.concatenate(channel) for channel in zip(*parts, strict=True)]
    return [above_of(values, None if c else above) for c, values in enumerate(whole)]


def _fill(seen: list[Cells], numbers) -> np.ndarray:
    filled = np.zeros(numbers, np.int64)
    for low, counts in seen:
        filled[_at(low, counts.shape)] += counts
    return filled


def _features(course, ground, scales, wish, features):
    wide = widths(wish.sigma_mm, wish.spacing, shape_of(ground.box))
    calls = [
        (ground, channel, box, *scale, wide, path)
        for (channel, scale), path in zip(scales.items(), features.paths, strict=True)
        for box in course.boxes
        if not has_chunk(path, box, features.chunks)
    ]
    course.run("smoothing", 0.11, 0.2)(chunk_slic.write_features, calls)
    return {}


def _create(path, shape, chunks):
    # Uncompressed, for it is read again and again.
    create(path, shape, np.float32, chunks, compressed=False, fill=np.nan)


def _hull(boxes: list[BoxBounds]) -> BoxBounds:
    ends = np.array(boxes)
    low, high = ends[:, ::2].min(0), ends[:, 1::2].max(0)
    return tuple(int(n) for pair in zip(low, high, strict=True) for n in pair)


def _at(low, shape):
    return tuple(slice(at, at + n) for at, n in zip(low, shape, strict=True))
