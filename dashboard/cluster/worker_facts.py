"""What has to be known of a worker or a scheduler before kernels are sent there."""

from __future__ import annotations

from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from distributed.versions import get_versions

import workers

# What a worker has to have besides Python, by distribution; Dask brings the last three along.
PACKAGES = (
    *("numpy", "scipy", "scikit-image", "nibabel", "numba", "zarr", "numcodecs", "tifffile"),
    *("distributed", "cloudpickle", "msgpack"),
)
PUSHED = "supervox-pushed"  # a folder's name: what lies below was sent by some server


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


def finder() -> Callable[[], str]:
    """Return the function that finds the folder of `workers` without importing it.

    This and those below are nested functions: they are pickled by value.
    """

    def find() -> str:
        import importlib.util
        import sys
        from pathlib import Path

        importlib.invalidate_caches()
        loaded = sys.modules.get("workers")
        if loaded is not None and not getattr(loaded, "__file__", None):
            del sys.modules["workers"]  # some folder of that name beside the worker
        spec = importlib.util.find_spec("workers")
        return str(Path(spec.origin).parent) if spec and spec.origin else ""

    return find


def digester() -> Callable[[str], str]:
    """Return the function that digests all sources below a folder, whatever ends their lines."""

    def digest(folder: str) -> str:
        import hashlib
        from pathlib import Path

        sources = sorted(Path(folder).rglob("*.py"), key=lambda path: path.as_posix())
        digested = hashlib.sha256()
        for source in sources:
            text = source.read_bytes().replace(b"\r\n", b"\n")
            digested.update(
                f"{source.relative_to(folder).as_posix()} {len(text)}\n".encode() + text
            )
        return digested.hexdigest()[:16] if sources else ""

    return digest


def ours() -> Facts:
    """Return the facts of this process."""
    folder = str(Path(workers.__file__).parent)
    here = describe(get_versions([*PACKAGES, "supervox"]))
    return here._replace(folder=folder, content=digester()(folder))


def bounds() -> dict[str, str]:
    """Return the lowest versions that supervox takes, by distribution."""
    try:
        wanted = metadata.requires("supervox") or []
    except metadata.PackageNotFoundError:
        return {}
    pairs = (line.partition(";")[0].strip().partition(">=") for line in wanted)
    return {name.strip(): low.strip() for name, _, low in pairs if low}
