"""A box of voxels, as a kernel indexes it and as it travels."""

from __future__ import annotations

Box = tuple[slice, slice, slice]
"""Slices along i, j and k, each with its first voxel and the one after its last."""

BoxBounds = tuple[int, int, int, int, int, int]
"""``i0, i1, j0, j1, k0, k1``, the ends half open: what a task is sent."""
