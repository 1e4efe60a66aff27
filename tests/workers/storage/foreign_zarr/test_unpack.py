"""Packed bytes give as many as are known before, and never more."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from numcodecs import blosc, lz4, zstd

from workers.storage.foreign_zarr.unpack import WAYS, unpack
from workers.storage.unreadable import UnreadableFile

ROOT = Path(__file__).parents[4]
CONTENT = bytes(range(256)) * 40
PACK = {
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "bz2": bz2.compress,
    "lzma": lzma.compress,
    "blosc": lambda content: blosc.compress(content, b"lz4", 5, 1),
    "lz4": lz4.compress,
    "zstd": zstd.compress,
}


def frame_without_size(*blocks):
    """A frame of zstd that does not say how large its content is: runs of one byte."""
    content = b"\x28\xb5\x2f\xfd\x00\x58"
    for n, (count, byte) in enumerate(blocks, 1):
        content += ((count << 3) | 2 | (n == len(blocks))).to_bytes(3, "little") + bytes([byte])
    return content


def test_each_way_is_tried_here():
    assert set(PACK) == set(WAYS)


@pytest.mark.parametrize("way", PACK)
def test_what_was_packed_is_unpacked(way):
    assert bytes(unpack(way, PACK[way](CONTENT), len(CONTENT))) == CONTENT


@pytest.mark.parametrize("size", [0, 1, len(CONTENT) - 1, len(CONTENT) + 1, 2 * len(CONTENT)])
@pytest.mark.parametrize("way", PACK)
def test_another_size_is_refused(way, size):
    with pytest.raises(UnreadableFile):
        unpack(way, PACK[way](CONTENT), size)


@pytest.mark.parametrize("cut", [0, 1, 4, 11, 30, -1])
@pytest.mark.parametrize("way", PACK)
def test_what_is_cut_short_is_refused(way, cut):
    with pytest.raises(UnreadableFile):
        unpack(way, PACK[way](CONTENT)[:cut], len(CONTENT))


def test_zstd_that_tells_no_size_is_unpacked_to_just_what_is_wanted():
    packed = frame_without_size((1000, 65), (500, 66))

    assert bytes(unpack("zstd", packed, 1500)) == b"A" * 1000 + b"B" * 500
    for size in (1499, 1501):
        with pytest.raises(UnreadableFile):
            unpack("zstd", packed, size)


def test_two_frames_of_zstd_are_no_way_to_more():
    with pytest.raises(UnreadableFile):
        unpack("zstd", zstd.compress(CONTENT) * 2, len(CONTENT))


BOMB = """
import bz2, gzip, json, lzma, resource, sys, time, zlib
import numpy as np
from numcodecs import blosc, lz4, zstd
from workers.storage.unreadable import UnreadableFile
from workers.storage.foreign_zarr.unpack import unpack
from tests.workers.formats.mutants import peak
from tests.workers.storage.foreign_zarr.test_unpack import frame_without_size
N = 2**30
def piecewise(packer):
    zeros = bytes(2**22)
    return b"".join(packer.compress(zeros) for _ in range(N // 2**22)) + packer.flush()
way = sys.argv[1]
zeros = np.zeros(N // 4, np.uint8)
made = {
    "gzip": lambda: piecewise(zlib.compressobj(1, zlib.DEFLATED, 31)),
    "zlib": lambda: piecewise(zlib.compressobj(1)),
    "bz2": lambda: piecewise(bz2.BZ2Compressor(1)),
    "lzma": lambda: piecewise(lzma.LZMACompressor(preset=0)),
    "blosc": lambda: (2).to_bytes(1, "little") * 4 + (N).to_bytes(4, "little") * 2
    + (2**20).to_bytes(4, "little") + bytes(2**20 - 16),
    "lz4": lambda: (N).to_bytes(4, "little") + bytes(2**20),
    "zstd": lambda: frame_without_size(*[(2**17, 0)] * (N // 2**17)),
}[way]()
del zeros
resource.setrlimit(resource.RLIMIT_AS, (3 * 2**30 // 2, 3 * 2**30 // 2))
before, began = peak(), time.process_time()
try:
    unpack(way, made, 2**16)
    said = ""
except UnreadableFile as refused:
    said = str(refused)
print(json.dumps({"packed": len(made), "said": said, "took": time.process_time() - began,
                  "more": peak() - before}))
"""


@pytest.mark.parametrize("way", ["gzip", "zlib", "blosc", "lz4", "zstd"])
def test_a_bomb_of_a_gigabyte_costs_nothing(way):
    """In a process of its own with little memory."""
    command = [sys.executable, "-W", "error", "-c", BOMB, way]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    found = json.loads(run.stdout)
    assert found["said"]
    assert found["packed"] < 2**23
    assert found["more"] < 2**25
    assert found["took"] < 0.5


def test_what_is_unpacked_is_an_array_or_bytes_of_that_size():
    for way, pack in PACK.items():
        found = np.frombuffer(unpack(way, pack(CONTENT), len(CONTENT)), np.uint8)
        assert found.nbytes == len(CONTENT), way
