from __future__ import annotations

import json
import stat
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal

from dashboard.cases import ids_file, record_file
from dashboard.cases.ids_file import DamagedIds
from tests.conftest import slab

SHAPE = (4, 3, 2)
IDS = np.concatenate([slab("112", "112", "334", "334"), slab("156", "116", "774", "700")], axis=2)


@pytest.fixture
def path(tmp_path):
    """Where superpixels of 4 × 3 × 2 voxels are kept, in several pieces."""
    return tmp_path / "1-1.ids"


@pytest.fixture(params=[np.uint16, np.uint32])
def ids(request, monkeypatch):
    """Superpixels of either kind of number, in pieces of ten bytes."""
    monkeypatch.setattr(ids_file, "PIECE", 10)
    return IDS.astype(request.param)


def test_ids_that_were_written_are_read(path, ids):
    ids_file.write(path, ids)

    found = ids_file.read(path, SHAPE)

    assert_array_equal(found, ids)
    assert found.dtype == ids.dtype
    assert len(record_file.read(path.read_bytes()).payloads) > 3


@given(arrays(st.sampled_from([">u2", "<u4", ">u4"]), SHAPE), st.booleans())
def test_ids_of_any_order_are_read_as_they_were(tmp_path_factory, ids, turned):
    path = tmp_path_factory.mktemp("ids") / "1-1.ids"
    ids = ids[::-1].T.reshape(SHAPE[::-1]).T if turned else ids

    ids_file.write(path, ids)

    assert_array_equal(ids_file.read(path, SHAPE), ids)


def test_nobody_else_may_read_them(path, ids):
    ids_file.write(path, ids)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_flipped_bit_anywhere_is_refused(path, ids):
    ids_file.write(path, ids)
    content = path.read_bytes()
    for at in range(len(content)):
        flipped = bytearray(content)
        flipped[at] ^= 1 << at % 8
        path.write_bytes(flipped)

        with pytest.raises(DamagedIds, match=r"in 1-1\.ids; it is damaged"):
            ids_file.read(path, SHAPE)


def test_a_file_cut_anywhere_is_refused(path, ids):
    ids_file.write(path, ids)
    content = path.read_bytes()
    for end in range(len(content)):
        path.write_bytes(content[:end])

        with pytest.raises(DamagedIds):
            ids_file.read(path, SHAPE)


def test_more_behind_them_is_refused(path, ids):
    ids_file.write(path, ids)
    path.write_bytes(path.read_bytes() + b"\0")

    with pytest.raises(DamagedIds):
        ids_file.read(path, SHAPE)


def test_superpixels_of_another_volume_are_refused(path, ids):
    ids_file.write(path, ids)

    with pytest.raises(DamagedIds, match=r"\(3, 4, 2\)"):
        ids_file.read(path, (3, 4, 2))


@pytest.mark.parametrize(
    ("head", "pieces"),
    [
        ({"dtype": "|O", "shape": SHAPE}, [bytes(192)]),
        ({"dtype": "<f4", "shape": SHAPE}, [bytes(96)]),
        ({"dtype": "<u2", "shape": SHAPE}, [bytes(46)]),
        ({"dtype": "<u2", "shape": SHAPE}, [bytes(10**6)]),
        ({"dtype": "<u2", "shape": [10**9] * 3}, [bytes(48)]),
        ({"dtype": "<u2", "shape": 5}, [bytes(48)]),
        ({"dtype": ["<u2"], "shape": SHAPE}, [bytes(48)]),
        ({"shape": SHAPE}, [bytes(48)]),
        ([], []),
    ],
)
def test_a_sound_file_that_says_something_else_is_refused(path, head, pieces, monkeypatch):
    monkeypatch.setattr(ids_file, "PIECE", 1000)
    packed = [zlib.compress(piece) for piece in pieces]
    path.write_bytes(record_file.encode_file([json.dumps(head).encode(), *packed]))

    with pytest.raises(DamagedIds):
        ids_file.read(path, SHAPE)


@pytest.mark.parametrize(
    "content", [b"", b"{}", record_file.encode_file([]), record_file.encode_file([b"{", b"x"])]
)
def test_a_file_of_something_else_is_refused(path, content):
    path.write_bytes(content)

    with pytest.raises(DamagedIds):
        ids_file.read(path, SHAPE)


def test_a_file_that_is_not_there_is_an_error_of_the_disk(path):
    with pytest.raises(FileNotFoundError):
        ids_file.read(path, SHAPE)
