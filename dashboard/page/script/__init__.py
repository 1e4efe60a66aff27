"""The script that runs in the page: plain files, joined into one module.

They share one scope and import nothing, so that no build step and no network is needed.
"""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent
ORDER = (
    "core/dom",
    "slices/geometry",
    "slices/lengths",
    "drawing/sweep",
    "core/protocol",
    "core/check_protocol",
    "core/store",
    "slices/whole",
    "core/wire",
    "slices/remote",
    "slices/borders",
    "drawing/hover",
    "slices/convention",
    "slices/picture",
    "slices/quad",
    "slices/pane",
    "slices/compare",
    "drawing/fingers",
    "drawing/pointer",
    "core/keeping",
    "core/changes",
    "drawing/strokes",
    "drawing/brush",
    "panels/saved",
    "core/connection",
    "drawing/tools",
    "drawing/options",
    "panels/readout",
    "panels/presets",
    "panels/sidebar",
    "panels/history",
    "panels/fold",
    "panels/series",
    "panels/label_table",
    "panels/partition",
    "panels/dialogs",
    "panels/intensities",
    "core/keys",
    "panels/hints",
    "core/bench",
    "core/main",
)


def module() -> str:
    """Return the text of the page's one JavaScript module."""
    return "\n".join((HERE / f"{name}.js").read_text(encoding="utf-8") for name in ORDER)


def stylesheet() -> str:
    """Return the page's CSS."""
    return (HERE / "bench.css").read_text(encoding="utf-8")
