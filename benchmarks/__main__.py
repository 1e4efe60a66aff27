"""Print the figures that are asked for: ``python -m benchmarks [NAME…] [--slow] [--install]``."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import re
import signal
import sys
import time
from importlib.metadata import version
from pathlib import Path

from llvmlite.binding import get_host_cpu_features

NAMES = (
    "kernel",
    "slic",
    "quality",
    "page",
    "slices",
    "stroke",
    "surfaces",
    "brush",
    "history",
    "many_labels",
)
BY_NAME = ("defaults", "foreground", "load", "slices_big", "strokes_big", "big", "label_table")
SLOWER = ("slic", "big")
BUSY_S = 0.5
WIDTHS = {"AVX-512": "avx512f", "AVX2": "avx2"}  # the widest first, and what LLVM calls it
PACKAGES = ("panel", "bokeh", "holoviews", "numpy", "numba", "scikit-image", "SimpleITK")


def main() -> None:
    # So that servers and browsers are ended too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    given = build_parser().parse_args()
    print(machine())
    for name in given.names or (() if given.install else NAMES):
        show(name, **options(name, given))
    if given.install:
        show("install")


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("benchmarks", description="Time the kernels and the page.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES + BY_NAME)}")
    parser.add_argument("--slow", action="store_true", help="the peers' slowest runs five times")
    parser.add_argument("--install", action="store_true", help="make run in a fresh clone")
    parser.add_argument("--annotators", type=int, default=20, help="of load (default: 20)")
    parser.add_argument("--minutes", type=float, default=10, help="of load (default: 10)")
    return parser


def options(name: str, given: argparse.Namespace) -> dict:
    """Return what a family is told."""
    if name == "load":
        return {"annotators": given.annotators, "minutes": given.minutes}
    return {"slow": given.slow} if name in SLOWER else {}


def machine() -> str:
    """Return on what the figures were taken."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    python = platform.python_version()
    return f"{os.cpu_count()} processors ({processor()}); Python {python}, {packages}"


def processor(told: Path = Path("/proc/cpuinfo")) -> str:
    """Return the name of the processor, and how wide its registers are where numba tells."""
    names = re.findall(r"model name\s*: (.*)", told.read_text()) if told.exists() else []
    widths = [name for name in WIDTHS if get_host_cpu_features().get(WIDTHS[name])]
    return ", ".join([*(names[:1] or [platform.processor() or platform.machine()]), *widths[:1]])


def share_of_a_processor() -> float:
    """Return how much of the time one thread runs: below 1 others are at work, and figures high."""
    wall, cpu = time.perf_counter(), time.process_time()
    while time.perf_counter() - wall < BUSY_S:
        pass
    return (time.process_time() - cpu) / (time.perf_counter() - wall)


def show(name: str, **told) -> None:
    """Measure one family, and print its rows."""
    print(f"\n{name} (a busy loop gets {share_of_a_processor():.0%} of a processor)", flush=True)
    measure = importlib.import_module(f"benchmarks.{name}").figures
    for figure in measure(**told):
        print(figure.row(), flush=True)


if __name__ == "__main__":
    main()
