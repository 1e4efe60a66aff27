"""Reads damaged and malicious files, in a process of its own with little memory; prints a report.

Run with ``-W error``: a warning is as unexpected as an error of another class.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import random
import re
import resource
import sys
import tempfile
import time
import zlib
from collections import Counter
from pathlib import Path

import nibabel as nib
import numpy as np

from workers.formats.nifti import nifti

MEMORY = 2 * 2**30
ODD = (0, 1, -1, 3, 8, 127, 255, 32767, -32768, 1e-30, 1e30, -1.5, float("nan"), float("inf"))
FIELDS = (
    "dim", "datatype", "bitpix", "pixdim", "vox_offset", "scl_slope", "scl_inter", "xyzt_units",
    "qform_code", "sform_code", "quatern_b", "quatern_c", "quatern_d", "qoffset_x", "srow_x",
    "srow_y", "srow_z", "sizeof_hdr", "magic",
)  # fmt: skip
LARGE = (2**27, 1, 1), (512, 512, 512), (1, 1, 2**27), (23170, 23170, 1), (2**29, 1, 1)
WITHIN = (460, 460, 460), (90_000_000, 1, 1), (1, 9000, 9000), (64, 64, 36, 600), (5, 7, 4, 1)


def header_of(rng):
    """A sound header of one kind or another."""
    kind = rng.choice((nib.Nifti1Header, nib.Nifti2Header))
    header = kind(endianness=rng.choice("<>"))
    header.set_data_dtype(rng.choice(("u1", "i2", "f4", "f8")))
    header.set_data_shape(rng.choice(((5, 7, 4), (5, 7, 4, 3), (64, 48, 20))))
    header.set_qform(np.diag([1, 1, 2, 1]), rng.choice((0, 1)))
    header.set_sform(np.diag([1, 1, 2, 1]), rng.choice((0, 2)))
    header["magic"], header["vox_offset"] = header.single_magic, header.single_vox_offset
    return header


def mutated(rng):
    """A whole file in whose header some fields or bytes are others."""
    header = header_of(rng)
    size = int(np.prod(header.get_data_shape())) * header.get_data_dtype().itemsize
    for _ in range(rng.choice((0, 1, 1, 2, 4))):
        field, value = rng.choice(FIELDS), rng.choice(ODD)
        with np.errstate(all="ignore"):
            try:
                header[field].flat[rng.randrange(header[field].size)] = value
            except (OverflowError, ValueError):  # no such value in such a field
                header[field] = np.zeros((), header[field].dtype)
    block = bytearray(header.binaryblock)
    for _ in range(rng.choice((0, 0, 1, 3, 12))):
        block[rng.randrange(len(block))] = rng.randrange(256)
    return bytes(block) + bytes(4) + bytes(max(0, size + rng.choice((0, 0, 0, -9, 9, 5000))))


def zipped(content, rng):
    """The same in gzip, now and then damaged too."""
    content = bytearray(gzip.compress(content, 1, mtime=0))
    if rng.random() < 0.3:
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    if rng.random() < 0.2:
        del content[rng.randrange(len(content)) :]
    return bytes(content)


def bomb(rng, zeros):
    """A small file that unzips to a hundred megabytes of nothing, whatever it announces."""
    header = header_of(rng)
    if rng.random() < 0.8:
        shape = rng.choice((*LARGE, *WITHIN, (64, 64, 36, 30_000)))
        ranks = nib.Nifti2Header(endianness=header.endianness)
        ranks.set_data_dtype(header.get_data_dtype())
        header = ranks
        header["magic"] = header.single_magic
        header.set_data_shape(shape)
    header["vox_offset"] = rng.choice((540, 544, 2**26, 2**40))
    start = zlib.compressobj(1, zlib.DEFLATED, 31)
    # One more gzip member after the header's: readers go on with it.
    return start.compress(header.binaryblock + bytes(4)) + start.flush() + zeros


def pair(rng, folder):
    """The path of a header whose voxels lie beside it, or do not."""
    content = mutated(rng).replace(b"n+1\0", b"ni1\0", 1).replace(b"n+2\0", b"ni2\0", 1)
    (folder / "scan.hdr").write_bytes(content[: rng.choice((348, 352, 540, 544, len(content)))])
    (folder / "scan.img").write_bytes(content[rng.choice((0, 352, 544)) :])
    return folder / rng.choice(("scan.hdr", "scan.img"))


def one(n, rng, zeros, folder):
    """Something to read: each hundredth is a bomb."""
    luck = rng.random()
    if n % 100 == 0:
        return bomb(rng, zeros)
    if luck < 0.05:
        return pair(rng, folder)
    content = mutated(rng)
    return zipped(content, rng) if luck < 0.4 else content


def main(count, seed):
    """Read `count` of them, and print how it went; seconds are the processor's."""
    rng = random.Random(seed)
    zeros = gzip.compress(bytes(100_000_000), 6, mtime=0)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    outcomes, slowest = Counter(), 0.0
    with tempfile.TemporaryDirectory() as folder:
        for n in range(count):
            source, volume = one(n, rng, zeros, Path(folder)), rng.choice((None, 0))
            start = time.process_time()
            try:
                nifti.read(source, volume=volume, form=rng.choice((None, "sform")))
                outcome = "opened"
            except nifti.UnreadableFile as refused:
                outcome = "refused"
                if "\n" in str(refused) or not str(refused).startswith(("The file: ", "scan.")):
                    outcome = f"no sentence: {refused}"
            except Exception as error:  # noqa: BLE001 - which is what is looked for
                outcome = f"{type(error).__name__}: {error}"
            slowest = max(slowest, time.process_time() - start)
            outcomes[outcome] += 1
    print(json.dumps({"outcomes": outcomes, "slowest": slowest, "peak": peak()}))  # noqa: T201


def peak():
    """Return the most memory that this program has used, in bytes.

    On Linux `getrusage` tells of the process that forked it, too.
    """
    with contextlib.suppress(OSError):
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
