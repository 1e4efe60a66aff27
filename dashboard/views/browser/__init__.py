"""The script that runs in the page: plain files, joined into one module.

They share one scope and import nothing, so that no build step and no network is needed.
"""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent
ORDER = (
    "dom",
    "geometry",
    "lengths",
    "sweep",
    "store",
    "whole",
    "wire",
    "remote",
    "borders",
    "hover",
    "convention",
    "picture",
    "quad",
    "pane",
    "compare",
    "pointer",
    "keeping",
    "changes",
    "strokes",
    "brush",
    "saved",
    "connection",
    "tools",
    "options",
    "readout",
    "presets",
    "sidebar",
    "history",
    "fold",
    "series",
    "label_table",
    "partition",
    "dialogs",
    "intensities",
    "keys",
    "hints",
    "bench",
    "main",
)


def module() -> str:
    """Return the text of the page's one JavaScript module."""
    return "\n".join((HERE / f"{name}.js").read_text(encoding="utf-8") for name in ORDER)


def stylesheet() -> str:
    """Return the page's CSS."""
    return (HERE / "bench.css").read_text(encoding="utf-8")
