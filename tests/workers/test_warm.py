from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from workers.drawing import stroke_path
from workers.runtime import boxes
from workers.superpixels.partition import partition
from workers.warm import warm, warm_page

ROOT = Path(__file__).parents[2]


def versions():
    """How often each compiled function of what a page calls has been compiled or loaded."""
    kernels = (boxes._scan, stroke_path._cells, stroke_path._collect)
    return [len(kernel.signatures) for kernel in kernels]


@pytest.mark.parametrize("dtype", [np.uint16, np.uint32])
@pytest.mark.parametrize("order", ["C", "F"])
def test_after_it_no_stroke_and_no_file_waits_for_the_compiler(dtype, order):
    warm_page()
    before = versions()

    ids = np.ones((4, 5, 6), dtype, order)
    ids.flags.writeable = False
    boxes.boxes(ids, 1)
    for axis in range(3):
        stroke_path.ids_under(ids, axis, 1, np.array([[0, 0], [2, 3]]))

    assert versions() == before


def test_a_partition_of_each_kind_of_image_is_made_ready():
    """Nothing but that they run: what they compile is the business of `partition`."""
    warm()

    assert partition(np.arange(64.0).reshape(4, 4, 4), (1, 1, 1), count=2).count >= 1


@pytest.mark.torture  # it compiles all from nothing
def test_as_a_command_it_says_nothing_and_fills_the_cache(tmp_path):
    run = subprocess.run(
        [sys.executable, "-W", "error", "-m", "workers.warm"],
        cwd=ROOT,
        env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)},
        capture_output=True,
        check=True,
    )

    assert (run.stdout, run.stderr) == (b"", b"")
    assert any("ids_under" in path.name or "_collect" in path.name for path in tmp_path.rglob("*"))
