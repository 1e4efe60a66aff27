"""What a worker or a scheduler has, and the sentence that says why it is not fit for us."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import sys
from importlib import metadata
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from distributed.versions import get_versions

import workers
from dashboard.cluster.by_value import send_with_code

# What a worker has to have besides Python, by distribution; Dask brings the last three along.
PACKAGES = (
    *("numpy", "scipy", "scikit-image", "nibabel", "numba", "zarr", "numcodecs", "tifffile"),
    *("distributed", "cloudpickle", "msgpack"),
)
PUSHED = "supervox-pushed"  # a folder's name: what lies below was sent by some server

send_with_code(__name__)


class Facts(NamedTuple):
    """What one process has.

    Attributes
    ----------
    python : str
        Major and minor: ``"3.11"``.
    packages : dict
        Versions of `PACKAGES`; None for what is not installed.
    version : str or None
        Of the supervox that is installed there.
    folder : str
        Where its `workers` lies; "" if there is none.
    content : str
        Digest of that folder's sources; "" if there is none.
    """

    python: str
    packages: dict[str, str | None]
    version: str | None = None
    folder: str = ""
    content: str = ""


def describe(versions: dict) -> Facts:
    """Return the facts in the answer to Dask's own question for versions, which needs no pickle."""
    python = versions["host"]["python"].split(".")
    packages = {name: versions["packages"].get(name) for name in PACKAGES}
    return Facts(".".join(python[:2]), packages, versions["packages"].get("supervox"))


def folder_here() -> Path:
    """Return the folder of this process's `workers`."""
    return Path(workers.__file__).parent


def find_kernels() -> str:
    """Return the folder of `workers` without importing it; "" if there is none."""
    importlib.invalidate_caches()
    loaded = sys.modules.get("workers")
    if loaded is not None and not getattr(loaded, "__file__", None):
        del sys.modules["workers"]  # some folder of that name beside the worker
    spec = importlib.util.find_spec("workers")
    return str(Path(spec.origin).parent) if spec and spec.origin else ""


def digest(folder: str) -> str:
    """Return the digest of all sources below a folder, whatever ends their lines."""
    sources = sorted(Path(folder).rglob("*.py"), key=lambda path: path.as_posix())
    digested = hashlib.sha256()
    for source in sources:
        text = source.read_bytes().replace(b"\r\n", b"\n")
        digested.update(f"{source.relative_to(folder).as_posix()} {len(text)}\n".encode() + text)
    return digested.hexdigest()[:16] if sources else ""


def ours() -> Facts:
    """Return the facts of this process."""
    folder = str(folder_here())
    here = describe(get_versions([*PACKAGES, "supervox"]))
    return here._replace(folder=folder, content=digest(folder))


def bounds() -> dict[str, str]:
    """Return the lowest versions that supervox takes, by distribution."""
    try:
        wanted = metadata.requires("supervox") or []
    except metadata.PackageNotFoundError:
        return {}
    pairs = (line.partition(";")[0].strip().partition(">=") for line in wanted)
    return {name.strip(): low.strip() for name, _, low in pairs if low}


def trouble(name: str, theirs: Facts, ours: Facts, bounds: dict[str, str]) -> str:
    """Return a sentence for the user if `name` cannot do what this process asks of it, or "".

    Parameters
    ----------
    name : str
        Such as ``"Dask worker tcp://…"``.
    theirs, ours : Facts
        Of `name`, with the packages that it needs, and of this process.
    bounds : dict
        The lowest versions, by distribution.
    """
    return _of_python(name, theirs, ours) or _of_packages(name, theirs, bounds)


def _of_python(name: str, theirs: Facts, ours: Facts) -> str:
    if theirs.python == ours.python:
        return ""
    return (
        f"The {name} runs Python {theirs.python} and this server Python {ours.python}: "
        "take the same for both."
    )


def _of_packages(name: str, theirs: Facts, bounds: dict[str, str]) -> str:
    missing = [each for each, version in theirs.packages.items() if version is None]
    if missing:
        return f"The {name} lacks {' and '.join(missing)}: install what is missing there."
    for each, version in theirs.packages.items():
        low = bounds.get(each, "0")
        if numbers(version) < numbers(low):
            return f"The {name} has {each} {version}, and supervox needs {low} or newer there."
    return ""


def kernels_trouble(name: str, theirs: Facts, ours: Facts) -> str:
    """Return a sentence for the user if `name` has not the very kernels of this process, or ""."""
    if theirs.content == ours.content:
        return ""
    if not theirs.content:
        return f"The {name} has no supervox, and could not keep what it was sent."
    if PUSHED in theirs.folder:
        return f"The {name} has the kernels of another version of supervox: start it anew."
    return (
        f"The {name} has other kernels in {theirs.folder} (supervox {theirs.version}) than this "
        f"server (supervox {ours.version}): install the same there, or none and they are sent."
    )


def differences(theirs: Facts, ours: Facts) -> str:
    """Return what differs and does not matter, for the log."""
    return ", ".join(
        f"{each} {version} (here {ours.packages.get(each)})"
        for each, version in theirs.packages.items()
        if version != ours.packages.get(each)
    )


def numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version: ``"2026.8.0rc1"`` is 2026, 8, 0."""
    parts = (re.match(r"\d+", part) for part in version.split("."))
    return tuple(int(found[0]) for found in takewhile(bool, parts))
