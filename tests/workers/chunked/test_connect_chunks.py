from __future__ import annotations

import random
import tempfile
from concurrent.futures import CancelledError
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal
from scipy import ndimage

from workers.chunked import stored_pieces
from workers.chunked.chunk_grid import ChunkGrid
from workers.chunked.connect_chunks import connect_chunks, drop_specks
from workers.runtime.boxes import boxes
from workers.runtime.team import Team, at_most
from workers.storage import stored_array
from workers.superpixels.connectivity import connect
from workers.superpixels.foreground import without_specks


def slab(*rows):
    """A volume one voxel thick, drawn in digits; a dot is outside."""
    return np.array([[[int(c)] if c != "." else [0] for c in row] for row in rows])


def inside(*rows):
    return np.array([[[c != "."] for c in row] for row in rows])


def inline(kernel, calls):
    with at_most(1):
        return [kernel(*call) for call in calls]


class Unsteady:
    """Runs kernels in any order, and some of them again when all is done, as a cluster may."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def __call__(self, kernel, calls):
        order = self.random.sample(range(len(calls)), len(calls))
        results = dict(zip(order, inline(kernel, [calls[n] for n in order]), strict=True))
        inline(kernel, self.random.sample(calls, len(calls) // 2))
        return [results[n] for n in range(len(calls))]


@contextmanager
def quick_disk():
    """Keep arrays in the memory and other files unsynced: a thousand small volumes take long."""
    arrays_ = {}

    def create(path, shape, dtype, _):
        Path(path).mkdir(parents=True)
        arrays_[str(path)] = np.zeros(shape, dtype)
        return arrays_[str(path)]

    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(stored_array, "create", create)
        patch.setattr(stored_pieces, "create_array", create)
        for module in (stored_array, stored_pieces):
            patch.setattr(module, "open_array", lambda path, mode="r": arrays_[str(path)])
        patch.setattr(stored_pieces, "replace", Path.write_bytes)
        yield Path(folder)


@contextmanager
def disk():
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def store(path, array, chunks):
    stored_array.create(path, array.shape, array.dtype, chunks)[:] = array
    return str(path)


def kept(folder, cutting, ids, mask):
    """A folder with the pieces of all chunks."""
    of_ids = store(folder / "given", ids.astype(np.int32), cutting.chunk)
    of_mask = None if mask is None else store(folder / "mask", mask, cutting.chunk)
    stored_pieces.create(folder / "pieces", cutting)
    each = enumerate(cutting.boxes())
    where, of = str(folder / "pieces"), (cutting.shape, of_ids, of_mask)
    inline(stored_pieces.find, [(where, n, box, *of) for n, box in each])
    return folder / "pieces"


def in_chunks(ids, chunk, mask=None, min_size=0, run=inline, on=disk):
    """Ids as `connect_chunks` writes them, and what it returns."""
    cutting = ChunkGrid(ids.shape, chunk)
    with on() as folder:
        pieces, out = kept(folder, cutting, ids, mask), folder / "ids"
        stored_array.create(out, ids.shape, np.uint32, cutting.chunk)
        connected = connect_chunks(pieces, cutting, out, run, min_size)
        return stored_array.open_array(out)[:], connected


def drawn(*rows, chunk, min_size=0):
    return in_chunks(slab(*rows), chunk, inside(*rows), min_size)[0]


def test_a_piece_goes_on_behind_a_seam():
    assert_array_equal(
        drawn("7777", "5577", "5.55", chunk=(2, 2, 1)),
        slab("1111", "2211", "2.11"),
    )


def test_the_largest_piece_is_known_only_to_all_chunks_together():
    assert_array_equal(drawn("11121111", chunk=(1, 6, 1)), slab("11112222"))


def test_votes_are_counted_on_both_sides_of_a_seam():
    assert_array_equal(
        drawn("11.2", "1331", "3333", chunk=(3, 3, 1)),
        slab("11.2", "1333", "3333"),
    )


def test_a_stray_piece_waits_for_one_in_another_chunk():
    assert_array_equal(
        drawn("11111.22222", "1...2.1...2", "1...1.2...2", chunk=(2, 3, 1)),
        slab("11111.22222", "1...1.2...2", "1...1.2...2"),
    )


def test_small_ones_join_across_seams():
    assert_array_equal(
        drawn("1.23345.66", chunk=(1, 3, 1), min_size=9),
        slab("1.22222.33"),
    )


SIDES = st.tuples(*[st.integers(1, 6)] * 3)
VOLUMES = SIDES.flatmap(
    lambda shape: st.tuples(
        arrays(np.int32, shape, elements=st.integers(0, 4)), st.none() | arrays(bool, shape)
    )
)
CHUNKS = st.tuples(*[st.integers(1, 5)] * 3)


@pytest.mark.slow
@given(VOLUMES, CHUNKS, st.integers(0, 12), st.integers())
@settings(max_examples=50, deadline=None)
def test_the_ids_are_those_of_the_volume_in_memory(volume, chunk, min_size, seed):
    ids, mask = volume

    result, connected = in_chunks(ids, chunk, mask, min_size, Unsteady(seed), quick_disk)

    whole = connect(ids, mask, min_size)
    assert_array_equal(result, whole)
    assert connected.count == whole.max()
    assert_array_equal(connected.boxes, boxes(whole, connected.count))
    assert_array_equal(connected.sizes, np.bincount(whole.ravel())[1:])


@pytest.mark.parametrize("chunk", [(1, 14, 11), (4, 5, 3), (9, 3, 11), (3, 4, 2), (9, 14, 11)])
@pytest.mark.parametrize("min_size", [0, 12, 60])
def test_of_a_larger_volume_too(chunk, min_size):
    noise = np.random.default_rng(3).normal(size=(9, 14, 11))
    ids = np.digitize(ndimage.gaussian_filter(noise, 0.6), [-0.3, -0.1, 0.1, 0.3])
    mask = ndimage.gaussian_filter(noise, 2) > -0.02

    result, _ = in_chunks(ids, chunk, mask, min_size, on=quick_disk)

    assert_array_equal(result, connect(ids, mask, min_size))


def test_an_empty_mask_has_no_superpixels():
    ids = np.ones((2, 3, 4), int)

    result, connected = in_chunks(ids, (2, 2, 2), np.zeros(ids.shape, bool), 5)

    assert not result.any()
    assert (connected.count, connected.boxes.shape, connected.sizes.shape) == (0, (0, 6), (0,))


@pytest.mark.parametrize("at", range(4))
def test_what_running_a_kernel_raises_ends_the_work(at):
    """`run` is where progress is told, and where a user's Cancel comes in."""
    ran = []

    def cancelled(kernel, calls):
        ran.append(kernel)
        if len(ran) > at:
            raise CancelledError
        return inline(kernel, calls)

    with pytest.raises(CancelledError):
        in_chunks(slab("121312", "121122"), (1, 2, 1), None, 5, cancelled)
    assert len(ran) == at + 1


def test_chunks_that_hold_nothing_open_are_not_looked_at_again():
    looked = []

    def watched(kernel, calls):
        if kernel is stored_pieces.touching:
            looked.extend(n for _, n, *_ in calls)
        return inline(kernel, calls)

    in_chunks(slab("11121112"), (1, 2, 1), None, 0, watched)

    assert looked == [2, 3]


# ------------------------------------------------------------------------------------- specks


def ground_in_chunks(mask, chunk, smallest, run=inline, on=disk):
    cutting = ChunkGrid(mask.shape, chunk)
    with on() as folder:
        path = store(folder / "mask", mask, cutting.chunk)
        stored_pieces.create(folder / "pieces", cutting)
        each = enumerate(cutting.boxes())
        where, of = str(folder / "pieces"), (mask.shape, None, path)
        inline(stored_pieces.find, [(where, n, box, *of) for n, box in each])
        ground = drop_specks(folder / "pieces", cutting, path, run, smallest)
        return stored_array.open_array(path)[:], ground


def test_a_speck_is_measured_across_seams():
    mask = inside("##..##", "...#.#", "##...#")

    left, ground = ground_in_chunks(mask, (2, 3, 1), 3)

    assert_array_equal(left, inside("....##", ".....#", ".....#"))
    assert ground == ((0, 3, 4, 6, 0, 1), 4, 5)


@given(
    SIDES.flatmap(lambda shape: arrays(bool, shape)),
    CHUNKS,
    st.floats(0, 12),
    st.integers(),
)
@settings(max_examples=50, deadline=None)
def test_what_is_left_of_a_mask_is_that_of_the_volume_in_memory(mask, chunk, smallest, seed):
    left, ground = ground_in_chunks(mask, chunk, smallest, Unsteady(seed), quick_disk)

    with Team(1) as team:
        whole = without_specks(mask, smallest, team)
    assert_array_equal(left, whole)
    assert left.dtype == bool
    assert ground.size == np.count_nonzero(whole)
    assert ground.dropped == np.count_nonzero(mask) - ground.size
    assert_array_equal(ground.box, boxes(whole.astype(np.uint8), 1)[0])


def test_where_no_speck_is_too_small_the_box_is_that_of_the_mask():
    left, ground = ground_in_chunks(inside("....", "..#."), (2, 2, 1), 0)

    assert_array_equal(left, inside("....", "..#."))
    assert ground == ((1, 2, 2, 3, 0, 1), 1, 0)
