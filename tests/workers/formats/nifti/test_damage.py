"""Damaged and malicious files are refused in a sentence, soon, and within a small memory."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from numpy.testing import assert_array_equal

from dashboard import demo
from workers.formats.nifti import nifti

ROOT = Path(__file__).parents[4]
TORTURE = [pytest.mark.torture, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module")
def scan():
    """The bytes of a real scan, and its voxels."""
    content = demo.PATH.read_bytes()
    return content, nifti.read(content).data


def outcome(content):
    """The voxels that are read, or None if the file is refused."""
    try:
        return nifti.read(content).data
    except nifti.UnreadableFile:
        return None


@pytest.mark.parametrize(("step", "flips"), [(11, 20), pytest.param(1, 920, marks=TORTURE)])
def test_no_flipped_bit_of_a_scan_is_read_as_other_values(scan, step, flips):
    content, voxels = scan
    of_header = range(0, 8 * 10, step)
    others = random.Random(0).sample(range(8 * 10, 8 * len(content)), flips)

    bits, harmless = [*of_header, *others], 0
    for bit in bits:
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        read = outcome(bytes(damaged))
        if read is not None:  # gzip's time and system, and bits of deflate that stand for nothing
            assert_array_equal(read, voxels)
            harmless += 1
    assert harmless < len(of_header)


@pytest.mark.parametrize("cuts", [15, pytest.param(100, marks=TORTURE)])
def test_a_scan_cut_anywhere_is_refused(scan, cuts):
    content, _ = scan
    lengths = random.Random(1).sample(range(len(content)), cuts - 2)

    for length in (*lengths, len(content) - 1, len(content) - 8):
        assert outcome(content[:length]) is None


@pytest.mark.parametrize("count", [2000, pytest.param(100_000, marks=TORTURE)])
def test_no_header_and_no_bomb_leads_to_another_error_or_costs_much(count):
    run = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.workers.formats.mutants", str(count), "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    report = json.loads(run.stdout)
    assert set(report["outcomes"]) == {"opened", "refused"}
    assert report["outcomes"]["opened"] > count / 20
    assert sum(report["outcomes"].values()) == count
    assert report["slowest"] < 2
    assert report["peak"] < 300e6
