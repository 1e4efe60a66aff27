from __future__ import annotations

import pytest
from numpy.testing import assert_array_equal

from dashboard.model.volume import Volume
from dashboard.store import Storage, Store
from tests.conftest import nifti_bytes
from workers import turning
from workers.stored import opened

CHUNKS = (4, 4, 4)


@pytest.fixture
def store(tmp_path):
    """An empty cache of tiny chunks."""
    return Store(Storage(tmp_path / "cache"), chunks=CHUNKS)


@pytest.fixture
def scan(volume, tmp_path):
    """The path of a scan."""
    path = tmp_path / "scan.nii"
    path.write_bytes(nifti_bytes(volume.data, volume.affine))
    return path


@pytest.fixture
def turns(monkeypatch):
    """The paths that are turned."""
    paths, turn = [], turning.turn

    def count(path, *arguments, **options):
        paths.append(path)
        return turn(path, *arguments, **options)

    monkeypatch.setattr(turning, "turn", count)
    return paths


def test_a_stored_volume_says_what_the_volume_says(store, scan, volume):
    found = store.open(scan, "scan")

    expected = Volume(volume.data, found.affine)
    assert found.name == "scan"
    assert found.shape == volume.shape
    assert found.dtype == volume.data.dtype
    assert found.digest == expected.digest
    assert found.window == expected.window
    assert found.finite_range == expected.finite_range
    assert found.spacing == expected.spacing
    assert_array_equal(opened(found.levels[0].path)[:], volume.data)


def test_a_file_is_turned_once(store, scan, turns):
    first, again = store.open(scan, "scan"), store.open(scan, "scan")

    assert turns == [scan]
    assert again.levels == first.levels
    assert again.folder == first.folder
