"""Draw docs/quality.png from the study of the defaults (minutes): ``python -m docs.quality``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from benchmarks.defaults import COMPACTNESSES, SIGMAS, Trial, study

PICTURE = Path(__file__).with_name("quality.png")
COUNT = 2500
# The page's colours; its accent is the smoothing that is the default.
CHOSEN = 0.75
COLOURS = {0: "#ff8a80", 0.5: "#f2b65c", CHOSEN: "#5cc8d7", 1: "#6cc08b", 2: "#95a0ae"}
INK, LINE, GROUND, RAISED = "#dfe4ea", "#2f3742", "#0f1216", "#161a20"
STYLE = {
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": LINE,
    "axes.facecolor": RAISED,
    "figure.facecolor": GROUND,
    "grid.color": LINE,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.labelcolor": INK,
}


def draw(trials: Sequence[Trial], path: Path) -> None:
    """Draw a panel for each volume, in it a line for each smoothing."""
    names = list(dict.fromkeys(trial.phantom for trial in trials))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(10, 5.6), layout="constrained")
        panels = figure.subplots(2, -(-len(names) // 2), sharex=True, sharey=True).ravel()
        for panel, name in zip(panels, names, strict=False):
            draw_volume(panel, [t for t in trials if (t.phantom, t.count) == (name, COUNT)])
            panel.set_title(name, fontsize=9)
        figure.supxlabel("compactness", fontsize=9)
        figure.supylabel(f"best reachable Dice, {COUNT:,} superpixels", fontsize=9)
        figure.legend(
            *panels[0].get_legend_handles_labels(),
            loc="outside upper center",
            ncols=len(SIGMAS),
            frameon=False,
        )
        figure.savefig(path, dpi=100)
    Image.open(path).quantize(64).save(path, optimize=True)


def draw_volume(panel: Axes, trials: Sequence[Trial]) -> None:
    """Draw one volume's Dice over the compactness."""
    for sigma in SIGMAS:
        line = sorted((t.compactness, t.dice) for t in trials if t.sigma == sigma)
        label = f"σ = {sigma:g} voxel" if sigma else "not smoothed"
        look = {"color": COLOURS[sigma], "linewidth": 2.5 if sigma == CHOSEN else 1.2}
        panel.plot(*zip(*line, strict=True), marker=".", label=label, **look)
    panel.set_xscale("log")
    panel.set_xticks(COMPACTNESSES, [f"{value:g}" for value in COMPACTNESSES])
    panel.minorticks_off()
    panel.set_ylim(0.7, 1)
    panel.grid(linewidth=0.5)


if __name__ == "__main__":
    draw(list(study()), PICTURE)
