"""Memory of a whole ``slic`` above what was there before, each in a process of its own (Linux)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from skimage.segmentation import slic as peer

from benchmarks.figure import Figure
from benchmarks.slic_start import volume
from benchmarks.slic_whole import OPTIONS
from workers.superpixels.skimage_slic import slic

SLICS: dict[str, Callable] = {"ours": slic, "scikit-image": peer}
STATUS = Path("/proc/self/status")
ITERATIONS = 2  # the others take no more
AT_MOST = 0.5


def figures() -> Iterator[Figure]:
    if not STATUS.exists():
        return
    taken = {name: measured_alone(name) for name in SLICS}
    ratio = taken["ours"] / taken["scikit-image"]
    yield Figure("memory above start, ours to scikit-image", [ratio], "×", at_most=AT_MOST)
    for name, mib in taken.items():
        yield Figure(f"    {name}", [mib], "MiB")


def measured_alone(name: str) -> float:
    command = [sys.executable, "-m", "benchmarks.slic_memory", name]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def above_start(slic: Callable) -> float:
    """Return the MiB by which a call's peak is above what the process had before."""
    image = volume()
    slic(image[:32, :32, :32], 8, max_num_iter=1, channel_axis=None)
    before = resident("VmRSS")
    kept = slic(image, **OPTIONS, max_num_iter=ITERATIONS)
    assert kept.shape == image.shape
    return resident("VmHWM") - before


def resident(field: str) -> float:
    """Return a size of this process from Linux, in MiB."""
    lines = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
    return int(lines[field].split()[0]) / 1024


if __name__ == "__main__":
    print(above_start(SLICS[sys.argv[1]]))
