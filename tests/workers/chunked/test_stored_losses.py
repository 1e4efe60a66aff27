"""What is cut on disk goes on after a loss of anything, and is then the very same."""

from __future__ import annotations

import errno
import os
from concurrent.futures import BrokenExecutor, CancelledError, Future

import numpy as np
import pytest

from tests.workers.chunked.stored_cutting import CHUNK, SPACING, Inline, assert_same, head, run
from workers.chunked import checkpoints
from workers.runtime.passes import Unreachable
from workers.storage import stored_array
from workers.superpixels.partition import partition


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Where the head lies."""
    path, image = tmp_path_factory.mktemp("stored") / "image", head()
    stored_array.create(path, image.shape, image.dtype, (16, 16, 16))[:] = image
    return str(path)


@pytest.fixture(scope="module")
def full(path, tmp_path_factory):
    """What a run is given to do to which nothing happens."""
    run(path, tmp_path_factory.mktemp("full"), full := Inline())
    return full


@pytest.fixture(scope="module")
def whole():
    """The superpixels of the head in memory."""
    return partition(head(), SPACING, count=60)


@pytest.mark.parametrize(
    ("at", "passes"),
    [
        (0.02, 5),
        (0.5, 2),
        (0.97, 5),
        *(
            pytest.param(*each, marks=pytest.mark.torture)
            for each in ((0.2, 5), (0.3, 2), (0.8, 2))
        ),
    ],
)
def test_what_was_broken_off_goes_on_from_where_it_was(at, passes, full, path, whole, tmp_path):
    def dies(n, _):
        if n >= full.submitted * at:
            raise KeyError("the worker")

    with pytest.raises(KeyError):
        run(path, tmp_path, first := Inline(dies))
    found, ids = run(path, tmp_path, again := Inline())

    assert_same(found, ids, whole)
    twice = first.submitted + again.submitted - full.submitted
    assert twice <= passes * full.kernels.count("survey")


def test_chunks_that_are_smoothed_are_not_smoothed_again(path, tmp_path):
    first = Inline(lambda *_: first.fail_after("write_features", 3))
    with pytest.raises(KeyError):
        run(path, tmp_path, first)
    run(path, tmp_path, again := Inline())

    chunks = first.kernels.count("survey")
    assert again.kernels.count("write_features") == chunks - 3


def broken_off(path, tmp_path, kernel):
    """Leave on disk what was done until some calls of `kernel` had run."""
    first = Inline(lambda *_: first.fail_after(kernel, 2))
    with pytest.raises(KeyError):
        run(path, tmp_path, first)
    return tmp_path / "work" / "14x18x17"


def test_a_stage_that_was_cut_short_is_done_again(path, whole, tmp_path):
    for file in (work := broken_off(path, tmp_path, "keep_pieces")).glob("*.npz"):
        os.truncate(file, file.stat().st_size // 2 if file.stem != "start" else 0)
    assert len([*work.glob("centres-*.npz")]) == 9

    found, ids = run(path, tmp_path)

    assert_same(found, ids, whole)


@pytest.mark.parametrize("bytes_left", [0, 100])
@pytest.mark.parametrize(
    ("kernel", "damaged"),
    [("sums_of", "features-0/c"), ("write_features", "mask-*/c"), ("keep_pieces", "pieces/0")],
)
def test_a_chunk_that_was_cut_short_is_said_and_then_made_anew(
    kernel, damaged, bytes_left, path, whole, tmp_path
):
    work = broken_off(path, tmp_path, kernel)
    for folder in work.glob(damaged):
        for file in folder.rglob("*"):
            if file.is_file():
                os.truncate(file, min(bytes_left, file.stat().st_size))

    with pytest.raises(ValueError, match=r"A file of the cache is damaged.*press Partition"):
        run(path, tmp_path)
    found, ids = run(path, tmp_path)

    assert_same(found, ids, whole)


def test_after_a_loss_of_power_it_begins_anew(path, tmp_path, monkeypatch):
    first = Inline(lambda *_: first.fail_after("keep_pieces", 2))
    with pytest.raises(KeyError):
        run(path, tmp_path, first)

    monkeypatch.setattr(checkpoints, "_boot", lambda: "another start")
    run(path, tmp_path, again := Inline())

    assert "survey" in again.kernels


def test_a_lost_task_is_given_out_again(path, whole, tmp_path):
    def lost_now_and_then(n, _):
        if n % 7 == 0:
            raise BrokenExecutor("A worker was lost.")

    found, ids = run(path, tmp_path, Inline(lost_now_and_then))

    assert_same(found, ids, whole)


def test_a_cluster_that_is_lost_for_good_is_said(path, tmp_path):
    def lost(n, _):
        if n > 20:
            raise BrokenExecutor("The connection to the Dask scheduler is lost.")

    with pytest.raises(BrokenExecutor, match="scheduler is lost"):
        run(path, tmp_path, Inline(lost))


def test_who_cannot_be_reached_is_not_asked_again(path, tmp_path):
    def gone(n, _):
        if n > 20:
            raise Unreachable("The connection to the Dask scheduler is lost.")

    with pytest.raises(BrokenExecutor, match="scheduler is lost"):
        run(path, tmp_path, executor := Inline(gone))
    under_way = executor.kernels.count("survey")
    assert executor.submitted <= 20 + under_way


class WithLateOnes(Inline):
    """Runs what another has begun among its own calls: late, again, in any order."""

    def __init__(self, late, seed):
        super().__init__()
        self._late, self._random = late, np.random.default_rng(seed)

    def submit(self, function, *args):
        for _ in range(2):
            late, given = self._late[self._random.integers(len(self._late))]
            try:
                late(*given)
            except (OSError, ValueError):
                self.refused = True
        return super().submit(function, *args)


class Noting(Inline):
    """Keeps what it was given to do; and ends at a moment, with all of a pass under way."""

    def __init__(self, most):
        super().__init__()
        self.given, self._most = [], most

    def submit(self, function, *args):
        self.given.append((function, args))
        if len(self.given) >= self._most:
            return Future()
        return super().submit(function, *args)


LATE = [0.05, *(pytest.param(at, marks=pytest.mark.torture) for at in (0.1, 0.15, 0.25, 0.9, 0.97))]


@pytest.mark.parametrize("chunks", [CHUNK, (13, 18, 15)])
@pytest.mark.parametrize("at", [*LATE, 0.5, 0.93, 1.0])
def test_kernels_of_a_cancelled_run_that_come_late_change_nothing(
    at, chunks, full, path, whole, tmp_path
):
    first = Noting(full.submitted * at)

    def cancelled(_):
        if len(first.given) >= full.submitted * at:
            raise CancelledError

    with pytest.raises(CancelledError):
        run(path, tmp_path, first, report=cancelled)
    found, ids = run(path, tmp_path, WithLateOnes(first.given, seed=int(at * 100)), chunks=chunks)

    assert_same(found, ids, whole)


def test_of_two_that_use_one_folder_the_last_goes_on(path, whole, tmp_path):
    other = []

    def begins(fraction):
        if fraction > 0.5 and not other:
            other.append(run(path, tmp_path))

    with pytest.raises(ValueError, match="Another process has begun to compute the same"):
        run(path, tmp_path, report=begins)

    assert_same(*other[0], whole)


def test_a_full_disk_is_said_in_a_sentence_and_what_is_done_is_kept(path, whole, tmp_path):
    def full(_, kernel):
        if kernel == "keep_pieces":
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(ValueError, match=r"disk of .* is full"):
        run(path, tmp_path, Inline(full))
    again = Inline()
    found, ids = run(path, tmp_path, again)

    assert_same(found, ids, whole)
    assert "sums_of" not in again.kernels


def test_a_worker_that_does_not_see_the_volume_says_so(path, tmp_path):
    def blind(*_):
        raise FileNotFoundError(errno.ENOENT, "No such file", "/elsewhere/image")

    with pytest.raises(ValueError, match=r"cannot read /elsewhere/image: the cache must lie"):
        run(path, tmp_path, Inline(blind))
