"""A volume on disk gets the superpixels that it would get in memory."""

from __future__ import annotations

import errno
import os
import shutil
from concurrent.futures import BrokenExecutor, CancelledError, Future, ThreadPoolExecutor

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import ndimage

from workers import course, stored, stored_ground, stored_partition
from workers.partition import partition
from workers.passes import Unreachable
from workers.stored_partition import partition_stored

SHAPE = (26, 35, 30)
SPACING = (1.0, 0.8, 1.5)
CHUNK = (14, 16, 17)


class Inline:
    """Runs each call at once; `fails` may raise instead of the n-th."""

    def __init__(self, fails=lambda n, kernel: None):
        self.submitted = 0
        self.kernels = []
        self.results = []
        self._fails = fails

    def submit(self, function, *args):
        future = Future()
        self.submitted += 1
        self.kernels += [args[0].__name__] * len(args[1])
        try:
            self._fails(self.submitted, args[0].__name__)
            future.set_result(function(*args))
            self.results += zip([args[0].__name__] * len(args[1]), future.result(), strict=True)
        except Exception as error:  # noqa: BLE001 - what an executor does
            future.set_exception(error)
        return future

    def fail_after(self, kernel, times):
        if self.kernels.count(kernel) > times:
            raise KeyError("the worker")


def head(dtype="u2", seed=0):
    """Two tissues, lesions and specks in air."""
    rng = np.random.default_rng(seed)
    mm = np.stack(np.meshgrid(*[np.linspace(-1, 1, n) for n in SHAPE], indexing="ij"))
    inside = np.hypot(np.hypot(mm[0], mm[1]), mm[2]) < 0.85
    tissue = ndimage.gaussian_filter(rng.normal(0, 1, SHAPE), 3)
    image = np.where(inside, 300 + 100 * (tissue > 0) + rng.normal(0, 12, SHAPE), 10)
    image = image + rng.normal(0, 2, SHAPE)
    image[rng.random(SHAPE) < 0.002] = 500
    return image.round().clip(0).astype(dtype)


@pytest.fixture
def store(tmp_path):
    """Write a volume to disk; returns its path."""

    def write(image):
        array = stored.create(tmp_path / "image", image.shape, image.dtype, (16, 16, 16))
        array[:] = image
        return str(tmp_path / "image")

    return write


def run(path, tmp_path, executor=None, **options):
    found = partition_stored(
        path,
        str(tmp_path / "ids"),
        SPACING,
        executor or Inline(),
        work=tmp_path / "work",
        **{"chunks": CHUNK, "count": 60} | options,
    )
    shutil.rmtree(tmp_path / "work")
    return found, stored.opened(tmp_path / "ids")[:]


def assert_same(found, ids, reference):
    assert_array_equal(ids, reference.ids)
    assert_array_equal(found.boxes, reference.boxes)
    assert found.count == reference.count
    assert found.threshold == reference.threshold
    assert_array_equal(found.sizes, np.bincount(reference.ids.ravel())[1:])


@pytest.mark.parametrize("threshold", ["auto", 250.0, None])
@pytest.mark.parametrize("chunks", [(64, 64, 64), (14, 16, 17), (16, 64, 7), (26, 9, 30)])
def test_any_chunks_give_the_superpixels_of_the_volume_in_memory(
    chunks, threshold, store, tmp_path
):
    image = head()

    found, ids = run(store(image), tmp_path, chunks=chunks, threshold=threshold)

    assert_same(found, ids, partition(image, SPACING, count=60, threshold=threshold))


def test_what_a_kernel_returns_keeps_no_chunk_in_memory(store, tmp_path, monkeypatch):
    monkeypatch.setattr(stored_ground, "thinning", lambda shape: (3, 3, 3))  # as of a big volume
    executor = Inline()

    run(store(head()), tmp_path, executor)

    wasteful = {
        kernel
        for kernel, result in executor.results
        for array in arrays_in(result)
        if isinstance(array.base, np.ndarray) and array.base.nbytes > array.nbytes
    }
    assert {"survey", "look", "sums_of"} <= {kernel for kernel, _ in executor.results}
    assert wasteful == set()


def arrays_in(result):
    if isinstance(result, np.ndarray):
        yield result
    elif isinstance(result, (tuple, list, dict)):
        for part in result.values() if isinstance(result, dict) else result:
            yield from arrays_in(part)


@pytest.mark.parametrize("sigma_mm", [0, 0.3, 2.5, 40])
def test_smoothing_reaches_into_the_chunks_around(sigma_mm, store, tmp_path):
    image = head()

    found, ids = run(store(image), tmp_path, sigma_mm=sigma_mm)

    assert_same(found, ids, partition(image, SPACING, count=60, sigma_mm=sigma_mm))


@pytest.mark.parametrize("dtype", ["u1", "i2", "i4", "f4", "f8"])
def test_any_intensities_are_cut_as_in_memory(dtype, store, tmp_path):
    image = (head("f8") / (2 if dtype == "u1" else 1)).astype(dtype)
    if dtype.startswith("f"):
        image[5:9, 10:24, 11:30], image[20, 15, 20] = np.nan, np.inf

    found, ids = run(store(image), tmp_path)

    assert_same(found, ids, partition(image, SPACING, count=60))


@pytest.mark.parametrize("dtype", ["f4", "f8", ">i4", ">f8"])
def test_the_largest_numbers_of_a_type_are_cut_as_in_memory(dtype, store, tmp_path):
    image = head("f8") / 600
    most = np.finfo(dtype).max if dtype[-2] == "f" else np.iinfo(dtype).max
    image = ((image - 0.5) * 1.99 * most).astype(dtype)

    found, ids = run(store(image), tmp_path, threshold=None)

    assert_same(found, ids, partition(image, SPACING, count=60, threshold=None))
    assert found.count > 5


@pytest.mark.parametrize("shape", [(1, 20, 30), (20, 1, 1), (1, 1, 1), (17, 2, 1)])
def test_a_volume_of_one_slice_or_less_is_cut_as_in_memory(shape, store, tmp_path):
    image = np.random.default_rng(0).normal(200, 40, shape).astype("f4")

    found, ids = run(store(image), tmp_path, chunks=(8, 7, 9), threshold=None, count=5)

    assert_same(found, ids, partition(image, SPACING, count=5, threshold=None))


@pytest.mark.parametrize("threshold", ["auto", None])
def test_a_volume_without_a_finite_voxel_is_refused(threshold, store, tmp_path):
    image = np.full(SHAPE, np.nan, "f4")

    with pytest.raises(ValueError, match="no voxel is in the foreground"):
        run(store(image), tmp_path, threshold=threshold)


@pytest.mark.parametrize(
    "wish", [{"count": 1}, {"count": 1500}, {"count": None, "size_mm3": 90.0}, {"compactness": 5.0}]
)
def test_any_wish_is_fulfilled_as_in_memory(wish, store, tmp_path):
    image = head()

    found, ids = run(store(image), tmp_path, **wish)

    assert_same(found, ids, partition(image, SPACING, **{"count": 60} | wish))


def test_channels_are_cut_jointly_as_in_memory(tmp_path):
    channels = [head(), head("f4", seed=1), head("u1")]
    channels[1][12, 17, 9:14] = np.nan
    paths = [str(tmp_path / f"channel {c}") for c in range(3)]
    for path, image in zip(paths, channels, strict=True):
        stored.create(path, image.shape, image.dtype, (16, 16, 16))[:] = image

    found, ids = run(paths, tmp_path)

    together = partition(np.stack(channels, -1).astype("f4"), SPACING, count=60)
    assert_same(found, ids, together)
    assert not ids[12, 17, 9:14].any()
    assert (ids != partition(channels[0], SPACING, count=60).ids).any()


@pytest.mark.parametrize("weights", [(1, 0.5, 3), (0, 1, 0.25), (2, 0, 0)])
def test_channels_count_by_their_weights_as_in_memory(weights, tmp_path):
    channels = [head(), head("f4", seed=1), head("u1", seed=2)]
    paths = [str(tmp_path / f"channel {c}") for c in range(3)]
    for path, image in zip(paths, channels, strict=True):
        stored.create(path, image.shape, image.dtype, (16, 16, 16))[:] = image

    found, ids = run(paths, tmp_path, weights=weights)

    assert_same(found, ids, partition(channels, SPACING, count=60, weights=weights))


@pytest.mark.parametrize("weights", [(1,), (1, -1), (0, 0), (1, np.inf)])
def test_weights_that_cannot_be_are_refused(weights, store, tmp_path):
    image = store(head())

    with pytest.raises(ValueError, match="weights"):
        run([image, image], tmp_path, weights=weights)


def test_channels_of_several_shapes_are_refused(store, tmp_path):
    stored.create(tmp_path / "other", (3, 4, 5), "u2")

    with pytest.raises(ValueError, match="channels must have one shape"):
        run([store(head()), str(tmp_path / "other")], tmp_path)


def test_any_number_of_workers_in_any_order_give_the_same(store, tmp_path):
    image = head()
    with ThreadPoolExecutor(5) as pool:
        found, ids = run(store(image), tmp_path, pool, chunks=(9, 12, 13))

    assert_same(found, ids, partition(image, SPACING, count=60))


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
def test_what_was_broken_off_goes_on_from_where_it_was(at, passes, store, tmp_path):
    image = head()
    path = store(image)
    run(path, tmp_path, full := Inline())

    def dies(n, _):
        if n >= full.submitted * at:
            raise KeyError("the worker")

    with pytest.raises(KeyError):
        run(path, tmp_path, first := Inline(dies))
    found, ids = run(path, tmp_path, again := Inline())

    assert_same(found, ids, partition(image, SPACING, count=60))
    twice = first.submitted + again.submitted - full.submitted
    assert twice <= passes * full.kernels.count("survey")


def test_chunks_that_are_smoothed_are_not_smoothed_again(store, tmp_path):
    path = store(head())
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
    return tmp_path / "work" / "14x16x17"


def test_a_stage_that_was_cut_short_is_done_again(store, tmp_path):
    path, image = store(head()), head()
    for file in (work := broken_off(path, tmp_path, "keep_pieces")).glob("*.npz"):
        os.truncate(file, file.stat().st_size // 2 if file.stem != "start" else 0)
    assert len([*work.glob("centres-*.npz")]) == 9

    found, ids = run(path, tmp_path)

    assert_same(found, ids, partition(image, SPACING, count=60))


@pytest.mark.parametrize("bytes_left", [0, 100])
@pytest.mark.parametrize(
    ("kernel", "damaged"),
    [("sums_of", "features-0/c"), ("write_features", "mask-*/c"), ("keep_pieces", "pieces/0")],
)
def test_a_chunk_that_was_cut_short_is_said_and_then_made_anew(
    kernel, damaged, bytes_left, store, tmp_path
):
    path, image = store(head()), head()
    work = broken_off(path, tmp_path, kernel)
    for folder in work.glob(damaged):
        for file in folder.rglob("*"):
            if file.is_file():
                os.truncate(file, min(bytes_left, file.stat().st_size))

    with pytest.raises(ValueError, match=r"A file of the cache is damaged.*press Partition"):
        run(path, tmp_path)
    found, ids = run(path, tmp_path)

    assert_same(found, ids, partition(image, SPACING, count=60))


def test_after_a_loss_of_power_it_begins_anew(store, tmp_path, monkeypatch):
    path = store(head())
    first = Inline(lambda *_: first.fail_after("keep_pieces", 2))
    with pytest.raises(KeyError):
        run(path, tmp_path, first)

    monkeypatch.setattr(course, "_boot", lambda: "another start")
    run(path, tmp_path, again := Inline())

    assert "survey" in again.kernels


def test_a_lost_task_is_given_out_again(store, tmp_path):
    image = head()

    def lost_now_and_then(n, _):
        if n % 7 == 0:
            raise BrokenExecutor("A worker was lost.")

    found, ids = run(store(image), tmp_path, Inline(lost_now_and_then))

    assert_same(found, ids, partition(image, SPACING, count=60))


def test_a_cluster_that_is_lost_for_good_is_said(store, tmp_path):
    def lost(n, _):
        if n > 20:
            raise BrokenExecutor("The connection to the Dask scheduler is lost.")

    with pytest.raises(BrokenExecutor, match="scheduler is lost"):
        run(store(head()), tmp_path, Inline(lost))


def test_who_cannot_be_reached_is_not_asked_again(store, tmp_path):
    def gone(n, _):
        if n > 20:
            raise Unreachable("The connection to the Dask scheduler is lost.")

    with pytest.raises(BrokenExecutor, match="scheduler is lost"):
        run(store(head()), tmp_path, executor := Inline(gone))
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
def test_kernels_of_a_cancelled_run_that_come_late_change_nothing(at, chunks, store, tmp_path):
    image = head()
    path = store(image)
    run(path, tmp_path, full := Inline())
    first = Noting(full.submitted * at)

    def cancelled(_):
        if len(first.given) >= full.submitted * at:
            raise CancelledError

    with pytest.raises(CancelledError):
        run(path, tmp_path, first, report=cancelled)
    found, ids = run(path, tmp_path, WithLateOnes(first.given, seed=int(at * 100)), chunks=chunks)

    assert_same(found, ids, partition(image, SPACING, count=60))


def test_of_two_that_use_one_folder_the_last_goes_on(store, tmp_path):
    image = head()
    path = store(image)
    other = []

    def begins(fraction):
        if fraction > 0.5 and not other:
            other.append(run(path, tmp_path))

    with pytest.raises(ValueError, match="Another process has begun to compute the same"):
        run(path, tmp_path, report=begins)

    assert_same(*other[0], partition(image, SPACING, count=60))


def test_a_full_disk_is_said_in_a_sentence_and_what_is_done_is_kept(store, tmp_path):
    image = head()
    path = store(image)

    def full(_, kernel):
        if kernel == "keep_pieces":
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(ValueError, match=r"disk of .* is full"):
        run(path, tmp_path, Inline(full))
    again = Inline()
    found, ids = run(path, tmp_path, again)

    assert_same(found, ids, partition(image, SPACING, count=60))
    assert "sums_of" not in again.kernels


def test_a_worker_that_does_not_see_the_volume_says_so(store, tmp_path):
    def blind(*_):
        raise FileNotFoundError(errno.ENOENT, "No such file", "/elsewhere/image")

    with pytest.raises(ValueError, match=r"cannot read /elsewhere/image: the cache must lie"):
        run(store(head()), tmp_path, Inline(blind))


def test_what_cannot_be_is_refused_in_the_words_of_memory(store, tmp_path):
    path = store(head())

    with pytest.raises(ValueError, match="no voxel is in the foreground"):
        run(path, tmp_path, threshold=1e9)
    with pytest.raises(ValueError, match="compactness must be positive"):
        run(path, tmp_path, compactness=0)
    with pytest.raises(ValueError, match="chunks"):
        run(path, tmp_path, chunks=(0, 1, 1))


def test_it_tells_how_far_it_is_and_what_it_does(store, tmp_path):
    told, said = [], []

    def report(fraction):
        told.append(fraction)

    report.say = said.append
    run(store(head()), tmp_path, report=report)

    assert min(np.diff(told)) > -1e-9
    assert told[-1] == pytest.approx(1)
    assert [text for text in said if text.startswith("iteration") and "chunk" not in text] == [
        f"iteration {n} of 10" for n in range(1, 11)
    ]
    assert said[-1] == "connecting · chunk 12 of 12"


def test_it_can_be_cancelled_at_any_moment(store, tmp_path):
    path = store(head())

    for moment in (0.0, 0.05, 0.15, 0.5, 0.9, 0.95):

        def report(fraction, moment=moment):
            if fraction >= moment:
                raise CancelledError

        with pytest.raises(CancelledError):
            run(path, tmp_path, report=report)


def test_ids_lie_in_chunks_that_a_slice_reads_fast(store, tmp_path):
    assert stored_partition.id_chunks((128, 256, 100)) == (64, 64, 100)
