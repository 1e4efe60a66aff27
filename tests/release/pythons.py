"""Which Pythons of a list truly run here."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable


def among(names: Iterable[str]) -> list[str]:
    """Return those that can make an environment: a pyenv shim answers to a name and then fails."""
    return [name for name in names if _runs(name)]


def _runs(name: str) -> bool:
    command = [name, "-c", "import ensurepip, venv"]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0
