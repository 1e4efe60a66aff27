"""Many annotators in one process: each strokes at a steady pace and waits for the answer."""

from __future__ import annotations

import asyncio
import itertools
import time
from typing import NamedTuple

import nibabel as nib
import numpy as np

from tests.scripted.annotator import Annotator

PLANES = ("axial", "coronal", "sagittal")


class Crowd(NamedTuple):
    """What a crowd has seen: seconds from stroke to acknowledgement, and what went wrong."""

    waits: list[float]
    errors: list[str]


def different_volumes(image, folder, count):
    """Save copies of an image that differ in a voxel: a case has one writer."""
    data = np.array(image.dataobj)
    for n in range(count):
        data[0, 0, n] = n + 1
        path = folder / f"volume{n}.nii"
        nib.save(nib.Nifti1Image(data, image.affine), path)
        yield path


async def annotate(url, files, seconds, *, headers=None, began=lambda: None):
    """Let an annotator a file stroke once a second for some time; the first partitions too.

    `began` is called when all of them are there.
    """
    crowd = Crowd([], [])
    pages = [Annotator(url, keep=(), headers=headers) for _ in files]
    # One after the other: what is measured is their work, not their coming.
    for page, file in zip(pages, files, strict=True):
        await page.__aenter__()
        await page.ready("volume")
        await page.open(file, seconds=300)
        await page.until(lambda page=page: page.copy.job is None, 300)
        page.notices.clear()
    began()
    end = time.monotonic() + seconds
    hands = [stroke_on(page, n, end, crowd) for n, page in enumerate(pages)]
    await asyncio.gather(partition_on(pages[0], end, crowd), *hands)
    for page in pages:
        crowd.errors.extend(text for mood, text in page.notices if mood == "error")
        await page.__aexit__()
    return crowd


async def stroke_on(page, n, end, crowd):
    """Stroke once a second, at a time of its own in the second."""
    await asyncio.sleep((n * 0.618) % 1)
    try:
        for turn in itertools.count():
            began = time.monotonic()
            if began >= end:
                return
            await page.stroke(*line(page, n + turn), label=1 + turn % 4)
            crowd.waits.append(time.monotonic() - began)
            await asyncio.sleep(max(0.0, began + 1 - time.monotonic()))
    except (OSError, AssertionError) as error:
        crowd.errors.append(repr(error))


def line(page, turn):
    """A short line near the middle of a slice, another one each time."""
    shape = page.copy.shape
    middle = [
        size // 2 + (turn * step) % 7 - 3 for size, step in zip(shape, (3, 5, 2), strict=True)
    ]
    plane = PLANES[turn % 3]
    along = page.copy.opened["layouts"][plane]["x"]["index"]
    ends = []
    for reach in (-min(10, shape[along] // 8), min(10, shape[along] // 8)):
        voxel = list(middle)
        voxel[along] += reach
        ends.append(tuple(voxel))
    return page.through(plane, *ends)


async def partition_on(page, end, crowd):
    """Have superpixels made anew, one partition after the other, as long as the crowd is there."""
    wish = page.copy.opened["settings"]
    try:
        while time.monotonic() < end:
            await page.say("partition", **wish)
            await page.until(lambda: page.copy.job is not None)
            await page.until(lambda: page.copy.job is None, 300)
            await asyncio.sleep(1)
    except (OSError, AssertionError) as error:
        crowd.errors.append(repr(error))
