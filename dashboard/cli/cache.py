"""``supervox cache``: what is kept of large volumes, and how one is rid of it."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

from dashboard.cli import printing, serve_options
from dashboard.volumes.cache import eviction, record, sources
from dashboard.volumes.cache.eviction import Kept
from dashboard.volumes.cache.store import gigabytes


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``supervox cache``."""
    serve_options.add_cache_to(parser)
    parser.add_argument("--clear", action="store_true", help="remove all of it but what is in use")


def run(given: argparse.Namespace) -> int:
    """List the cache or clear it; returns the exit status."""
    root = serve_options.cache(given)
    try:
        lines = (clear if given.clear else listed)(root)
    except OSError as error:
        said = (
            f"Expected a cache folder that can be read and written; {root} cannot "
            f"({error.strerror or error})."
        )
        printing.say([said])
        return 2
    printing.put("".join(f"{line}\n" for line in lines))
    return 0


def listed(root: Path) -> list[str]:
    """Return what a cache holds in lines, that which was used last first.

    Raises
    ------
    OSError
        If it cannot be looked at.
    """
    kept = eviction.kept(root / "volumes")
    total = gigabytes(sum(each.bytes for each in kept))
    names = sources.names(root / "sources")
    lines = [f"{root}: {total}."]
    for volume in reversed([each for each in kept if not each.is_partition]):
        lines.append(f"{gigabytes(volume.bytes):>9}  {_said(volume, names)}")
        of_it = [each for each in kept if each.is_partition and each.volume == volume.folder]
        lines += [f"{gigabytes(each.bytes):>9}    superpixels {each.folder.name}" for each in of_it]
    return lines


def clear(root: Path) -> list[str]:
    """Remove what a cache holds but what is in use; returns what was done in lines.

    Raises
    ------
    OSError
        If it cannot be removed.
    """
    volumes, names = root / "volumes", sources.names(root / "sources")
    before = eviction.kept(volumes)
    left = [each for each in before if not each.is_partition and not eviction.remove(each)]
    in_use = {each.volume for each in left}
    # What is open needs but one of its partitions.
    idle = [each for each in before if each.is_partition and each.volume in in_use]
    freed = [each for each in before if each.volume not in in_use]
    freed += [each for each in idle if eviction.remove(each)]
    eviction.sweep(volumes)
    sources.forget(root / "sources", {each.folder.name for each in left})
    return [
        f"{root}: {gigabytes(sum(each.bytes for each in freed))} freed.",
        *(f"In use, and so kept: {_said(each, names)}" for each in left),
    ]


def _said(volume: Kept, names: dict[str, str]) -> str:
    """Return in words which volume that is."""
    name = names.get(volume.folder.name, volume.folder.name)
    day = time.strftime("%Y-%m-%d", time.localtime(volume.used))
    use = "in use" if eviction.is_in_use(volume.folder) else f"last used {day}"
    return f"{name}{_shape(volume.folder)}, {use}"


def _shape(folder: Path) -> str:
    try:
        told = json.loads((folder / record.NAME).read_bytes())
        shape, dtype = told["levels"][0]["shape"], np.dtype(told["dtype"])
        return f", {' × '.join(map(str, shape))} {dtype.name}"
    except (OSError, ValueError, LookupError, TypeError):
        return ", not whole"
