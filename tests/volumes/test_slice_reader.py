from __future__ import annotations

import threading

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from dashboard.annotation.label_map import LabelMap
from dashboard.volumes.slice_reader import BAND, Bands, Outdated, Slice, Slices
from tests.conftest import Turns, tissues
from tests.stored import CHUNKS, store_superpixels, store_volume
from workers.runtime.boxes import boxes
from workers.storage import stored_array
from workers.storage.box_reader import BoxReader

LONG = (40, 9, 10)


class SlowLabels:
    """Labels that are read when the test lets them be, and remember which were."""

    def __init__(self):
        self.begun, self.read, self.may_read = threading.Semaphore(0), [], threading.Event()

    def plane(self, axis, index):
        self.begun.release()
        assert self.may_read.wait(30)
        self.read.append((axis, index))
        return np.zeros((2, 2), np.uint16)


@pytest.fixture
def turns():
    """The page's thread."""
    return Turns()


@pytest.fixture
def open_slices(turns, tmp_path):
    """Open slices of a volume that is put on disk, closed at the end."""
    opened = []

    def of(volume, labels=None, **options):
        labels = labels or LabelMap(volume.shape)
        slices = Slices(store_volume(volume, tmp_path, levels=3), labels, turns, **options)
        opened.append(slices)
        return slices

    yield of
    for slices in opened:
        slices.close()


def every_slice(shape, levels=1):
    for level in range(levels):
        for axis in range(3):
            for index in range(shape[axis]):
                yield Slice(axis, index, level)


def written(path, values):
    array = stored_array.create(path, values.shape, values.dtype, CHUNKS)
    array[...] = values
    return BoxReader(path)


def on_disk(ids, folder):
    return store_superpixels(ids, boxes(ids, int(ids.max())), folder)


def ids_of(shape):
    return np.random.default_rng(1).integers(0, 50, shape).astype(np.uint16)


# What is read


def test_every_slice_of_each_level_is_that_of_the_array(volume, open_slices):
    slices = open_slices(volume)
    levels = [stored_array.open_array(level.path)[...] for level in slices._levels]

    for asked in every_slice(volume.shape, levels=3):
        coarse = asked.index // 2**asked.level
        expected = levels[asked.level].take(coarse, asked.axis)
        assert_array_equal(slices.read(asked), expected)
    assert_array_equal(levels[0], volume.data)


def test_every_slice_of_the_ids_is_that_of_the_array(volume, open_slices, tmp_path):
    slices, ids = open_slices(volume), ids_of(volume.shape)
    slices.take_superpixels(on_disk(ids, tmp_path / "ids"))

    for asked in every_slice(volume.shape):
        assert_array_equal(slices.read(asked, "ids"), ids.take(asked.index, asked.axis))


def test_every_slice_of_the_labels_is_that_of_the_map(volume, open_slices):
    labels = LabelMap(volume.shape)
    labels.replace(ids_of(volume.shape), "all")
    slices = open_slices(volume, labels)

    for asked in every_slice(volume.shape):
        expected = labels.data.take(asked.index, asked.axis)
        assert_array_equal(slices.read(asked, "labels"), expected)


def test_other_superpixels_take_the_place_of_the_last(volume, open_slices, tmp_path):
    slices, first, second = open_slices(volume), ids_of(volume.shape), ids_of(volume.shape)[::-1]
    numbers = [
        slices.take_superpixels(on_disk(ids, tmp_path / f"ids-{n}"))
        for n, ids in enumerate((first, second))
    ]

    assert numbers == [1, 2]
    assert_array_equal(slices.read(Slice(1, 2), "ids"), second[:, 2])


@pytest.mark.parametrize("asked", [(3, 0, 0), (-1, 0, 0), (0, 40, 0), (1, -1, 0), (2, 3, 3)])
def test_what_the_volume_does_not_have_is_refused(asked, open_slices):
    slices = open_slices(tissues(LONG, np.eye(4)))

    with pytest.raises(ValueError, match="Expected a slice of a volume"):
        slices.ask(Slice(*asked), ("volume",), 0, lambda part: part, lambda _: None)


# What is asked for


def test_what_was_asked_for_is_handed_over_in_the_pages_turn(volume, open_slices, turns, tmp_path):
    slices, ids, given = open_slices(volume), ids_of(volume.shape), []
    slices.take_superpixels(on_disk(ids, tmp_path / "ids"))

    parts = ("volume", "labels", "ids")
    slices.ask(Slice(2, 1), parts, 7, lambda part: part, lambda done: given.append(done.result()))
    assert given == []
    turns.until(lambda: len(given) == 3)

    found = {part.of: part for part in given}
    assert_array_equal(found["volume"].values, volume.data[:, :, 1])
    assert_array_equal(found["ids"].values, ids[:, :, 1])
    assert not found["labels"].values.any()
    assert found["labels"].stamp == {"revision": 7}
    assert found["ids"].stamp == {"partition": 1}


def test_slices_that_were_scrolled_past_are_not_read(open_slices, turns):
    labels, given = SlowLabels(), []
    slices = open_slices(tissues(LONG, np.eye(4)), labels)

    def ask(axis, index, *, ahead=False):
        asked = Slice(axis, index)
        pack = lambda part: given.append(part.slice)  # noqa: E731
        slices.ask(asked, ("labels",), 0, pack, lambda _: None, ahead=ahead)

    for axis in (0, 1):  # both threads are busy then
        ask(axis, 0)
        assert labels.begun.acquire(timeout=30)
    ask(0, 3, ahead=True)
    for index in range(1, 30):
        ask(0, index)
    labels.may_read.set()
    turns.until(lambda: len(given) == 2 and len(labels.read) == 3)

    assert sorted(labels.read) == [(0, 0), (0, 29), (1, 0)]
    assert sorted(given) == [Slice(0, 29), Slice(1, 0)]


def test_what_is_ahead_is_read_when_nothing_is_looked_at(open_slices, turns):
    slices, given = open_slices(tissues(LONG, np.eye(4))), []

    for index, ahead in ((3, False), (4, True)):
        asked = Slice(0, index)
        slices.ask(
            asked, ("volume",), 0, lambda p: p, lambda d: given.append(d.result()), ahead=ahead
        )
        turns.until(lambda: given and given[-1].slice == asked)  # noqa: B023 - at once

    assert [part.slice.index for part in given] == [3, 4]


def test_what_cannot_be_read_is_told(open_slices, turns):
    slices, told = open_slices(tissues(LONG, np.eye(4))), []

    def refuse(_):
        raise OSError("the disk is gone")

    slices.ask(Slice(0, 1), ("volume",), 0, refuse, lambda done: told.append(done.exception()))
    turns.until(lambda: told)

    assert "the disk is gone" in str(told[0])


def test_a_page_may_hold_the_finest_levels_that_fit(open_slices, turns, monkeypatch):
    monkeypatch.setattr("dashboard.volumes.slice_reader.OVERVIEW_VOXELS", (100, 500))
    slices, given = open_slices(tissues(LONG, np.eye(4))), []

    slices.overview(2, lambda values: values, lambda done: given.append(done.result()))
    turns.until(lambda: given)

    assert slices.overviews == [2, 1]
    assert given[0].shape == (10, 3, 3)
    with pytest.raises(ValueError, match="Expected one of the levels"):
        slices.overview(0, lambda values: values, given.append)


# What is kept


def test_the_sizes_of_superpixels_are_handed_over(volume, open_slices, turns, tmp_path):
    slices, ids, given = open_slices(volume), ids_of(volume.shape), []
    slices.take_superpixels(on_disk(ids, tmp_path / "ids"))

    slices.sizes(lambda sizes: sizes, lambda done: given.append(done.result()))
    turns.until(lambda: given)

    assert_array_equal(given[0], np.bincount(ids.ravel())[1:])


def test_no_more_is_kept_than_may_be(open_slices):
    volume = tissues(LONG, np.eye(4))
    budget = volume.data.nbytes * 3 // 2  # of all bands three times the volume
    slices = open_slices(volume, budget=budget)

    for asked in every_slice(volume.shape):
        slices.read(asked)
        assert slices._bands.nbytes <= budget


def test_neighbours_are_read_from_disk_once(tmp_path, monkeypatch):
    array = written(tmp_path / "array", np.arange(3600).reshape(LONG))
    reads, bands = [], Bands(1 << 20)
    real = BoxReader.read
    monkeypatch.setattr(BoxReader, "read", lambda *given: reads.append(given) or real(*given))

    for index in range(BAND):
        bands.plane(array, 0, index, lambda: True)
    once = len(reads)
    bands.plane(array, 0, BAND, lambda: True)

    assert once == 1
    assert len(reads) == 2


def test_reading_ends_when_nobody_waits_any_more(tmp_path):
    array = written(tmp_path / "array", np.zeros((8, 64, 8), np.uint8))
    answers = iter([True, True, False])

    with pytest.raises(Outdated):
        Bands(1 << 20).plane(array, 0, 0, lambda: next(answers))
