"""SLIC's iterations on 8 lanes, as a processor with AVX2 and without AVX-512 runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from llvmlite.binding import get_host_cpu_features

from benchmarks import slic_iterations, slic_start
from benchmarks.figure import Figure
from workers.runtime.team import Team

ROOT = Path(__file__).parents[1]
COUNT = 2_000
NAME = f"{slic_iterations.ITERATIONS} iterations, n = {COUNT:,}, 8 lanes (AVX2)"
AVX2 = {"NUMBA_CPU_NAME": "x86-64-v3", "NUMBA_CPU_FEATURES": "+avx2,+bmi,+bmi2,+popcnt"}


def figures() -> Iterator[Figure]:
    """Have them run in another process, for which numba compiles as if there were no more."""
    if not get_host_cpu_features().get("avx2"):
        yield Figure(f"{NAME}: cannot be forced, as this processor has no AVX2", [0], "")
        return
    with tempfile.TemporaryDirectory() as cache:  # what is compiled so is of no use to others
        run = subprocess.run(
            [sys.executable, "-m", "benchmarks.slic_lanes"],
            env=os.environ | AVX2 | {"NUMBA_CACHE_DIR": cache},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    took = json.loads(run.stdout)
    ratios = [theirs / ours for theirs, ours in zip(took["theirs"], took["ours"], strict=True)]
    yield Figure(f"{NAME}: scikit-image to ours", ratios, "×", at_least=slic_iterations.AT_LEAST)
    yield Figure("    scikit-image, all of them", [sum(took["theirs"])], "s")
    yield Figure("    ours, all of them", [sum(took["ours"])], "s")
    yield Figure("    voxels that differ", [took["differ"]], "", at_most=0)


def main() -> None:
    """Print what both took, in turns, and how many voxels differ."""
    given = slic_start.start(slic_start.volume(), COUNT)
    with Team(1) as team:
        turns, differ = slic_iterations.in_turns(given, team)[:2]
    print(json.dumps({"ours": turns.ours, "theirs": turns.theirs, "differ": int(differ)}))


if __name__ == "__main__":
    main()
