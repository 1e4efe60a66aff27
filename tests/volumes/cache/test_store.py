from __future__ import annotations

import errno
import gc
import gzip
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from zarr.storage import LocalStore

from dashboard.volumes.cache import eviction, record
from dashboard.volumes.cache.locks import Hold
from dashboard.volumes.cache.store import MOST_BYTES, Storage, Store
from dashboard.volumes.memory_volume import Volume
from tests.conftest import nifti_bytes
from tests.storing import store_in
from workers.formats import convert
from workers.formats.nifti import nifti, placement
from workers.storage.stored_array import open_array

ROOT = Path(__file__).parents[3]
SHAPE = (140, 20, 12)


def noise(seed=0, shape=SHAPE):
    """A volume that is its own."""
    return np.random.default_rng(seed).integers(0, 60000, shape).astype("u2")


@pytest.fixture
def cache(tmp_path):
    """The cache folder, which is not there yet."""
    return tmp_path / "cache"


@pytest.fixture
def store(cache):
    """A cache of tiny chunks."""
    return store_in(cache)


@pytest.fixture
def scan(tmp_path):
    """Writes a scan; returns its path."""

    def write(data=None, name="scan.nii", affine=None):
        data = noise() if data is None else data
        content = nifti_bytes(data, np.diag([1, 1.5, 2, 1]) if affine is None else affine)
        path = tmp_path / name
        path.write_bytes(gzip.compress(content, 1) if name.endswith("gz") else content)
        return path

    return write


@pytest.fixture
def turns(monkeypatch):
    """The paths that are converted."""
    paths, do = [], convert.convert

    def count(path, *arguments, **options):
        paths.append(Path(path))
        return do(path, *arguments, **options)

    monkeypatch.setattr(convert, "convert", count)
    return paths


def names(cache):
    """What lies in the folder of volumes, hidden or not."""
    volumes = cache / "volumes"
    return sorted(path.name for path in volumes.iterdir()) if volumes.exists() else []


def assert_is(found, data):
    assert_array_equal(open_array(found.levels[0].path)[:], data)
    assert found.digest == Volume(data, found.affine).digest


def test_a_stored_volume_says_what_the_volume_says(store, scan, volume):
    found = store.open(scan(volume.data, affine=volume.affine), "scan")

    expected = Volume(volume.data, found.affine)
    assert found.name == "scan"
    assert found.shape == volume.shape
    assert found.dtype == volume.data.dtype
    assert found.digest == expected.digest == found.folder.name
    assert found.window == expected.window
    assert found.finite_range == expected.finite_range
    assert found.spacing == expected.spacing
    assert found.lies_on(volume.affine)
    assert_array_equal(open_array(found.levels[0].path)[:], volume.data)


def test_a_file_is_turned_once(store, scan, turns, cache):
    path = scan()

    first, again, later = (
        each.open(path, name) for each, name in ((store, "a"), (store, "b"), (store_in(cache), "c"))
    )

    assert turns == [path]
    assert first.levels == again.levels == later.levels
    assert [each.name for each in (first, again, later)] == ["a", "b", "c"]
    assert_is(later, noise())


def test_it_keeps_what_another_file_of_the_same_voxels_says_of_itself(store, scan, turns):
    image = nib.Nifti1Image(noise(), np.diag([1, 1.5, 2, 1]))
    image.header["descrip"] = b"another"
    other = scan(name="other.nii")
    other.write_bytes(image.to_bytes())

    first, second = store.open(scan(), "scan"), store.open(other, "other")

    assert first.folder == second.folder
    assert len(turns) == 2
    assert b"another" in second.header
    assert b"another" not in first.header
    assert store.open(other, "other").header == second.header
    assert len(turns) == 2


@pytest.mark.parametrize("change", ["content", "time", "another"])
def test_a_file_that_has_changed_is_turned_anew(store, scan, turns, change):
    path = scan()
    store.open(path, "scan")
    data = noise(1) if change == "content" else noise()

    if change == "time":
        os.utime(path, ns=(0, 0))
    else:
        path.unlink()
        scan(data)
    found = store.open(path, "scan")

    assert len(turns) == 2
    assert_is(found, data)


def test_what_an_earlier_version_laid_elsewhere_is_turned_anew(store, scan, turns, monkeypatch):
    path = scan()
    with path.open("r+b") as file:
        file.seek(123)
        file.write(b"\3")  # lengths in micrometres, which were once taken for mm
    with monkeypatch.context() as earlier:
        earlier.setattr(placement, "_in_mm", lambda _, affine: affine)
        store.open(path, "scan")

    again = store.open(path, "scan")

    assert turns == [path, path]
    assert again.spacing == pytest.approx((1e-3, 1.5e-3, 2e-3))


def test_each_volume_of_a_file_is_its_own(store, scan, turns):
    series = np.stack([noise(), noise(1)], -1)
    path = scan(series)

    with pytest.raises(nifti.SeveralVolumes):
        store.open(path, "scan")
    first, second = (store.open(path, "scan", volume=n) for n in (0, 1))

    assert_is(first, noise())
    assert_is(second, noise(1))
    assert first.notes == ("Volume 1 of 2.",)
    store.open(path, "scan", volume=1)
    assert len(turns) == 2


def test_folders_are_for_their_owner_alone(store, scan, cache):
    found = store.open(scan(), "scan")

    for folder in (cache, cache / "volumes", cache / "sources", found.folder):
        assert folder.stat().st_mode & 0o777 == 0o700


# What is not whole


def spoil_version(folder):
    told = json.loads((folder / "volume.json").read_text())
    (folder / "volume.json").write_text(json.dumps(told | {"version": 0}))


@pytest.mark.parametrize(
    "spoil",
    [
        spoil_version,
        lambda folder: (folder / "volume.json").unlink(),
        lambda folder: (folder / "volume.json").write_text("{"),
        lambda folder: (folder / "volume.json").write_text("[]"),
        lambda folder: shutil.rmtree(folder / "level-1"),
        lambda folder: (folder / "level-0" / "c" / "1" / "0" / "0").unlink(),
        lambda folder: os.truncate(folder / "level-0" / "c" / "1" / "0" / "0", 100),
        lambda folder: (folder / "level-0" / "zarr.json").unlink(),
        shutil.rmtree,
    ],
)  # fmt: skip
def test_what_is_of_another_version_or_not_whole_is_turned_anew(store, scan, turns, cache, spoil):
    path = scan()
    folder = store.open(path, "scan").folder
    gc.collect()

    spoil(folder)
    found = store.open(path, "scan")

    assert len(turns) == 2
    assert found.folder == folder
    assert_is(found, noise())
    assert names(cache) == [folder.name]


def test_partitions_stay_when_their_volume_is_turned_anew(store, scan):
    path = scan()
    folder = store.open(path, "scan").folder
    (folder / "partitions" / "key").mkdir(parents=True)
    gc.collect()
    spoil_version(folder)

    store.open(path, "scan")

    assert (folder / "partitions" / "key").is_dir()


def test_another_version_that_is_in_use_stays_and_this_is_said(store, scan, cache):
    path = scan()
    held = store.open(path, "scan")
    spoil_version(held.folder)

    with pytest.raises(convert.Unwritable, match="which is in use"):
        store.open(path, "scan")

    assert names(cache) == [held.folder.name]
    assert_is(held, noise())


@pytest.mark.parametrize("name", ["nothing", "{", "[]", '{"version": 1, "digest": "../.."}'])
def test_a_damaged_note_of_a_file_is_no_note(store, scan, turns, cache, name):
    path = scan()
    store.open(path, "scan")
    for note in (cache / "sources").glob("*.json"):
        note.write_text(name)

    assert_is(store.open(path, "scan"), noise())

    assert len(turns) == 2


def test_a_damaged_file_leaves_nothing(store, scan, cache):
    path = scan(name="scan.nii.gz")
    content = bytearray(path.read_bytes())
    content[-6] ^= 1
    path.write_bytes(content)

    with pytest.raises(
        nifti.UnreadableFile, match=r"scan\.nii\.gz: the compressed data is damaged"
    ):
        store.open(path, "scan")

    assert names(cache) == []


def test_a_file_that_changes_while_it_is_turned_is_refused(store, scan, cache):
    path = scan()

    def change(fraction):
        os.utime(path, ns=(1, 1))

    with pytest.raises(nifti.UnreadableFile, match="changed while it was read"):
        store.open(path, "scan", report=change)

    assert names(cache) == []


def test_cancelling_leaves_nothing(store, scan, cache):
    def cancel(fraction):
        if fraction > 0.7:
            raise CancelledError

    with pytest.raises(CancelledError):
        store.open(scan(), "scan", report=cancel)

    assert names(cache) == []
    assert_is(store.open(scan(), "scan"), noise())


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS])
@pytest.mark.parametrize("after", [0, 3, 21])
def test_a_disk_that_takes_no_more_is_said_and_nothing_is_left(
    store, scan, cache, monkeypatch, error, after
):
    written, put = [], LocalStore.set

    async def fail(*arguments):
        written.append(arguments)
        if len(written) > after:
            raise OSError(error, os.strerror(error))
        await put(*arguments)

    monkeypatch.setattr(LocalStore, "set", fail)
    with pytest.raises(convert.Unwritable) as caught:
        store.open(scan(), "scan")

    full = error in (errno.ENOSPC, errno.EDQUOT)
    assert ("is full: make room" in str(caught.value)) == full
    assert str(cache) in str(caught.value)
    assert names(cache) == []


def run(path, cache, *options):
    command = [sys.executable, "-m", "tests.storing", str(path), str(cache), *options]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_real_limit_of_the_disk_is_said_and_nothing_is_left(scan, cache):
    process = run(scan(), cache, "--file-limit", "100")

    _, said = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "is full: make room (supervox cache --clear)" in said
    assert names(cache) == []


@pytest.mark.slow
def test_who_is_killed_leaves_nothing_or_the_whole(scan, cache, turns):
    path, rng = scan(noise(shape=(150, 60, 60)), "scan.nii.gz"), random.Random(0)
    whole = 0
    for _ in range(8):
        process = run(path, cache)
        wait_until_begun(process, cache)
        time.sleep(rng.uniform(0, 1.5))
        process.kill()
        process.communicate(timeout=60)
        whole += any(not name.startswith(".") for name in names(cache))

    turned = len(turns)
    found = store_in(cache).open(path, "scan")

    assert_is(found, noise(shape=(150, 60, 60)))
    assert len(turns) - turned == (whole == 0)
    eviction.sweep(cache / "volumes")
    assert names(cache) == [found.folder.name]


def wait_until_begun(process, cache):
    until = time.monotonic() + 60
    while process.poll() is None and not names(cache) and time.monotonic() < until:
        time.sleep(0.01)


@pytest.mark.slow
def test_a_file_of_256_megabytes_is_turned_in_less_than_its_half(tmp_path, cache):
    data = np.zeros((256, 512, 1024), "u2")
    data[:] = np.random.default_rng(0).integers(0, 999, (512, 1024))
    nib.save(nib.Nifti1Image(data, np.eye(4)), tmp_path / "large.nii")
    del data

    process = run(tmp_path / "large.nii", cache, "--whole-chunks")
    told, said = process.communicate(timeout=120)

    assert process.returncode == 0, said
    assert int(told.splitlines()[1]) < 2**27


# At once


def test_two_who_open_the_same_file_turn_it_once(store, scan, turns):
    path = scan()
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: store.open(path, "scan"), range(4)))

    assert turns == [path]
    assert len({each.folder for each in found}) == 1


def test_who_waits_for_another_may_cancel(store, scan):
    path, begun, go_on = scan(), threading.Event(), threading.Event()

    def hold(fraction):
        begun.set()
        assert go_on.wait(60)

    def cancel(fraction):
        raise CancelledError

    with ThreadPoolExecutor(1) as thread:
        first = thread.submit(store.open, path, "scan", report=hold)
        assert begun.wait(60)
        with pytest.raises(CancelledError):
            store.open(path, "scan", report=cancel)
        go_on.set()
        assert_is(first.result(), noise())


# Room


def taken(cache):
    return sum(each.bytes for each in eviction.kept(cache / "volumes"))


@pytest.fixture
def three(scan, cache):
    """Three scans that were turned one after the other, none of which is in use."""
    paths = [scan(noise(n), f"{n}.nii") for n in range(3)]
    for age, path in enumerate(paths):
        folder = store_in(cache).open(path, "scan").folder
        os.utime(folder / "in-use", (1000 + age, 1000 + age))
    gc.collect()
    return paths


def limited(cache, volumes):
    """A store with room for so many volumes as `three` are."""
    return store_in(cache, limit_gb=taken(cache) / 3 * volumes / 1e9)


def is_there(cache, path):
    return any(
        str(path) in note.read_text()
        and (cache / "volumes" / json.loads(note.read_text())["digest"]).exists()
        for note in (cache / "sources").glob("*.json")
    )


def test_what_was_used_longest_ago_goes_when_there_is_no_room(three, cache, scan):
    store = limited(cache, 3.4)
    again = store.open(three[0], "scan")  # used now
    del again
    gc.collect()

    store.open(scan(noise(9), "new.nii"), "new")

    assert [is_there(cache, path) for path in three] == [True, False, True]


def test_what_is_in_use_stays_whoever_needs_room(three, cache, scan):
    held = limited(cache, 3.4).open(three[0], "scan")
    os.utime(held.folder / "in-use", (1, 1))

    limited(cache, 3.4).open(scan(noise(9), "new.nii"), "new")

    assert [is_there(cache, path) for path in three] == [True, False, True]
    assert_is(held, noise(0))


def test_partitions_go_before_their_volume_and_stay_while_they_are_in_use(three, cache):
    folders = [store_in(cache).open(path, "scan").folder for path in three]
    gc.collect()
    for age, folder in enumerate(folders):
        (folder / "partitions" / "key").mkdir(parents=True)
        (folder / "partitions" / "key" / "ids").write_bytes(bytes(200_000))
        os.utime(folder / "partitions" / "key", (500, 500))
        os.utime(folder / "in-use", (1000 + age, 1000 + age))
    held = Hold.shared(folders[0] / "partitions" / "key")
    os.utime(folders[0] / "partitions" / "key" / "in-use", (500, 500))

    room = taken(cache) - 150_000
    Store(Storage(cache, limit_gb=(room + 1000) / 1e9)).make_room(1000)

    left = [(folder / "partitions" / "key").exists() for folder in folders]
    assert left == [True, False, True]
    assert all(folder.exists() for folder in folders)
    held.release()


def test_a_volume_over_the_limit_is_refused_before_it_is_turned(scan, cache, turns, three):
    path, before = scan(noise(9), "new.nii"), names(cache)

    with pytest.raises(convert.Unwritable, match="allow more with --cache-limit"):
        store_in(cache, limit_gb=1e-6).open(path, "scan")

    assert names(cache) == before
    assert path not in turns


def test_room_that_is_in_use_is_said(three, cache, scan):
    held = [store_in(cache).open(path, "scan") for path in three]

    with pytest.raises(convert.Unwritable, match="are in use: allow more with --cache-limit"):
        limited(cache, 3.4).open(scan(noise(9), "new.nii"), "new")

    assert all(each.folder.exists() for each in held)


def test_a_disk_without_room_is_said_before_it_is_filled(scan, cache, monkeypatch, turns):
    usage = shutil.disk_usage(cache.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10_000))

    with pytest.raises(convert.Unwritable, match="the disk has 0 MB free"):
        store_in(cache, limit_gb=1).open(scan(), "scan")

    assert turns == []


def test_the_limit_is_200_gb_or_half_of_what_the_disk_has_for_it(cache, monkeypatch, store):
    usage = shutil.disk_usage(cache.parent)
    for free, limit in ((10**13, MOST_BYTES), (10**11, 10**11 // 2)):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: usage._replace(free=free))
        assert store.limit == limit


def test_what_a_killed_process_left_is_swept_and_what_is_being_made_is_not(store, scan, cache):
    dead, alive = cache / "volumes" / ".dead", cache / "volumes" / ".alive"
    for folder in (dead, alive):
        folder.mkdir(parents=True)
    hold = Hold.shared(alive)

    found = store.open(scan(), "scan")

    assert names(cache) == [".alive", found.folder.name]
    hold.release()


def test_a_volume_is_in_use_as_long_as_somebody_has_it(store, scan):
    found = store.open(scan(), "scan")
    folder = found.folder

    assert eviction.is_in_use(folder)
    del found
    gc.collect()

    assert not eviction.is_in_use(folder)


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path, scan):
    (tmp_path / "file").write_text("")

    with pytest.raises(convert.Unwritable, match="Choose another with --cache"):
        store_in(tmp_path / "file" / "cache").open(scan(), "scan")


def test_a_budget_is_a_quarter_of_the_memory_unless_one_says(cache, monkeypatch):
    monkeypatch.setattr("dashboard.volumes.memory_limit.usable", lambda: 4000)
    asked = Store(Storage(cache, budget_gb=1e-6))

    assert Store(Storage(cache)).budget == 1000
    assert asked.budget == 1000
    assert not asked.exceeds_memory((5, 5, 5), np.dtype("u2"))
    assert asked.exceeds_memory((5, 5, 6), np.dtype("u2"))


def test_a_record_is_read_back_as_it_was_written(store, scan):
    found = store.open(scan(), "scan")

    again = record.read(found.folder)

    assert again.header == found.header
    assert_array_equal(again.affine, found.affine)
    assert (again.window, again.finite_range) == (found.window, found.finite_range)
