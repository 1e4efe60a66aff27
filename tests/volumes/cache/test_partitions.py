"""A partition of a stored volume is kept beside it, and found again."""

from __future__ import annotations

import errno
import gc
import json
import os
import threading
from concurrent.futures import BrokenExecutor, CancelledError

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from dashboard.annotation.partition_settings import Settings
from dashboard.volumes.cache import eviction, partitions
from dashboard.volumes.cache.partitions import key_of, partition_stored
from dashboard.volumes.memory_volume import Volume
from tests.conftest import Inline
from tests.stored import store_volume
from workers.chunked import stored_partition
from workers.superpixels.partition import partition

WISH = Settings(count=20, threshold=None)
CHUNKS = (10, 17, 12)  # four


class Listening:
    """A report that remembers what was said."""

    def __init__(self):
        self.said = []

    def __call__(self, fraction):
        pass

    def say(self, text):
        self.said.append(text)


@pytest.fixture
def stored_volume(tmp_path):
    """A small oblique volume on disk."""
    data = np.random.default_rng(0).normal(100, 20, (20, 17, 23)).astype(np.float32)
    affine = np.array([[1, 0.2, 0, 3], [-0.2, 1, 0, 4], [0, 0, 2.5, 5], [0, 0, 0, 1]])
    return store_volume(Volume(data, affine, "scan"), tmp_path)


@pytest.fixture
def computed(monkeypatch):
    """How often superpixels were computed."""
    calls, compute = [], stored_partition.partition_stored

    def counted(*args, **kwargs):
        calls.append(args)
        return compute(*args, **kwargs)

    monkeypatch.setattr(stored_partition, "partition_stored", counted)
    return calls


def cut(volume, settings=WISH, executor=None, **options):
    return partition_stored(volume, settings, executor or Inline(), chunks=CHUNKS, **options)


def test_the_superpixels_are_those_of_the_volume_in_memory(stored_volume):
    found, threshold = cut(stored_volume)

    image = found.ids_array()[:] * 0 + _data(stored_volume)
    reference = partition(image, stored_volume.spacing, count=20, threshold=None)
    assert_array_equal(found.ids_array()[:], reference.ids)
    assert_array_equal(found.boxes, reference.boxes)
    assert_array_equal(found.sizes(), np.bincount(reference.ids.ravel())[1:])
    assert (found.count, threshold) == (reference.count, None)


def _data(volume):
    from workers.storage.stored_array import open_array

    return open_array(volume.levels[0].path)[:]


def test_what_was_computed_is_taken_as_it_is(stored_volume, computed):
    first, _ = cut(stored_volume, settings := WISH._replace(threshold="auto"))
    again, threshold = cut(stored_volume, settings)

    assert len(computed) == 1
    assert again.path == first.path
    assert threshold == cut(stored_volume, settings)[1]


def test_nothing_is_left_but_the_superpixels(stored_volume):
    found, _ = cut(stored_volume)

    names = {path.name for path in found.folder.iterdir()}
    assert names == {"ids", "boxes.npy", "sizes.npy", "partition.json", "in-use", "making"}


def test_what_is_computed_is_not_lost_before_it_is_told(stored_volume, monkeypatch):
    def full(path, _):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(partitions, "_save", full)
    with pytest.raises(ValueError, match=r"disk of .* is full"):
        cut(stored_volume)
    monkeypatch.undo()
    cut(stored_volume, report=(report := Listening()))

    assert "smoothing" not in report.said
    assert "connecting" in report.said


def test_other_settings_lie_in_another_folder(stored_volume, computed):
    paths = {cut(stored_volume, WISH._replace(count=n))[0].path for n in (10, 20)}

    assert len(computed) == len(paths) == 2


def test_the_usual_smoothing_is_the_same_by_name_and_by_number(stored_volume):
    assert key_of(stored_volume, WISH) == key_of(
        stored_volume, WISH._replace(sigma_mm=0.75 * min(stored_volume.spacing))
    )


def test_another_arithmetic_is_another_partition(stored_volume, monkeypatch):
    before = key_of(stored_volume, WISH)
    monkeypatch.setattr(partitions, "VERSION", partitions.VERSION + 1)

    assert key_of(stored_volume, WISH) != before


def test_one_that_was_cut_short_is_computed_again(stored_volume, computed):
    found, _ = cut(stored_volume)
    ids = found.ids_array()[:]
    chunk = next(path for path in (found.folder / "ids" / "c").rglob("*") if path.is_file())
    os.truncate(chunk, chunk.stat().st_size // 2)

    again, _ = cut(stored_volume)

    assert len(computed) == 2
    assert_array_equal(again.ids_array()[:], ids)


@pytest.mark.parametrize("damage", ["boxes.npy", "partition.json", "ids/zarr.json"])
def test_one_that_is_not_whole_is_computed_again(stored_volume, computed, damage):
    found, _ = cut(stored_volume)
    ids = found.ids_array()[:]
    (found.folder / damage).unlink()

    again, _ = cut(stored_volume)

    assert len(computed) == 2
    assert_array_equal(again.ids_array()[:], ids)


@pytest.mark.parametrize("version", [None, partitions.VERSION + 1])
def test_one_of_another_version_is_computed_again(stored_volume, computed, version):
    found, _ = cut(stored_volume)
    told = json.loads((found.folder / "partition.json").read_text())
    (found.folder / "partition.json").write_text(json.dumps(told | {"version": version}))

    cut(stored_volume)

    assert len(computed) == 2
    assert json.loads((found.folder / "partition.json").read_text()) == told


def test_ids_of_which_a_chunk_was_lost_are_computed_again(stored_volume, computed):
    found, _ = cut(stored_volume)
    ids = found.ids_array()[:]
    next((found.path / "c").rglob("[0-9]")).rename(found.folder / "lost")

    again, _ = cut(stored_volume)

    assert len(computed) == 2
    assert_array_equal(again.ids_array()[:], ids)


def test_only_what_nobody_shows_makes_room(stored_volume):
    shown, _ = cut(stored_volume)
    cut(stored_volume, WISH._replace(count=10))
    gc.collect()

    gone = [
        eviction.remove(each)
        for each in eviction.kept(stored_volume.folder.parent)
        if each.is_partition
    ]

    assert sorted(gone) == [False, True]
    assert shown.ids_array()[:].any()
    assert cut(stored_volume)[0].path == shown.path


def test_going_on_asks_for_no_more_room_than_is_missing(stored_volume):
    class Store:
        asked = []

        def make_room(self, needed):
            self.asked.append(needed)

    def stop(fraction):
        if fraction > 0.8:
            raise CancelledError

    with pytest.raises(CancelledError):
        cut(stored_volume, store=Store(), report=stop)
    cut(stored_volume, store=Store())

    first, second = Store.asked
    assert 0 <= second < first


def test_a_cancelled_one_is_not_taken_for_whole_and_goes_on(stored_volume, computed):
    def stop(fraction):
        if fraction > 0.6:
            raise CancelledError

    with pytest.raises(CancelledError):
        cut(stored_volume, report=stop)
    folder = stored_volume.folder / "partitions" / key_of(stored_volume, WISH)
    assert not (folder / "partition.json").exists()

    cut(stored_volume, report=(report := Listening()))
    assert "smoothing" not in report.said
    assert "iteration 10 of 10" in report.said


def test_two_pages_compute_it_once(stored_volume, computed):
    made, start = [], threading.Barrier(2)

    def page():
        start.wait()
        made.append(cut(stored_volume)[0])

    pages = [threading.Thread(target=page) for _ in range(2)]
    for each in pages:
        each.start()
    for each in pages:
        each.join(60)

    assert len(computed) == 1
    assert made[0].path == made[1].path


def test_who_waits_for_another_page_can_cancel(stored_volume):
    folder = stored_volume.folder / "partitions" / key_of(stored_volume, WISH)
    folder.mkdir(parents=True)

    def cancelled(_):
        raise CancelledError

    with partitions._alone(folder, lambda _: None), pytest.raises(CancelledError):
        cut(stored_volume, report=cancelled)


def test_workers_that_do_not_see_the_cache_are_named_before_work_starts(stored_volume, computed):
    class Blind(Inline):
        def blind(self, folder):
            return ["tcp://far:1"]

    with pytest.raises(ValueError, match=r"tcp://far:1.*same path with --cache"):
        cut(stored_volume, executor=Blind())
    assert not computed


def test_what_the_cluster_says_while_it_waits_is_shown(stored_volume):
    class Slow(Inline):
        def patient(self, told, folder):
            told("No Dask worker for 30 s: waiting.")
            return self

    cut(stored_volume, executor=Slow(), report=(report := Listening()))

    assert report.said[0] == "No Dask worker for 30 s: waiting."


def test_a_lost_cluster_leaves_what_is_done(stored_volume):
    class Lost(Inline):
        calls = 0

        def submit(self, *args, **kwargs):
            self.calls += 1
            if self.calls > 30:
                raise BrokenExecutor("The connection to the Dask scheduler is lost.")
            return super().submit(*args, **kwargs)

    with pytest.raises(BrokenExecutor):
        cut(stored_volume, executor=Lost())
    folder = stored_volume.folder / "partitions" / key_of(stored_volume, WISH)
    assert any((folder / "work").rglob("ground.npz"))
    assert cut(stored_volume)[0].count > 5


def test_what_it_is_made_with_is_told(stored_volume):
    found, _ = cut(stored_volume)

    told = json.loads((found.folder / "partition.json").read_text())
    assert told["settings"]["count"] == 20
    assert told["voxels"] == stored_volume.voxels
