from __future__ import annotations

import os

import numpy as np
import pytest
import zarr
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from workers.storage.box_reader import BoxReader
from workers.storage.stored_array import create, packed_chunk, raw_chunk

SHAPE = (9, 7, 11)
DATA = np.arange(np.prod(SHAPE), dtype="u2").reshape(SHAPE)
DATA[:4, :3, :4] = 0  # a chunk that takes no place on the disk


def ours(path, *, compressed):
    create(path, SHAPE, "u2", (4, 3, 4), compressed=compressed)[...] = DATA
    return path


def others(path, version, dtype, **options):
    zarr.create_array(
        path, shape=SHAPE, dtype=dtype, chunks=(4, 3, 4), zarr_format=version, **options
    )[...] = DATA
    return path


@pytest.fixture(scope="module")
def arrays(tmp_path_factory):
    """Paths of the same values, kept in each way."""
    root = tmp_path_factory.mktemp("arrays")
    raw = {"compressors": None}
    return [
        ours(root / "raw", compressed=False),
        ours(root / "compressed", compressed=True),
        others(root / "filled", 3, "u2", fill_value=5, **raw),
        others(root / "flat", 3, "u2", chunk_key_encoding={"name": "v2", "separator": "."}, **raw),
        others(root / "sharded", 3, "u2", shards=(8, 6, 8), **raw),
        others(root / "two", 2, ">u2"),
        others(root / "two raw", 2, "<u2", **raw),
    ]


@given(box=st.tuples(*[st.tuples(st.integers(0, n - 1), st.integers(1, 9)) for n in SHAPE]))
def test_a_box_is_the_same_however_it_is_kept(arrays, box):
    box = tuple(slice(start, start + size) for start, size in box)

    for path in arrays:
        found = BoxReader(path).read(box)

        assert_array_equal(found, DATA[box])
        assert found.flags.c_contiguous
        assert found.dtype == np.dtype("u2")


def test_a_box_is_written_where_it_is_wanted(arrays):
    wanted = np.zeros(SHAPE, "u2")
    box = slice(1, 8), slice(2, 7), slice(3, 11)

    for path in arrays:
        BoxReader(path).read(box, wanted[box])
        assert_array_equal(wanted[box], DATA[box])


def test_only_what_we_make_is_read_without_zarr(arrays):
    ways = [BoxReader(path)._chunk for path in arrays]

    assert ways == [raw_chunk, packed_chunk, *[None] * 5]


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("left", [0, 0.5])
def test_a_chunk_that_was_cut_short_is_named_with_the_way_out(tmp_path, compressed, left):
    path = ours(tmp_path / "array", compressed=compressed)
    chunk = path / "c" / "1" / "1" / "1"
    os.truncate(chunk, int(chunk.stat().st_size * left))

    with pytest.raises(ValueError, match=r"c/1/1/1 is damaged\. .*supervox cache --clear"):
        BoxReader(path).read((slice(0, 9),) * 3)
