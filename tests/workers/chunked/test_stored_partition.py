"""A volume on disk gets the superpixels that it would get in memory."""

from __future__ import annotations

from concurrent.futures import CancelledError, ThreadPoolExecutor

import numpy as np
import pytest

from benchmarks.torso import torso
from tests.workers.chunked.stored_cutting import SHAPE, SPACING, Inline, assert_same, head, run
from workers.chunked import foreground_stored, stored_partition
from workers.chunked.stored_partition import partition_stored
from workers.storage import stored_array
from workers.superpixels.partition import partition


@pytest.mark.parametrize("threshold", ["auto", 250.0, None])
@pytest.mark.parametrize("chunks", [(64, 64, 64), (14, 16, 17), (16, 64, 7), (26, 9, 30)])
def test_any_chunks_give_the_superpixels_of_the_volume_in_memory(
    chunks, threshold, store, tmp_path
):
    image = head()

    found, ids = run(store(image), tmp_path, chunks=chunks, threshold=threshold)

    assert_same(found, ids, partition(image, SPACING, count=60, threshold=threshold))


@pytest.mark.parametrize("padding", [None, -3024])
@pytest.mark.parametrize("chunks", [(64, 64, 64), (14, 16, 17), (16, 64, 7), (26, 9, 30)])
def test_the_body_in_a_ct_is_the_same_in_any_chunks(chunks, padding, store, tmp_path):
    ct = torso("CT", (50, 43, 20), (8, 8, 15), padding=padding)

    found = partition_stored(
        store(ct.image),
        str(tmp_path / "ids"),
        ct.spacing,
        Inline(),
        work=tmp_path / "work",
        chunks=chunks,
        count=60,
    )

    reference = partition(ct.image, ct.spacing, count=60)
    assert_same(found, stored_array.open_array(tmp_path / "ids")[:], reference)
    assert (reference.ids > 0)[ct.body].mean() > 0.99
    assert (reference.ids > 0)[ct.table].mean() < 0.1  # of voxels of 8 mm


def test_what_a_kernel_returns_keeps_no_chunk_in_memory(store, tmp_path, monkeypatch):
    monkeypatch.setattr(
        foreground_stored, "thinning", lambda shape: (3, 3, 3)
    )  # as of a big volume
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

    found, ids = run(store(image), tmp_path, chunks=(14, 16, 17), sigma_mm=sigma_mm)

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
        stored_array.create(path, image.shape, image.dtype, (16, 16, 16))[:] = image

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
        stored_array.create(path, image.shape, image.dtype, (16, 16, 16))[:] = image

    found, ids = run(paths, tmp_path, weights=weights)

    assert_same(found, ids, partition(channels, SPACING, count=60, weights=weights))


@pytest.mark.parametrize("weights", [(1,), (1, -1), (0, 0), (1, np.inf)])
def test_weights_that_cannot_be_are_refused(weights, store, tmp_path):
    image = store(head())

    with pytest.raises(ValueError, match="weights"):
        run([image, image], tmp_path, weights=weights)


def test_channels_of_several_shapes_are_refused(store, tmp_path):
    stored_array.create(tmp_path / "other", (3, 4, 5), "u2")

    with pytest.raises(ValueError, match="channels must have one shape"):
        run([store(head()), str(tmp_path / "other")], tmp_path)


def test_any_number_of_workers_in_any_order_give_the_same(store, tmp_path):
    image = head()
    with ThreadPoolExecutor(5) as pool:
        found, ids = run(store(image), tmp_path, pool, chunks=(9, 12, 13))

    assert_same(found, ids, partition(image, SPACING, count=60))


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
    assert said[-1] == "connecting · chunk 8 of 8"


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
