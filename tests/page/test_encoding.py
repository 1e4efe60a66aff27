from __future__ import annotations

import asyncio
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal

from dashboard.annotation.change import MOST_VOXELS
from dashboard.page import encoding

MOST_BYTES = 10 << 20  # of one message: a JupyterHub's proxy ends the session beyond
SHAPES = st.tuples(*[st.integers(1, 6)] * 3)


async def collected(array):
    return [piece async for piece in encoding.pieces(array)]


def sent(array):
    return asyncio.run(collected(array))


def put_together(pieces, array):
    """What the page makes of the pieces: bytes written where each begins."""
    content = bytearray(array.nbytes)
    for start, data in pieces:
        part = zlib.decompress(data)
        content[start : start + len(part)] = part
    return np.frombuffer(content, array.dtype).reshape(array.shape)


def unpacked(content, boxes, labels):
    """What the page makes of packed boxes: values one after the other."""
    values = np.frombuffer(zlib.decompress(content), "<u2")
    for box in boxes:
        part = labels[box]
        part[...] = values[: part.size].reshape(part.shape)
        values = values[part.size :]
    assert not len(values)
    return labels


@pytest.mark.parametrize("dtype", encoding.EXACT)
@given(data=st.data())
def test_an_array_arrives_as_it_was(dtype, data):
    array = data.draw(arrays(dtype, SHAPES))

    arrived = put_together(sent(array), array)

    assert_array_equal(arrived, array)


def test_an_array_in_another_order_of_memory_arrives_as_it_was(non_cubic):
    array = np.asfortranarray(non_cubic.data)

    assert_array_equal(put_together(sent(array), array), non_cubic.data)


def test_a_large_array_comes_in_pieces_that_pass_any_proxy():
    noise = np.random.default_rng(0).integers(0, 2**16, (100, 300, 301), np.uint16)

    pieces = sent(noise)

    assert len(pieces) == -(-noise.nbytes // encoding.PIECE) > 1
    assert max(len(data) for _, data in pieces) < MOST_BYTES / 2
    assert_array_equal(put_together(pieces, noise), noise)


def test_read_only_arrays_are_sent_too(two_tissues):
    assert not two_tissues.data.flags.writeable

    assert_array_equal(put_together(sent(two_tissues.data), two_tissues.data), two_tissues.data)


@pytest.mark.parametrize("dtype", encoding.EXACT)
def test_what_a_browser_has_is_shown_exactly(dtype):
    data = np.ones((2, 3, 4), dtype)

    assert encoding.shown(data) is data


@pytest.mark.parametrize("dtype", ["float64", "int64", "uint64", "float16", "bool"])
def test_what_a_browser_has_not_is_shown_as_float32(dtype):
    data = np.ones((2, 3, 4), dtype)

    shown = encoding.shown(data)

    assert shown.dtype == np.float32
    assert_array_equal(shown, data)


def test_intensities_beyond_float32_are_shown_as_infinite_without_a_warning():
    shown = encoding.shown(np.array([[[1e300, -1e300, np.nan, 1.0]]]))

    assert_array_equal(shown, np.array([[[np.inf, -np.inf, np.nan, 1]]], np.float32))


@given(arrays(np.uint16, (4, 5, 3)), st.data())
def test_boxes_arrive_as_they_were(labels, data):
    def box(_):
        cuts = [data.draw(st.tuples(*[st.integers(0, n)] * 2).map(sorted)) for n in labels.shape]
        return tuple(slice(low, high) for low, high in cuts)

    boxes = tuple(map(box, range(data.draw(st.integers(1, 4)))))
    expected = np.zeros_like(labels)
    for each in boxes:
        expected[each] = labels[each]

    arrived = unpacked(encoding.pack(boxes, labels), boxes, np.zeros_like(labels))

    assert_array_equal(arrived, expected)


def test_the_largest_boxes_that_are_packed_pass_any_proxy():
    noise = np.random.default_rng(0).integers(0, 2**16, (1, 1, MOST_VOXELS), np.uint16)

    content = encoding.pack((tuple(slice(0, n) for n in noise.shape),), noise)

    assert len(content) < MOST_BYTES


@pytest.mark.parametrize("length", [0, 1, encoding.PIECE - 1, encoding.PIECE, encoding.PIECE + 1])
def test_a_file_is_cut_and_comes_together_again(length):
    content = np.random.default_rng(0).bytes(length)

    parts = encoding.split_message(content)

    assert b"".join(parts) == content
    assert len(parts) == max(1, -(-length // encoding.PIECE))
    assert max(map(len, parts)) <= encoding.PIECE
