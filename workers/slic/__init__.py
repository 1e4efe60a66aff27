"""SLIC's kernels; `slic` stands in for scikit-image's: ``from workers.slic import slic``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workers.superpixels.skimage_slic import slic

__all__ = ["slic"]


def __getattr__(name: str) -> Any:
    # Late, as that stands on the kernels here.
    if name == "slic":
        from workers.superpixels.skimage_slic import slic

        return slic
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
