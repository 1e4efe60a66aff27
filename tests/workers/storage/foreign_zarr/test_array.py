"""An array of zarr is read as zarr reads it, but through the gate, and to no more than it holds."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import numcodecs
import numpy as np
import pytest
import zarr
from numpy.testing import assert_array_equal
from zarr.codecs import BloscCodec, Crc32cCodec, GzipCodec, TransposeCodec, ZstdCodec

from dashboard.volumes.cache.sources import SourceKey
from tests.workers.formats.test_ome_zarr import counted, write
from workers.formats import open_volume
from workers.storage.foreign_zarr.array import ZarrArray
from workers.storage.unreadable import UnreadableFile

ROOT = Path(__file__).parents[4]
SHAPE, CHUNKS = (9, 7, 11), (4, 3, 4)
DATA = np.arange(1, 1 + np.prod(SHAPE)).reshape(SHAPE)


def made(path, dtype="<u2", version=3, **how):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zarr's own, of codecs that are in no specification
        array = zarr.create_array(
            path, shape=SHAPE, dtype=dtype, chunks=CHUNKS, zarr_format=version, **how
        )
        array[...] = DATA.astype(dtype)
        array[:4, :3, :4] = array.fill_value
        return array[...]


def altered(path, **how):
    """Change what an array says of itself."""
    record = next(path / name for name in ("zarr.json", ".zarray") if (path / name).exists())
    record.write_text(json.dumps(json.loads(record.read_text()) | how))


def codecs_of(path):
    return json.loads((path / "zarr.json").read_text())["codecs"]


KINDS = {
    "2": {"version": 2},
    "2 big": {"version": 2, "dtype": ">i4"},
    "2 Fortran": {"version": 2, "order": "F"},
    "2 nested": {"version": 2, "chunk_key_encoding": {"name": "v2", "separator": "/"}},
    "2 filled": {"version": 2, "fill_value": 7},
    **{f"2 {c.codec_id}": {"version": 2, "compressors": c} for c in
       (numcodecs.Zlib(1), numcodecs.GZip(1), numcodecs.BZ2(1), numcodecs.LZMA(preset=0),
        numcodecs.Blosc(), numcodecs.Zstd(), numcodecs.LZ4())},
    "2 raw": {"version": 2, "compressors": None},
    "2 delta": {"version": 2, "filters": [numcodecs.Delta("<u2")], "compressors": None},
    "2 shuffle": {"version": 2, "filters": [numcodecs.Shuffle(2)]},
    "3": {},
    "3 raw": {"compressors": None},
    "3 float": {"dtype": "<f4", "fill_value": float("nan")},
    "3 gzip": {"compressors": GzipCodec(level=1)},
    "3 zstd": {"compressors": ZstdCodec(level=1)},
    "3 blosc": {"compressors": BloscCodec(cname="zlib")},
    "3 checked": {"compressors": [GzipCodec(), Crc32cCodec()]},
    "3 checked first": {"compressors": [Crc32cCodec(), ZstdCodec()]},
    "3 turned": {"filters": TransposeCodec(order=(2, 0, 1))},
    "3 big": {"serializer": zarr.codecs.BytesCodec(endian="big")},
    "3 flat": {"chunk_key_encoding": {"name": "v2", "separator": "."}},
    "3 dotted": {"chunk_key_encoding": {"name": "default", "separator": "."}},
    "3 sharded": {"shards": (8, 6, 8)},
    "3 sharded, checked": {"shards": (8, 6, 8), "compressors": [GzipCodec(), Crc32cCodec()]},
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_read_as_zarr_reads_it(tmp_path, kind):
    expected = made(tmp_path / "a", **KINDS[kind])

    array = ZarrArray(tmp_path / "a", tmp_path)

    assert (array.shape, array.chunks) == (SHAPE, CHUNKS)
    assert array.dtype.newbyteorder("=") == expected.dtype.newbyteorder("=")
    for box in (np.s_[:, :, :], np.s_[1:8, 2:3, 5:11], np.s_[3, :, 10], np.s_[0:0, :, :]):
        assert_array_equal(array[box], expected[box])


def test_a_table_of_shards_may_come_first(tmp_path):
    codec = zarr.codecs.ShardingCodec(chunk_shape=CHUNKS, index_location="start")
    array = zarr.create_array(
        tmp_path / "a", shape=(8, 6, 8), chunks=(8, 6, 8), dtype="u2", serializer=codec,
        compressors=None,
    )  # fmt: skip
    array[...] = DATA[:8, :6, :8]

    assert_array_equal(ZarrArray(tmp_path / "a")[:], DATA[:8, :6, :8])


def refusal(path):
    with pytest.raises((UnreadableFile, ValueError)) as caught:
        ZarrArray(path)[:]
    return str(caught.value)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"filters": [numcodecs.Zlib(1)]}, "packed once"),
        ({"filters": [numcodecs.GZip(1)], "compressors": numcodecs.GZip(1)}, "packed once"),
        ({"filters": [numcodecs.Delta("<u2", "|u1")]}, "packs nothing"),
        ({"filters": [numcodecs.FixedScaleOffset(0, 1, "<u2", "u1")]}, "these are by fixedscale"),
        ({"filters": [numcodecs.PackBits()], "dtype": "?"}, "these are by packbits"),
    ],
    ids=str,
)
def test_what_packs_twice_is_refused_in_version_2(tmp_path, how, said):
    made(tmp_path / "a", version=2, **how)

    assert said in refusal(tmp_path / "a")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["gzip", "gzip"], "packed once"),
        (["zstd", "blosc"], "packed once"),
        (["numcodecs.zlib", "crc32c", "numcodecs.bz2"], "packed once"),
        (["gzip", "numcodecs.shuffle"], "a filter comes after"),
    ],
    ids=str,
)
@pytest.mark.parametrize("shards", [None, (8, 6, 8)], ids=["chunks", "shards"])
def test_what_packs_twice_is_refused_in_version_3(tmp_path, names, shards, said):
    made(tmp_path / "a", shards=shards)
    (first, *_) = told = codecs_of(tmp_path / "a")
    inner = first["configuration"]["codecs"] if shards else told
    inner[1:] = [{"name": name, "configuration": {}} for name in names]

    altered(tmp_path / "a", codecs=told)

    assert said in refusal(tmp_path / "a")


def test_packed_shards_and_shards_of_shards_and_a_packed_table_are_refused(tmp_path):
    made(tmp_path / "a", shards=(8, 6, 8))
    (shard,) = codecs_of(tmp_path / "a")
    told = shard["configuration"]

    altered(tmp_path / "a", codecs=[shard, {"name": "gzip", "configuration": {"level": 1}}])
    assert "not packed as a whole" in refusal(tmp_path / "a")
    inner = shard | {"configuration": told | {"chunk_shape": [2, 3, 2]}}
    altered(tmp_path / "a", codecs=[shard | {"configuration": told | {"codecs": [inner]}}])
    assert "their table as it is" in refusal(tmp_path / "a")
    packed = [*told["index_codecs"], {"name": "gzip", "configuration": {}}]
    altered(tmp_path / "a", codecs=[shard | {"configuration": told | {"index_codecs": packed}}])
    assert "their table as it is" in refusal(tmp_path / "a")


@pytest.mark.parametrize(
    "codec", ["vlen-utf8", "numcodecs.pickle", "numcodecs.zfpy", "numcodecs.json2", "evil"]
)
def test_another_codec_is_refused_by_its_name(tmp_path, codec):
    made(tmp_path / "a")
    altered(tmp_path / "a", codecs=[*codecs_of(tmp_path / "a")[:1], {"name": codec}])

    assert codec.removeprefix("numcodecs.") in refusal(tmp_path / "a")


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"chunks": [2**10] * 3}, "chunks of at most"),
        ({"chunks": [2**9] * 3}, "that the array fills"),
        ({"shape": [2**20] * 3, "chunks": [1, 1, 1]}, "chunks of 1,024 voxels or more"),
        ({"shape": [2**20] * 3, "chunks": [0, 1, 1]}, "whole numbers from 1"),
        ({"shape": [-1, 1, 1]}, "whole numbers from 0"),
        ({"shape": [True, 1, 1]}, "whole numbers"),
        ({"shape": [2**80, 1, 1]}, "whole numbers"),
        ({"shape": [1] * 3000, "chunks": [1] * 3000}, "number for each axis"),
        ({"dtype": "|O"}, "integer or real"),
        ({"dtype": [["a", "<u2"]]}, "integer or real"),
    ],
    ids=str,
)
def test_what_it_says_of_itself_is_believed_within_bounds(tmp_path, how, said):
    made(tmp_path / "a", version=2)
    altered(tmp_path / "a", **how)

    assert said in refusal(tmp_path / "a")


def test_a_record_that_is_too_long_or_too_deep_is_refused(tmp_path):
    made(tmp_path / "a")
    record = tmp_path / "a" / "zarr.json"

    record.write_text('{"a":' * 10**5)
    assert "too deep" in refusal(tmp_path / "a") or "damaged" in refusal(tmp_path / "a")
    record.write_text(" " * (2**23 + 1))
    assert "at most" in refusal(tmp_path / "a")


@pytest.mark.parametrize("shards", [None, (8, 6, 8)], ids=["chunks", "shards"])
def test_no_cut_and_no_flipped_bit_of_a_checked_chunk_is_read(tmp_path, shards):
    made(tmp_path / "a", shards=shards, compressors=[GzipCodec(), Crc32cCodec()])
    chunk = tmp_path / "a" / "c" / "1" / "1" / "1" if shards else tmp_path / "a" / "c/1/1/1"
    whole = chunk.read_bytes()

    for content in (b"", whole[: len(whole) // 2], whole[:-1], whole + b"0" * 10**6,
                    whole[:12] + bytes([whole[12] ^ 4]) + whole[13:]):  # fmt: skip
        chunk.write_bytes(content)
        assert refusal(tmp_path / "a")


# Links and pipes


@pytest.fixture
def image(tmp_path):
    """An image in a data folder, beside which there is what nobody may see."""
    (tmp_path / "data").mkdir()
    return write(tmp_path / "data" / "scan.ome.zarr", [counted((20, 14, 12))], version=3)


def opened_from(folder, image):
    with open_volume.open_file(image, within=folder) as found:
        return found.read()


PARTS = ["zarr.json", "0/zarr.json", "0/c/1/1/1", "0/c/1", "0"]


@pytest.mark.parametrize("part", PARTS)
def test_a_link_out_of_the_folder_is_refused_whatever_it_stands_for(image, tmp_path, part):
    place = tmp_path / "secret"
    (image / part).rename(place)
    (image / part).symlink_to(place)

    with pytest.raises(UnreadableFile, match="leads out of it"):
        opened_from(tmp_path / "data", image)
    # Whoever names it on a command line may follow it.
    assert_array_equal(opened_from(None, image), counted((20, 14, 12)))


@pytest.mark.parametrize("part", PARTS)
def test_a_link_that_stays_inside_is_followed(image, tmp_path, part):
    """As those of DataLad and git-annex, whose files lie in .git."""
    place = tmp_path / "data" / ".git-annex"
    (image / part).rename(place)
    (image / part).symlink_to(place)

    assert_array_equal(opened_from(tmp_path / "data", image), counted((20, 14, 12)))


@pytest.mark.parametrize("within", [True, False])
def test_a_file_that_was_not_fetched_is_said_and_not_taken_for_nothing(image, tmp_path, within):
    (image / "0/c/1/1/1").unlink()
    (image / "0/c/1/1/1").symlink_to("../.git-annex")

    with pytest.raises(UnreadableFile, match="leads nowhere: fetch"):
        opened_from(tmp_path / "data" if within else None, image)


@pytest.mark.parametrize("part", ["0/zarr.json", "0/c/1/1/1"])
def test_a_pipe_is_refused(image, part):
    (image / part).unlink()
    os.mkfifo(image / part)

    with pytest.raises(UnreadableFile, match="is a pipe or a socket"):
        opened_from(None, image)


def test_levels_with_links_are_not_used_where_they_lie(image, tmp_path):
    with open_volume.open_file(image) as found:
        assert len(found.levels) == 1
    (image / "0/c/1/1/1").rename(tmp_path / "data" / "there")
    (image / "0/c/1/1/1").symlink_to(tmp_path / "data" / "there")

    with open_volume.open_file(image) as found:
        assert found.levels == ()


def test_links_that_lead_round_are_not_gone_round(image, tmp_path):
    """Two of them in each other would be followed 2⁴⁰ times."""
    for name in ("one", "two"):
        (image / name).symlink_to(image)
        (image / "0" / name).symlink_to(image)

    assert SourceKey.of([image], None, None).stamp
    assert_array_equal(opened_from(tmp_path / "data", image), counted((20, 14, 12)))


BOMB = """
import json, resource, sys, time
from workers.formats import open_volume
from workers.storage.unreadable import UnreadableFile
from tests.workers.formats.mutants import peak
resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30, 2 * 2**30))
before, began = peak(), time.process_time()
try:
    with open_volume.open_file(sys.argv[1]) as found:
        found.read()
    said = ""
except UnreadableFile as refused:
    said = str(refused)
print(json.dumps({"said": said, "took": time.process_time() - began, "more": peak() - before}))
"""


@pytest.mark.parametrize("packed", [1, 2], ids=["gzip", "gzip over gzip"])
def test_a_chunk_that_unpacks_to_gigabytes_costs_nothing(image, packed):
    """In a process of its own with little memory."""
    zeros = gzip.compress(gzip.compress(bytes(2**26), 9) * 64 if packed == 2 else bytes(2**28), 9)
    for chunk in (image / "0" / "c").rglob("*"):
        if chunk.is_file():
            chunk.write_bytes(zeros)
    packing = {"name": "gzip", "configuration": {"level": 1}}
    altered(image / "0", codecs=[*codecs_of(image / "0")[:1], *[packing] * packed])

    command = [sys.executable, "-W", "error", "-c", BOMB, str(image)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    found = json.loads(run.stdout)
    assert found["said"].startswith("scan.ome.zarr: expected ")
    assert found["took"] < 5
    assert found["more"] < 2**26
