"""Stacks of TIFF: pages, folders of slices, voxel sizes."""
