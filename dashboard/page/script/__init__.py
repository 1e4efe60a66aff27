"""The script that runs in the page: TypeScript modules, of which `make page` builds one file."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent
BUILT = HERE / "built" / "page.js"
"""The file that the browser loads, kept beside its sources: who runs supervox needs no Node."""


def stylesheet() -> str:
    """Return the page's CSS."""
    return (HERE / "bench.css").read_text(encoding="utf-8")
