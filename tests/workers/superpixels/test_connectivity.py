from __future__ import annotations

from collections import Counter
from concurrent.futures import CancelledError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal
from scipy import ndimage

from workers.superpixels.connectivity import connect


def slab(*rows):
    """A volume one voxel thick, drawn in digits; a dot is outside."""
    return np.array([[[int(c)] if c != "." else [0] for c in row] for row in rows])


def inside(*rows):
    return np.array([[[c != "."] for c in row] for row in rows])


def connected(*rows, min_size=0):
    return connect(slab(*rows), inside(*rows), min_size)


def test_what_is_connected_only_gets_new_numbers_in_the_order_of_its_first_voxels():
    assert_array_equal(connected("7722", "7722", "5522"), slab("1122", "1122", "3322"))


def test_a_stray_piece_joins_the_neighbour_that_it_touches_most():
    assert_array_equal(
        connected(
            "1112222",
            "1112122",
            "1113333",
        ),
        slab(
            "1112222",
            "1112222",
            "1113333",
        ),
    )


def test_of_equal_pieces_the_first_is_kept():
    assert_array_equal(connected("1221"), slab("1222"))


def test_at_a_tie_the_lowest_id_takes_the_stray_piece():
    assert_array_equal(connected("11322.333"), slab("11122.333"))
    assert_array_equal(connected("22311.333"), slab("11222.333"))


def test_a_piece_that_touches_only_stray_pieces_waits_for_the_next_round():
    assert_array_equal(
        connected(
            "11111.22222",
            "1...2.1...2",
            "1...1.2...2",
        ),
        slab(
            "11111.22222",
            "1...1.2...2",
            "1...1.2...2",
        ),
    )


def test_a_stray_piece_that_touches_nothing_is_a_superpixel_of_its_own():
    assert_array_equal(connected("111.1.11"), slab("111.2.33"))


def test_voxels_of_nobody_join_the_neighbour_that_they_touch_most():
    assert_array_equal(
        connected(
            "110022",
            "111022",
        ),
        slab(
            "111122",
            "111122",
        ),
    )


def test_small_superpixels_join_the_neighbour_that_they_touch_most():
    assert_array_equal(
        connected(
            "11112222",
            "11132222",
            "11112222",
            min_size=2,
        ),
        slab(
            "11112222",
            "11112222",
            "11112222",
        ),
    )


def test_where_only_small_ones_touch_the_largest_takes_in_the_rest():
    assert_array_equal(connected("1.23345.66", min_size=9), slab("1.22222.33"))


def test_a_small_one_alone_stays():
    assert_array_equal(connected("1.2222", min_size=4), slab("1.2222"))


def test_a_volume_of_one_voxel_is_one_superpixel():
    assert_array_equal(connected("9", min_size=5), slab("1"))


def test_an_empty_mask_has_no_superpixels():
    assert not connect(np.ones((2, 3, 4), int), np.zeros((2, 3, 4), bool)).any()


def test_without_a_mask_everything_is_inside():
    assert_array_equal(connect(slab("1100", "2221"), min_size=2), slab("1111", "2222"))


@pytest.mark.parametrize("shape", [(0, 3, 4), (3, 0, 4), (3, 4, 0)])
def test_a_volume_without_voxels_has_no_superpixels(shape):
    assert connect(np.zeros(shape, int)).shape == shape


def shapes(longest):
    return st.tuples(*[st.integers(1, longest)] * 3)


def masks(shape):
    return st.none() | arrays(bool, shape)


VOLUMES = shapes(5).flatmap(
    lambda shape: st.tuples(arrays(np.int32, shape, elements=st.integers(0, 4)), masks(shape))
)
THREADS = st.integers(1, 5)


def everywhere(ids, mask):
    return np.ones(ids.shape, bool) if mask is None else mask


@given(VOLUMES, st.integers(0, 9), THREADS)
@settings(max_examples=400)
def test_the_result_is_that_of_the_slow_and_obvious_way(volume, min_size, threads):
    ids, mask = volume

    result = connect(ids, mask, min_size, threads=threads)

    assert result.dtype == np.uint32
    assert_array_equal(result, slowly(ids, everywhere(ids, mask), min_size))


@pytest.mark.parametrize("min_size", [0, 12, 60])
def test_of_a_larger_volume_too(min_size):
    noise = np.random.default_rng(3).normal(size=(9, 14, 11))
    ids = np.digitize(ndimage.gaussian_filter(noise, 0.6), [-0.3, -0.1, 0.1, 0.3])
    mask = ndimage.gaussian_filter(noise, 2) > -0.02

    assert_array_equal(connect(ids, mask, min_size), slowly(ids, mask, min_size))


@given(VOLUMES, st.integers(0, 9))
@settings(max_examples=100)
def test_superpixels_cover_exactly_the_mask(volume, min_size):
    ids, mask = volume

    assert_array_equal(connect(ids, mask, min_size) > 0, everywhere(ids, mask))


@given(VOLUMES, st.integers(0, 9))
@settings(max_examples=100)
def test_superpixels_are_in_one_piece(volume, min_size):
    result = connect(*volume, min_size)

    assert all(ndimage.label(result == n)[1] == 1 for n in range(1, result.max() + 1))


@given(VOLUMES, st.integers(0, 9))
@settings(max_examples=100)
def test_a_small_superpixel_touches_no_other(volume, min_size):
    result = connect(*volume, min_size)

    for n in np.flatnonzero(np.bincount(result.ravel()) < min_size):
        around = ndimage.binary_dilation(result == n)
        assert n == 0 or set(result[around]) <= {0, n}


@given(VOLUMES, st.integers(0, 9))
@settings(max_examples=100)
def test_ids_number_without_gaps_in_the_order_of_their_first_voxels(volume, min_size):
    result = connect(*volume, min_size)

    numbers, first = np.unique(result[result > 0], return_index=True)
    assert_array_equal(numbers, np.arange(1, numbers.size + 1))
    assert_array_equal(first, np.sort(first))


@given(VOLUMES, st.integers(0, 9))
@settings(max_examples=100)
def test_a_result_given_again_comes_back_unchanged(volume, min_size):
    ids, mask = volume
    result = connect(ids, mask, min_size)

    assert_array_equal(connect(result, mask, min_size), result)


BLOBS = np.digitize(np.random.default_rng(5).normal(size=(4, 7, 6)), [-1, 0, 1])


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", ">i2", "i4", ">i4", "u4", ">u4", "i8", "u8"])
def test_ids_may_be_integers_of_any_type(dtype):
    assert_array_equal(connect(BLOBS.astype(dtype)), connect(BLOBS))


def test_ids_may_lie_in_memory_in_any_order():
    for ids in (np.asfortranarray(BLOBS), np.repeat(BLOBS, 2, axis=2)[:, :, ::2]):
        assert_array_equal(connect(ids, np.asfortranarray(BLOBS > 0)), connect(BLOBS, BLOBS > 0))


@pytest.mark.parametrize("dtype", [np.int32, np.uint32, np.int64])
def test_the_ids_given_are_only_read(dtype):
    ids = BLOBS.astype(dtype)
    ids.flags.writeable = False

    result = connect(ids, min_size=4)

    assert not np.shares_memory(result, ids)
    assert_array_equal(ids, BLOBS)


def test_ids_may_have_large_gaps():
    wide = np.array([0, 7, 2**30, 2**31 - 1])[BLOBS]

    assert_array_equal(connect(wide, min_size=4), connect(BLOBS, min_size=4))


def test_ids_outside_the_mask_do_not_matter():
    ids = np.where(BLOBS == 3, np.iinfo(np.int64).min, BLOBS)

    assert_array_equal(connect(ids, BLOBS < 3), connect(BLOBS, BLOBS < 3))


@pytest.mark.parametrize(
    ("ids", "mask", "threads", "sentence"),
    [
        (np.zeros((3, 4), int), None, 1, r"3 axes \(i, j, k\); got int64 of shape \(3, 4\)"),
        (np.zeros((3, 4, 5)), None, 1, "must be integers .* got float64"),
        (np.zeros((3, 4, 5), int), np.ones((3, 5, 4), bool), 1, r"\(3, 4, 5\); got \(3, 5, 4\)"),
        (slab("1") - 2, None, 1, r"0 … 2\*\*31 - 1 inside the mask; got -1"),
        ((slab("12") - 2).astype(np.int32), inside("11"), 1, "got -1"),
        (np.full((1, 1, 2), 2**31), None, 1, "got 0 … 2147483648"),
        (np.full((1, 1, 2), 2**31, np.uint32), None, 1, "inside the mask; got"),
        (np.broadcast_to(np.int32(1), (2**11, 2**10, 2**10)), None, 1, "fewer than 2\\*\\*31"),
        (BLOBS, None, 0, "threads must be 1 or more; got 0"),
    ],
)
def test_what_cannot_be_connected_is_refused_with_a_sentence(ids, mask, threads, sentence):
    with pytest.raises(ValueError, match=sentence):
        connect(ids, mask, threads=threads)


def test_progress_runs_to_1():
    told = []

    connect(slab("1212"), inside("1212"), 2, report=told.append)

    assert told == sorted(told)
    assert told[-1] == 1


@pytest.mark.parametrize("reached", [0.01, 0.5, 0.7, 0.9])
def test_it_may_be_cancelled_between_its_stages(reached):
    told = []

    def cancel(fraction):
        told.append(fraction)
        if fraction >= reached:
            raise CancelledError

    with pytest.raises(CancelledError):
        connect(BLOBS, None, 9, threads=2, report=cancel)
    assert [fraction >= reached for fraction in told].index(True) == len(told) - 1


# ------------------------------------------------------------------ the slow and obvious way


def slowly(ids, mask, min_size):
    pieces = [(int(ids[p[0]]), p) for p in pieces_of(ids, mask)]
    largest = {}
    for name, voxels in pieces:
        if name and len(voxels) > len(largest.get(name, [])):
            largest[name] = voxels
    owner = {v: name for name, voxels in largest.items() for v in voxels}
    stray = [voxels for _, voxels in pieces if voxels[0] not in owner]
    stray = join(owner, stray)
    top = max(owner.values(), default=0)
    for n, voxels in enumerate(stray, 1):
        owner.update(dict.fromkeys(voxels, top + n))
    return numbered(merged(owner, min_size), ids.shape)


def merged(owner, min_size):
    sizes = Counter(owner.values())
    crumbs = {name for name, size in sizes.items() if size < min_size}
    settled = {v: name for v, name in owner.items() if name not in crumbs}
    regions = [sorted(v for v in owner if owner[v] == name) for name in sorted(crumbs)]
    regions = join(settled, regions)
    while regions:
        group = grown(regions[0], regions)
        host = max(group, key=lambda r: (len(r), -owner[r[0]]))
        settled.update(dict.fromkeys(host, owner[host[0]]))
        regions = [r for r in regions if r is not host]
        regions = join(settled, regions)
    return settled


def grown(start, regions):
    """All regions that can be reached from `start`."""
    group = [start]
    for region in group:
        border = {w for v in region for w in neighbours(v)}
        group += [r for r in regions if r not in group and border & set(r)]
    return group


def join(owner, regions):
    """Give each region the owner that it touches most, in rounds; return what touches none."""
    while regions:
        taken = [(region, taker(owner, region)) for region in regions]
        if all(name is None for _, name in taken):
            break
        for region, name in taken:
            if name is not None:
                owner.update(dict.fromkeys(region, name))
        regions = [region for region, name in taken if name is None]
    return regions


def taker(owner, region):
    touched = Counter(owner[w] for v in region for w in neighbours(v) if w in owner)
    return min(touched, key=lambda name: (-touched[name], name), default=None)


def numbered(owner, shape):
    result, names = np.zeros(shape, int), {}
    for v in sorted(owner):
        result[v] = names.setdefault(owner[v], len(names) + 1)
    return result


def pieces_of(ids, mask):
    open_ = {v for v in np.ndindex(ids.shape) if mask[v]}
    for start in sorted(open_):
        if start in open_:
            open_.remove(start)
            piece = [start]
            for v in piece:
                near = [w for w in neighbours(v) if w in open_ and ids[w] == ids[start]]
                open_.difference_update(near)
                piece += near
            yield sorted(piece)


def neighbours(v):
    steps = [(d, 0, 0) for d in (-1, 1)] + [(0, d, 0) for d in (-1, 1)] + [(0, 0, -1), (0, 0, 1)]
    return [tuple(a + b for a, b in zip(v, step, strict=True)) for step in steps]
