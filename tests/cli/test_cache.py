from __future__ import annotations

import gc

import numpy as np
import pytest

from dashboard.cli import main
from dashboard.volumes.cache.locks import Hold
from tests.conftest import nifti_bytes
from tests.storing import store_in


@pytest.fixture
def cache(tmp_path):
    """The cache folder, which is not there yet."""
    return tmp_path / "cache"


@pytest.fixture
def scan(tmp_path):
    """The path of a scan."""
    path = tmp_path / "scan.nii"
    path.write_bytes(nifti_bytes(np.ones((5, 6, 7), "u2"), np.eye(4)))
    return path


@pytest.fixture
def run(capsys, cache):
    """Runs the command; returns status, output and errors."""

    def run(*arguments):
        return main.main(["cache", "--cache", str(cache), *arguments]), *capsys.readouterr()

    return run


def test_a_cache_that_is_not_there_is_empty(run, cache):
    assert run() == (0, f"{cache}: 0 MB.\n", "")
    assert run("--clear") == (0, f"{cache}: 0 MB freed.\n", "")
    assert not cache.exists()


def test_what_is_kept_is_listed_with_its_file_and_its_superpixels(run, cache, scan):
    folder = store_in(cache).open(scan, "scan").folder
    gc.collect()
    (folder / "partitions" / "key").mkdir(parents=True)
    (folder / "partitions" / "key" / "ids").write_bytes(bytes(3_000_000))

    status, said, errors = run()

    first, volume, superpixels = said.splitlines()
    assert (status, errors, first) == (0, "", f"{cache}: 3 MB.")
    assert volume.startswith(f"     0 MB  {scan}, 5 × 6 × 7 uint16, last used ")
    assert superpixels == "     3 MB    superpixels key"


def test_clearing_removes_what_is_not_in_use_and_says_what_stays(run, cache, scan, tmp_path):
    other = tmp_path / "other.nii"
    other.write_bytes(nifti_bytes(np.zeros((5, 6, 7), "u2"), np.eye(4)))
    held = store_in(cache).open(scan, "scan")
    gone = store_in(cache).open(other, "other").folder
    gc.collect()

    status, said, _ = run("--clear")

    freed, kept = said.splitlines()
    assert status == 0
    assert freed.endswith("freed.")
    assert kept == f"In use, and so kept: {scan}, 5 × 6 × 7 uint16, in use"
    assert held.folder.exists()
    assert not gone.exists()
    assert len(list((cache / "sources").glob("*.json"))) == 1


def test_clearing_leaves_of_an_open_volume_the_superpixels_in_use_and_no_others(run, cache, scan):
    held = store_in(cache).open(scan, "scan")
    for name in ("shown", "idle"):
        (held.folder / "partitions" / name).mkdir(parents=True)
        (held.folder / "partitions" / name / "ids").write_bytes(bytes(3_000_000))
    shown = Hold.shared(held.folder / "partitions" / "shown")

    freed, *_ = run("--clear")[1].splitlines()

    assert freed == f"{cache}: 3 MB freed."
    assert [each.name for each in (held.folder / "partitions").iterdir()] == ["shown"]
    shown.release()


def test_what_a_killed_process_left_is_cleared_too(run, cache):
    (cache / "volumes" / ".dead").mkdir(parents=True)
    (cache / "volumes" / "broken").mkdir()

    assert "broken, not whole, last used" in run()[1]
    run("--clear")

    assert list((cache / "volumes").iterdir()) == []


def test_a_cache_that_cannot_be_looked_at_is_said(run, cache):
    (cache / "volumes").mkdir(parents=True)
    (cache / "volumes" / "one").mkdir()
    (cache / "volumes" / "one" / "in-use").mkdir()

    status, said, errors = run("--clear")

    assert (status, said) == (2, "")
    assert errors.startswith("Expected a cache folder that can be read and written")
