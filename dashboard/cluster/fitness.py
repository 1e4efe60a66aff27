"""Whether a worker or a scheduler is fit for our kernels: facts in, a sentence out."""

from __future__ import annotations

import re
from itertools import takewhile

from dashboard.cluster.worker_facts import PUSHED, Facts


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
