from __future__ import annotations

import gc
import logging
import os
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from dashboard.annotation.chunked_array import ChunkedArray

SHAPE = (7, 10, 5)
ALL = tuple(slice(0, n) for n in SHAPE)
BOXES = st.tuples(
    *[
        st.tuples(st.integers(0, n), st.integers(0, n)).map(lambda ends: slice(*sorted(ends)))
        for n in SHAPE
    ]
)
WRITES = st.lists(st.tuples(BOXES, st.sampled_from([0, 0, 1, 65535, "noise"])), max_size=20)


def tiny(folder, chunks=2, dtype=np.uint16):
    """An array in chunks of 4³, of which so many stay in memory."""
    return ChunkedArray(SHAPE, dtype, folder, side=4, most_bytes=chunks * 64 * 2)


def box(*ends):
    return tuple(slice(low, high) for low, high in zip(ends[::2], ends[1::2], strict=True))


def values_for(value, where, seed):
    shape = [axis.stop - axis.start for axis in where]
    if value == "noise":
        return np.random.default_rng(seed).integers(0, 9, shape).astype(np.uint16)
    return np.full(shape, value, np.uint16)


@settings(max_examples=40)
@given(writes=WRITES, looks=st.lists(BOXES, min_size=1, max_size=5), chunks=st.integers(1, 20))
def test_it_holds_what_a_plain_array_holds(tmp_path_factory, writes, looks, chunks):
    array, plain = tiny(tmp_path_factory.mktemp("a"), chunks), np.zeros(SHAPE, np.uint16)

    for n, (where, value) in enumerate(writes):
        array[where] = plain[where] = values_for(value, where, n)

    for where in (*looks, ALL):
        assert_array_equal(array[where], plain[where])
        scanned = np.zeros_like(plain[where])
        for part, values in array.scan(where):
            scanned[part] = values
        assert_array_equal(scanned, plain[where])
    assert array.nbytes <= chunks * 64 * 2


@settings(max_examples=40)
@given(writes=WRITES, later=WRITES, chunks=st.integers(1, 20))
def test_what_is_frozen_stays_as_it_was(tmp_path_factory, writes, later, chunks):
    array, plain = tiny(tmp_path_factory.mktemp("a"), chunks), np.zeros(SHAPE, np.uint16)
    for n, (where, value) in enumerate(writes):
        array[where] = plain[where] = values_for(value, where, n)

    frozen, then = array.frozen(), plain.copy()
    for n, (where, value) in enumerate(later):
        array[where] = plain[where] = values_for(value, where, n + 99)

    found = np.zeros(SHAPE, np.uint16)
    for part, values in frozen.scan(ALL):
        found[part] = values
    assert_array_equal(found, then)
    assert_array_equal(array[ALL], plain)


def test_what_was_never_written_to_takes_no_place(tmp_path):
    array = tiny(tmp_path)

    array[ALL] = np.zeros(SHAPE, np.uint16)

    assert array.nbytes == 0
    assert list(array.scan(ALL)) == []
    assert list(tmp_path.iterdir()) == []


def test_a_chunk_that_becomes_zero_takes_no_place(tmp_path):
    array = tiny(tmp_path)
    array[box(1, 3, 1, 3, 1, 3)] = np.ones((2, 2, 2), np.uint16)

    array[box(1, 3, 1, 3, 1, 3)] = np.zeros((2, 2, 2), np.uint16)

    assert array.nbytes == 0


def test_a_chunk_that_was_put_away_and_became_zero_does_not_come_back(tmp_path):
    array = tiny(tmp_path, chunks=1)
    array[box(0, 4, 0, 4, 0, 4)] = np.ones((4, 4, 4), np.uint16)
    array[box(4, 7, 0, 4, 0, 4)] = np.ones((3, 4, 4), np.uint16)

    array[box(0, 4, 0, 4, 0, 4)] = np.zeros((4, 4, 4), np.uint16)

    assert not array[box(0, 4, 0, 4, 0, 4)].any()


def test_what_it_gives_is_a_copy(tmp_path):
    array = tiny(tmp_path)
    array[box(0, 1, 0, 1, 0, 1)] = np.ones((1, 1, 1), np.uint16)

    array[box(0, 1, 0, 1, 0, 1)][:] = 7

    assert array[box(0, 1, 0, 1, 0, 1)].item() == 1


def test_nothing_on_disk_has_a_name_that_could_be_left(tmp_path):
    array = tiny(tmp_path, chunks=1)

    array[ALL] = np.ones(SHAPE, np.uint16)

    assert array.nbytes <= 4**3 * 2
    assert array[ALL].all()
    assert list(tmp_path.iterdir()) == []


def test_its_file_is_closed_when_the_last_who_reads_it_has_gone(tmp_path):
    array = tiny(tmp_path, chunks=1)
    array[ALL] = np.ones(SHAPE, np.uint16)
    frozen, descriptor = array.frozen(), array._disk._descriptor

    del array
    gc.collect()
    assert sum(values.sum() for _, values in frozen.scan(ALL)) == np.prod(SHAPE)
    del frozen
    gc.collect()

    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_where_the_disk_is_full_labels_stay_in_memory(tmp_path, monkeypatch, caplog):
    array = tiny(tmp_path, chunks=1)
    full = OSError(28, "No space left on device")
    monkeypatch.setattr("os.pwrite", lambda *_: (_ for _ in ()).throw(full))

    with caplog.at_level(logging.WARNING):
        array[ALL] = np.ones(SHAPE, np.uint16)

    assert array[ALL].all()
    assert "No space left on device" in caplog.text


def test_readers_see_each_chunk_before_or_after_a_write(tmp_path):
    array, torn = tiny(tmp_path, chunks=1), []
    places = box(0, 4, 0, 4, 0, 4), box(4, 7, 4, 8, 0, 4)
    stop = threading.Event()

    def look():
        while not stop.is_set():
            torn.extend(len(np.unique(array[place])) > 1 for place in places)

    reader = threading.Thread(target=look)
    reader.start()
    for value in range(60):
        array[ALL] = np.full(SHAPE, value, np.uint16)
    stop.set()
    reader.join()

    assert torn
    assert not any(torn)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_slices_without_ends_are_whole_axes(tmp_path, axis):
    array = tiny(tmp_path)
    array[box(2, 3, 2, 3, 2, 3)] = np.full((1, 1, 1), 5, np.uint16)
    where = tuple(slice(2, 3) if n == axis else slice(None) for n in range(3))

    assert np.argwhere(array[where].squeeze(axis) == 5).tolist() == [[2, 2]]
